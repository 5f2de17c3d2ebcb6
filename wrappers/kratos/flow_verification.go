package kratos

// A VerificationMethod is a way to verify an address, or a step of one: [VerificationCode],
// [VerificationLink] or [Submission].
type VerificationMethod interface {
	verificationBody(csrf string) any
}
