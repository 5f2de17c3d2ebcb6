package e2e

import (
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestDisabledMethods(t *testing.T) { onBothServers(t, testDisabledMethods) }

func testDisabledMethods(t *testing.T, be backend) {
	t.Parallel()
	t.Run("all methods but the password", func(t *testing.T) {
		t.Parallel()
		off := map[string]any{}
		for _, method := range []string{"profile", "code", "link", "totp", "lookup_secret", "webauthn", "passkey"} {
			off["selfservice.methods."+method+".enabled"] = false
		}
		configured := oidcConfig(provider.ForTest(t))
		configured["enabled"] = false
		off["selfservice.methods.oidc"] = configured
		off["selfservice.methods.code.passwordless_enabled"] = false
		off["selfservice.methods.webauthn.config.passwordless"] = true
		fx := be.newFixture(t, off)
		fx.inModes(t, "a disabled method is rejected", modes, func(u *user) {
			all, member := newAllMethods(), u.newUser()
			member.logIn(fx.createPerson(u.t, true))
			but := append([]string{"password"}, browserOnly(u.mode)...)
			flowTests(u, login, all.login, "disabled", noChange, append(but, "totp", "lookup_secret")...)()
			flowTests(u, registration, all.registration, "disabled", noChange, append(but, "profile")...)()
			flowTests(member, settings, all.settings, "disabled", noChange, but...)()
			for _, factor := range all.login[3:5] {
				start(member, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("disabled", factor)
			}
			expectNoStart(u, recovery)
			expectNoStart(u, verification)
			cover(u.t, "recovery", u.mode, "code", "disabled")
			cover(u.t, "verification", u.mode, "code", "disabled")
		})
	})
	t.Run("the password and links", func(t *testing.T) {
		t.Parallel()
		fx := be.newFixture(t, map[string]any{
			"selfservice.methods.password.enabled":                  false,
			"selfservice.methods.link.enabled":                      false,
			"selfservice.flows.registration.enable_legacy_one_step": true, // instead of two steps
		})
		fx.inModes(t, "a disabled method is rejected", modes, func(u *user) {
			all := newAllMethods()
			flowTests(u, recovery, all.recovery[1:], "disabled", noChange)()
			flowTests(u, verification, all.verification[1:], "disabled", noChange)()
			flowTests(u, registration, all.registration[2:3], "disabled", noChange)()
			p, q := newPerson(), newPerson()
			start(u, login).submit("disabled", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(u, registration).submit("disabled", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
			ft := start(u, registration)
			ft.submit("next step", kratos.RegistrationCode{Traits: q.traits})
			ft.submit("done", kratos.RegistrationCode{Traits: q.traits, Code: u.code(q.Email)})
			start(u, settings).submit("disabled", kratos.SettingsPassword{Password: p.password})
		})
	})
}

// expectNoStart checks that Kratos does not start a flow.
func expectNoStart[F, M, P any](u *user, f flow[F, M, P]) {
	u.t.Helper()
	if u.mode == pages {
		resp, err := u.http.Get(u.site + "/" + f.name)
		if err != nil {
			u.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			u.t.Errorf("%s: status %d", f.name, resp.StatusCode)
		}
		return
	}
	ft := flowTest[F, M, P]{user: u, api: f}
	ft.call(func(flows kratos.FlowClient[F, M, P]) {
		_, err := flows.Start(u.t.Context())
		wantError(u.t, f.name, err, kratos.ErrBadRequest)
	})
}
