package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// flowTest is a flow that a user is in: what the last response showed, and what came of the last
// submission.
type flowTest[F, M, P any] struct {
	user *user
	api  flow[F, M, P]          // whose calls it makes
	opts []kratos.RequestOption // of every submission
	flow *F                     // nil on pages
	form kratos.Form
	id   string                // of the flow on a page
	step *kratos.FlowResult[F] // what the last submission came to, not on pages
	err  error
}

// start starts a flow for a user: by a call of a native or single-page client, or by a visit to the
// site's page.
func start[F, M, P any](u *user, f flow[F, M, P], opts ...kratos.RequestOption) *flowTest[F, M, P] {
	u.t.Helper()
	ft := &flowTest[F, M, P]{user: u, api: f}
	if u.mode == pages {
		ft.readPage(u.http.Get(u.site + "/" + f.name + "?" + f.query(opts)))
		if ft.id == "" {
			u.t.Fatalf("the browser is at no form of a new %s", f.name)
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
	var rec queryRecorder
	client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: &rec}), kratos.WithRetries(0))
	if err != nil {
		panic(err)
	}
	_, _ = f.browser(client.Browser(nil)).With(f.params).Start(context.Background(), opts...) // is not sent
	return rec.query
}

// queryRecorder keeps the query of a request, and sends nothing.
type queryRecorder struct{ query string }

func (rec *queryRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	rec.query = r.URL.RawQuery
	return nil, errors.New("not sent")
}

// call calls do with the client of the flow in the user's mode. There is none on pages.
func (ft *flowTest[F, M, P]) call(do func(kratos.FlowClient[F, M, P])) {
	ft.user.t.Helper()
	if ft.user.mode == native {
		do(ft.api.native(ft.user.client))
		return
	}
	ft.user.ajax(func(b *kratos.Browser) { do(ft.api.browser(b)) })
}

// submit submits what the user entered, fails the test unless that has this outcome, and covers the
// cell of it.
func (ft *flowTest[F, M, P]) submit(want string, body M) {
	ft.user.t.Helper()
	flow, method := methodOf(body)
	if got := ft.outcomeOf(body); got != want {
		ft.user.t.Fatalf("%s, %s, %s: %s (error %v, messages %+v), want %s", flow, ft.user.mode, method, got, ft.err, ft.form.Messages, want)
	}
	cover(ft.user.t, flow, ft.user.mode, method, want)
}

// outcomeOf submits what the user entered, and returns the outcome.
func (ft *flowTest[F, M, P]) outcomeOf(body M) (outcome string) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		return ft.readPage(ft.user.http.PostForm(ft.form.Action, ft.fields(body)))
	}
	ft.call(func(flows kratos.FlowClient[F, M, P]) {
		ft.step, ft.err = flows.Submit(ft.user.t.Context(), ft.flow, body, append(ft.user.options(), ft.opts...)...)
	})
	if flow := kratos.RejectedFlow[F](ft.err); flow != nil {
		ft.flow = flow
	}
	if ft.step != nil && ft.step.Flow != nil {
		ft.flow = ft.step.Flow
	}
	if ft.step != nil && ft.step.SessionToken != "" {
		ft.user.token = ft.step.SessionToken
	}
	ft.form = ft.api.form(ft.flow)
	if ft.err != nil {
		return readError(ft.err)
	}
	return ft.readStep()
}

// fields returns a body as the fields that a browser posts.
func (ft *flowTest[F, M, P]) fields(body M) url.Values {
	ft.user.t.Helper()
	_, method := methodOf(body)
	var members map[string]any
	if err := json.Unmarshal(must(json.Marshal(withoutMethods(body)))(ft.user.t), &members); err != nil {
		ft.user.t.Fatal(err)
	}
	members["method"], members["csrf_token"] = method, ft.form.Value("csrf_token")
	values := url.Values{}
	flatten(values, "", members)
	return values
}

// withoutMethods returns a body as a plain struct or map. Its JSON has what the user entered,
// without what the SDK adds.
func withoutMethods(body any) any {
	v := reflect.ValueOf(body)
	if v.Kind() == reflect.Map {
		return v.Convert(reflect.TypeFor[map[string]any]()).Interface()
	}
	return v.Convert(reflect.StructOf(reflect.VisibleFields(v.Type()))).Interface()
}

// flatten adds members as form fields, with the names of nested ones joined by dots.
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

// flowID returns the id of the flow that the form submits to.
func (ft *flowTest[F, M, P]) flowID() string {
	ft.user.t.Helper()
	return must(url.Parse(ft.form.Action))(ft.user.t).Query().Get("flow")
}

// submitAgain submits the login of a user who is signed in already.
func (ft *flowTest[F, M, P]) submitAgain(body M) {
	ft.user.t.Helper()
	ft.submit("done", body)
	flow, method := methodOf(body)
	cover(ft.user.t, flow, ft.user.mode, method, "refresh")
}

// submitAndReload submits what redirects a browser to the form that it is at, and reads the form
// again.
func (ft *flowTest[F, M, P]) submitAndReload(body M) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		ft.submit("goes on", body)
		return
	}
	ft.submit("elsewhere", body)
	id := must(url.Parse(ft.step.RedirectTo))(ft.user.t).Query().Get("flow")
	ft.call(func(flows kratos.FlowClient[F, M, P]) { ft.flow = must(flows.Get(ft.user.t.Context(), id))(ft.user.t) })
	ft.form = ft.api.form(ft.flow)
}
