package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// registerPasskey registers somebody with a passkey only.
func (v *visitor) registerPasskey() (person, *key) {
	v.t.Helper()
	p, k := newPerson(), newKey()
	at := start(v, registration)
	at.sends("goes on", kratos.RegistrationProfile{Traits: p.traits})
	at.sends("refused", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"})
	at.sends("done", kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: k.create(v.t, passkeyOptions(at.form))})
	return p, k
}

// registerSecurityKey registers somebody with a security key only.
func (v *visitor) registerSecurityKey() (person, *key) {
	v.t.Helper()
	p, k := newPerson(), newKey()
	at := start(v, registration)
	at.sends("goes on", kratos.RegistrationProfile{Traits: p.traits})
	at.sends("refused", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the blue one"})
	answer := k.create(v.t, webauthnOptions(at.form))
	at.sends("done", kratos.RegistrationWebAuthn{Traits: p.traits, WebAuthnRegister: answer, WebAuthnRegisterDisplayname: "the blue one"})
	return p, k
}

// names says whose security key is to be asked for.
func (p *play[F, M]) names(of person) {
	p.v.t.Helper()
	p.leadsBack(any(kratos.LoginWebAuthn{Identifier: of.Email}).(M))
}

// leadsBack submits what leads a browser back to the form, and reads the form again.
func (p *play[F, M]) leadsBack(body M) {
	p.v.t.Helper()
	if p.v.mode == pages {
		p.sends("goes on", body)
		return
	}
	p.sends("elsewhere", body)
	id := must1of[*url.URL](p.v.t)(url.Parse(p.step.RedirectTo)).Query().Get("flow")
	p.through(func(flows kratos.Flows[F, M]) { p.flow = must1of[*F](p.v.t)(flows.Get(p.v.t.Context(), id)) })
	p.form = p.k.form(p.flow)
}

// addBackupCodes makes backup codes the second factor of who is signed in.
func (v *visitor) addBackupCodes() (codes []string) {
	v.t.Helper()
	at := start(v, settings)
	at.sends("goes on", kratos.SettingsLookup{LookupSecretRegenerate: true})
	codes = at.form.LookupCodes()
	at.sends("done", kratos.SettingsLookup{LookupSecretConfirm: true})
	return codes
}

func TestKeysInBothBrowserModes(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
	})

	s.inModes(t, "a passkey registers and logs in", browsers, func(v *visitor) {
		_, k := v.registerPasskey()
		at := start(v.another(), login)
		at.sends("refused", kratos.LoginPasskey{PasskeyLogin: "{}"})
		at = start(at.v, login)
		at.leadsBack(kratos.LoginPasskey{})
		at.sends("done", kratos.LoginPasskey{PasskeyLogin: k.get(v.t, passkeyOptions(at.form))})

		at = start(v, login, kratos.Refresh())
		at.again(kratos.LoginPasskey{PasskeyLogin: k.get(v.t, passkeyOptions(at.form))})
		more := start(v, settings)
		more.sends("refused", kratos.SettingsPasskey{PasskeySettingsRegister: "{}"})
		more = start(v, settings)
		more.sends("done", kratos.SettingsPasskey{PasskeySettingsRegister: newKey().create(v.t, passkeyOptions(more.form))})

		v.addBackupCodes()
		at = start(v.another(), login)
		at.sends("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(v.t, passkeyOptions(at.form))})
	})

	s.inModes(t, "a security key registers and logs in", browsers, func(v *visitor) {
		p, k := v.registerSecurityKey()
		at := start(v.another(), login)
		at.names(p)
		at.sends("refused", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"})
		at = start(v.another(), login)
		at.names(p)
		at.sends("done", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(v.t, webauthnOptions(at.form))})

		at = start(v, login, kratos.Refresh())
		at.again(kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(v.t, webauthnOptions(at.form))})
		v.addBackupCodes()
		at = start(v.another(), login)
		at.names(p)
		at.sends("second factor", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(v.t, webauthnOptions(at.form))})

		more := start(v, settings)
		more.sends("refused", kratos.SettingsWebAuthn{WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the red one"})
		more = start(v, settings)
		more.sends("done", kratos.SettingsWebAuthn{WebAuthnRegister: newKey().create(v.t, webauthnOptions(more.form)), WebAuthnRegisterDisplayname: "the red one"})
	})
}
