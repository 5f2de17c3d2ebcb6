package e2e

import (
	"encoding/json"
	"slices"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// allMethods has a body of each method, which Kratos handles.
type allMethods struct {
	login        []kratos.LoginMethod
	registration []kratos.RegistrationMethod
	settings     []kratos.SettingsMethod
	recovery     []kratos.RecoveryMethod
	verification []kratos.VerificationMethod
}

func newAllMethods() allMethods {
	p := newPerson()
	return allMethods{
		login: []kratos.LoginMethod{
			kratos.LoginPassword{Identifier: p.Email, Password: p.password},
			kratos.LoginCode{Identifier: p.Email},
			kratos.LoginIdentifierFirst{Identifier: p.Email},
			kratos.LoginTOTP{TOTPCode: "000000"},
			kratos.LoginLookupSecret{LookupSecret: "00000000"},
			kratos.LoginOIDC{Provider: "acme"},
			kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"},
			kratos.LoginPasskey{PasskeyLogin: "{}"},
		},
		registration: []kratos.RegistrationMethod{
			kratos.RegistrationPassword{Traits: p.traits, Password: p.password},
			kratos.RegistrationCode{Traits: p.traits},
			kratos.RegistrationProfile{Traits: p.traits},
			kratos.RegistrationOIDC{Provider: "acme"},
			kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"},
			kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"},
		},
		settings: []kratos.SettingsMethod{
			kratos.SettingsProfile{Traits: p.traits},
			kratos.SettingsPassword{Password: p.password},
			kratos.SettingsTOTP{TOTPCode: "000000"},
			kratos.SettingsLookupSecret{LookupSecretRegenerate: true},
			kratos.SettingsOIDC{Link: "acme"},
			kratos.SettingsWebAuthn{WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"},
			kratos.SettingsPasskey{PasskeySettingsRegister: "{}"},
		},
		recovery:     []kratos.RecoveryMethod{kratos.RecoveryCode{Email: p.Email}, kratos.RecoveryLink{Email: p.Email}},
		verification: []kratos.VerificationMethod{kratos.VerificationCode{Email: p.Email}, kratos.VerificationLink{Email: p.Email}},
	}
}

// flowTests starts a flow for each body, except those of the methods in but and of those that the
// server lacks, and applies change to it. It returns a function that submits all flows and expects the same outcome of each.
func flowTests[F, M, P any](u *user, f flow[F, M, P], bodies []M, want string, change func(*flowTest[F, M, P]), but ...string) func() {
	var submissions []func()
	for _, body := range bodies {
		if _, method := methodOf(body); slices.Contains(but, method) || u.backend.lacks(method) {
			continue
		}
		of := u
		if f.name != "settings" {
			of = u.newUser() // a submission can invalidate the cookies of the next
		}
		ft := start(of, f)
		change(ft)
		submissions = append(submissions, func() { ft.submit(want, body) })
	}
	return func() {
		u.t.Helper()
		for _, submit := range submissions {
			submit()
		}
	}
}

// noChange does not change a flow.
func noChange[F, M, P any](*flowTest[F, M, P]) {}

// withBadCSRF makes the next submission fail the CSRF check: with a wrong CSRF token, or with a
// cookie in a native call.
func withBadCSRF[F, M, P any](ft *flowTest[F, M, P]) {
	if ft.user.mode == native {
		ft.options = append(ft.options, kratos.Header("Cookie", "a=b"))
		return
	}
	for i := range ft.form.UIContainer.Nodes {
		if ft.form.UIContainer.Nodes[i].Attributes.Name == "csrf_token" {
			ft.form.UIContainer.Nodes[i].Attributes.Value = json.RawMessage(`"d3Jvbmc="`)
		}
	}
}

// withBadCSRFAndNoRedirects is withBadCSRF for tests of the response to the submission itself.
func withBadCSRFAndNoRedirects[F, M, P any](ft *flowTest[F, M, P]) {
	withBadCSRF(ft)
	ft.user.followNoRedirects()
}

// oidcConfig returns the configuration of the method "oidc" with a provider.
func oidcConfig(p *provider.Provider) map[string]any {
	return p.Config(provider.FromIDToken)["selfservice"].(map[string]any)["methods"].(map[string]any)["oidc"].(map[string]any)
}
