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

// oauth2Provider answers what Kratos asks of Ory Hydra about a login: who wants it, and where the browser goes after it.
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
	s := newStage(t, map[string]any{
		"oauth2_provider.url":                                 oauth2Provider(t),
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
	})
	challenge := kratos.LoginChallenge("3b1f1ac1d2e34a0fa1b2c3d4e5f60718")

	s.inModes(t, "a login leads the browser back to the provider", browsers, func(v *visitor) {
		p := s.member(v.t, true)
		start(v, login, challenge).sends("elsewhere", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at := start(v.another(), login, challenge)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		at.sends("elsewhere", kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
	})

	s.inModes(t, "a native client is sent nowhere", []string{native}, func(v *visitor) {
		p, q := s.member(v.t, true), newPerson()
		start(v, login, challenge).sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(v.another(), registration, challenge).sends("done", kratos.RegistrationPassword{Traits: q.traits, Password: q.password})
	})

	s.inModes(t, "a second factor leads the browser back to the provider", browsers, func(v *visitor) {
		p := s.member(v.t, true)
		f := v.enrol(p)
		for _, method := range []kratos.LoginMethod{kratos.LoginLookupSecret{LookupSecret: f.codes[0]}, kratos.LoginTOTP{TOTPCode: f.next(v.t)}} {
			v := v.another()
			start(v, login, challenge).sends("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			start(v, login, challenge, kratos.RequestAAL(kratos.AAL2)).sends("elsewhere", method)
		}
	})

	s.inModes(t, "a login with a key leads the browser back to the provider", browsers, func(v *visitor) {
		p, k := v.registerSecurityKey()
		at := start(v.another(), login, challenge)
		at.names(p)
		at.sends("elsewhere", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(v.t, webauthnOptions(at.form))})
		_, k = v.another().registerPasskey()
		at = start(v.another(), login, challenge)
		at.sends("elsewhere", kratos.LoginPasskey{PasskeyLogin: k.get(v.t, passkeyOptions(at.form))})
	})

	// A single-page application has the verification before it.
	s.inModes(t, "a registration leads the browser back to the provider", browsers, func(v *visitor) {
		want := map[string]string{singlePage: "done", pages: "elsewhere"}[v.mode]
		p := newPerson()
		at := start(v, registration, challenge)
		at.sends(want, kratos.RegistrationPassword{Traits: p.traits, Password: p.password})

		p = newPerson()
		at = start(v.another(), registration, challenge)
		at.sends("goes on", kratos.RegistrationCode{Traits: p.traits})
		at.sends(want, kratos.RegistrationCode{Traits: p.traits, Code: v.code(p.Email)})

		k := newKey()
		at = start(v.another(), registration, challenge)
		at.sends("goes on", kratos.RegistrationProfile{Traits: newPerson().traits})
		at.sends(want, kratos.RegistrationPasskey{Traits: newPerson().traits, PasskeyRegister: k.create(v.t, passkeyOptions(at.form))})

		at = start(v.another(), registration, challenge)
		at.sends("goes on", kratos.RegistrationProfile{Traits: newPerson().traits})
		answer := newKey().create(v.t, webauthnOptions(at.form))
		at.sends(want, kratos.RegistrationWebAuthn{Traits: newPerson().traits, WebAuthnRegister: answer, WebAuthnRegisterDisplayname: "the blue one"})
	})
}
