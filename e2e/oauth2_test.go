package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// atShop is where the OAuth2 provider sends a browser that is logged in.
const atShop = "http://shop.example.com/callback"

// oauth2Provider answers what Kratos asks of Ory Hydra about a login: who wants it, and where the
// browser goes after it.
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
		_ = json.NewEncoder(w).Encode(map[string]any{"redirect_to": atShop})
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

	fx.inModes(t, "a login leads the browser back to the provider", browsers, func(u *user) {
		p := fx.member(u.t, true)
		start(u, challenged).submit("elsewhere", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at := start(u.another(), challenged)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		at.submit("elsewhere", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})

	fx.inModes(t, "a native client is sent nowhere", []string{native}, func(u *user) {
		p, q := fx.member(u.t, true), newPerson()
		start(u, login, kratos.Query("login_challenge", challenge)).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(u.another(), registration, kratos.Query("login_challenge", challenge)).submit("done", kratos.RegistrationPassword{Traits: q.traits, Password: q.password})
	})

	fx.inModes(t, "a second factor leads the browser back to the provider", browsers, func(u *user) {
		p := fx.member(u.t, true)
		f := u.enrol(p)
		for _, method := range []kratos.LoginMethod{kratos.LoginLookupSecret{LookupSecret: f.codes[0]}, kratos.LoginTOTP{TOTPCode: f.next(u.t)}} {
			u := u.another()
			start(u, challenged).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(u, login.with(kratos.StartLogin{LoginChallenge: challenge, AAL: kratos.AAL2})).submit("elsewhere", method)
		}
	})

	fx.inModes(t, "a login with a key leads the browser back to the provider", browsers, func(u *user) {
		p, k := u.registerSecurityKey()
		at := start(u.another(), challenged)
		at.giveIdentifier(p)
		at.submit("elsewhere", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(at.form))})
		_, k = u.another().registerPasskey()
		at = start(u.another(), challenged)
		at.submit("elsewhere", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(at.form))})
	})

	// A single-page application has the verification before it.
	fx.inModes(t, "a registration leads the browser back to the provider", browsers, func(u *user) {
		want := map[string]string{singlePage: "done", pages: "elsewhere"}[u.mode]
		p := newPerson()
		at := start(u, registering)
		at.submit(want, kratos.RegistrationPassword{Traits: p.traits, Password: p.password})

		p = newPerson()
		at = start(u.another(), registering)
		at.submit("goes on", kratos.RegistrationCode{Traits: p.traits})
		at.submit(want, kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)})

		k := newKey()
		at = start(u.another(), registering)
		at.submit("goes on", kratos.RegistrationProfile{Traits: newPerson().traits})
		at.submit(want, kratos.RegistrationPasskey{Traits: newPerson().traits, PasskeyRegister: k.create(u.t, passkeyOptions(at.form))})

		at = start(u.another(), registering)
		at.submit("goes on", kratos.RegistrationProfile{Traits: newPerson().traits})
		answer := newKey().create(u.t, webauthnOptions(at.form))
		at.submit(want, kratos.RegistrationWebAuthn{Traits: newPerson().traits, WebAuthnRegister: answer, WebAuthnRegisterDisplayname: "the blue one"})
	})
}
