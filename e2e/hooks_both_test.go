package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"github.com/pquerna/otp/totp"
)

// bothTrigger is a trigger that a Kratos in memory has as well. prepare returns the request that
// sets it off, with the email of the person if there is one.
type bothTrigger struct {
	name    string
	prepare func(t *testing.T, k *kratostest.Kratos) (send func(kratos.RequestOption) error, email string)
}

var bothTriggers = []bothTrigger{
	{"login.before", beforeBoth(func(t *testing.T, c *kratos.Client, o ...kratos.RequestOption) error {
		return errorOf(c.Login.Start(t.Context(), o...))
	})},
	{"registration.before", beforeBoth(func(t *testing.T, c *kratos.Client, o ...kratos.RequestOption) error {
		return errorOf(c.Registration.Start(t.Context(), o...))
	})},
	{"recovery.before", beforeBoth(func(t *testing.T, c *kratos.Client, o ...kratos.RequestOption) error {
		return errorOf(c.Recovery.Start(t.Context(), o...))
	})},
	{"verification.before", beforeBoth(func(t *testing.T, c *kratos.Client, o ...kratos.RequestOption) error {
		return errorOf(c.Verification.Start(t.Context(), o...))
	})},
	{"settings.before", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		s := k.SignIn(k.Person(kratostest.Person{}))
		return func(o kratos.RequestOption) error {
			return errorOf(k.Client().Settings.Start(t.Context(), s.Option(), o))
		}, ""
	}},
	{"login.after.password", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p := k.Person(kratostest.Person{})
		return loginBoth(t, k, kratos.StartLogin{}, kratos.LoginPassword{Identifier: p.Email, Password: p.Password}), p.Email
	}},
	{"login.after.code", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := k.Person(kratostest.Person{}), k.Client()
		step := must(c.Login.Do(t.Context(), kratos.LoginCode{Identifier: p.Email}))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Login.Submit(t.Context(), step.Flow, kratos.LoginCode{Identifier: p.Email, Code: k.Code(p.Email)}, o))
		}, p.Email
	}},
	{"login.after.totp", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p := k.Person(kratostest.Person{TOTP: true})
		return loginBoth(t, k, kratos.StartLogin{AAL: kratos.AAL2}, kratos.LoginTOTP{TOTPCode: p.TOTPCode()}, k.SignIn(p).Option()), p.Email
	}},
	{"login.after.lookup_secret", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p := k.Person(kratostest.Person{LookupSecrets: true})
		return loginBoth(t, k, kratos.StartLogin{AAL: kratos.AAL2}, kratos.LoginLookupSecret{LookupSecret: p.BackupCodes[0]}, k.SignIn(p).Option()), p.Email
	}},
	{"registration.after.password", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := newPerson(), k.Client()
		return func(o kratos.RequestOption) error {
			return errorOf(c.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: emailOf(p), Password: p.password}, o))
		}, p.Email
	}},
	{"registration.after.code", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := newPerson(), k.Client()
		step := must(c.Registration.Do(t.Context(), kratos.RegistrationCode{Traits: emailOf(p)}))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Registration.Submit(t.Context(), step.Flow, kratos.RegistrationCode{Traits: emailOf(p), Code: k.Code(p.Email)}, o))
		}, p.Email
	}},
	{"settings.after.password", settingsBoth(func(*kratostest.Person, kratos.Form) kratos.SettingsMethod {
		return kratos.SettingsPassword{Password: "another correct horse"}
	})},
	{"settings.after.profile", settingsBoth(func(p *kratostest.Person, _ kratos.Form) kratos.SettingsMethod {
		return kratos.SettingsProfile{Traits: map[string]any{"email": p.Email, "newsletter": true}}
	})},
	{"settings.after.totp", settingsBoth(func(_ *kratostest.Person, f kratos.Form) kratos.SettingsMethod {
		code, _ := totp.GenerateCode(f.TOTPSecret(), time.Now())
		return kratos.SettingsTOTP{TOTPCode: code}
	})},
	{"settings.after.lookup_secret", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := k.Person(kratostest.Person{}), k.Client()
		s := k.SignIn(p).Option()
		step := must(c.Settings.Do(t.Context(), kratos.SettingsLookupSecret{LookupSecretRegenerate: true}, s))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Settings.Submit(t.Context(), step.Flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}, s, o))
		}, p.Email
	}},
	{"recovery.after", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := k.Person(kratostest.Person{}), k.Client()
		step := must(c.Recovery.Do(t.Context(), kratos.RecoveryCode{Email: p.Email}))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Recovery.Submit(t.Context(), step.Flow, kratos.RecoveryCode{Code: k.Code(p.Email)}, o))
		}, p.Email
	}},
	{"verification.after", func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := k.Person(kratostest.Person{Unverified: true}), k.Client()
		step := must(c.Verification.Do(t.Context(), kratos.VerificationCode{Email: p.Email}))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Verification.Submit(t.Context(), step.Flow, kratos.VerificationCode{Code: k.Code(p.Email)}, o))
		}, p.Email
	}},
}

func emailOf(p person) map[string]any { return map[string]any{"email": p.Email} }

func beforeBoth(start func(*testing.T, *kratos.Client, ...kratos.RequestOption) error) func(*testing.T, *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
	return func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		return func(o kratos.RequestOption) error { return start(t, k.Client(), o) }, ""
	}
}

