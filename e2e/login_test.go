package e2e

import (
	"errors"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)

	fx.inModes(t, "a password is right or wrong", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, login)
		at.submit("refused", kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
		at.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	fx.inModes(t, "a code can be sent again and the old one is wrong then", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, login)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		first := u.code(p.Email)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email, Resend: "code"})
		second := u.code(p.Email)
		at.submit("refused", kratos.LoginCode{Identifier: p.Email, Code: first})
		at.submit("done", kratos.LoginCode{Identifier: p.Email, Code: second})
	})

	fx.inModes(t, "after five wrong codes the right one is refused", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, login)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		for range 5 {
			at.submit("refused", kratos.LoginCode{Identifier: p.Email, Code: "000000"})
		}
		at.submit("refused", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})

	fx.inModes(t, "somebody signed in logs in again with a password or a code", modes, func(u *user) {
		p := fx.member(u.t, true)
		u.signIn(p)
		first := must(u.session())(u.t)
		start(u, login.with(kratos.StartLogin{Refresh: true})).submitAgain(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at := start(u, login.with(kratos.StartLogin{Refresh: true}))
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		at.submitAgain(kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
		if s := must(u.session())(u.t); !s.AuthenticatedAt.After(first.AuthenticatedAt) {
			u.t.Errorf("authenticated at %s, then at %s", first.AuthenticatedAt, s.AuthenticatedAt)
		}
	})

	fx.inModes(t, "an authenticator app and backup codes are second factors", modes, func(u *user) {
		p := fx.member(u.t, true)
		f := u.enrol(p)
		for _, method := range []kratos.LoginMethod{
			kratos.LoginTOTP{TOTPCode: f.next(u.t)},
			kratos.LoginLookupSecret{LookupSecret: f.codes[0]},
		} {
			u := u.another()
			start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			if _, err := u.session(); !errors.Is(err, kratos.ErrAAL2Required) {
				u.t.Errorf("whoami before it: %v", err)
			}
			at := start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
			at.submit("refused", kratos.LoginTOTP{TOTPCode: "000000"})
			at.submit("refused", kratos.LoginLookupSecret{LookupSecret: "wrong"})
			at.submit("done", method)
			if s := must(u.session())(u.t); s.AAL != kratos.AAL2 {
				u.t.Errorf("session of %s after it", s.AAL)
			}
		}
	})

	fx.inModes(t, "a second factor comes after a code", modes, func(u *user) {
		p := fx.member(u.t, true)
		f := u.enrol(p)
		u = u.another()
		at := start(u, login)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		at.submit("second factor", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})

	fx.inModes(t, "somebody with two factors gives the second again", modes, func(u *user) {
		p := fx.member(u.t, true)
		f := u.enrol(p)
		start(u, login.with(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2})).submitAgain(kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
		start(u, login.with(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2})).submitAgain(kratos.LoginTOTP{TOTPCode: f.next(u.t)})
	})
}

func TestIdentifierFirstInEveryMode(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{"selfservice.flows.login.style": "identifier_first"})
	fx.inModes(t, "the identifier comes before the password", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, login)
		if at.form.Field("password") != nil {
			u.t.Error("the first form asks for the password")
		}
		at.submit("refused", kratos.LoginIdentifierFirst{Identifier: "nobody@example.org"})
		at.submit("goes on", kratos.LoginIdentifierFirst{Identifier: p.Email})
		if at.form.Field("password") == nil {
			u.t.Error("the second form does not ask for the password")
		}
		at.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})
	fx.inModes(t, "the identifier comes before the code", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, login)
		at.submit("goes on", kratos.LoginIdentifierFirst{Identifier: p.Email})
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		at.submit("done", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})
}

func TestLoginsThatNeedAVerifiedAddress(t *testing.T) {
	t.Parallel()
	hook := map[string]any{"hooks": []any{map[string]any{"hook": "require_verified_address"}}}
	fx := newFixture(t, map[string]any{
		"selfservice.flows.login.after.password":      hook,
		"selfservice.flows.login.after.code":          hook,
		"selfservice.flows.login.after.passkey":       hook,
		"selfservice.flows.login.after.lookup_secret": hook,
	})
	fx.inModes(t, "a right password is not enough", modes, func(u *user) {
		p, verified := fx.member(u.t, false), fx.member(u.t, true)
		start(u, login).submit("unverified", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(u.another(), login).submit("done", kratos.LoginPassword{Identifier: verified.Email, Password: verified.password})
	})
	fx.inModes(t, "a code verifies the address it was sent to", modes, func(u *user) {
		p := fx.member(u.t, false)
		at := start(u, login)
		at.submit("goes on", kratos.LoginCode{Identifier: p.Email})
		at.submit("done", kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)})
	})
	fx.inModes(t, "a passkey and a second factor are enough", browsers, func(u *user) {
		_, k := u.registerPasskey()
		codes := u.addBackupCodes()
		u = u.another()
		at := start(u, login)
		at.submit("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(u.t, passkeyOptions(at.form))})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: codes[0]})
	})
}
