package e2e

import (
	"errors"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestLogins(t *testing.T) { onBothServers(t, testLogins) }

func testLogins(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)

	fx.inModes(t, "a password logs in and a wrong one is rejected", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, login)
		ft.submit("rejected", kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
		ft.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	fx.inModes(t, "a code can be sent again, which invalidates the first", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, login)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		first := u.code(p.Email)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email, Resend: "code"})
		second := u.code(p.Email)
		ft.submit("rejected", kratos.LoginCode{Identifier: p.Email, Code: first})
		ft.submit("done", kratos.LoginCode{Identifier: p.Email, Code: second})
	})

	fx.inModes(t, "after five wrong codes the right code is rejected", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, login)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		for range 5 {
			ft.submit("rejected", kratos.LoginCode{Identifier: p.Email, Code: "000000"})
		}
		ft.submit("rejected", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})

	fx.inModes(t, "a password or a code refreshes a session", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		u.logIn(p)
		first := must(u.session())(u.t)
		start(u, login.with(kratos.StartLogin{Refresh: true})).submitRefresh(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft := start(u, login.with(kratos.StartLogin{Refresh: true}))
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		ft.submitRefresh(kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
		if s := must(u.session())(u.t); !s.AuthenticatedAt.After(first.AuthenticatedAt) {
			u.t.Errorf("authenticated at %s, then at %s", first.AuthenticatedAt, s.AuthenticatedAt)
		}
	})

	fx.inModes(t, "an authenticator app and backup codes are second factors", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		f := u.enrollSecondFactors(p)
		for _, method := range []kratos.LoginMethod{
			kratos.LoginTOTP{TOTPCode: f.nextCode(u.t)},
			kratos.LoginLookupSecret{LookupSecret: f.codes[0]},
		} {
			u := u.newUser()
			start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			if _, err := u.session(); !errors.Is(err, kratos.ErrAAL2Required) {
				u.t.Errorf("whoami before it: %v", err)
			}
			ft := start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
			ft.submit("rejected", kratos.LoginTOTP{TOTPCode: "000000"})
			ft.submit("rejected", kratos.LoginLookupSecret{LookupSecret: "wrong"})
			ft.submit("done", method)
			if s := must(u.session())(u.t); s.AAL != kratos.AAL2 {
				u.t.Errorf("session of %s after it", s.AAL)
			}
		}
	})

	fx.inModes(t, "a second factor comes after a code", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		f := u.enrollSecondFactors(p)
		u = u.newUser()
		ft := start(u, login)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		ft.submit("second factor", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})

	fx.inModes(t, "the second factor refreshes a session", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		f := u.enrollSecondFactors(p)
		start(u, login.with(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2})).submitRefresh(kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
		start(u, login.with(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2})).submitRefresh(kratos.LoginTOTP{TOTPCode: f.nextCode(u.t)})
	})
}

func TestIdentifierFirstInEveryMode(t *testing.T) { onBothServers(t, testIdentifierFirstInEveryMode) }

func testIdentifierFirstInEveryMode(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"selfservice.flows.login.style": "identifier_first"})
	fx.inModes(t, "the identifier comes before the password", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, login)
		if ft.form.Field("password") != nil {
			u.t.Error("the first form asks for the password")
		}
		ft.submit("rejected", kratos.LoginIdentifierFirst{Identifier: "unknown@example.org"})
		ft.submit("next step", kratos.LoginIdentifierFirst{Identifier: p.Email})
		if ft.form.Field("password") == nil {
			u.t.Error("the second form does not ask for the password")
		}
		ft.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})
	fx.inModes(t, "the identifier comes before the code", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, login)
		ft.submit("next step", kratos.LoginIdentifierFirst{Identifier: p.Email})
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		ft.submit("done", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})
}

func TestLoginsRequireAVerifiedAddress(t *testing.T) {
	onBothServers(t, testLoginsRequireAVerifiedAddress)
}

func testLoginsRequireAVerifiedAddress(t *testing.T, be backend) {
	t.Parallel()
	hook := map[string]any{"hooks": []any{map[string]any{"hook": "require_verified_address"}}}
	fx := be.newFixture(t, map[string]any{
		"selfservice.flows.login.after.password":      hook,
		"selfservice.flows.login.after.code":          hook,
		"selfservice.flows.login.after.passkey":       hook,
		"selfservice.flows.login.after.lookup_secret": hook,
	})
	fx.inModes(t, "an unverified address is rejected", modes, func(u *user) {
		p, verified := fx.createPerson(u.t, false), fx.createPerson(u.t, true)
		start(u, login).submit("unverified", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(u.newUser(), login).submit("done", kratos.LoginPassword{Identifier: verified.Email, Password: verified.password})
	})
	fx.inModes(t, "a code verifies its address and logs in", modes, func(u *user) {
		p := fx.createPerson(u.t, false)
		ft := start(u, login)
		ft.submit("next step", kratos.LoginCode{Identifier: p.Email})
		ft.submit("done", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})
	if sinceV254() {
		requireVerifiedForEveryMethod(t, be, hook)
		return
	}
	fx.inModes(t, "passkeys and second factors are not checked", browsers, func(u *user) {
		_, k := u.registerPasskey()
		codes := u.addBackupCodes()
		u = u.newUser()
		ft := start(u, login)
		ft.submit("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(ft.form))})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: codes[0]})
	})
}
