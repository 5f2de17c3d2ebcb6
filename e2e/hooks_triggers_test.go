package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// hookFixture is a Kratos with hooks at every trigger.
type hookFixture struct {
	*fixture
	rec    *hookReceiver
	google *provider.Google
	idp    *provider.Provider
	lock   sync.Mutex // of idp, which serves one browser at a time
}

// hookTrigger is a trigger, and how a person sets it off. prepare returns the request that does,
// with the email of the person if there is one.
type hookTrigger struct {
	name    string
	prepare func(t *testing.T, fx *hookFixture) (send func(kratos.RequestOption) error, email string)
}

// hookTriggers are the triggers of Kratos v1.3.1, which later versions have as well.
var hookTriggers = []hookTrigger{
	{"login.before", beforeFlow(login)},
	{"registration.before", beforeFlow(registration)},
	{"recovery.before", beforeFlow(recovery)},
	{"verification.before", beforeFlow(verification)},
	{"settings.before", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u, _ := fx.member(t)
		return func(o kratos.RequestOption) error {
			return errorOf(fx.client.Settings.Start(t.Context(), append(u.options(), o)...))
		}, ""
	}},
	{"login.after.password", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		return start(fx.user(t, native), login).submission(kratos.LoginPassword{Identifier: p.Email, Password: p.password}), p.Email
	}},
	{"login.after.code", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, native)
		ft := start(u, login)
		ft.trySubmit(kratos.LoginCode{Identifier: p.Email})
		return ft.submission(kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)}), p.Email
	}},
	{"login.after.totp", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		f := fx.user(t, native).enrollSecondFactors(p)
		return fx.secondFactor(t, p).submission(kratos.LoginTOTP{TOTPCode: f.nextCode(t)}), p.Email
	}},
	{"login.after.lookup_secret", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		f := fx.user(t, native).enrollSecondFactors(p)
		return fx.secondFactor(t, p).submission(kratos.LoginLookupSecret{LookupSecret: f.codes[0]}), p.Email
	}},
	{"login.after.webauthn", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u := fx.user(t, singlePage)
		p, k := u.registerSecurityKey()
		ft := start(u.newUser(), login)
		ft.submitIdentifier(p)
		return ft.submission(kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(t, webauthnOptions(ft.form))}), p.Email
	}},
	{"login.after.passkey", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u := fx.user(t, singlePage)
		p, k := u.registerPasskey()
		ft := start(u.newUser(), login)
		return ft.submission(kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"login.after.oidc", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		account := fx.signIn(t)
		if err := fx.logInWithProvider(t); err != nil { // which registers
			t.Fatal(err)
		}
		return func(o kratos.RequestOption) error { return fx.logInWithProvider(t, o) }, account.Email
	}},
	// Kratos calls the hooks of all methods for an ID token, and where a method has none.
	{"login.after", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		account := fx.registerWithGoogle(t)
		token := must(fx.google.IDToken(account, "n"))(t)
		return start(fx.user(t, native), login).submission(kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"}), account.Email
	}},
	{"registration.after.password", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p := newPerson()
		return start(fx.user(t, native), registration).submission(kratos.RegistrationPassword{Traits: p.traits, Password: p.password}), p.Email
	}},
	{"registration.after.code", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := newPerson(), fx.user(t, native)
		ft := start(u, registration)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
		return ft.submission(kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)}), p.Email
	}},
	{"registration.after.passkey", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, k := newPerson(), newKey()
		ft := start(fx.user(t, singlePage), registration)
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		return ft.submission(kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: k.create(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"registration.after.webauthn", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, k := newPerson(), newKey()
		ft := start(fx.user(t, singlePage), registration)
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		return ft.submission(kratos.RegistrationWebAuthn{
			Traits: p.traits, WebAuthnRegister: k.create(t, webauthnOptions(ft.form)), WebAuthnRegisterDisplayname: "key",
		}), p.Email
	}},
	{"registration.after.oidc", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		account := newProviderPerson()
		token := must(fx.google.IDToken(account, "n"))(t)
		return start(fx.user(t, native), registration).submission(kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"}), account.Email
	}},
	{"settings.after.password", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t)
		return start(u, settings).submission(kratos.SettingsPassword{Password: "another correct horse"}), p.Email
	}},
	{"settings.after.profile", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t)
		p.Newsletter = true
		return start(u, settings).submission(kratos.SettingsProfile{Traits: p.traits}), p.Email
	}},
	{"settings.after.totp", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(ft.form.TOTPSecret(), time.Now()))(t)}), p.Email
	}},
	{"settings.after.lookup_secret", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t)
		ft := start(u, settings)
		ft.submit("next step", kratos.SettingsLookupSecret{LookupSecretRegenerate: true})
		return ft.submission(kratos.SettingsLookupSecret{LookupSecretConfirm: true}), p.Email
	}},
	{"settings.after.webauthn", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, singlePage)
		u.logIn(p)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsWebAuthn{WebAuthnRegister: newKey().create(t, webauthnOptions(ft.form)), WebAuthnRegisterDisplayname: "key"}), p.Email
	}},
	{"settings.after.passkey", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, singlePage)
		u.logIn(p)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsPasskey{PasskeySettingsRegister: newKey().create(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"settings.after.oidc", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		account := fx.registerWithGoogle(t)
		token := must(fx.google.IDToken(account, "n"))(t)
		u := fx.user(t, native)
		start(u, login).submit("done", kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"})
		start(u, settings).submit("done", kratos.SettingsPassword{Password: "another correct horse"})
		return start(u, settings).submission(kratos.SettingsOIDC{Unlink: provider.GoogleID}), account.Email
	}},
	{"recovery.after", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, native)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		return ft.submission(kratos.RecoveryCode{Code: u.code(p.Email)}), p.Email
	}},
	{"verification.after", func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, false), fx.user(t, native)
		ft := start(u, verification)
		ft.submit("next step", kratos.VerificationCode{Email: p.Email})
		return ft.submission(kratos.VerificationCode{Code: u.code(p.Email)}), p.Email
	}},
}

