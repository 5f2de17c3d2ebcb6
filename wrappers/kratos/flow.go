package kratos

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"github.com/kratoskit/kratos-go/gen"
)

// FlowClient has the methods of a self-service flow. Start returns a flow with its form, and Submit
// sends what the person entered, until the result is Done:
//
//	flow, err := client.Verification.Start(ctx)
//	result, err := client.Verification.Submit(ctx, flow, kratos.VerificationCode{Email: email})
//	// result.Flow.Form() asks for the code
//	result, err = client.Verification.Submit(ctx, result.Flow, kratos.VerificationCode{Code: code})
//
// Do is Start and Submit, where the person has entered everything in the program's own form. F is a
// flow, M what can be submitted to it, and P its parameters. Treat the id of a native flow as a secret:
// whoever has it can submit the flow, even after it has succeeded.
type FlowClient[F, M, P any] struct {
	*flowCore[F, M, P]
	api        *gen.Client // the client's own, or that of a browser
	clientType clientType
	start      func() P // the parameters of With, which a function keeps from being printed; may be nil
}

// flowCore is shared by the flow of a client and those of its browsers. It has pointers only; see
// clientCore.
type flowCore[F, M, P any] struct {
	operations *flowOperations[F, M, P]
	client     *Client
}

// flowOperations has what differs between flows. A client makes it once, and its browsers share it.
type flowOperations[F, M, P any] struct {
	name            string // as in the operationIds: createNative…Flow, createBrowser…Flow, get…Flow, update…Flow
	native, browser func(context.Context, *gen.Client, P, []gen.RequestEditorFn) (*http.Response, error)
	get             func(context.Context, *gen.Client, string, []gen.RequestEditorFn) (*http.Response, error)
	update          func(context.Context, *gen.Client, string, any, []gen.RequestEditorFn) (*http.Response, error)
	body            func(M, string) any // what M is on the wire, with the CSRF token
	state           func(*F) flowState
	fit             func(M, Form) M         // adapts M to the fields of the form; may be nil
	isDone          func(M, flowState) bool // whether Kratos has done what M asks for; may be nil
}

func newFlowClient[F, M, P any](c *Client, f *flowOperations[F, M, P]) FlowClient[F, M, P] {
	return FlowClient[F, M, P]{flowCore: &flowCore[F, M, P]{f, c}, api: c.api, clientType: nativeClient}
}

// forBrowser returns the same flow for the browser whose requests api sends.
func (f FlowClient[F, M, P]) forBrowser(api *gen.Client) FlowClient[F, M, P] {
	f.api, f.clientType = api, browserClient
	return f
}

// checkInit rejects the zero FlowClient.
func (f FlowClient[F, M, P]) checkInit() error {
	if f.flowCore == nil {
		return newArgumentError("FlowClient", "it is not the flow of a Client or Browser")
	}
	return nil
}

// checkRequest rejects a request that does not fit the type of client.
func (f FlowClient[F, M, P]) checkRequest(r *http.Request) error {
	if f.clientType == browserClient {
		return checkBrowserRequest(r)
	}
	return checkNativeRequest(r)
}

// With returns a FlowClient that starts the flow with these parameters.
func (f FlowClient[F, M, P]) With(start P) FlowClient[F, M, P] {
	f.start = func() P { return start }
	return f
}

// parameters returns those of With.
func (f FlowClient[F, M, P]) parameters() (start P) {
	if f.start != nil {
		start = f.start()
	}
	return start
}

// Start starts a flow (createNative…Flow or createBrowser…Flow). It fails with
// [ErrSessionAlreadyAvailable], [ErrNoSession], [ErrFlowDisabled] or [ErrReturnToForbidden], and with
// [ErrInvalidArgument] for a parameter of the other type of client.
func (f FlowClient[F, M, P]) Start(ctx context.Context, opts ...RequestOption) (*F, error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	create, op := f.operations.native, f.operations.operation("createNative")
	if f.clientType == browserClient {
		create, op = f.operations.browser, f.operations.operation("createBrowser")
	}
	resp, err := create(withoutRetry(ctx), f.api, f.parameters(), requestEditors(opts, f.checkRequest))
	return f.readFlow(op, resp, err)
}

