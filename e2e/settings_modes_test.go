package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSettingsInEveryMode(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)
	fx.inModes(t, "the profile and the password are changed", modes, func(u *user) {
		p := fx.member(u.t, true)
		u.signIn(p)
		at := start(u, settings)
		at.submit("refused", kratos.SettingsProfile{Traits: traits{Email: "no address"}})
		p.Newsletter = true
		at.submit("done", kratos.SettingsProfile{Traits: p.traits})
		at.submit("refused", kratos.SettingsPassword{Password: "x"})
		p.password = "another correct horse"
		at.submit("done", kratos.SettingsPassword{Password: p.password})
		u.another().signIn(p)
	})
	fx.inModes(t, "backup codes are confirmed only after they were shown", modes, func(u *user) {
		u.signIn(fx.member(u.t, true))
		start(u, settings).submit("refused", kratos.SettingsLookup{LookupSecretConfirm: true})
	})
}
