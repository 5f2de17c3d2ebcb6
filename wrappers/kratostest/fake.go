package kratostest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// FakeSession returns the session of a person who has logged in with a password, and with an
// authenticator app if Person.TOTP is set, for a test without a server. A handler that runs behind
// package sessions gets it in the context of the request:
//
//	session := kratostest.FakeSession(t, kratostest.Person{Email: "ann@example.org"})
//	r = r.WithContext(kratos.ContextWithSession(r.Context(), session))
func FakeSession(t testing.TB, p Person) *kratos.Session {
	t.Helper()
	k := offline(t)
	inactive := p.Inactive
	p.Inactive = false // nobody who is inactive can log in
	person := k.Person(p)
	s := k.SignIn(person)
	if p.TOTP {
		s.AAL2()
	}
	session := must(k.directClient().Whoami(t.Context(), s.Option()))(t)
	if inactive {
		session.Identity.State = kratos.IdentityStateInactive
	}
	return session
}

// FakeError returns an error that matches one of the Err… variables of package kratos, for
// [errors.Is], with the status and the id of a response from Kratos. Its fields can be changed.
func FakeError(is error) *kratos.Error {
	known := responses[is]
	return access.NewError(is, known.status, known.id).(*kratos.Error)
}

// responses are the statuses and ids of errors. Those that are not here have no response.
var responses = map[error]struct {
	status int
	id     string
}{
	kratos.ErrRejected:                      {http.StatusBadRequest, ""},
	kratos.ErrFlowExpired:                   {http.StatusGone, "self_service_flow_expired"},
	kratos.ErrFlowReplaced:                  {http.StatusGone, "self_service_flow_replaced"},
	kratos.ErrFlowDisabled:                  {http.StatusBadRequest, "self_service_flow_disabled"},
	kratos.ErrNoSession:                     {http.StatusUnauthorized, ""},
	kratos.ErrSessionAlreadyAvailable:       {http.StatusBadRequest, "session_already_available"},
	kratos.ErrAAL1Required:                  {http.StatusUnauthorized, "session_aal1_required"},
	kratos.ErrAAL2Required:                  {http.StatusForbidden, "session_aal2_required"},
	kratos.ErrAALAlreadyFulfilled:           {http.StatusBadRequest, "session_aal_already_fulfilled"},
	kratos.ErrRefreshRequired:               {http.StatusForbidden, "session_refresh_required"},
	kratos.ErrAddressNotVerified:            {http.StatusForbidden, "session_verified_address_required"},
	kratos.ErrIdentityInactive:              {http.StatusUnauthorized, ""},
	kratos.ErrIdentityMismatch:              {http.StatusForbidden, "security_identity_mismatch"},
	kratos.ErrCSRF:                          {http.StatusForbidden, "security_csrf_violation"},
	kratos.ErrReturnToForbidden:             {http.StatusBadRequest, "self_service_flow_return_to_forbidden"},
	kratos.ErrAccountExists:                 {http.StatusBadRequest, ""},
	kratos.ErrBrowserLocationChangeRequired: {http.StatusUnprocessableEntity, "browser_location_change_required"},
	kratos.ErrUnexpectedResponse:            {http.StatusOK, ""},
	kratos.ErrBadRequest:                    {http.StatusBadRequest, ""},
	kratos.ErrUnauthorized:                  {http.StatusUnauthorized, ""},
	kratos.ErrForbidden:                     {http.StatusForbidden, ""},
	kratos.ErrNotFound:                      {http.StatusNotFound, ""},
	kratos.ErrConflict:                      {http.StatusConflict, ""},
	kratos.ErrRateLimited:                   {http.StatusTooManyRequests, ""},
	kratos.ErrServer:                        {http.StatusServiceUnavailable, ""},
}

// FakeRejection returns the [kratos.ErrRejected] of a flow of a native client. Messages are the
// numbers of what Kratos says about the fields, such as kratos.MessageInvalidCredentials at "", the
// form, or kratos.MessageTooShort at "password". F is the type of the flow:
//
//	err := kratostest.FakeRejection[kratos.LoginFlow](t, map[string]int64{"": kratos.MessageInvalidCredentials})
//	flow := kratos.RejectedFlow[kratos.LoginFlow](err)
func FakeRejection[F kratos.LoginFlow | kratos.RegistrationFlow | kratos.SettingsFlow | kratos.RecoveryFlow | kratos.VerificationFlow](t testing.TB, messages map[string]int64) *kratos.Error {
	t.Helper()
	k := offline(t)
	var flow F
	var submit func(*kratos.Client) error
	ctx, client := t.Context(), k.directClient()
	switch started := any(&flow).(type) {
	case *kratos.LoginFlow:
		*started = *must(client.Login.Start(ctx))(t)
		submit = func(c *kratos.Client) error {
			_, err := c.Login.Submit(ctx, started, kratos.LoginPassword{Identifier: "x", Password: "x"})
			return err
		}
	case *kratos.RegistrationFlow:
		*started = *must(client.Registration.Start(ctx))(t)
		submit = func(c *kratos.Client) error {
			_, err := c.Registration.Submit(ctx, started, kratos.RegistrationProfile{Traits: map[string]any{}})
			return err
		}
	case *kratos.SettingsFlow:
		token := k.SignIn(k.Person(Person{})).Option()
		*started = *must(client.Settings.Start(ctx, token))(t)
		submit = func(c *kratos.Client) error {
			_, err := c.Settings.Submit(ctx, started, kratos.SettingsPassword{Password: "x"}, token)
			return err
		}
	case *kratos.RecoveryFlow:
		*started = *must(client.Recovery.Start(ctx))(t)
		submit = func(c *kratos.Client) error {
			_, err := c.Recovery.Submit(ctx, started, kratos.RecoveryCode{Email: "x"})
			return err
		}
	case *kratos.VerificationFlow:
		*started = *must(client.Verification.Start(ctx))(t)
		submit = func(c *kratos.Client) error {
			_, err := c.Verification.Submit(ctx, started, kratos.VerificationCode{Email: "x"})
			return err
		}
	}
	body := must(withMessages(flow, messages))(t)
	err := submit(k.Client(kratos.WithHTTPClient(&http.Client{Transport: fixed{http.StatusBadRequest, body}})))
	rejected, ok := err.(*kratos.Error)
	if !ok {
		t.Fatalf("kratostest: FakeRejection: %v", err)
	}
	return rejected
}

// withMessages returns a flow as JSON with messages about fields.
func withMessages(flow any, messages map[string]int64) ([]byte, error) {
	encoded, err := json.Marshal(flow)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := json.Unmarshal(encoded, &body); err != nil {
		return nil, err
	}
	ui := body["ui"].(map[string]any)
	left := map[string]int64{}
	for field, id := range messages {
		left[field] = id
	}
	nodes, _ := ui["nodes"].([]any)
	for _, n := range nodes {
		node := n.(map[string]any)
		name, _ := node["attributes"].(map[string]any)["name"].(string)
		if id, ok := left[name]; ok && name != "" {
			node["messages"] = []any{message.New(id)}
			delete(left, name)
		}
	}
	var form []any
	for _, id := range left { // of the form, or of a field that it does not have
		form = append(form, message.New(id))
	}
	if form != nil {
		ui["messages"] = form
	}
	return json.Marshal(body)
}

// fixed responds to all requests alike.
type fixed struct {
	status int
	body   []byte
}

func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: f.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(f.body)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(f.body)),
	}, nil
}
