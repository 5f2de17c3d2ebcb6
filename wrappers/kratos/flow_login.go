package kratos

// A LoginMethod is a way to log in, or a step of one: [LoginPassword], [LoginCode],
// [LoginIdentifierFirst], [LoginTOTP], [LoginLookupSecret], [LoginOIDC], [LoginWebAuthn],
// [LoginPasskey] or [Submission].
type LoginMethod interface {
	loginBody(csrf string) any
}
