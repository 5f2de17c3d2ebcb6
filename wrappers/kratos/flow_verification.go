package kratos

import "github.com/kratoskit/kratos-go/gen"

// A VerificationMethod is one way to verify an address, or one step of it: [VerificationCode] or
// [VerificationLink].
type VerificationMethod interface {
	verificationBody(csrf string) any
}

type (
	// VerificationCode verifies an address with a one-time code: with the Email, to have a code
	// sent there (Kratos answers in the same way whether it knows the address or not), and with the
	// Code. Kratos v1.3.1 takes email addresses only: a phone number is refused with [ErrRejected].
	VerificationCode gen.UpdateVerificationFlowWithCodeMethod
	// VerificationLink has a link sent to the Email; who opens it has verified the address.
	VerificationLink gen.UpdateVerificationFlowWithLinkMethod
)
