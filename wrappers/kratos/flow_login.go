package kratos

// A LoginMethod is a [LoginPassword], [LoginCode], [LoginIdentifierFirst], [LoginTOTP],
// [LoginLookupSecret], [LoginOIDC], [LoginWebAuthn], [LoginPasskey] or [Submission].
type LoginMethod interface {
	loginBody(csrf string) any
}

// hasSentCode reports whether method only asks for a code as the second factor, and the flow has
// sent it. Kratos sends it when the flow starts from v26.2 on, and rejects another request for it.
func hasSentCode(method LoginMethod, now flowState) bool {
	m, ok := method.(LoginCode)
	return ok && m.Address != "" && m.Code == "" && m.Resend == "" && now.state == stateSentEmail
}
