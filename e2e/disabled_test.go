package e2e

import (
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestDisabledMethods(t *testing.T) {
	t.Parallel()
	t.Run("all but the password", func(t *testing.T) {
		t.Parallel()
		off := map[string]any{}
		for _, method := range []string{"profile", "code", "link", "totp", "lookup_secret", "webauthn", "passkey"} {
			off["selfservice.methods."+method+".enabled"] = false
		}
		configured := acme(provider.ForTest(t))
		configured["enabled"] = false
		off["selfservice.methods.oidc"] = configured
		off["selfservice.methods.code.passwordless_enabled"] = false
		off["selfservice.methods.webauthn.config.passwordless"] = true
		s := newStage(t, off)
		s.inModes(t, "a method that is turned off is not taken", modes, func(v *visitor) {
			all, member := everyBody(), v.another()
			member.signIn(s.member(v.t, true))
			but := []string{"password"}
			if v.mode == native {
				but = append(but, "webauthn", "passkey")
			}
			plays(v, login, all.login, "disabled", as, append(but, "totp", "lookup_secret")...)()
			plays(v, registration, all.registration, "disabled", as, append(but, "profile")...)()
			plays(member, settings, all.settings, "disabled", as, but...)()
			for _, factor := range all.login[3:5] {
				start(member, login, kratos.RequestAAL(kratos.AAL2)).sends("disabled", factor)
			}
			doesNotStart(v, recovery)
			doesNotStart(v, verification)
			covers(v.t, "recovery", v.mode, "code", "disabled")
			covers(v.t, "verification", v.mode, "code", "disabled")
		})
	})
	t.Run("the password and links", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, map[string]any{
			"selfservice.methods.password.enabled":                  false,
			"selfservice.methods.link.enabled":                      false,
			"selfservice.flows.registration.enable_legacy_one_step": true, // instead of the profile first
		})
		s.inModes(t, "a method that is turned off is not taken", modes, func(v *visitor) {
			all := everyBody()
			plays(v, recovery, all.recovery[1:], "disabled", as)()
			plays(v, verification, all.verification[1:], "disabled", as)()
			plays(v, registration, all.registration[2:3], "disabled", as)()
			p, q := newPerson(), newPerson()
			start(v, login).sends("disabled", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(v, registration).sends("disabled", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
			at := start(v, registration)
			at.sends("goes on", kratos.RegistrationCode{Traits: q.traits})
			at.sends("done", kratos.RegistrationCode{Traits: q.traits, Code: v.code(q.Email)})
			start(v, settings).sends("disabled", kratos.SettingsPassword{Password: p.password})
		})
	})
}

// doesNotStart checks that Kratos refuses to start a flow.
func doesNotStart[F, M any](v *visitor, k kind[F, M]) {
	v.t.Helper()
	if v.mode == pages {
		resp, err := v.http.Get(v.site + "/" + k.name)
		if err != nil {
			v.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			v.t.Errorf("%s: status %d", k.name, resp.StatusCode)
		}
		return
	}
	p := play[F, M]{v: v, k: k}
	p.through(func(flows kratos.Flows[F, M]) {
		_, err := flows.Start(v.t.Context())
		wants(v.t, k.name, err, kratos.ErrBadRequest)
	})
}
