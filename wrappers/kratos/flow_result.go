package kratos

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// flowState has the members that all five flows have.
type flowState struct {
	id, state, flowType string
	requestURL          string
	form                Form
	next                ContinueWithList
}

// FlowResult is the result of a submission that Kratos accepted.
type FlowResult[F any] struct {
	// Done reports whether the flow is complete. If it is not, continue with Flow or RedirectTo.
	Done bool
	// Flow has the next form to show, or the last one of a complete flow. It is nil after a
	// complete login or registration.
	Flow *F
	// RedirectTo is the URL at which a browser has to continue, such as that of a provider; "" if
	// none has to.
	RedirectTo string

	// Session is the new session of a login or registration; nil if there is none.
	Session *Session
	// SessionToken is a secret: what a native client passes to later calls with the option
	// [SessionToken]. It is "" for browsers, and after a registration unless Kratos' configuration
	// has the hook session for it.
	SessionToken string
	// Identity is the person: set after a registration, and after a login unless a required second
	// factor is missing. It is nil in other flows.
	Identity *Identity
	// ContinueWith has the actions that Kratos suggests next.
	ContinueWith ContinueWithList
	// AdditionalProperties has the members of a complete login or registration that a newer Kratos
	// sends. They may be secrets: ResponseBody leaves them out.
	AdditionalProperties map[string]json.RawMessage
}

// String returns the state of the flow, without the session token.
func (r FlowResult[F]) String() string {
	switch {
	case r.Done:
		return "FlowResult{done}"
	case r.RedirectTo != "":
		return "FlowResult{redirect}"
	}
	return "FlowResult{next form}"
}

// readSubmission returns the result of a submission from its response.
func (f FlowClient[F, M, P]) readSubmission(op string, resp *http.Response, err error) (*FlowResult[F], error) {
	r, err := readResponse(op, resp, err)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	return f.readResult(r)
}

// readResult returns the result of a submission by the shape of the response, then by its members,
// and by its status last.
func (f FlowClient[F, M, P]) readResult(r *response) (*FlowResult[F], error) {
	var shape struct {
		UI *struct{} `json:"ui"` // nil if there is none
	}
	if r.isJSON() && (r.succeeded() || r.StatusCode == http.StatusBadRequest) {
		if jsonv2.Unmarshal(r.body, &shape) != nil {
			return nil, r.unexpectedError(errMalformed)
		}
	}
	switch {
	case shape.UI != nil:
		return f.resultFromFlow(r)
	case r.succeeded():
		return resultFromSession[F](r)
	case r.StatusCode == http.StatusUnprocessableEntity:
		return f.resultFromRedirect(r)
	}
	return nil, r.responseError()
}

// resultFromFlow reads a response that is a flow.
func (f FlowClient[F, M, P]) resultFromFlow(r *response) (*FlowResult[F], error) {
	flow := new(F)
	if err := r.decode(flow); err != nil {
		return nil, err
	}
	state := f.operations.state(flow)
	if state.id == "" {
		return nil, r.unexpectedError(nil)
	}
	if f.operations.name == "Registration" && strings.Contains(state.form.Action, "/self-service/login") {
		e := r.newError()
		e.sentinel, e.FlowID, e.form = ErrAccountExists, state.id, state.form
		return nil, e
	}
	if state.form.HasErrors() {
		e := r.newError()
		e.sentinel, e.flow, e.form = ErrRejected, flow, state.form
		switch {
		case state.form.hasMessage(MessageAddressNotVerified): // up to Kratos v1.3; later it is an error of its own
			e.sentinel = ErrAddressNotVerified
		case f.clientType == browserClient && state.flowType == string(gen.FlowTypeAPI) && state.form.hasMessage(MessageInvalid):
			e.sentinel, e.text = ErrCSRF, ErrCSRF.Error()+": the flow is a native client's, which no browser may submit"
		}
		return nil, e
	}
	done := r.succeeded() && (state.state == stateDone || state.state == stateSuccess)
	result := &FlowResult[F]{Done: done, Flow: flow, ContinueWith: state.next}
	result.setSessionToken()
	return result, nil
}

// resultFromSession reads a response that completes a login or a registration.
func resultFromSession[F any](r *response) (*FlowResult[F], error) {
	var end struct {
		Session      *Session         `json:"session"`
		SessionToken string           `json:"session_token"`
		Identity     *Identity        `json:"identity"`
		ContinueWith ContinueWithList `json:"continue_with"`

		AdditionalProperties map[string]json.RawMessage `json:",embed,inline"` // in all versions of the engine
	}
	if err := r.decode(&end); err != nil {
		return nil, err
	}
	if (end.Session == nil || end.Session.ID == "") && (end.Identity == nil || end.Identity.ID == "") {
		return nil, r.unexpectedError(nil)
	}
	result := &FlowResult[F]{Done: true, Session: end.Session, SessionToken: end.SessionToken, Identity: end.Identity,
		ContinueWith: end.ContinueWith, AdditionalProperties: end.AdditionalProperties}
	result.setSessionToken()
	if result.Identity == nil && end.Session != nil {
		result.Identity = end.Session.Identity
	}
	return result, nil
}

// setSessionToken sets the session token from continue_with if the response has no other.
func (r *FlowResult[F]) setSessionToken() {
	if next := r.ContinueWith.Find(ContinueSetSessionToken); next != nil && r.SessionToken == "" {
		r.SessionToken = next.SessionToken
	}
}

// resultFromRedirect reads a response that redirects a browser.
func (f FlowClient[F, M, P]) resultFromRedirect(r *response) (*FlowResult[F], error) {
	e := r.responseError()
	if e.sentinel != ErrBrowserLocationChangeRequired || e.RedirectTo == "" {
		return nil, e
	}
	if f.clientType == nativeClient && f.operations.name == "Recovery" {
		e.text = "the code is right, but Kratos gives the session to browsers only, unless its configuration sets feature_flags.use_continue_with_transitions"
		return nil, e
	}
	return &FlowResult[F]{RedirectTo: e.RedirectTo}, nil
}
