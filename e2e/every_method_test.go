package e2e

import (
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestExpiredFlowsOfEveryMethod(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"selfservice.flows.login.lifespan":        "1s",
		"selfservice.flows.registration.lifespan": "1s",
		"selfservice.flows.settings.lifespan":     "1s",
		"selfservice.flows.recovery.lifespan":     "1s",
		"selfservice.flows.verification.lifespan": "1s",
	})
	fx.inModes(t, "a submission that comes too late is not taken", modes, func(u *user) {
		all, member := newAllMethods(), u.another()
		member.signIn(fx.member(u.t, true))
		sends := []func(){
			flowTests(u, login, all.login, "expired", unchanged),
			flowTests(u, registration, all.registration, "expired", unchanged),
			flowTests(member, settings, all.settings, "expired", unchanged),
			flowTests(u, recovery, all.recovery, "expired", unchanged),
			flowTests(u, verification, all.verification, "expired", unchanged),
		}
		read := []func(){
			reading(start(u, login)), reading(start(u, registration)), reading(start(member, settings)), reading(start(u, recovery)),
			reading(start(u, verification)),
		}
		time.Sleep(1200 * time.Millisecond)
		for _, send := range append(sends, read...) {
			send()
		}
	})
}

// reading returns how to read a flow that will have expired.
func reading[F, M, P any](ft *flowTest[F, M, P]) func() {
	return func() {
		ft.user.t.Helper()
		if ft.user.mode == pages {
			return // a page starts another flow
		}
		ft.call(func(flows kratos.FlowClient[F, M, P]) {
			_, err := flows.Get(ft.user.t.Context(), ft.flowID(), ft.user.options()...)
			wantError(ft.user.t, "reading a "+ft.api.name, err, kratos.ErrFlowExpired)
		})
	}
}

func TestForeignSubmissionsOfEveryMethod(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"selfservice.flows.login.style":                    "identifier_first",
		"selfservice.methods.webauthn.config.passwordless": true,
		"selfservice.methods.oidc":                         acme(provider.ForTest(t)),
	})
	fx.inModes(t, "a submission that is not the flow's own is not taken", modes, func(u *user) {
		all, member := newAllMethods(), u.another()
		member.signIn(fx.member(u.t, true))
		second, unchecked := []string{"totp", "lookup_secret"}, []string(nil)
		if u.mode != native {
			unchecked = []string{"oidc"}
		}
		flowTests(u, login, all.login, "csrf", withBadCSRF, append(second, unchecked...)...)()
		flowTests(u, registration, all.registration, "csrf", withBadCSRF, unchecked...)()
		flowTests(member, settings, all.settings, "csrf", withBadCSRF, unchecked...)()
		flowTests(u, recovery, all.recovery, "csrf", withBadCSRF)()
		flowTests(u, verification, all.verification, "csrf", withBadCSRF, "link")()
		for _, factor := range all.login[3:5] {
			at := start(member, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
			withBadCSRF(at)
			at.submit("csrf", factor)
		}
		if u.mode != native {
			flowTests(u, login, all.login[5:6], "elsewhere", withBadCSRFAndNoRedirects)()
			flowTests(u, registration, all.registration[3:4], "elsewhere", withBadCSRFAndNoRedirects)()
			flowTests(member, settings, all.settings[4:5], "elsewhere", withBadCSRFAndNoRedirects)()
		}
	})
}

func TestSettingsThatWaitForASecondFactor(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)
	fx.inModes(t, "an old session of the first factor changes nothing", modes, func(u *user) {
		p, other := fx.member(u.t, true), u.another()
		u.signIn(p)
		other.signIn(p)
		send := flowTests(u, settings, newAllMethods().settings, "second factor", unchanged)
		at := start(other, settings)
		at.submit("goes on", kratos.SettingsLookup{LookupSecretRegenerate: true})
		at.submit("done", kratos.SettingsLookup{LookupSecretConfirm: true})
		send()
	})
}

func TestPrivilegedSettingsOfEveryMethod(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"selfservice.flows.settings.privileged_session_max_age": "1s",
		"selfservice.methods.oidc":                              acme(provider.ForTest(t)),
	})
	fx.inModes(t, "settings wait for a login again and take the same body then", modes, func(u *user) {
		p := fx.member(u.t, true)
		u.signIn(p)
		all := newAllMethods().settings
		var browserOnly []string
		if u.mode == native {
			browserOnly = []string{"webauthn", "passkey"}
		}
		send := flowTests(u, settings, all, "refresh", unchanged, browserOnly...)
		at := start(u, settings)
		time.Sleep(1200 * time.Millisecond)
		send()
		at.submit("refresh", kratos.SettingsPassword{Password: "another correct horse"})
		if u.mode == pages { // where the browser is at the login already, and comes back to settings that are saved
			(&flowTest[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin]{user: u, api: login, form: at.form}).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			cover(u.t, "settings", u.mode, "password", "done")
			return
		}
		start(u, login.with(kratos.StartLogin{Refresh: true})).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at.submit("done", kratos.SettingsPassword{Password: "another correct horse"})
	})
}
