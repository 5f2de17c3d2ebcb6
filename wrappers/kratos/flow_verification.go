package kratos

// A VerificationMethod is a [VerificationCode], [VerificationLink] or [Submission].
type VerificationMethod interface {
	verificationBody(csrf string) any
}
