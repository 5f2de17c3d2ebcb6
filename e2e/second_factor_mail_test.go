package e2e

import (
	"errors"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A program that submits LoginCode{Address} and LoginCode{Code} passes the second factor on every
// server: before v26.2 the first one requests the code, later the start of the login has sent it.
func TestSecondFactorByMail(t *testing.T) { onBothServers(t, testSecondFactorByMail) }

func testSecondFactorByMail(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{
		"selfservice.methods.code.passwordless_enabled": false,
		"selfservice.methods.code.mfa_enabled":          true,
	})
	fx.inModes(t, "a code comes after the password", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		if _, err := u.session(); !errors.Is(err, kratos.ErrAAL2Required) {
			u.t.Errorf("whoami before it: %v", err)
		}
		ft := start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
		ft.requestMailedCode(p, features().SecondFactorCodeAtStart)
		first := u.code(p.Email)
		ft.submit("next step", kratos.LoginCode{Address: p.Email, Resend: "code"})
		ft.submit("rejected", kratos.LoginCode{Address: p.Email, Code: first})
		ft.submit("done", kratos.LoginCode{Address: p.Email, Code: u.code(p.Email)})
		if s := must(u.session())(u.t); s.AAL != kratos.AAL2 {
			u.t.Errorf("session of %s after it", s.AAL)
		}
	})
	fx.inModes(t, "a code can be chosen instead of a backup code", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft := start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
		ft.requestMailedCode(p, features().SecondFactorCodeAtStart)
		ft.submit("done", kratos.LoginCode{Address: p.Email, Code: u.code(p.Email)})
		codes := u.addBackupCodes()

		u = u.newUser()
		start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft = start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
		ft.submit("done", kratos.LoginLookupSecret{LookupSecret: codes[0]})

		u = u.newUser()
		start(u, login).submit("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		ft = start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2, Via: "email"}))
		ft.requestMailedCode(p, false) // there is a choice, so starting the login has sent nothing
		ft.submit("done", kratos.LoginCode{Address: p.Email, Code: u.code(p.Email)})
	})
}

// requestMailedCode requests the code of a second factor. If starting the login has sent it, the
// form has no button for the address, and a submission of the address sends nothing.
func (ft *flowTest[F, M, P]) requestMailedCode(p person, sent bool) {
	ft.user.t.Helper()
	if got := ft.form.Field("code") != nil; got != sent {
		ft.user.t.Errorf("the form asks for the code: %v, want %v", got, sent)
	}
	if sent && ft.user.mode == pages {
		return
	}
	ft.submit("next step", any(kratos.LoginCode{Address: p.Email}).(M))
}
