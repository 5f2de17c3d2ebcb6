package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSettingsInEveryMode(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)
	s.inModes(t, "the profile and the password are changed", modes, func(v *visitor) {
		p := s.member(v.t, true)
		v.signIn(p)
		at := start(v, settings)
		at.sends("refused", kratos.SettingsProfile{Traits: traits{Email: "no address"}})
		p.Newsletter = true
		at.sends("done", kratos.SettingsProfile{Traits: p.traits})
		at.sends("refused", kratos.SettingsPassword{Password: "x"})
		p.password = "another correct horse"
		at.sends("done", kratos.SettingsPassword{Password: p.password})
		v.another().signIn(p)
	})
	s.inModes(t, "backup codes are confirmed only after they were shown", modes, func(v *visitor) {
		v.signIn(s.member(v.t, true))
		start(v, settings).sends("refused", kratos.SettingsLookup{LookupSecretConfirm: true})
	})
}
