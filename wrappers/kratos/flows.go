package kratos

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// mode is for whom flows are: a native client or a browser.
type mode bool

const (
	nativeFlow  mode = false
	browserFlow mode = true
)

// creates picks the operation that starts a flow in this mode, and what has to be checked before any call of the flow.
func creates[F, M any](c flowCalls[F, M], m mode, native, browser func(context.Context, ...gen.RequestEditorFn) (*http.Response, error)) *flowCalls[F, M] {
	c.create, c.createOp, c.check = native, "createNative"+c.name+"Flow", nativeCall
	if m == browserFlow {
		c.create, c.createOp, c.check = browser, "createBrowser"+c.name+"Flow", browserCall
	}
	return &c
}

func loginFlow(api *gen.Client, m mode) *flowCalls[LoginFlow, LoginMethod] {
	calls := flowCalls[LoginFlow, LoginMethod]{
		name: "Login",
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetLoginFlow(ctx, &gen.GetLoginFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateLoginFlow(ctx, &gen.UpdateLoginFlowParams{Flow: id}, body, edits...)
		},
		body: LoginMethod.loginBody,
		look: func(f *LoginFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: f.Form()}
		},
	}
	return creates(calls, m,
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeLoginFlow(ctx, nil, edits...)
		},
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserLoginFlow(ctx, nil, edits...)
		})
}

func registrationFlow(api *gen.Client, m mode) *flowCalls[RegistrationFlow, RegistrationMethod] {
	calls := flowCalls[RegistrationFlow, RegistrationMethod]{
		name: "Registration",
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRegistrationFlow(ctx, &gen.GetRegistrationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRegistrationFlow(ctx, &gen.UpdateRegistrationFlowParams{Flow: id}, body, edits...)
		},
		body: RegistrationMethod.registrationBody,
		look: func(f *RegistrationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: f.Form()}
		},
	}
	return creates(calls, m,
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeRegistrationFlow(ctx, nil, edits...)
		},
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserRegistrationFlow(ctx, nil, edits...)
		})
}

func settingsFlow(api *gen.Client, m mode) *flowCalls[SettingsFlow, SettingsMethod] {
	calls := flowCalls[SettingsFlow, SettingsMethod]{
		name: "Settings",
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetSettingsFlow(ctx, &gen.GetSettingsFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateSettingsFlow(ctx, &gen.UpdateSettingsFlowParams{Flow: id}, body, edits...)
		},
		body: SettingsMethod.settingsBody,
		look: func(f *SettingsFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: f.Form(), next: f.ContinueWith}
		},
	}
	return creates(calls, m,
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeSettingsFlow(ctx, nil, edits...)
		},
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserSettingsFlow(ctx, nil, edits...)
		})
}

func recoveryFlow(api *gen.Client, m mode) *flowCalls[RecoveryFlow, RecoveryMethod] {
	calls := flowCalls[RecoveryFlow, RecoveryMethod]{
		name: "Recovery",
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRecoveryFlow(ctx, &gen.GetRecoveryFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRecoveryFlow(ctx, &gen.UpdateRecoveryFlowParams{Flow: id}, body, edits...)
		},
		body: RecoveryMethod.recoveryBody,
		look: func(f *RecoveryFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: f.Form(), next: f.ContinueWith}
		},
	}
	return creates(calls, m,
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeRecoveryFlow(ctx, nil, edits...)
		},
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserRecoveryFlow(ctx, nil, edits...)
		})
}

func verificationFlow(api *gen.Client, m mode) *flowCalls[VerificationFlow, VerificationMethod] {
	calls := flowCalls[VerificationFlow, VerificationMethod]{
		name: "Verification",
		get: func(ctx context.Context, id string, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.GetVerificationFlow(ctx, &gen.GetVerificationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, id string, body any, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateVerificationFlow(ctx, &gen.UpdateVerificationFlowParams{Flow: id}, body, edits...)
		},
		body: VerificationMethod.verificationBody,
		look: func(f *VerificationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), form: f.Form()}
		},
	}
	return creates(calls, m,
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeVerificationFlow(ctx, nil, edits...)
		},
		func(ctx context.Context, edits ...gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserVerificationFlow(ctx, nil, edits...)
		})
}
