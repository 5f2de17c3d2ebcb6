package kratos

import "github.com/kratoskit/kratos-go/gen"

// A RegistrationMethod is one way to register, or one step of it: [RegistrationPassword],
// [RegistrationCode], [RegistrationProfile], [RegistrationOIDC], [RegistrationWebAuthn] or
// [RegistrationPasskey]. Traits are the caller's own struct or map, written as JSON; every step has
// to bring all of them. Optional traits that are empty are to be left out, as [CreateIdentity]
// says.
type RegistrationMethod interface {
	registrationBody(csrf string) any
}

type (
	// RegistrationPassword registers with traits and a password.
	RegistrationPassword gen.UpdateRegistrationFlowWithPasswordMethod
	// RegistrationCode registers with a one-time code: once with the Traits, to have a code sent,
	// and once more with the Code.
	RegistrationCode gen.UpdateRegistrationFlowWithCodeMethod
	// RegistrationProfile is the first of two steps: the traits, before the credential. Screen
	// "previous" goes back to it.
	RegistrationProfile gen.UpdateRegistrationFlowWithProfileMethod
	// RegistrationOIDC registers through another provider; FlowResult.RedirectTo says where the browser
	// has to go, unless an id token of the provider is given; see [StartRegistration] for native
	// clients, and [ErrAccountExists].
	RegistrationOIDC gen.UpdateRegistrationFlowWithOIDCMethod
	// RegistrationWebAuthn registers with a security key. Kratos takes it from browsers only.
	RegistrationWebAuthn gen.UpdateRegistrationFlowWithWebAuthnMethod
	// RegistrationPasskey registers with a passkey. Kratos before v26 takes it from browsers only.
	RegistrationPasskey gen.UpdateRegistrationFlowWithPasskeyMethod
)

func (m RegistrationProfile) registrationBody(csrf string) any {
	m.Method, m.CSRFToken = "profile", csrf
	if m.Screen == RegistrationScreenPrevious {
		m.Method = methodProfileBack
	}
	return gen.UpdateRegistrationFlowWithProfileMethod(m)
}

// methodProfileBack goes back from the second step; with "profile", Kratos does not look at the
// screen.
const methodProfileBack = "profile:back"
