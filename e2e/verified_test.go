package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// requireVerifiedForEveryMethod checks the hook of Kratos v25.4 and later.
func requireVerifiedForEveryMethod(t *testing.T, be backend, hook map[string]any) {
	t.Helper()
	fx := be.newFixture(t, map[string]any{
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
		"selfservice.flows.login.after.passkey":               hook,
		"selfservice.flows.login.after.webauthn":              hook,
		"selfservice.flows.login.after.totp":                  hook,
		"selfservice.flows.login.after.lookup_secret":         hook,
	})
	fx.inModes(t, "passkeys are checked", passkeyModes(), func(u *user) {
		_, k := u.registerPasskey()
		ft := start(u.newUser(), login)
		ft.submit("unverified", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})
	})
	fx.inModes(t, "security keys are checked", browsers, func(u *user) {
		p, k := u.registerSecurityKey()
		ft := start(u.newUser(), login)
		ft.submitIdentifier(p)
		ft.submit("unverified", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(ft.form))})
	})
	fx.inModes(t, "second factors are checked", modes, func(u *user) {
		p := fx.createPerson(u.t, false)
		f := u.enrollSecondFactors(p)
		for _, method := range []kratos.LoginMethod{
			kratos.LoginTOTP{TOTPCode: f.nextCode(u.t)},
			kratos.LoginLookupSecret{LookupSecret: f.codes[0]},
		} {
			u := u.newUser()
			start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("unverified", method)
		}
	})
	be.run(t, "accounts at providers are checked in browsers", func(t *testing.T) { t.Parallel(); requireVerifiedForOIDC(t, hook) })
}

func requireVerifiedForOIDC(t *testing.T, hook map[string]any) {
	t.Helper()
	google, idp := provider.GoogleForTest(t), provider.ForTest(t)
	t.Run(native, func(t *testing.T) {
		srv := server.ForTest(t, server.Options{Config: withLoginHook(google.Config(), hook), Env: google.Env()})
		client, _ := clients(t, srv)
		token := must(google.IDToken(newProviderPerson(), ""))(t)
		must(client.Registration.Do(t.Context(), kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: token}))(t)
		step := must(client.Login.Do(t.Context(), kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token}))(t)
		if !step.Done || step.Session.Identity.VerifiableAddresses[0].Verified {
			t.Errorf("a login with an ID token, which is not checked: %+v", step)
		}
	})

	// The provider serves one browser at a time, so the subtests are not parallel.
	t.Run(singlePage, func(t *testing.T) {
		srv := server.ForTest(t, server.Options{Config: withLoginHook(idp.Config(provider.FromIDToken), hook)})
		client, _ := clients(t, srv)
		idp.SignIn(newProviderPerson())
		expectPage(t, newBrowser(t, srv).registration(client), "/")
		expectPage(t, newBrowser(t, srv).login(client), "/verification")
		cover(t, "login", singlePage, "oidc", "unverified")
	})
	t.Run(pages, func(t *testing.T) {
		fx := newFixture(t, map[string]any{
			"selfservice.methods.oidc":                        oidcConfig(idp),
			"selfservice.flows.login.after.oidc":              hook,
			"selfservice.flows.registration.after.oidc.hooks": []any{map[string]any{"hook": "session"}},
		})
		idp.SignIn(newProviderPerson())
		start(fx.user(t, pages), registration).submit("done", kratos.RegistrationOIDC{Provider: provider.ID})
		start(fx.user(t, pages), login).submit("unverified", kratos.LoginOIDC{Provider: provider.ID})
	})
}

// withLoginHook returns a configuration with a hook after logins with a provider.
func withLoginHook(config, hook map[string]any) map[string]any {
	config["selfservice"].(map[string]any)["flows"].(map[string]any)["login"] = map[string]any{"after": map[string]any{"oidc": hook}}
	return config
}
