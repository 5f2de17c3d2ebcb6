package kratos

// A RecoveryMethod is a [RecoveryCode], [RecoveryLink] or [Submission].
type RecoveryMethod interface {
	recoveryBody(csrf string) any
}

func (m RecoveryCode) recoveryBody(csrf string) any {
	if m.Code != "" {
		m.Email = ""
	}
	return m.body("code", csrf)
}
