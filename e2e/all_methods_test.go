package e2e

import (
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// lifespan is how long flows live, and sessions are privileged, in tests that wait for the end. It
// is long enough to start all flows on a busy machine.
const lifespan = 5 * time.Second

func (u *user) waitForTheEnd() { u.srv.Advance(lifespan + 200*time.Millisecond) }

func TestExpiredFlowsOfEveryMethod(t *testing.T) { onBothServers(t, testExpiredFlowsOfEveryMethod) }

func testExpiredFlowsOfEveryMethod(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{
		"selfservice.flows.login.lifespan":        lifespan.String(),
		"selfservice.flows.registration.lifespan": lifespan.String(),
		"selfservice.flows.settings.lifespan":     lifespan.String(),
		"selfservice.flows.recovery.lifespan":     lifespan.String(),
		"selfservice.flows.verification.lifespan": lifespan.String(),
	})
	fx.inModes(t, "a submission of an expired flow is rejected", modes, func(u *user) {
		u = u.alone()
		all, member := newAllMethods(), u.newUser()
		member.logIn(u.createPerson(u.t, true))
		sends := []func(){
			flowTests(u, login, all.login, "expired", noChange),
			flowTests(u, registration, all.registration, "expired", noChange),
			flowTests(member, settings, all.settings, "expired", noChange),
			flowTests(u, recovery, all.recovery, "expired", noChange),
			flowTests(u, verification, all.verification, "expired", noChange),
		}
		read := []func(){
			expectExpired(start(u, login)), expectExpired(start(u, registration)), expectExpired(start(member, settings)), expectExpired(start(u, recovery)),
			expectExpired(start(u, verification)),
		}
		u.waitForTheEnd()
		for _, send := range append(sends, read...) {
			send()
		}
	})
}

// expectExpired returns a function that reads a flow after it has expired.
func expectExpired[F, M, P any](ft *flowTest[F, M, P]) func() {
	return func() {
		ft.user.t.Helper()
		if ft.user.mode == pages {
			return // a page starts a new flow
		}
		ft.call(func(flows kratos.FlowClient[F, M, P]) {
			_, err := flows.Get(ft.user.t.Context(), ft.flowID(), ft.user.options()...)
			wantError(ft.user.t, "reading a "+ft.api.name, err, kratos.ErrFlowExpired)
		})
	}
}

func TestCSRFOfEveryMethod(t *testing.T) { onBothServers(t, testCSRFOfEveryMethod) }

func testCSRFOfEveryMethod(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{
		"selfservice.flows.login.style":                    "identifier_first",
		"selfservice.methods.webauthn.config.passwordless": true,
		"selfservice.methods.oidc":                         oidcConfig(provider.ForTest(t)),
	})
	fx.inModes(t, "a submission with a bad CSRF token is rejected", modes, func(u *user) {
		all, member := newAllMethods(), u.newUser()
		member.logIn(fx.createPerson(u.t, true))
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
			ft := start(member, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
			withBadCSRF(ft)
			ft.submit("csrf", factor)
		}
		if u.mode != native {
			flowTests(u, login, all.login[5:6], "redirected", withBadCSRFAndNoRedirects)()
			flowTests(u, registration, all.registration[3:4], "redirected", withBadCSRFAndNoRedirects)()
			flowTests(member, settings, all.settings[4:5], "redirected", withBadCSRFAndNoRedirects)()
		}
	})
}

func TestSettingsRequireTheSecondFactor(t *testing.T) {
	onBothServers(t, testSettingsRequireTheSecondFactor)
}

func testSettingsRequireTheSecondFactor(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	fx.inModes(t, "a session without the second factor cannot change settings", modes, func(u *user) {
		p, other := fx.createPerson(u.t, true), u.newUser()
		u.logIn(p)
		other.logIn(p)
		send := flowTests(u, settings, newAllMethods().settings, "second factor", noChange)
		ft := start(other, settings)
		ft.submit("next step", kratos.SettingsLookupSecret{LookupSecretRegenerate: true})
		ft.submit("done", kratos.SettingsLookupSecret{LookupSecretConfirm: true})
		send()
	})
}

func TestPrivilegedSettingsOfEveryMethod(t *testing.T) {
	onBothServers(t, testPrivilegedSettingsOfEveryMethod)
}

func testPrivilegedSettingsOfEveryMethod(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{
		"selfservice.flows.settings.privileged_session_max_age": lifespan.String(),
		"selfservice.methods.oidc":                              oidcConfig(provider.ForTest(t)),
	})
	fx.inModes(t, "settings require a refreshed session and then accept the same body", modes, func(u *user) {
		u = u.alone()
		p := u.createPerson(u.t, true)
		u.logIn(p)
		all := newAllMethods().settings
		send := flowTests(u, settings, all, "refresh", noChange, browserOnly(u.mode)...)
		ft := start(u, settings)
		u.waitForTheEnd()
		send()
		ft.submit("refresh", kratos.SettingsPassword{Password: "another correct horse"})
		if u.mode == pages { // the browser is at the login already, and returns to saved settings
			(&flowTest[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin]{user: u, api: login, form: ft.form}).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			cover(u.t, "settings", u.mode, "password", "done")
			return
		}
		start(u, login.with(kratos.StartLogin{Refresh: true})).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft.submit("done", kratos.SettingsPassword{Password: "another correct horse"})
	})
}
