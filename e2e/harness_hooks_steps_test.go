package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// hookFixture is a Kratos with hooks at every trigger.
type hookFixture struct {
	*fixture
	rec    *hookReceiver
	google *provider.Google
	idp    *provider.Provider
	lock   sync.Mutex // of idp, which serves one browser at a time
}

// newHookFixture starts a Kratos with a hook of each kind at every trigger that it has.
func newHookFixture(t *testing.T, be backend, values map[string]any) *hookFixture {
	t.Helper()
	fx := &hookFixture{rec: newHookReceiver(t)}
	config := map[string]any{
		"feature_flags.use_continue_with_transitions":      true, // of a recovery
		"selfservice.methods.webauthn.config.passwordless": true,
	}
	maps.Copy(config, values)
	var env []string
	if be == realKratos {
		fx.google, fx.idp = provider.GoogleForTest(t), provider.ForTest(t)
		env = fx.google.Env()
		config["selfservice.methods.oidc.enabled"] = true
		config["selfservice.methods.oidc.config.providers"] = append(providersOf(fx.google.Config()), providersOf(fx.idp.Config(provider.FromIDToken))...)
	}
	for _, trigger := range hookTriggers {
		items := fx.rec.hookItems(t, trigger.name)
		if strings.HasPrefix(trigger.name, "registration.after.") {
			items = append(items, map[string]any{"hook": "session"})
		}
		config["selfservice.flows."+trigger.name+".hooks"] = items
	}
	fx.fixture = be.newFixture(t, config, env...)
	return fx
}

// providersOf returns the providers of a configuration.
func providersOf(config map[string]any) []any {
	methods := config["selfservice"].(map[string]any)["methods"].(map[string]any)
	providers := methods["oidc"].(map[string]any)["config"].(map[string]any)["providers"].([]map[string]any)
	return []any{providers[0]}
}

// hookDecisions are what a hook of each kind can decide.
var hookDecisions = []struct {
	kind     hooks.Kind
	decision string
}{
	{hooks.Decide, "allow"}, {hooks.Decide, "change"}, {hooks.Decide, "refuse"}, {hooks.Decide, "fail"},
	{hooks.Decide, "bare"}, // not of package hooks
	{hooks.Notify, "refuse"},
}

// beforeFlow starts a flow.
func beforeFlow[F, M, P any](f flow[F, M, P]) prepareTrigger {
	return func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u := fx.user(t, mode)
		return func(o kratos.RequestOption) error { return tryStart(u, f, o) }, ""
	}
}

// tryStart starts a flow of a user, and returns why there is none.
func tryStart[F, M, P any](u *user, f flow[F, M, P], o kratos.RequestOption) (err error) {
	ft := &flowTest[F, M, P]{user: u, api: f}
	if u.mode == pages {
		return ft.openPage(u.srv.PublicURL+"/self-service/"+f.name+"/browser", o)
	}
	ft.call(func(flows kratos.FlowClient[F, M, P]) {
		_, err = flows.With(f.params).Start(u.t.Context(), append(u.options(), o)...)
	})
	return err
}

// submission returns a function that submits a body.
func (ft *flowTest[F, M, P]) submission(body M) func(kratos.RequestOption) error {
	return func(o kratos.RequestOption) error {
		if ft.user.mode == pages {
			ft.user.http.Transport = transportWith(o)
			return ft.pageError(ft.trySubmit(body))
		}
		ft.options = append(ft.options, o)
		ft.trySubmit(body)
		return ft.err
	}
}

// openPage opens a URL in the browser of a user, whose requests have an option.
func (ft *flowTest[F, M, P]) openPage(url string, o kratos.RequestOption) error {
	ft.user.http.Transport = transportWith(o)
	return ft.pageError(ft.pageOutcome(ft.user.http.Get(url)))
}

// pageError returns what is wrong on a page.
func (ft *flowTest[F, M, P]) pageError(outcome string) error {
	switch {
	case ft.form.HasErrors():
		return errForm{ft.form}
	case outcome == "done" || outcome == "next step":
		return nil
	}
	if outcome == "disabled" {
		return errors.New("error page 404")
	}
	if rest, ok := strings.CutPrefix(outcome, "error page: "); ok {
		status, _, _ := strings.Cut(rest, " ") // the texts differ
		return errors.New("error page " + status)
	}
	status, _, _ := strings.Cut(outcome, " at ")
	return errors.New(status)
}

// transportWith returns a transport whose requests have these options.
func transportWith(opts ...kratos.RequestOption) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		for _, opt := range opts {
			opt(r)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}

// member returns a user who is logged in.
func (fx *hookFixture) member(t *testing.T, mode string) (*user, person) {
	p, u := fx.createPerson(t, true), fx.user(t, mode)
	u.logIn(p)
	return u, p
}

// secondFactor returns the login with a second factor of a person.
func (fx *hookFixture) secondFactor(t *testing.T, p person, mode string) *flowTest[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin] {
	u := fx.user(t, mode)
	start(u, login).trySubmit(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	return start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
}

func (fx *hookFixture) registerWithGoogle(t *testing.T) provider.Person {
	account := newProviderPerson()
	token := must(fx.google.IDToken(account, "n"))(t)
	must(fx.client.Registration.Do(t.Context(), kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"}))(t)
	return account
}

// signIn makes the provider sign in a new person, and reserves it until the test ends.
func (fx *hookFixture) signIn(t *testing.T) provider.Person {
	fx.lock.Lock()
	t.Cleanup(fx.lock.Unlock)
	account := newProviderPerson()
	fx.idp.SignIn(account)
	return account
}

// errForm is the form of a flow that a provider's callback has rejected.
type errForm struct{ kratos.Form }

func (errForm) Error() string { return "the form has messages" }

// logInWithProvider logs in with an app and a browser, whose requests have these options.
func (fx *hookFixture) logInWithProvider(t *testing.T, opts ...kratos.RequestOption) error {
	flow := must(fx.client.Login.With(loginInApp).Start(t.Context()))(t)
	step := must(fx.client.Login.Submit(t.Context(), flow, kratos.LoginOIDC{Provider: provider.ID}))(t)
	br := newBrowser(t, fx.srv)
	br.http.Transport = transportWith(opts...)
	resp := must(br.http.Get(step.RedirectTo))(t)
	defer resp.Body.Close()
	back, err := resp.Location()
	switch {
	case err != nil:
		return fmt.Errorf("status %d", resp.StatusCode)
	case back.Query().Has("code"):
		return nil
	}
	return errForm{must(fx.client.Login.Get(t.Context(), flow.ID))(t).Form()}
}
