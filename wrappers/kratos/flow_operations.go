package kratos

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// mode is for whom flows are: a native client or a browser.
type clientType bool

const (
	nativeClient  clientType = false
	browserClient clientType = true
)

func newLoginOperations() *flowOperations[LoginFlow, LoginMethod] {
	return &flowOperations[LoginFlow, LoginMethod]{
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
		state: func(f *LoginFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func newRegistrationOperations() *flowOperations[RegistrationFlow, RegistrationMethod] {
	return &flowOperations[RegistrationFlow, RegistrationMethod]{
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
		state: func(f *RegistrationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func newSettingsOperations() *flowOperations[SettingsFlow, SettingsMethod] {
	return &flowOperations[SettingsFlow, SettingsMethod]{
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
		state: func(f *SettingsFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func newRecoveryOperations() *flowOperations[RecoveryFlow, RecoveryMethod] {
	return &flowOperations[RecoveryFlow, RecoveryMethod]{
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
		state: func(f *RecoveryFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func newVerificationOperations() *flowOperations[VerificationFlow, VerificationMethod] {
	return &flowOperations[VerificationFlow, VerificationMethod]{
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
		state: func(f *VerificationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), kind: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}
