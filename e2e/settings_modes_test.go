package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSettingsInEveryMode(t *testing.T) { onBothServers(t, testSettingsInEveryMode) }

func testSettingsInEveryMode(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	fx.inModes(t, "the profile and the password are changed", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		u.logIn(p)
		ft := start(u, settings)
		ft.submit("rejected", kratos.SettingsProfile{Traits: traits{Email: "no address"}})
		p.Newsletter = true
		ft.submit("done", kratos.SettingsProfile{Traits: p.traits})
		ft.submit("rejected", kratos.SettingsPassword{Password: "x"})
		p.password = "another correct horse"
		ft.submit("done", kratos.SettingsPassword{Password: p.password})
		u.newUser().logIn(p)
	})
	fx.inModes(t, "backup codes are confirmed only after they were shown", modes, func(u *user) {
		u.logIn(fx.createPerson(u.t, true))
		start(u, settings).submit("rejected", kratos.SettingsLookupSecret{LookupSecretConfirm: true})
	})
}
