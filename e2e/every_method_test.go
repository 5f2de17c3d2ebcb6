package e2e

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// every is each body once, filled in well enough for Kratos to take it up.
type every struct {
	login        []kratos.LoginMethod
	registration []kratos.RegistrationMethod
	settings     []kratos.SettingsMethod
	recovery     []kratos.RecoveryMethod
	verification []kratos.VerificationMethod
}

func everyBody() every {
	p := newPerson()
	return every{
		login: []kratos.LoginMethod{
			kratos.LoginPassword{Identifier: p.Email, Password: p.password},
			kratos.LoginCode{Identifier: p.Email},
			kratos.LoginIdentifierFirst{Identifier: p.Email},
			kratos.LoginTOTP{TOTPCode: "000000"},
			kratos.LoginLookupSecret{LookupSecret: "00000000"},
			kratos.LoginOIDC{Provider: "acme"},
			kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"},
			kratos.LoginPasskey{PasskeyLogin: "{}"},
		},
		registration: []kratos.RegistrationMethod{
			kratos.RegistrationPassword{Traits: p.traits, Password: p.password},
			kratos.RegistrationCode{Traits: p.traits},
			kratos.RegistrationProfile{Traits: p.traits},
			kratos.RegistrationOIDC{Provider: "acme"},
			kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"},
			kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"},
		},
		settings: []kratos.SettingsMethod{
			kratos.SettingsProfile{Traits: p.traits},
			kratos.SettingsPassword{Password: p.password},
			kratos.SettingsTOTP{TOTPCode: "000000"},
			kratos.SettingsLookup{LookupSecretRegenerate: true},
			kratos.SettingsOIDC{Link: "acme"},
			kratos.SettingsWebAuthn{WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"},
			kratos.SettingsPasskey{PasskeySettingsRegister: "{}"},
		},
		recovery:     []kratos.RecoveryMethod{kratos.RecoveryWithCode{Email: p.Email}, kratos.RecoveryWithLink{Email: p.Email}},
		verification: []kratos.VerificationMethod{kratos.VerificationCode{Email: p.Email}, kratos.VerificationLink{Email: p.Email}},
	}
}

// plays begins a flow for each body, changes it, and returns how to submit them.
func plays[F, M any](v *visitor, k kind[F, M], bodies []M, want string, change func(*play[F, M]), but ...string) func() {
	var sends []func()
	for _, body := range bodies {
		if _, method := methodOf(body); slices.Contains(but, method) {
			continue
		}
		of := v
		if k.name != "settings" {
			of = v.another() // a submission can spoil the cookies of the next
		}
		p := start(of, k)
		change(p)
		sends = append(sends, func() { p.sends(want, body) })
	}
	return func() {
		v.t.Helper()
		for _, send := range sends {
			send()
		}
	}
}

func as[F, M any](*play[F, M]) {}

// foreign makes the next submission one that does not come from where it should.
func foreign[F, M any](p *play[F, M]) {
	if p.v.mode == native {
		p.opts = append(p.opts, kratos.Header("Cookie", "a=b"))
		return
	}
	for i := range p.form.Nodes {
		if p.form.Nodes[i].Attributes.Name == "csrf_token" {
			p.form.Nodes[i].Attributes.Value = json.RawMessage(`"d3Jvbmc="`)
		}
	}
}

func foreignAndStays[F, M any](p *play[F, M]) {
	foreign(p)
	p.v.stays()
}

// acme is the configuration of a provider.
func acme(p *provider.Provider) map[string]any {
	return p.Config(provider.FromIDToken)["selfservice"].(map[string]any)["methods"].(map[string]any)["oidc"].(map[string]any)
}

// signIn logs the visitor in with a password.
func (v *visitor) signIn(p person) {
	v.t.Helper()
	start(v, login).sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
}

func TestExpiredFlowsOfEveryMethod(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{
		"selfservice.flows.login.lifespan":        "1s",
		"selfservice.flows.registration.lifespan": "1s",
		"selfservice.flows.settings.lifespan":     "1s",
		"selfservice.flows.recovery.lifespan":     "1s",
		"selfservice.flows.verification.lifespan": "1s",
	})
	s.inModes(t, "a submission that comes too late is not taken", modes, func(v *visitor) {
		all, member := everyBody(), v.another()
		member.signIn(s.member(v.t, true))
		sends := []func(){
			plays(v, login, all.login, "expired", as),
			plays(v, registration, all.registration, "expired", as),
			plays(member, settings, all.settings, "expired", as),
			plays(v, recovery, all.recovery, "expired", as),
			plays(v, verification, all.verification, "expired", as),
		}
		read := []func(){
			reading(start(v, login)), reading(start(v, registration)), reading(start(member, settings)), reading(start(v, recovery)),
			reading(start(v, verification)),
		}
		time.Sleep(1200 * time.Millisecond)
		for _, send := range append(sends, read...) {
			send()
		}
	})
}

