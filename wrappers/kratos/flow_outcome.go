package kratos

import (
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

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
	// Flow is the flow as it is now: the next form to show or, where a finished flow has one, its
	// last. It is nil after a login or registration that is done.
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

// read makes a step of the answer to a submission.
func (f Flows[F, M]) read(op string, resp *http.Response, err error) (*Step[F], error) {
	a, err := receive(op, resp, err)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	return f.outcome(a)
}

// outcome tells what an answer to a submission means: by its shape, then by what it says, and by
// its status last.
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

// takeToken finds the session token where Kratos puts it: beside the session, or among the next
// steps.
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