// Get returns a flow (get…Flow). It fails with [ErrNotFound] or [ErrFlowExpired].
func (f FlowClient[F, M, P]) Get(ctx context.Context, id string, opts ...RequestOption) (*F, error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	op := f.operations.operation("get")
	if id == "" {
		return nil, newArgumentError(op, "the id of the flow is empty")
	}
	resp, err := f.operations.get(ctx, f.api, id, requestEditors(opts, f.checkRequest))
	return f.readFlow(op, resp, err)
}

// Restart starts a flow with the parameters of an old one; those of With take precedence. A native
// client passes the [SessionToken] again.
func (f FlowClient[F, M, P]) Restart(ctx context.Context, flow *F, opts ...RequestOption) (*F, error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	if flow == nil {
		return nil, newArgumentError("Restart", "the flow is nil")
	}
	requestURL, err := url.Parse(f.operations.state(flow).requestURL)
	if err != nil {
		return nil, newArgumentError("Restart", "the flow does not say how it was started")
	}
	before := func(r *http.Request) {
		r.URL.RawQuery = withDefaults(r.URL.Query(), flowQuery(requestURL.Query())).Encode()
	}
	return f.Start(ctx, append([]RequestOption{before}, opts...)...)
}

// Submit sends what the person entered (update…Flow, public port), or fails with [ErrRejected],
// [ErrFlowExpired], [ErrFlowReplaced] and others.
func (f FlowClient[F, M, P]) Submit(ctx context.Context, flow *F, method M, opts ...RequestOption) (*FlowResult[F], error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	op := f.operations.operation("update")
	if flow == nil {
		return nil, newArgumentError(op, "the flow is nil")
	}
	now := f.operations.state(flow)
	if now.id == "" {
		return nil, newArgumentError(op, "the flow has no id")
	}
	if any(method) == nil {
		return nil, newArgumentError(op, "the method is nil")
	}
	if submission, ok := any(method).(Submission); ok {
		if err := submission.check(op, f.operations.name, now.form); err != nil {
			return nil, err
		}
	}
	if f.operations.isDone != nil && f.operations.isDone(method, now) {
		return &FlowResult[F]{Flow: flow, ContinueWith: now.next}, nil
	}
	if f.operations.fit != nil {
		method = f.operations.fit(method, now.form)
	}
	resp, err := f.operations.update(ctx, f.api, now.id, f.operations.body(method, now.form.Value("csrf_token")), requestEditors(opts, f.checkRequest))
	return f.readSubmission(op, resp, err)
}

// Do is Start and Submit in one call; opts apply to both requests.
func (f FlowClient[F, M, P]) Do(ctx context.Context, method M, opts ...RequestOption) (*FlowResult[F], error) {
	flow, err := f.Start(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return f.Submit(ctx, flow, method, opts...)
}

func (c *flowOperations[F, M, P]) operation(verb string) string { return verb + c.name + "Flow" }

func (f FlowClient[F, M, P]) readFlow(op string, resp *http.Response, err error) (*F, error) {
	return decodeValid(op, resp, err, func(flow *F) bool { return f.operations.state(flow).id != "" })
}

const (
	stateDone      = "passed_challenge"
	stateSentEmail = "sent_email"
	stateSuccess   = "success"
)

// flowParameters are the query parameters that a flow can be started with, in any version of
// Kratos.
var flowParameters = [...]string{"return_to", "refresh", "aal", "login_challenge", "organization", "via", "identity_schema", "after_verification_return_to", "return_session_token_exchange_code"}

// flowQuery returns the parameters of query that start a flow.
func flowQuery(query url.Values) url.Values {
	start := url.Values{}
	for _, name := range flowParameters {
		if query.Has(name) {
			start.Set(name, query.Get(name))
		}
	}
	return start
}

// withDefaults returns query, and what defaults has in addition.
func withDefaults(query, defaults url.Values) url.Values {
	all := url.Values{}
	maps.Copy(all, defaults)
	maps.Copy(all, query)
	return all
}
