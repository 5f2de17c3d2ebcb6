package kratos

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// Flows is one of Kratos' self-service flows: F is the flow, such as [LoginFlow], and M what can be submitted to it, such as
// [LoginMethod]. A [Client] has one of each for native clients, and a [Browser] for the person whose browser it acts for.
//
// A native flow belongs to whoever has its id, and success does not spend it: submitting it again acts again. So the calls
// here never repeat a submission that may have been processed.
type Flows[F any, M any] struct {
	f    *flowCalls[F, M]
	api  *gen.Client
	mode mode
}

// flowCalls is how one flow differs from the others. A client makes it once, and all its browsers share it.
type flowCalls[F any, M any] struct {
	name            string // as in the operationIds: createNative…Flow, createBrowser…Flow, get…Flow, update…Flow
	native, browser func(context.Context, *gen.Client, []gen.RequestEditorFn) (*http.Response, error)
	get             func(context.Context, *gen.Client, string, []gen.RequestEditorFn) (*http.Response, error)
	update          func(context.Context, *gen.Client, string, any, []gen.RequestEditorFn) (*http.Response, error)
	body            func(M, string) any // what M is on the wire, with the CSRF token
	look            func(*F) flowState
	visit           visitor[F, M]
}

// through returns the same flows for the browser whose requests api sends.
func (f Flows[F, M]) through(api *gen.Client) Flows[F, M] {
	return Flows[F, M]{f: f.f, api: api, mode: browserFlow}
}

// usable refuses the zero Flows.
func (f Flows[F, M]) usable() error {
	if f.f == nil {
		return invalid("Flows", "these are the flows of no client")
	}
	return nil
}

// check refuses a call that is not of these flows' mode.
func (f Flows[F, M]) check(r *http.Request) error {
	if f.mode == browserFlow {
		return browserCall(r)
	}
	return nativeCall(r)
}

// flowState is what an outcome is read from.
type flowState struct {
	id, state, kind string
	requestURL      string
	form            Form
	next            NextSteps
}

// Step is where a flow stands after a submission that Kratos accepted. It is not written as JSON:
// [Step.ResponseBody] is what a single-page application gets.
type Step[F any] struct {
	// Done says that the flow is at its end. If it is false, Flow or RedirectTo says how to go on.
	Done bool
	// Flow is the flow as it is now: the next form to show or, where a finished flow has one, its last. It is nil after a
	// login or registration that is done.
	Flow *F
	// RedirectTo is set if only a browser can go on, at this URL: a social sign-in, for instance.
	RedirectTo string

	// Session is the session that a login or registration made; nil if there is none.
	Session *Session
	// SessionToken is the secret to keep for calls on the person's behalf; see [Token].
	SessionToken string
	// Identity is the person, where Kratos says who it is; nil where it does not.
	Identity *Identity
	// ContinueWith has the steps that Kratos suggests next.
	ContinueWith NextSteps
}

// String says how far the flow is, and keeps the session token out of logs.
func (s Step[F]) String() string {
	switch {
	case s.Done:
		return "Step{done}"
	case s.RedirectTo != "":
		return "Step{elsewhere}"
	}
	return "Step{goes on}"
}

// Start starts a flow (createNative…Flow or createBrowser…Flow, public port). Options such as [ReturnTo], [Refresh] and [Token]
// say what for. It fails with [ErrSessionAlreadyAvailable] if the person is signed in and the flow is for people who are
// not, with [ErrNoSession] if it is the other way round, with [ErrFlowDisabled], or with [ErrReturnToForbidden].
func (f Flows[F, M]) Start(ctx context.Context, opts ...CallOption) (*F, error) {
	if err := f.usable(); err != nil {
		return nil, err
	}
	create, op := f.f.native, f.f.op("createNative")
	if f.mode == browserFlow {
		create, op = f.f.browser, f.f.op("createBrowser")
	}
	resp, err := create(once(ctx), f.api, edit(opts, f.check))
	return f.flow(op, resp, err)
}

// Get fetches the flow with this id (get…Flow, public port). It fails with [ErrNotFound] if there is none, and with
// [ErrFlowExpired] if it is too old to be used.
func (f Flows[F, M]) Get(ctx context.Context, id string, opts ...CallOption) (*F, error) {
	if err := f.usable(); err != nil {
		return nil, err
	}
	op := f.f.op("get")
	if id == "" {
		return nil, invalid(op, "the id of the flow is empty")
	}
	resp, err := f.f.get(ctx, f.api, id, edit(opts, f.check))
	return f.flow(op, resp, err)
}

// Restart starts a flow like this one, which has expired or was replaced: with what it was started with (return_to, refresh,
// aal, login_challenge and so on), which the flow that Kratos makes in its place has lost. The options are added to that; the
// person's [Token] is one that a native client has to give again. Nothing is submitted. What Start says of errors holds here too.
func (f Flows[F, M]) Restart(ctx context.Context, flow *F, opts ...CallOption) (*F, error) {
	if err := f.usable(); err != nil {
		return nil, err
	}
	if flow == nil {
		return nil, invalid("Restart", "the flow is nil")
	}
	began, err := url.Parse(f.f.look(flow).requestURL)
	if err != nil {
		return nil, invalid("Restart", "the flow does not say how it was started")
	}
	return f.Start(ctx, append(parameters(began.Query()), opts...)...)
}

