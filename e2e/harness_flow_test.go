package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// flow is one of the five self-service flows: its name in URLs, its client in each mode, how to
// read its form, and the parameters that it starts with.
type flow[F, M, P any] struct {
	name    string
	native  func(*kratos.Client) kratos.FlowClient[F, M, P]
	browser func(*kratos.Browser) kratos.FlowClient[F, M, P]
	form    func(*F) kratos.Form
	params  P
}

// with returns the flow with other parameters to start with.
func (f flow[F, M, P]) with(params P) flow[F, M, P] {
	f.params = params
	return f
}

var (
	login = flow[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin]{
		"login", func(c *kratos.Client) kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin] {
			return c.Login
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin] {
			return b.Login
		}, (*kratos.LoginFlow).Form, kratos.StartLogin{},
	}
	registration = flow[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration]{
		"registration", func(c *kratos.Client) kratos.FlowClient[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration] {
			return c.Registration
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration] {
			return b.Registration
		}, (*kratos.RegistrationFlow).Form, kratos.StartRegistration{},
	}
	settings = flow[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings]{
		"settings", func(c *kratos.Client) kratos.FlowClient[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings] {
			return c.Settings
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings] {
			return b.Settings
		}, (*kratos.SettingsFlow).Form, kratos.StartSettings{},
	}
	recovery = flow[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery]{
		"recovery", func(c *kratos.Client) kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery] {
			return c.Recovery
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery] {
			return b.Recovery
		}, (*kratos.RecoveryFlow).Form, kratos.StartRecovery{},
	}
	verification = flow[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification]{
		"verification", func(c *kratos.Client) kratos.FlowClient[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification] {
			return c.Verification
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification] {
			return b.Verification
		}, (*kratos.VerificationFlow).Form, kratos.StartVerification{},
	}
)

// flowTest is a flow of a user, with its last form and the result of the last submission.
type flowTest[F, M, P any] struct {
	user    *user
	api     flow[F, M, P]          // the calls of the flow
	options []kratos.RequestOption // of every submission
	flow    *F                     // nil on pages
	form    kratos.Form
	id      string                // of the flow on a page
	result  *kratos.FlowResult[F] // of the last submission, not on pages
	err     error
}

// start starts a flow for a user, with a call of a native or single-page client or by opening the
// site's page.
func start[F, M, P any](u *user, f flow[F, M, P], opts ...kratos.RequestOption) *flowTest[F, M, P] {
	u.t.Helper()
	ft := &flowTest[F, M, P]{user: u, api: f}
	if u.mode == pages {
		ft.pageOutcome(u.http.Get(u.site + "/" + f.name + "?" + f.query(opts)))
		if ft.id == "" {
			u.t.Fatalf("the browser is not at the form of a new %s", f.name)
		}
		return ft
	}
	ft.call(func(flows kratos.FlowClient[F, M, P]) {
		ft.flow = must(flows.With(f.params).Start(u.t.Context(), append(opts, u.options()...)...))(u.t)
	})
	ft.form = f.form(ft.flow)
	return ft
}

// query returns the query of the request with which a browser starts the flow.
func (f flow[F, M, P]) query(opts []kratos.RequestOption) string {
	var rec requestRecorder
	client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: &rec}), kratos.WithRetries(0))
	if err != nil {
		panic(err)
	}
	_, _ = f.browser(client.Browser(nil)).With(f.params).Start(context.Background(), opts...) // not sent
	return rec.query
}

// requestRecorder records the query and the body of a request without sending it.
type requestRecorder struct {
	query string
	body  []byte
}

func (rec *requestRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	rec.query = r.URL.RawQuery
	if r.Body != nil {
		rec.body, _ = io.ReadAll(r.Body)
	}
	return nil, errors.New("not sent")
}

// call calls do with the client of the flow in the user's mode, which is not pages.
func (ft *flowTest[F, M, P]) call(do func(kratos.FlowClient[F, M, P])) {
	ft.user.t.Helper()
	if ft.user.mode == native {
		do(ft.api.native(ft.user.client))
		return
	}
	ft.user.withBrowser(func(b *kratos.Browser) { do(ft.api.browser(b)) })
}

