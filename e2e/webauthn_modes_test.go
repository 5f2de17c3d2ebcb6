package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestKeysInEveryMode(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{
		"selfservice.methods.webauthn.config.passwordless":    true,
		"selfservice.flows.registration.after.webauthn.hooks": []any{map[string]any{"hook": "session"}},
	})

	fx.inModes(t, "a passkey registers and logs in", passkeyModes(), func(u *user) {
		_, k := u.registerPasskey()
		ft := start(u.newUser(), login)
		ft.submit("rejected", kratos.LoginPasskey{PasskeyLogin: "{}"})
		ft = start(ft.user, login)
		ft.submitAndReload(kratos.LoginPasskey{})
		ft.submit("done", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})

		ft = start(u, login.with(kratos.StartLogin{Refresh: true}))
		ft.submitRefresh(kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})
		more := start(u, settings)
		more.submit("rejected", kratos.SettingsPasskey{PasskeySettingsRegister: "{}"})
		more = start(u, settings)
		second := newKey()
		more.submit("done", kratos.SettingsPasskey{PasskeySettingsRegister: second.create(u.t, passkeyOptions(more.form))})
		ft = start(u.newUser(), login)
		ft.submit("done", kratos.LoginPasskey{PasskeyLogin: second.get(u.t, passkeyOptions(ft.form))})
		start(u, settings).submit("done", kratos.SettingsPasskey{PasskeyRemove: hexID(second)})
		ft = start(u.newUser(), login)
		ft.submit("rejected", kratos.LoginPasskey{PasskeyLogin: second.get(u.t, passkeyOptions(ft.form))})

		u.addBackupCodes()
		ft = start(u.newUser(), login)
		ft.submit("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})
	})

	fx.inModes(t, "a security key registers and logs in", browsers, func(u *user) {
		p, k := u.registerSecurityKey()
		ft := start(u.newUser(), login)
		ft.submitIdentifier(p)
		ft.submit("rejected", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"})
		ft = start(u.newUser(), login)
		ft.submitIdentifier(p)
		ft.submit("done", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(ft.form))})

		ft = start(u, login.with(kratos.StartLogin{Refresh: true}))
		ft.submitRefresh(kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(ft.form))})
		u.addBackupCodes()
		ft = start(u.newUser(), login)
		ft.submitIdentifier(p)
		ft.submit("second factor", kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(u.t, webauthnOptions(ft.form))})

		more := start(u, settings)
		more.submit("rejected", kratos.SettingsWebAuthn{WebAuthnRegister: "{}", WebAuthnRegisterDisplayname: "the red one"})
		more = start(u, settings)
		more.submit("done", kratos.SettingsWebAuthn{WebAuthnRegister: newKey().create(u.t, webauthnOptions(more.form)), WebAuthnRegisterDisplayname: "the red one"})
	})
}
