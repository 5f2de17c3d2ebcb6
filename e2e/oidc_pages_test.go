package e2e

import (
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestProvidersOfPages(t *testing.T) {
	t.Parallel()
	idp := provider.ForTest(t)
	s := newStage(t, map[string]any{
		"selfservice.methods.oidc":                        acme(idp),
		"selfservice.flows.registration.after.oidc.hooks": []any{map[string]any{"hook": "session"}},
	})
	through, join := kratos.LoginOIDC{Provider: provider.ID}, kratos.RegistrationOIDC{Provider: provider.ID}

	// The provider serves one browser at a time, so what follows is not parallel.
	t.Run("a provider registers and logs in, and a second factor comes after it", func(t *testing.T) {
		idp.SignIn(newAccount())
		v := s.visitor(t, pages)
		start(v, registration).sends("done", join)
		start(v.another(), login).sends("done", through)
		start(v, login, kratos.Refresh()).again(through)
		start(v, settings).sends("refused", kratos.SettingsOIDC{Link: "initech"})
		v.addBackupCodes()
		start(v.another(), login).sends("second factor", through)
	})

	t.Run("an address that is taken leads to a login that links the account", func(t *testing.T) {
		p := s.member(t, true)
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		at := start(s.visitor(t, pages), login)
		at.sends("goes on", through)
		at.sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	t.Run("the form leads the browser to the provider", func(t *testing.T) {
		v := s.visitor(t, pages)
		v.signIn(s.member(t, true))
		at := start(v, settings)
		v.stays()
		at.sends("elsewhere", kratos.SettingsOIDC{Link: provider.ID})
		v = s.visitor(t, pages)
		first, second := start(v, login), start(v, registration)
		v.stays()
		first.sends("elsewhere", through)
		second.sends("elsewhere", join)
	})
}

// stays makes the browser follow no redirects any more.
func (v *visitor) stays() {
	v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}
