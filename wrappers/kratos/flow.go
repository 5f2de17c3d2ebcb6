package kratos

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kratoskit/kratos-go/gen"
)

// FlowClient is one of Kratos' self-service flows: F is the flow, such as [LoginFlow], and M what can be
// submitted to it, such as [LoginMethod]. A [Client] has one of each for native clients, and a
// [Browser] for the person whose browser it acts for.
//
// A native flow belongs to whoever has its id, and success does not spend it: submitting it again
// acts again. So the calls here never repeat a submission that may have been processed.
type FlowClient[F any, M any] struct {
	operations *flowOperations[F, M]
	client     *Client
	api        *gen.Client // the client's own, or that of a browser
	clientType clientType
}

// flowOperations is how one flow differs from the others. A client makes it once, and all its browsers
// share it.
type flowOperations[F any, M any] struct {
	name            string // as in the operationIds: createNative…Flow, createBrowser…Flow, get…Flow, update…Flow
	native, browser func(context.Context, *gen.Client, []gen.RequestEditorFn) (*http.Response, error)
	get             func(context.Context, *gen.Client, string, []gen.RequestEditorFn) (*http.Response, error)
	update          func(context.Context, *gen.Client, string, any, []gen.RequestEditorFn) (*http.Response, error)
	body            func(M, string) any // what M is on the wire, with the CSRF token
	state           func(*F) flowState
}

func newFlowClient[F, M any](c *Client, f *flowOperations[F, M]) FlowClient[F, M] {
	return FlowClient[F, M]{operations: f, client: c, api: c.api, clientType: nativeClient}
}

// through returns the same flows for the browser whose requests api sends.
func (f FlowClient[F, M]) forBrowser(api *gen.Client) FlowClient[F, M] {
	return FlowClient[F, M]{operations: f.operations, client: f.client, api: api, clientType: browserClient}
}

// usable refuses the zero Flows.
func (f FlowClient[F, M]) checkInit() error {
	if f.operations == nil {
		return newArgumentError("Flows", "these are the flows of no client")
	}
	return nil
}

// check refuses a call that is not of these flows' mode.
func (f FlowClient[F, M]) checkRequest(r *http.Request) error {
	if f.clientType == browserClient {
		return checkBrowserRequest(r)
	}
	return checkNativeRequest(r)
}

// Start starts a flow (createNative…Flow or createBrowser…Flow, public port). Options such as
// [ReturnTo], [Refresh] and [SessionToken] say what for. It fails with [ErrSessionAlreadyAvailable] if the
// person is signed in and the flow is for people who are not, with [ErrNoSession] if it is the
// other way round, with [ErrFlowDisabled], or with [ErrReturnToForbidden].
func (f FlowClient[F, M]) Start(ctx context.Context, opts ...RequestOption) (*F, error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	create, op := f.operations.native, f.operations.operation("createNative")
	if f.clientType == browserClient {
		create, op = f.operations.browser, f.operations.operation("createBrowser")
	}
	resp, err := create(withoutRetry(ctx), f.api, requestEditors(opts, f.checkRequest))
	return f.readFlow(op, resp, err)
}

// Get fetches the flow with this id (get…Flow, public port). It fails with [ErrNotFound] if there
// is none, and with [ErrFlowExpired] if it is too old to be used.
func (f FlowClient[F, M]) Get(ctx context.Context, id string, opts ...RequestOption) (*F, error) {
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

// Restart starts a flow like this one, which has expired or was replaced: with what it was started
// with (return_to, refresh, aal, login_challenge and so on), which the flow that Kratos makes in
// its place has lost. The options are added to that; the person's [SessionToken] is one that a native
// client has to give again. Nothing is submitted. What Start says of errors holds here too.
func (f FlowClient[F, M]) Restart(ctx context.Context, flow *F, opts ...RequestOption) (*F, error) {
	if err := f.checkInit(); err != nil {
		return nil, err
	}
	if flow == nil {
		return nil, newArgumentError("Restart", "the flow is nil")
	}
	began, err := url.Parse(f.operations.state(flow).requestURL)
	if err != nil {
		return nil, newArgumentError("Restart", "the flow does not say how it was started")
	}
	return f.Start(ctx, append(flowQuery(began.Query()), opts...)...)
}

// Submit sends what the person entered (update…Flow, public port). Where it returns no error,
// Kratos accepted it, and the Step says what comes next. It fails with [ErrRejected] if what was
// entered is wrong, with [ErrFlowExpired] or [ErrFlowReplaced] if the flow cannot be used any more,
// and with the other errors that its operation names.
func (f FlowClient[F, M]) Submit(ctx context.Context, flow *F, method M, opts ...RequestOption) (*FlowResult[F], error) {
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
	if posted, ok := any(method).(Submission); ok {
		if err := posted.check(op, f.operations.name, now.form); err != nil {
			return nil, err
		}
	}
	resp, err := f.operations.update(ctx, f.api, now.id, f.operations.body(method, now.form.Value("csrf_token")), requestEditors(opts, f.checkRequest))
	return f.readSubmission(op, resp, err)
}

// Do starts a flow and submits method to it, for what needs only one answer of the person's: a
// password, say. The options go to both calls; what Start and Submit say of errors holds here too.
func (f FlowClient[F, M]) Do(ctx context.Context, method M, opts ...RequestOption) (*FlowResult[F], error) {
	flow, err := f.Start(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return f.Submit(ctx, flow, method, opts...)
}

func (c *flowOperations[F, M]) operation(verb string) string { return verb + c.name + "Flow" }

func (f FlowClient[F, M]) readFlow(op string, resp *http.Response, err error) (*F, error) {
	return decodeValid(op, resp, err, func(flow *F) bool { return f.operations.state(flow).id != "" })
}

const (
	stateDone    = "passed_challenge"
	stateSuccess = "success"
)

// flowParameters are what can be said of a flow that is to be started.
var flowParameters = [...]string{"return_to", "refresh", "aal", "login_challenge", "organization", "via", "identity_schema", "after_verification_return_to", "return_session_token_exchange_code"}

// parameters returns what a query says of the flow to start.
func flowQuery(query url.Values) []RequestOption {
	var opts []RequestOption
	for _, name := range flowParameters {
		if query.Has(name) {
			opts = append(opts, Query(name, query.Get(name)))
		}
	}
	return opts
}
