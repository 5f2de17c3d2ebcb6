package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestKeysInBothBrowserModes(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
	})

	fx.inModes(t, "a passkey registers and logs in", browsers, func(u *user) {
		_, k := u.registerPasskey()
		at := start(u.another(), login)
		at.submit("refused", kratos.LoginPasskey{PasskeyLogin: "{}"})
		at = start(at.user, login)
		at.submitAndReload(kratos.LoginPasskey{})
		at.submit("done", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(at.form))})

		at = start(u, login.with(kratos.StartLogin{Refresh: true}))
		at.submitAgain(kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(at.form))})
		more := start(u, settings)
		more.submit("refused", kratos.SettingsPasskey{PasskeySettingsRegister: "{}"})
		more = start(u, settings)
		more.submit("done", kratos.SettingsPasskey{PasskeySettingsRegister: newKey().create(u.t, passkeyOptions(more.form))})

		u.addBackupCodes()
		at = start(u.another(), login)
		at.submit("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(at.form))})
	})

	fx.inModes(t, "a security key registers and logs in", browsers, func(u *user) {
		p, k := u.registerSecurityKey()
		at := start(u.another(), login)
		at.giveIdentifier(p)
		at.submit("refused", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"})
		at = start(u.another(), login)
		at.giveIdentifier(p)
		at.submit("done", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(at.form))})

		at = start(u, login.with(kratos.StartLogin{Refresh: true}))
		at.submitAgain(kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(at.form))})
		u.addBackupCodes()
		at = start(u.another(), login)
		at.giveIdentifier(p)
		at.submit("second factor", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(at.form))})

		more := start(u, settings)
		more.submit("refused", kratos.SettingsWebAuthn{WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the red one"})
		more = start(u, settings)
		more.submit("done", kratos.SettingsWebAuthn{WebAuthnRegister: newKey().create(u.t, webauthnOptions(more.form)), WebAuthnRegisterDisplayname: "the red one"})
	})
}