func loginBoth(t *testing.T, k *kratostest.Kratos, start kratos.StartLogin, method kratos.LoginMethod, opts ...kratos.RequestOption) func(kratos.RequestOption) error {
	c := k.Client()
	flow := must(c.Login.With(start).Start(t.Context(), opts...))(t)
	return func(o kratos.RequestOption) error {
		return errorOf(c.Login.Submit(t.Context(), flow, method, append(opts, o)...))
	}
}

func settingsBoth(method func(*kratostest.Person, kratos.Form) kratos.SettingsMethod) func(*testing.T, *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
	return func(t *testing.T, k *kratostest.Kratos) (func(kratos.RequestOption) error, string) {
		p, c := k.Person(kratostest.Person{}), k.Client()
		s := k.SignIn(p).Option()
		flow := must(c.Settings.Start(t.Context(), s))(t)
		return func(o kratos.RequestOption) error {
			return errorOf(c.Settings.Submit(t.Context(), flow, method(p, flow.Form()), s, o))
		}, p.Email
	}
}

// bothHooks returns hooks of each kind at every trigger.
func bothHooks(rec *hookReceiver) (all []kratostest.Hook) {
	for _, trigger := range bothTriggers {
		for _, kind := range []hooks.Kind{hooks.Decide, hooks.Notify} {
			all = append(all, kratostest.Hook{Trigger: trigger.name, Kind: kind, Receiver: kratostest.Receiver{
				Caller: hookCaller, Handler: rec.at(string(kind), trigger.name)}})
		}
	}
	return all
}

// at returns the handler of a kind and trigger. One that has the decision "bare" responds as no
// handler of package hooks does.
func (rec *hookReceiver) at(kind, trigger string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var call struct {
			Header http.Header `json:"request_headers"`
		}
		_ = json.Unmarshal(body, &call)
		if d, _ := directiveOf(call.Header); d.decision == "bare" && d.kind == kind && d.trigger == trigger {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		r.Body, r.URL.Path = io.NopCloser(bytes.NewReader(body)), "/"+kind+"/"+trigger
		rec.Config.Handler.ServeHTTP(w, r)
	})
}

// A Kratos in memory calls the hooks that a real one calls, with what package hooks decodes, and
// people get the same.
func TestHookTriggersOnBoth(t *testing.T) {
	t.Parallel()
	rec := newHookReceiver(t)
	configure := kratostest.Configure(func(c *kratostest.Config) {
		c.Hooks, c.ContinueWithTransitions, c.SessionAAL = bothHooks(rec), true, "aal1"
	})
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		outcomes := &hookOutcomes{rows: map[string]map[string]string{}}
		t.Cleanup(func() { t.Logf("hooks by trigger, kind and decision:\n%s", outcomes) })
		for _, trigger := range bothTriggers {
			for _, decision := range []string{"allow", "change", "refuse", "fail", "bare"} {
				t.Run(trigger.name+" decides: "+decision, func(t *testing.T) {
					d := newDirective(hooks.Decide, trigger.name, decision)
					send, email := trigger.prepare(t, k)
					got := outcomeOf(t, k, d, send(d.option()), email)
					outcomes.add(d, got)
					if want := wantOnBoth(d); got != want {
						t.Errorf("%q, want %q", got, want)
					}
					if decision != "bare" {
						expectCall(t, rec.wait(t, d), d)
					}
				})
			}
			t.Run(trigger.name+" notifies", func(t *testing.T) {
				d := newDirective(hooks.Notify, trigger.name, "refuse")
				send, email := trigger.prepare(t, k)
				got := outcomeOf(t, k, d, send(d.option()), email)
				outcomes.add(d, got)
				expectCall(t, rec.wait(t, d), d)
				if got != "done" {
					t.Errorf("%q", got)
				}
			})
		}
	}, configure, byVersion(kratostest.As("v1.3.1"), kratostest.As("v25.4.0")))
}

// wantOnBoth is what a person gets from each server.
func wantOnBoth(d hookDirective) string {
	switch {
	case d.decision != "bare":
		return wantOutcome(d)
	case d.trigger == "login.before":
		return "status 400"
	case strings.HasSuffix(d.trigger, ".before"):
		return "status 500"
	case d.trigger == "verification.after":
		return "status 400, code 500, verified"
	}
	return "status 400, code 500"
}

// outcomeOf describes the error of a person, and whether the identity has been changed or stored.
func outcomeOf(t *testing.T, k *kratostest.Kratos, d hookDirective, err error, email string) string {
	t.Helper()
	text := "done"
	if err != nil {
		text = errorText(err)
	}
	if email == "" {
		return text
	}
	identity, found := k.Admin().FindIdentity(t.Context(), email)
	switch {
	case err == nil && d.decision == "change" && strings.Contains(string(identity.RawMetadataPublic), d.trigger):
		return text + ", changed"
	case err != nil && strings.HasPrefix(d.trigger, "registration.after") && !errors.Is(found, kratos.ErrNotFound):
		return text + ", stored"
	case err != nil && strings.HasPrefix(d.trigger, "verification.after") && identity.VerifiableAddresses[0].Verified:
		return text + ", verified"
	}
	return text
}
