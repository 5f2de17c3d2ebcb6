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

func loginFlow() *flowCalls[LoginFlow, LoginMethod] {
	return &flowCalls[LoginFlow, LoginMethod]{
		name: "Login",
		native: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeLoginFlow(ctx, nil, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserLoginFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetLoginFlow(ctx, &gen.GetLoginFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateLoginFlow(ctx, &gen.UpdateLoginFlowParams{Flow: id}, body, edits...)
		},
		body: LoginMethod.loginBody,
		look: func(f *LoginFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func registrationFlow() *flowCalls[RegistrationFlow, RegistrationMethod] {
	return &flowCalls[RegistrationFlow, RegistrationMethod]{
		name: "Registration",
		native: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeRegistrationFlow(ctx, nil, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserRegistrationFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRegistrationFlow(ctx, &gen.GetRegistrationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRegistrationFlow(ctx, &gen.UpdateRegistrationFlowParams{Flow: id}, body, edits...)
		},
		body: RegistrationMethod.registrationBody,
		look: func(f *RegistrationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func settingsFlow() *flowCalls[SettingsFlow, SettingsMethod] {
	return &flowCalls[SettingsFlow, SettingsMethod]{
		name: "Settings",
		native: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeSettingsFlow(ctx, nil, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserSettingsFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetSettingsFlow(ctx, &gen.GetSettingsFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateSettingsFlow(ctx, &gen.UpdateSettingsFlowParams{Flow: id}, body, edits...)
		},
		body: SettingsMethod.settingsBody,
		look: func(f *SettingsFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func recoveryFlow() *flowCalls[RecoveryFlow, RecoveryMethod] {
	return &flowCalls[RecoveryFlow, RecoveryMethod]{
		name: "Recovery",
		native: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeRecoveryFlow(ctx, nil, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserRecoveryFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRecoveryFlow(ctx, &gen.GetRecoveryFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRecoveryFlow(ctx, &gen.UpdateRecoveryFlowParams{Flow: id}, body, edits...)
		},
		body: RecoveryMethod.recoveryBody,
		look: func(f *RecoveryFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func verificationFlow() *flowCalls[VerificationFlow, VerificationMethod] {
	return &flowCalls[VerificationFlow, VerificationMethod]{
		name: "Verification",
		native: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeVerificationFlow(ctx, nil, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserVerificationFlow(ctx, nil, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetVerificationFlow(ctx, &gen.GetVerificationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateVerificationFlow(ctx, &gen.UpdateVerificationFlowParams{Flow: id}, body, edits...)
		},
		body: VerificationMethod.verificationBody,
		look: func(f *VerificationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}
