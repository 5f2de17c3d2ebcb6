package kratos

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// A VerificationMethod is one way to verify an address, or one step of it: [VerificationCode] or [VerificationLink].
type VerificationMethod interface {
	verificationBody(csrf string) any
}

type (
	// VerificationCode verifies an address with a one-time code: with the Email, to have a code sent there (Kratos answers in the
	// same way whether it knows the address or not), and with the Code.
	VerificationCode gen.UpdateVerificationFlowWithCodeMethod
	// VerificationLink has a link sent to the Email; who opens it has verified the address.
	VerificationLink gen.UpdateVerificationFlowWithLinkMethod
)

func (m VerificationCode) verificationBody(csrf string) any {
	m.Method, m.CSRFToken = "code", csrf
	return gen.UpdateVerificationFlowWithCodeMethod(m)
}

func (m VerificationLink) verificationBody(csrf string) any {
	m.Method, m.CSRFToken = "link", csrf
	return gen.UpdateVerificationFlowWithLinkMethod(m)
}

func verificationFlow(api *gen.Client) *flowCalls[VerificationFlow, VerificationMethod] {
	return &flowCalls[VerificationFlow, VerificationMethod]{
		name: "Verification",
		create: func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeVerificationFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetVerificationFlow(ctx, &gen.GetVerificationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateVerificationFlow(ctx, &gen.UpdateVerificationFlowParams{Flow: id}, body, edits...)
		},
		body: VerificationMethod.verificationBody,
		look: func(f *VerificationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: formOf(f.UI)}
		},
	}
}
