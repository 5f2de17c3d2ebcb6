package kratos

// A RegistrationMethod is a way to register, or a step of one: [RegistrationPassword],
// [RegistrationCode], [RegistrationProfile], [RegistrationOIDC], [RegistrationWebAuthn],
// [RegistrationPasskey] or [Submission]. Traits are the caller's own struct or map; every step needs
// all of them, without optional traits that are empty: see [CreateIdentity].
type RegistrationMethod interface {
	registrationBody(csrf string) any
}

func (m RegistrationProfile) registrationBody(csrf string) any {
	if m.Screen == RegistrationScreenPrevious {
		return m.body(methodProfileBack, csrf)
	}
	return m.body("profile", csrf)
}

// methodProfileBack goes back from the second step: with "profile", Kratos ignores the screen.
const methodProfileBack = "profile:back"