// submit submits a body, fails the test if it does not have this outcome, and covers the cell of
// the outcome.
func (ft *flowTest[F, M, P]) submit(want string, body M) {
	ft.user.t.Helper()
	flow, method := methodOf(body)
	if got := ft.trySubmit(body); got != want {
		ft.user.t.Fatalf("%s, %s, %s: %s (error %v, messages %+v), want %s", flow, ft.user.mode, method, got, ft.err, ft.form.Messages, want)
	}
	cover(ft.user.t, flow, ft.user.mode, method, want)
}

// trySubmit submits a body and returns the outcome.
func (ft *flowTest[F, M, P]) trySubmit(body M) (outcome string) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		return ft.pageOutcome(ft.user.http.PostForm(ft.form.Action, ft.fields(body)))
	}
	ft.call(func(flows kratos.FlowClient[F, M, P]) {
		ft.result, ft.err = flows.Submit(ft.user.t.Context(), ft.flow, body, append(ft.user.options(), ft.options...)...)
	})
	if flow := kratos.RejectedFlow[F](ft.err); flow != nil {
		ft.flow = flow
	}
	if ft.result != nil && ft.result.Flow != nil {
		ft.flow = ft.result.Flow
	}
	if ft.result != nil && ft.result.SessionToken != "" {
		ft.user.token = ft.result.SessionToken
	}
	ft.form = ft.api.form(ft.flow)
	if ft.err != nil {
		return errorOutcome(ft.err)
	}
	return ft.resultOutcome()
}

// fields returns a body as the fields of an HTML form.
func (ft *flowTest[F, M, P]) fields(body M) url.Values {
	ft.user.t.Helper()
	_, method := methodOf(body)
	var members map[string]any
	if err := json.Unmarshal(ft.bodyJSON(body), &members); err != nil {
		ft.user.t.Fatal(err)
	}
	members["method"], members["csrf_token"] = method, ft.form.Value("csrf_token")
	values := url.Values{}
	flatten(values, "", members)
	return values
}

// bodyJSON returns a body as JSON: a map as it is, a method of a flow as a client sends it.
func (ft *flowTest[F, M, P]) bodyJSON(body M) []byte {
	ft.user.t.Helper()
	if v := reflect.ValueOf(body); v.Kind() == reflect.Map {
		return must(json.Marshal(v.Convert(reflect.TypeFor[map[string]any]()).Interface()))(ft.user.t)
	}
	var rec requestRecorder
	client := must(kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: &rec}), kratos.WithRetries(0)))(ft.user.t)
	flow := new(F)
	if err := json.Unmarshal([]byte(`{"id":"f"}`), flow); err != nil {
		ft.user.t.Fatal(err)
	}
	_, _ = ft.api.native(client).Submit(ft.user.t.Context(), flow, body, kratos.SessionToken("t")) // is not sent
	return rec.body
}

// flatten adds members as form fields; the names of nested members are joined by dots.
func flatten(values url.Values, prefix string, members map[string]any) {
	for name, value := range members {
		switch value := value.(type) {
		case nil:
		case map[string]any:
			flatten(values, prefix+name+".", value)
		default:
			values.Set(prefix+name, fmt.Sprint(value))
		}
	}
}

// flowID returns the id of the flow to which the form is submitted.
func (ft *flowTest[F, M, P]) flowID() string {
	ft.user.t.Helper()
	return must(url.Parse(ft.form.Action))(ft.user.t).Query().Get("flow")
}

// submitRefresh submits the login of a user who is logged in already.
func (ft *flowTest[F, M, P]) submitRefresh(body M) {
	ft.user.t.Helper()
	ft.submit("done", body)
	flow, method := methodOf(body)
	cover(ft.user.t, flow, ft.user.mode, method, "refresh")
}

// submitAndReload submits a body that redirects the browser to the current form, and reads the form
// again.
func (ft *flowTest[F, M, P]) submitAndReload(body M) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		ft.submit("next step", body)
		return
	}
	ft.submit("redirected", body)
	id := must(url.Parse(ft.result.RedirectTo))(ft.user.t).Query().Get("flow")
	ft.call(func(flows kratos.FlowClient[F, M, P]) { ft.flow = must(flows.Get(ft.user.t.Context(), id))(ft.user.t) })
	ft.form = ft.api.form(ft.flow)
}
