package kratos

import "github.com/kratoskit/kratos-go/gen"

// A RecoveryMethod is one way back into an account, or one step of it: [RecoveryCode] or
// [RecoveryLink].
type RecoveryMethod interface {
	recoveryBody(csrf string) any
}

type (
	// RecoveryCode recovers an account with a one-time code, in two submissions: the first has
	// the Email, to have a code sent there (Kratos responds in the same way whether it knows the
	// address or not), and the second has the Code. With a Code, the Email is not sent: Kratos
	// would ignore the code and send another one. To have another code sent, submit the Email
	// alone.
	RecoveryCode gen.UpdateRecoveryFlowWithCodeMethod
	// RecoveryLink has a link sent to the Email; who opens it is signed in.
	RecoveryLink gen.UpdateRecoveryFlowWithLinkMethod
)

func (m RecoveryCode) recoveryBody(csrf string) any {
	m.Method, m.CSRFToken = "code", csrf
	if m.Code != "" {
		m.Email = ""
	}
	return gen.UpdateRecoveryFlowWithCodeMethod(m)
}