// reading returns how to read a flow that will have expired.
func reading[F, M any](p *play[F, M]) func() {
	return func() {
		p.v.t.Helper()
		if p.v.mode == pages {
			return // a page starts another flow
		}
		p.through(func(flows kratos.Flows[F, M]) {
			_, err := flows.Get(p.v.t.Context(), p.flowID(), p.v.options()...)
			wants(p.v.t, "reading a "+p.k.name, err, kratos.ErrFlowExpired)
		})
	}
}

// flowID returns the id of the flow that the form submits to.
func (p *play[F, M]) flowID() string {
	p.v.t.Helper()
	return must1of[*url.URL](p.v.t)(url.Parse(p.form.Action)).Query().Get("flow")
}

func TestForeignSubmissionsOfEveryMethod(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{
		"selfservice.flows.login.style":                    "identifier_first",
		"selfservice.methods.webauthn.config.passwordless": true,
		"selfservice.methods.oidc":                         acme(provider.ForTest(t)),
	})
	s.inModes(t, "a submission that is not the flow's own is not taken", modes, func(v *visitor) {
		all, member := everyBody(), v.another()
		member.signIn(s.member(v.t, true))
		second, unchecked := []string{"totp", "lookup_secret"}, []string(nil)
		if v.mode != native {
			unchecked = []string{"oidc"}
		}
		plays(v, login, all.login, "csrf", foreign, append(second, unchecked...)...)()
		plays(v, registration, all.registration, "csrf", foreign, unchecked...)()
		plays(member, settings, all.settings, "csrf", foreign, unchecked...)()
		plays(v, recovery, all.recovery, "csrf", foreign)()
		plays(v, verification, all.verification, "csrf", foreign, "link")()
		for _, factor := range all.login[3:5] {
			at := start(member, login, kratos.RequestAAL(kratos.AAL2))
			foreign(at)
			at.sends("csrf", factor)
		}
		if v.mode != native {
			plays(v, login, all.login[5:6], "elsewhere", foreignAndStays)()
			plays(v, registration, all.registration[3:4], "elsewhere", foreignAndStays)()
			plays(member, settings, all.settings[4:5], "elsewhere", foreignAndStays)()
		}
	})
}

func TestSettingsThatWaitForASecondFactor(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)
	s.inModes(t, "an old session of the first factor changes nothing", modes, func(v *visitor) {
		p, other := s.member(v.t, true), v.another()
		v.signIn(p)
		other.signIn(p)
		send := plays(v, settings, everyBody().settings, "second factor", as)
		at := start(other, settings)
		at.sends("goes on", kratos.SettingsLookup{LookupSecretRegenerate: true})
		at.sends("done", kratos.SettingsLookup{LookupSecretConfirm: true})
		send()
	})
}

func TestPrivilegedSettingsOfEveryMethod(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{
		"selfservice.flows.settings.privileged_session_max_age": "1s",
		"selfservice.methods.oidc":                              acme(provider.ForTest(t)),
	})
	s.inModes(t, "settings wait for a login again and take the same body then", modes, func(v *visitor) {
		p := s.member(v.t, true)
		v.signIn(p)
		all := everyBody().settings
		var browserOnly []string
		if v.mode == native {
			browserOnly = []string{"webauthn", "passkey"}
		}
		send := plays(v, settings, all, "refresh", as, browserOnly...)
		at := start(v, settings)
		time.Sleep(1200 * time.Millisecond)
		send()
		at.sends("refresh", kratos.SettingsPassword{Password: "another correct horse"})
		if v.mode == pages { // where the browser is at the login already, and comes back to settings that are saved
			(&play[kratos.LoginFlow, kratos.LoginMethod]{v: v, k: login, form: at.form}).sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			covers(v.t, "settings", v.mode, "password", "done")
			return
		}
		start(v, login, kratos.Refresh()).sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at.sends("done", kratos.SettingsPassword{Password: "another correct horse"})
	})
}
