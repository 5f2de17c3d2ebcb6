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
		"selfservice.methods.oidc":                        oidcConfig(idp),
		"selfservice.flows.registration.after.oidc.hooks": []any{map[string]any{"hook": "session"}},
	})
	through, join := kratos.LoginOIDC{Provider: provider.ID}, kratos.RegistrationOIDC{Provider: provider.ID}

	// The provider serves one browser at a time, so the subtests are not parallel.
	t.Run("a provider registers and logs in, and a second factor comes after it", func(t *testing.T) {
		idp.SignIn(newProviderPerson())
		u := fx.user(t, pages)
		start(u, registration).submit("done", join)
		start(u.newUser(), login).submit("done", through)
		start(u, login.with(kratos.StartLogin{Refresh: true})).submitRefresh(through)
		start(u, settings).submit("rejected", kratos.SettingsOIDC{Link: "initech"})
		u.addBackupCodes()
		start(u.newUser(), login).submit("second factor", through)
	})

	t.Run("an address in use redirects to a login that links the account", func(t *testing.T) {
		p := fx.createPerson(t, true)
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		ft := start(fx.user(t, pages), login)
		ft.submit("next step", through)
		ft.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	t.Run("the form redirects the browser to the provider", func(t *testing.T) {
		u := fx.user(t, pages)
		u.logIn(fx.createPerson(t, true))
		ft := start(u, settings)
		u.followNoRedirects()
		ft.submit("redirected", kratos.SettingsOIDC{Link: provider.ID})
		u = fx.user(t, pages)
		first, second := start(u, login), start(u, registration)
		u.followNoRedirects()
		first.submit("redirected", through)
		second.submit("redirected", join)
	})
}