// beforeFlow starts a flow.
func beforeFlow[F, M, P any](f flow[F, M, P]) func(*testing.T, *hookFixture) (func(kratos.RequestOption) error, string) {
	return func(t *testing.T, fx *hookFixture) (func(kratos.RequestOption) error, string) {
		return func(o kratos.RequestOption) error { return errorOf(f.native(fx.client).Start(t.Context(), o)) }, ""
	}
}

// submission returns a function that submits a body.
func (ft *flowTest[F, M, P]) submission(body M) func(kratos.RequestOption) error {
	return func(o kratos.RequestOption) error {
		ft.options = append(ft.options, o)
		ft.trySubmit(body)
		return ft.err
	}
}

// member returns a user who is logged in.
func (fx *hookFixture) member(t *testing.T) (*user, person) {
	p, u := fx.createPerson(t, true), fx.user(t, native)
	u.logIn(p)
	return u, p
}

// secondFactor returns the login with a second factor of a person.
func (fx *hookFixture) secondFactor(t *testing.T, p person) *flowTest[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin] {
	u := fx.user(t, native)
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
	br.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		for _, opt := range opts {
			opt(r)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	if back := br.open(step.RedirectTo); back.Query().Has("code") {
		return nil
	}
	return errForm{must(fx.client.Login.Get(t.Context(), flow.ID))(t).Form()}
}

// newHookFixture starts a Kratos with a hook of each kind at every trigger.
func newHookFixture(t *testing.T) *hookFixture {
	t.Helper()
	rec, google, idp := newHookReceiver(t), provider.GoogleForTest(t), provider.ForTest(t)
	config := nestConfig(map[string]any{
		"feature_flags.use_continue_with_transitions":      true, // of a recovery
		"selfservice.methods.webauthn.config.passwordless": true,
		"selfservice.methods.oidc.enabled":                 true,
		"selfservice.methods.oidc.config.providers":        append(providersOf(google.Config()), providersOf(idp.Config(provider.FromIDToken))...),
	})
	for _, trigger := range hookTriggers {
		items := rec.hookItems(t, trigger.name)
		if strings.HasPrefix(trigger.name, "registration.after.") {
			items = append(items, map[string]any{"hook": "session"})
		}
		path := "selfservice.flows." + trigger.name + ".hooks"
		mergeConfig(config, nestConfig(map[string]any{path: items}))
	}
	srv := server.ForTest(t, server.Options{UI: sharedSite.url, Config: config, Env: google.Env()})
	return &hookFixture{fixture: fixtureFor(t, srv, sharedSite.url), rec: rec, google: google, idp: idp}
}

// providersOf returns the providers of a configuration.
func providersOf(config map[string]any) []any {
	methods := config["selfservice"].(map[string]any)["methods"].(map[string]any)
	providers := methods["oidc"].(map[string]any)["config"].(map[string]any)["providers"].([]map[string]any)
	return []any{providers[0]}
}

// mergeConfig adds the values of a configuration to another one.
func mergeConfig(into, from map[string]any) {
	for name, value := range from {
		old, isMap := into[name].(map[string]any)
		if members, ok := value.(map[string]any); ok && isMap {
			mergeConfig(old, members)
			continue
		}
		into[name] = value
	}
}

// hookOutcomes is the table of all triggers, which the test prints.
type hookOutcomes struct {
	mu   sync.Mutex
	rows map[string]map[string]string // by trigger, and by kind and decision
}

func (o *hookOutcomes) add(d hookDirective, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.rows[d.trigger] == nil {
		o.rows[d.trigger] = map[string]string{}
	}
	o.rows[d.trigger][d.kind+" "+d.decision] = outcome
}

func (o *hookOutcomes) String() string {
	columns := []string{"decide allow", "decide change", "decide refuse", "decide fail", "decide bare", "notify refuse"}
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s", "trigger")
	for _, column := range columns {
		fmt.Fprintf(&b, " | %-24s", column)
	}
	for _, trigger := range slices.Sorted(maps.Keys(o.rows)) {
		fmt.Fprintf(&b, "\n%-28s", trigger)
		for _, column := range columns {
			fmt.Fprintf(&b, " | %-24s", o.rows[trigger][column])
		}
	}
	return b.String()
}

// Every trigger calls both kinds of hooks, and a person sees what they decide.
func TestHookTriggers(t *testing.T) {
	t.Parallel()
	fx := newHookFixture(t)
	outcomes := &hookOutcomes{rows: map[string]map[string]string{}}
	t.Cleanup(func() { t.Logf("hooks of Kratos by trigger, kind and decision:\n%s", outcomes) })
	for _, trigger := range hookTriggers {
		for _, decision := range []string{"allow", "change", "refuse", "fail"} {
			t.Run(trigger.name+" decides: "+decision, func(t *testing.T) {
				t.Parallel()
				d := newDirective(hooks.Decide, trigger.name, decision)
				send, email := trigger.prepare(t, fx)
				got := fx.outcome(t, d, send(d.option()), email)
				outcomes.add(d, got)
				if want := wantOutcome(d); got != want {
					t.Errorf("%q, want %q", got, want)
				}
				expectCall(t, fx.rec.wait(t, d), d)
			})
		}
		t.Run(trigger.name+" notifies", func(t *testing.T) {
			t.Parallel()
			d := newDirective(hooks.Notify, trigger.name, "refuse")
			send, email := trigger.prepare(t, fx)
			got := fx.outcome(t, d, send(d.option()), email)
			expectCall(t, fx.rec.wait(t, d), d)
			outcomes.add(d, got)
			if got != "done" {
				t.Errorf("%q", got)
			}
		})
	}
}

// wantOutcome is what a person gets.
func wantOutcome(d hookDirective) string {
	before := strings.HasSuffix(d.trigger, ".before")
	stores := strings.HasPrefix(d.trigger, "registration.after") || strings.HasPrefix(d.trigger, "settings.after")
	switch {
	case d.decision == "allow":
		return "done"
	case d.decision == "change" && stores:
		return "done, changed"
	case d.trigger == "login.before":
		return "status 404" // the flow is not stored
	case before, d.trigger == "recovery.after":
		return "status 500"
	case d.trigger == "verification.after":
		return "status 410, verified"
	case d.decision == "refuse":
		return "traits.email: 1234"
	}
	return "form: 5000001"
}

// outcome describes the error of a person, and whether the identity has been changed or stored.
func (fx *hookFixture) outcome(t *testing.T, d hookDirective, err error, email string) string {
	t.Helper()
	if err != nil {
		return fx.failure(t, d, err, email)
	}
	if email == "" || d.decision != "change" {
		return "done"
	}
	identity := must(fx.admin.FindIdentity(t.Context(), email))(t)
	if strings.Contains(string(identity.RawMetadataPublic), d.trigger) {
		return "done, changed"
	}
	return "done"
}

func (fx *hookFixture) failure(t *testing.T, d hookDirective, err error, email string) string {
	t.Helper()
	text := errorText(err)
	if email == "" {
		return text
	}
	identity, err := fx.admin.FindIdentity(t.Context(), email)
	switch {
	case strings.HasPrefix(d.trigger, "registration.after") && !errors.Is(err, kratos.ErrNotFound):
		return text + ", stored"
	case strings.HasPrefix(d.trigger, "verification.after") && identity.VerifiableAddresses[0].Verified:
		return text + ", verified"
	}
	return text
}

// errorText returns the first message in a form, or the status of another error.
func errorText(err error) string {
	var e *kratos.Error
	var form errForm
	var fields map[string][]kratos.Message
	var messages []kratos.Message
	switch {
	case errors.As(err, &form):
		fields, messages = form.FieldErrors(), form.Messages
	case errors.As(err, &e):
		fields, messages = e.FieldErrors(), e.Messages()
	default:
		return err.Error()
	}
	for field, messages := range fields {
		return fmt.Sprintf("%s: %d", field, messages[0].ID)
	}
	if len(messages) > 0 {
		return fmt.Sprintf("form: %d", messages[0].ID)
	}
	text := fmt.Sprintf("status %d", e.StatusCode)
	if e.Code != 0 && e.Code != e.StatusCode {
		text += fmt.Sprintf(", code %d", e.Code)
	}
	return text
}

// expectCall checks what a hook is told.
func expectCall(t *testing.T, c *hooks.Call, d hookDirective) {
	t.Helper()
	flow, phase, _ := strings.Cut(d.trigger, ".")
	_, method, _ := strings.Cut(phase, ".")
	if string(c.Flow.Name) != flow {
		t.Errorf("flow %q", c.Flow.Name)
	}
	if flow == "recovery" || flow == "verification" {
		method = "code" // also before the flow
	}
	if active := string(c.Flow.Active); active != method && (active != "" || flow != "registration" && flow != "settings") {
		t.Errorf("method %q", c.Flow.Active)
	}
	if known := c.Identity != nil; known == (phase == "before") {
		t.Errorf("identity known: %v", known)
	}
	unstored := d.kind == string(hooks.Decide) && flow == "registration"
	if c.Identity != nil && (c.Identity.ID == "") != unstored {
		t.Errorf("id of the identity %q", c.Identity.ID)
	}
	if (c.TriggerID != "") != sinceV254() || c.RequestID == "" {
		t.Errorf("trigger %q, request %q", c.TriggerID, c.RequestID)
	}
	if strings.ContainsAny(c.URL+c.Flow.RequestURL, "?") || c.Header.Get("Cookie") != "" {
		t.Errorf("a query or a cookie was sent: %v", c.Header)
	}
}
