package kratos

// A RegistrationMethod is a [RegistrationPassword], [RegistrationCode], [RegistrationProfile],
// [RegistrationOIDC], [RegistrationWebAuthn], [RegistrationPasskey] or [Submission]. Send all
// Traits, but omit empty ones.
type RegistrationMethod interface {
	registrationBody(csrf string) any
}

func (m RegistrationProfile) registrationBody(csrf string) any {
	if m.Screen == RegistrationScreenPrevious {
		return m.body(methodProfileBack, csrf)
	}
	return m.body("profile", csrf)
}

// methodProfileBack returns from the second step: with "profile", Kratos ignores the screen.
const methodProfileBack = "profile:back"
