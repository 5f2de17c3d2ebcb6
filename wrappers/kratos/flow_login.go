package kratos

// A LoginMethod is a [LoginPassword], [LoginCode], [LoginIdentifierFirst], [LoginTOTP],
// [LoginLookupSecret], [LoginOIDC], [LoginWebAuthn], [LoginPasskey] or [Submission].
type LoginMethod interface {
	loginBody(csrf string) any
}
