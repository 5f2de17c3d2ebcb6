package kratos

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"github.com/kratoskit/kratos-go/gen"
)

// FlowClient is one of Kratos' self-service flows: F is the flow, such as [LoginFlow], M what can
// be submitted to it, such as [LoginMethod], and P the parameters it can be started with, such as
// [StartLogin]. A [Client] has one of each for native clients, and a [Browser] for the person whose
// browser it acts for.
//
// A native flow can be submitted by everyone who has its id, also again after it succeeded. The
// methods send no submission again that may have been processed.
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

// flowOperations is how one flow differs from the others. A client makes it once, and all its
// browsers share it.
type flowOperations[F, M, P any] struct {
	name            string // as in the operationIds: createNative…Flow, createBrowser…Flow, get…Flow, update…Flow
	native, browser func(context.Context, *gen.Client, P, []gen.RequestEditorFn) (*http.Response, error)
	get             func(context.Context, *gen.Client, string, []gen.RequestEditorFn) (*http.Response, error)
	update          func(context.Context, *gen.Client, string, any, []gen.RequestEditorFn) (*http.Response, error)
	body            func(M, string) any // what M is on the wire, with the CSRF token
	state           func(*F) flowState
}

func newFlowClient[F, M, P any](c *Client, f *flowOperations[F, M, P]) FlowClient[F, M, P] {
	return FlowClient[F, M, P]{flowCore: &flowCore[F, M, P]{f, c}, api: c.api, clientType: nativeClient}
}

// forBrowser returns the same flows for the browser whose requests api sends.
func (f FlowClient[F, M, P]) forBrowser(api *gen.Client) FlowClient[F, M, P] {
	f.api, f.clientType = api, browserClient
	return f
}

// checkInit refuses the zero FlowClient.
func (f FlowClient[F, M, P]) checkInit() error {
	if f.flowCore == nil {
		return newArgumentError("FlowClient", "it is not the flow of a Client or Browser")
	}
	return nil
}

// checkRequest refuses a request that does not fit the type of client.
func (f FlowClient[F, M, P]) checkRequest(r *http.Request) error {
	if f.clientType == browserClient {
		return checkBrowserRequest(r)
	}
	return checkNativeRequest(r)
}

// With returns a client for the same flow that starts it with these parameters, in place of those
// of an earlier With.
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

// Start starts a flow with the parameters of [FlowClient.With] (createNative…Flow or
// createBrowser…Flow, public port). It fails with
//   - [ErrSessionAlreadyAvailable] if the person is signed in and the flow is for people who are
//     not,
//   - [ErrNoSession] if it is the other way round,
//   - [ErrFlowDisabled] or [ErrReturnToForbidden],
//   - [ErrInvalidArgument] if a parameter is for the other type of client only.
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

// Get fetches the flow with this id (get…Flow, public port). It fails with [ErrNotFound], and with
// [ErrFlowExpired] if the flow has expired.
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

// Restart starts a flow like this one, which has expired or was replaced: with the parameters that
// it was started with, which the flow that Kratos makes in its place has lost. Parameters of
// [FlowClient.With] replace them, a native client passes the [SessionToken] again, and nothing is
// submitted. It fails like Start.
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

// Submit sends what the person entered (update…Flow, public port). Without an error, Kratos
// accepted it, and the result says what comes next. It fails with [ErrRejected] if the input is
// wrong, with [ErrFlowExpired] or [ErrFlowReplaced] if the flow cannot be used any more, and with
// other errors of this package.
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
	if posted, ok := any(method).(Submission); ok {
		if err := posted.check(op, f.operations.name, now.form); err != nil {
			return nil, err
		}
	}
	resp, err := f.operations.update(ctx, f.api, now.id, f.operations.body(method, now.form.Value("csrf_token")), requestEditors(opts, f.checkRequest))
	return f.readSubmission(op, resp, err)
}

// Do starts a flow and submits method to it, where the person enters something only once, such as a
// password. Both calls get the options. It fails like Start and Submit.
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
	stateDone    = "passed_challenge"
	stateSuccess = "success"
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
