package kratos

import "github.com/kratoskit/kratos-go/gen"

// A LoginMethod is one way to log in, or one step of it: [LoginPassword], [LoginCode],
// [LoginIdentifierFirst], [LoginTOTP], [LoginLookupSecret], [LoginOIDC], [LoginWebAuthn] or
// [LoginPasskey].
type LoginMethod interface {
	loginBody(csrf string) any
}

type (
	// LoginPassword logs in with an identifier, such as an email address, and a password.
	LoginPassword gen.UpdateLoginFlowWithPasswordMethod
	// LoginCode logs in with a one-time code: submit it with the Identifier, to have a code sent,
	// and then with Identifier and Code. Resend "code" has another one sent. As a second factor it
	// takes the Address instead of the Identifier, and from Kratos v26.2 on the Code alone, since
	// starting the flow has sent it: see [StartLogin].
	LoginCode gen.UpdateLoginFlowWithCodeMethod
	// LoginIdentifierFirst says who wants to log in; the next form offers that person's methods.
	LoginIdentifierFirst gen.UpdateLoginFlowWithIdentifierFirstMethod
	// LoginTOTP is a second factor: the code of an authenticator app.
	LoginTOTP gen.UpdateLoginFlowWithTOTPMethod
	// LoginLookupSecret is a second factor: one of the backup codes that were given out.
	LoginLookupSecret gen.UpdateLoginFlowWithLookupSecretMethod
	// LoginOIDC logs in through another provider; FlowResult.RedirectTo says where the browser has to go,
	// unless an id token of the provider is given (one that is forged fails with [ErrForbidden]
	// from Kratos v25.4 on, and with [ErrServer] before). UpstreamParameters is an object of
	// strings. If the address of an id token belongs to somebody already, FlowResult.Flow is another
	// login flow, in which that person links the two by logging in.
	LoginOIDC gen.UpdateLoginFlowWithOIDCMethod
	// LoginWebAuthn logs in with a security key. It always needs the Identifier, which the form of
	// a second factor has as a hidden field. [Form.CredentialOptions] is what the browser asks the
	// key with. Kratos takes it from browsers only.
	LoginWebAuthn gen.UpdateLoginFlowWithWebAuthnMethod
	// LoginPasskey logs in with a passkey. [Form.CredentialOptions] is what the browser asks it
	// with. Kratos before v26 takes it from browsers only.
	LoginPasskey gen.UpdateLoginFlowWithPasskeyMethod
)