// Submit sends what the person entered (update…Flow, public port). Where it returns no error, Kratos accepted it, and
// the Step says what comes next. It fails with [ErrRejected] if what was entered is wrong, with [ErrFlowExpired] or
// [ErrFlowReplaced] if the flow cannot be used any more, and with the other errors that its operation names.
func (f Flows[F, M]) Submit(ctx context.Context, flow *F, method M, opts ...CallOption) (*Step[F], error) {
	if err := f.usable(); err != nil {
		return nil, err
	}
	op := f.f.op("update")
	if flow == nil {
		return nil, invalid(op, "the flow is nil")
	}
	now := f.f.look(flow)
	if now.id == "" {
		return nil, invalid(op, "the flow has no id")
	}
	if any(method) == nil {
		return nil, invalid(op, "the method is nil")
	}
	if posted, ok := any(method).(Posted); ok {
		if err := posted.check(op, f.f.name, now.form); err != nil {
			return nil, err
		}
	}
	resp, err := f.f.update(ctx, f.api, now.id, f.f.body(method, now.form.Value("csrf_token")), edit(opts, f.check))
	return f.read(op, resp, err)
}

// read makes a step of the answer to a submission.
func (f Flows[F, M]) read(op string, resp *http.Response, err error) (step *Step[F], _ error) {
	err = read(op, resp, err, func(a *answer) (err error) {
		step, err = f.outcome(a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return step, nil
}

// Do starts a flow and submits method to it, for what needs only one answer of the person's: a password, say. The options go
// to both calls; what Start and Submit say of errors holds here too.
func (f Flows[F, M]) Do(ctx context.Context, method M, opts ...CallOption) (*Step[F], error) {
	flow, err := f.Start(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return f.Submit(ctx, flow, method, opts...)
}

func (c *flowCalls[F, M]) op(verb string) string { return verb + c.name + "Flow" }

func (f Flows[F, M]) flow(op string, resp *http.Response, err error) (*F, error) {
	return whole(op, resp, err, func(flow *F) bool { return f.f.look(flow).id != "" })
}

// outcome tells what an answer to a submission means: by its shape, then by what it says, and by its status last.
func (f Flows[F, M]) outcome(a *answer) (*Step[F], error) {
	var shape struct {
		UI *struct{} `json:"ui"` // only whether it is there
	}
	if a.json() && (a.ok() || a.StatusCode == http.StatusBadRequest) {
		if jsonv2.Unmarshal(a.body, &shape) != nil {
			return nil, a.unexpected(errBroken)
		}
	}
	switch {
	case shape.UI != nil:
		return f.stands(a)
	case a.ok():
		return finished[F](a)
	case a.StatusCode == http.StatusUnprocessableEntity:
		return f.elsewhere(a)
	}
	return nil, a.failure()
}

// stands reads an answer that is a flow.
func (f Flows[F, M]) stands(a *answer) (*Step[F], error) {
	flow := new(F)
	if err := a.decode(flow); err != nil {
		return nil, err
	}
	now := f.f.look(flow)
	if now.id == "" {
		return nil, a.unexpected(nil)
	}
	if f.f.name == "Registration" && strings.Contains(now.form.Action, "/self-service/login") {
		e := a.error()
		e.kind, e.FlowID, e.form = ErrAccountExists, now.id, now.form
		return nil, e
	}
	if now.form.HasErrors() {
		e := a.error()
		e.kind, e.flow, e.form = ErrRejected, flow, now.form
		switch {
		case now.form.says(MessageAddressNotVerified): // up to Kratos v1.3; later it is an error of its own
			e.kind = ErrAddressNotVerified
		case f.mode == browserFlow && now.kind == string(gen.FlowTypeAPI) && now.form.says(MessageInvalid):
			e.kind, e.text = ErrCSRF, ErrCSRF.Error()+": the flow is a native client's, which no browser may submit"
		}
		return nil, e
	}
	done := a.ok() && (now.state == stateDone || now.state == stateSuccess)
	step := &Step[F]{Done: done, Flow: flow, ContinueWith: now.next}
	step.takeToken()
	return step, nil
}

const (
	stateDone    = "passed_challenge"
	stateSuccess = "success"
)

// finished reads an answer that ends a login or a registration.
func finished[F any](a *answer) (*Step[F], error) {
	var end struct {
		Session      *Session  `json:"session"`
		SessionToken string    `json:"session_token"`
		Identity     *Identity `json:"identity"`
		ContinueWith NextSteps `json:"continue_with"`
	}
	if err := a.decode(&end); err != nil {
		return nil, err
	}
	if (end.Session == nil || end.Session.ID == "") && (end.Identity == nil || end.Identity.ID == "") {
		return nil, a.unexpected(nil)
	}
	step := &Step[F]{Done: true, Session: end.Session, SessionToken: end.SessionToken, Identity: end.Identity, ContinueWith: end.ContinueWith}
	step.takeToken()
	if step.Identity == nil && end.Session != nil {
		step.Identity = end.Session.Identity
	}
	return step, nil
}

// takeToken finds the session token where Kratos puts it: beside the session, or among the next steps.
func (s *Step[F]) takeToken() {
	if next := s.ContinueWith.Action(ContinueSetSessionToken); next != nil && s.SessionToken == "" {
		s.SessionToken = next.SessionToken
	}
}

// elsewhere reads an answer that sends a browser to another URL.
func (f Flows[F, M]) elsewhere(a *answer) (*Step[F], error) {
	e := a.failure()
	if e.kind != ErrBrowserLocationChangeRequired || e.RedirectTo == "" {
		return nil, e
	}
	if f.mode == nativeFlow && f.f.name == "Recovery" {
		e.text = "the code was right, but Kratos gives the session to browsers only: its configuration has to set feature_flags.use_continue_with_transitions"
		return nil, e
	}
	return &Step[F]{RedirectTo: e.RedirectTo}, nil
}
