package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestProvidersOfPages(t *testing.T) {
	t.Parallel()
	idp := provider.ForTest(t)
	fx := newFixture(t, map[string]any{
		"selfservice.methods.oidc":                        acme(idp),
		"selfservice.flows.registration.after.oidc.hooks": []any{map[string]any{"hook": "session"}},
	})
	through, join := kratos.LoginOIDC{Provider: provider.ID}, kratos.RegistrationOIDC{Provider: provider.ID}

	// The provider serves one browser at a time, so what follows is not parallel.
	t.Run("a provider registers and logs in, and a second factor comes after it", func(t *testing.T) {
		idp.SignIn(newAccount())
		u := fx.user(t, pages)
		start(u, registration).submit("done", join)
		start(u.another(), login).submit("done", through)
		start(u, login.with(kratos.StartLogin{Refresh: true})).submitAgain(through)
		start(u, settings).submit("refused", kratos.SettingsOIDC{Link: "initech"})
		u.addBackupCodes()
		start(u.another(), login).submit("second factor", through)
	})

	t.Run("an address that is taken leads to a login that links the account", func(t *testing.T) {
		p := fx.member(t, true)
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		at := start(fx.user(t, pages), login)
		at.submit("goes on", through)
		at.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	t.Run("the form leads the browser to the provider", func(t *testing.T) {
		u := fx.user(t, pages)
		u.signIn(fx.member(t, true))
		at := start(u, settings)
		u.followNoRedirects()
		at.submit("elsewhere", kratos.SettingsOIDC{Link: provider.ID})
		u = fx.user(t, pages)
		first, second := start(u, login), start(u, registration)
		u.followNoRedirects()
		first.submit("elsewhere", through)
		second.submit("elsewhere", join)
	})
}
