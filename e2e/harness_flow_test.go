package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// flow is one of the five self-service flows: its name in URLs, its client in each mode, and how to
// read its form.
type flow[F, M any] struct {
	name    string
	native  func(*kratos.Client) kratos.FlowClient[F, M]
	browser func(*kratos.Browser) kratos.FlowClient[F, M]
	form    func(*F) kratos.Form
}

var (
	login = flow[kratos.LoginFlow, kratos.LoginMethod]{
		"login", func(c *kratos.Client) kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod] { return c.Login },
		func(b *kratos.Browser) kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod] { return b.Login }, (*kratos.LoginFlow).Form,
	}
	registration = flow[kratos.RegistrationFlow, kratos.RegistrationMethod]{
		"registration", func(c *kratos.Client) kratos.FlowClient[kratos.RegistrationFlow, kratos.RegistrationMethod] {
			return c.Registration
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.RegistrationFlow, kratos.RegistrationMethod] {
			return b.Registration
		}, (*kratos.RegistrationFlow).Form,
	}
	settings = flow[kratos.SettingsFlow, kratos.SettingsMethod]{
		"settings", func(c *kratos.Client) kratos.FlowClient[kratos.SettingsFlow, kratos.SettingsMethod] {
			return c.Settings
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.SettingsFlow, kratos.SettingsMethod] {
			return b.Settings
		}, (*kratos.SettingsFlow).Form,
	}
	recovery = flow[kratos.RecoveryFlow, kratos.RecoveryMethod]{
		"recovery", func(c *kratos.Client) kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod] {
			return c.Recovery
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod] {
			return b.Recovery
		}, (*kratos.RecoveryFlow).Form,
	}
	verification = flow[kratos.VerificationFlow, kratos.VerificationMethod]{
		"verification", func(c *kratos.Client) kratos.FlowClient[kratos.VerificationFlow, kratos.VerificationMethod] {
			return c.Verification
		},
		func(b *kratos.Browser) kratos.FlowClient[kratos.VerificationFlow, kratos.VerificationMethod] {
			return b.Verification
		}, (*kratos.VerificationFlow).Form,
	}
)

// flowTest is a flow that a user is in: what the last response showed, and what came of the last
// submission.
type flowTest[F, M any] struct {
	user *user
	api  flow[F, M]             // whose calls it makes
	opts []kratos.RequestOption // of every submission
	flow *F                     // nil on pages
	form kratos.Form
	id   string                // of the flow on a page
	step *kratos.FlowResult[F] // what the last submission came to, not on pages
	err  error
}

// start starts a flow for a user: by a call of a native or single-page client, or by a visit to the
// site's page.
func start[F, M any](u *user, f flow[F, M], opts ...kratos.RequestOption) *flowTest[F, M] {
	u.t.Helper()
	ft := &flowTest[F, M]{user: u, api: f}
	if u.mode == pages {
		ft.readPage(u.http.Get(u.site + "/" + f.name + "?" + queryOf(opts)))
		if ft.id == "" {
			u.t.Fatalf("the browser is at no form of a new %s", f.name)
		}
		return ft
	}
	ft.call(func(flows kratos.FlowClient[F, M]) {
		ft.flow = must(flows.Start(u.t.Context(), append(opts, u.options()...)...))(u.t)
	})
	ft.form = f.form(ft.flow)
	return ft
}

// queryOf returns the query that options make of a request.
func queryOf(opts []kratos.RequestOption) string {
	r := &http.Request{URL: &url.URL{}, Header: http.Header{}}
	for _, opt := range opts {
		opt(r)
	}
	return r.URL.RawQuery
}

// call calls do with the client of the flow in the user's mode. There is none on pages.
func (ft *flowTest[F, M]) call(do func(kratos.FlowClient[F, M])) {
	ft.user.t.Helper()
	if ft.user.mode == native {
		do(ft.api.native(ft.user.client))
		return
	}
	ft.user.ajax(func(b *kratos.Browser) { do(ft.api.browser(b)) })
}

// submit submits what the user entered, fails the test unless that has this outcome, and covers the
// cell of it.
func (ft *flowTest[F, M]) submit(want string, body M) {
	ft.user.t.Helper()
	flow, method := methodOf(body)
	if got := ft.outcomeOf(body); got != want {
		ft.user.t.Fatalf("%s, %s, %s: %s (error %v, messages %+v), want %s", flow, ft.user.mode, method, got, ft.err, ft.form.Messages, want)
	}
	cover(ft.user.t, flow, ft.user.mode, method, want)
}

// outcomeOf submits what the user entered, and returns the outcome.
func (ft *flowTest[F, M]) outcomeOf(body M) (outcome string) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		return ft.readPage(ft.user.http.PostForm(ft.form.Action, ft.fields(body)))
	}
	ft.call(func(flows kratos.FlowClient[F, M]) {
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
func (ft *flowTest[F, M]) fields(body M) url.Values {
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
func (ft *flowTest[F, M]) flowID() string {
	ft.user.t.Helper()
	return must(url.Parse(ft.form.Action))(ft.user.t).Query().Get("flow")
}

// submitAgain submits the login of a user who is signed in already.
func (ft *flowTest[F, M]) submitAgain(body M) {
	ft.user.t.Helper()
	ft.submit("done", body)
	flow, method := methodOf(body)
	cover(ft.user.t, flow, ft.user.mode, method, "refresh")
}

// submitAndReload submits what redirects a browser to the form that it is at, and reads the form
// again.
func (ft *flowTest[F, M]) submitAndReload(body M) {
	ft.user.t.Helper()
	if ft.user.mode == pages {
		ft.submit("goes on", body)
		return
	}
	ft.submit("elsewhere", body)
	id := must(url.Parse(ft.step.RedirectTo))(ft.user.t).Query().Get("flow")
	ft.call(func(flows kratos.FlowClient[F, M]) { ft.flow = must(flows.Get(ft.user.t.Context(), id))(ft.user.t) })
	ft.form = ft.api.form(ft.flow)
}
