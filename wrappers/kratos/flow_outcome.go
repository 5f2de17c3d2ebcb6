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
	next            ContinueWithList
}

// FlowResult is where a flow stands after a submission that Kratos accepted. It is not written as JSON:
// [FlowResult.ResponseBody] is what a single-page application gets.
type FlowResult[F any] struct {
	// Done says that the flow is at its end. If it is false, Flow or RedirectTo says how to go on.
	Done bool
	// Flow is the flow as it is now: the next form to show or, where a finished flow has one, its
	// last. It is nil after a login or registration that is done.
	Flow *F
	// RedirectTo is set if only a browser can go on, at this URL: a social sign-in, for instance.
	RedirectTo string

	// Session is the session that a login or registration made; nil if there is none.
	Session *Session
	// SessionToken is the secret to keep for calls on the person's behalf; see [SessionToken].
	SessionToken string
	// Identity is the person, where Kratos says who it is; nil where it does not.
	Identity *Identity
	// ContinueWith has the steps that Kratos suggests next.
	ContinueWith ContinueWithList
}

// String says how far the flow is, and keeps the session token out of logs.
func (s FlowResult[F]) String() string {
	switch {
	case s.Done:
		return "FlowResult{done}"
	case s.RedirectTo != "":
		return "FlowResult{elsewhere}"
	}
	return "FlowResult{goes on}"
}

// read makes a step of the answer to a submission.
func (f FlowClient[F, M, P]) readSubmission(op string, resp *http.Response, err error) (*FlowResult[F], error) {
	a, err := readResponse(op, resp, err)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	return f.readResult(a)
}

// outcome tells what an answer to a submission means: by its shape, then by what it says, and by
// its status last.
func (f FlowClient[F, M, P]) readResult(a *response) (*FlowResult[F], error) {
	var shape struct {
		UI *struct{} `json:"ui"` // only whether it is there
	}
	if a.isJSON() && (a.succeeded() || a.StatusCode == http.StatusBadRequest) {
		if jsonv2.Unmarshal(a.body, &shape) != nil {
			return nil, a.unexpectedError(errMalformed)
		}
	}
	switch {
	case shape.UI != nil:
		return f.resultFromFlow(a)
	case a.succeeded():
		return resultFromSession[F](a)
	case a.StatusCode == http.StatusUnprocessableEntity:
		return f.resultFromRedirect(a)
	}
	return nil, a.responseError()
}

// stands reads an answer that is a flow.
func (f FlowClient[F, M, P]) resultFromFlow(a *response) (*FlowResult[F], error) {
	flow := new(F)
	if err := a.decode(flow); err != nil {
		return nil, err
	}
	now := f.operations.state(flow)
	if now.id == "" {
		return nil, a.unexpectedError(nil)
	}
	if f.operations.name == "Registration" && strings.Contains(now.form.Action, "/self-service/login") {
		e := a.newError()
		e.sentinel, e.FlowID, e.form = ErrAccountExists, now.id, now.form
		return nil, e
	}
	if now.form.HasErrors() {
		e := a.newError()
		e.sentinel, e.flow, e.form = ErrRejected, flow, now.form
		switch {
		case now.form.hasMessage(MessageAddressNotVerified): // up to Kratos v1.3; later it is an error of its own
			e.sentinel = ErrAddressNotVerified
		case f.clientType == browserClient && now.kind == string(gen.FlowTypeAPI) && now.form.hasMessage(MessageInvalid):
			e.sentinel, e.text = ErrCSRF, ErrCSRF.Error()+": the flow is a native client's, which no browser may submit"
		}
		return nil, e
	}
	done := a.succeeded() && (now.state == stateDone || now.state == stateSuccess)
	step := &FlowResult[F]{Done: done, Flow: flow, ContinueWith: now.next}
	step.setSessionToken()
	return step, nil
}

// finished reads an answer that ends a login or a registration.
func resultFromSession[F any](a *response) (*FlowResult[F], error) {
	var end struct {
		Session      *Session         `json:"session"`
		SessionToken string           `json:"session_token"`
		Identity     *Identity        `json:"identity"`
		ContinueWith ContinueWithList `json:"continue_with"`
	}
	if err := a.decode(&end); err != nil {
		return nil, err
	}
	if (end.Session == nil || end.Session.ID == "") && (end.Identity == nil || end.Identity.ID == "") {
		return nil, a.unexpectedError(nil)
	}
	step := &FlowResult[F]{Done: true, Session: end.Session, SessionToken: end.SessionToken, Identity: end.Identity, ContinueWith: end.ContinueWith}
	step.setSessionToken()
	if step.Identity == nil && end.Session != nil {
		step.Identity = end.Session.Identity
	}
	return step, nil
}

// takeToken finds the session token where Kratos puts it: beside the session, or among the next
// steps.
func (s *FlowResult[F]) setSessionToken() {
	if next := s.ContinueWith.Find(ContinueSetSessionToken); next != nil && s.SessionToken == "" {
		s.SessionToken = next.SessionToken
	}
}

// elsewhere reads an answer that sends a browser to another URL.
func (f FlowClient[F, M, P]) resultFromRedirect(a *response) (*FlowResult[F], error) {
	e := a.responseError()
	if e.sentinel != ErrBrowserLocationChangeRequired || e.RedirectTo == "" {
		return nil, e
	}
	if f.clientType == nativeClient && f.operations.name == "Recovery" {
		e.text = "the code was right, but Kratos gives the session to browsers only: its configuration has to set feature_flags.use_continue_with_transitions"
		return nil, e
	}
	return &FlowResult[F]{RedirectTo: e.RedirectTo}, nil
}
