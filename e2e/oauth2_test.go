package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// shopURL is the URL to which the OAuth 2.0 server redirects a browser that is logged in.
const shopURL = "http://shop.example.com/callback"

// oauth2Provider is a fake of Hydra's admin API: it returns login requests, and the URL to which
// the browser is redirected after a login.
func oauth2Provider(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	var own string
	mux.HandleFunc("GET /admin/oauth2/auth/requests/login", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"challenge": r.FormValue("login_challenge"), "skip": false, "subject": "", "request_url": own + "/auth",
			"client": map[string]any{"client_id": "shop"},
		})
	})
	mux.HandleFunc("PUT /admin/oauth2/auth/requests/login/accept", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"redirect_to": shopURL})
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	own = s.URL
	return own
}

func TestLoginsForAnOAuth2Provider(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"oauth2_provider.url":                                 oauth2Provider(t),
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
	})
	const challenge = "3b1f1ac1d2e34a0fa1b2c3d4e5f60718"
	challenged, registering := login.with(kratos.StartLogin{LoginChallenge: challenge}), registration.with(kratos.StartRegistration{LoginChallenge: challenge})

	fx.inModes(t, "a login redirects the browser to the OAuth 2.0 server", browsers, func(u *user) {
		p := fx.createPerson(u.t, true)
		start(u, challenged).submit("redirected", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft := start(u.newUser(), challenged)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		ft.submit("redirected", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})

	fx.inModes(t, "a native client is sent nowhere", []string{native}, func(u *user) {
		p, q := fx.createPerson(u.t, true), newPerson()
		start(u, login, kratos.Query("login_challenge", challenge)).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(u.newUser(), registration, kratos.Query("login_challenge", challenge)).submit("done", kratos.RegistrationPassword{Traits: q.traits, Password: q.password})
	})

	fx.inModes(t, "a second factor redirects the browser to the OAuth 2.0 server", browsers, func(u *user) {
		p := fx.createPerson(u.t, true)
		f := u.enrollSecondFactors(p)
		for _, method := range []kratos.LoginMethod{kratos.LoginLookupSecret{LookupSecret: f.codes[0]}, kratos.LoginTOTP{TOTPCode: f.nextCode(u.t)}} {
			u := u.newUser()
			start(u, challenged).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(u, login.with(kratos.StartLogin{LoginChallenge: challenge, AAL: kratos.AAL2})).submit("redirected", method)
		}
	})

	fx.inModes(t, "a login with a key redirects the browser to the OAuth 2.0 server", browsers, func(u *user) {
		p, k := u.registerSecurityKey()
		ft := start(u.newUser(), challenged)
		ft.submitIdentifier(p)
		ft.submit("redirected", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(ft.form))})
		_, k = u.newUser().registerPasskey()
		ft = start(u.newUser(), challenged)
		ft.submit("redirected", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})
	})

	// A single-page application continues with the verification first.
	fx.inModes(t, "a registration redirects the browser to the OAuth 2.0 server", browsers, func(u *user) {
		want := map[string]string{singlePage: "done", pages: "redirected"}[u.mode]
		p := newPerson()
		ft := start(u, registering)
		ft.submit(want, kratos.RegistrationPassword{Traits: p.traits, Password: p.password})

		p = newPerson()
		ft = start(u.newUser(), registering)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
		ft.submit(want, kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)})

		k := newKey()
		ft = start(u.newUser(), registering)
		ft.submit("next step", kratos.RegistrationProfile{Traits: newPerson().traits})
		ft.submit(want, kratos.RegistrationPasskey{Traits: newPerson().traits, PasskeyRegister: k.create(u.t, passkeyOptions(ft.form))})

		ft = start(u.newUser(), registering)
		ft.submit("next step", kratos.RegistrationProfile{Traits: newPerson().traits})
		attestation := newKey().create(u.t, webauthnOptions(ft.form))
		ft.submit(want, kratos.RegistrationWebAuthn{Traits: newPerson().traits, WebAuthnRegister: attestation, WebAuthnRegisterDisplayname: "the blue one"})
	})
}
