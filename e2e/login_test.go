package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)

	s.inModes(t, "a password is right or wrong", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, login)
		at.sends("refused", kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
		at.sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})

	s.inModes(t, "a code can be sent again and the old one is wrong then", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, login)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		first := v.code(p.Email)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email, Resend: "code"})
		second := v.code(p.Email)
		at.sends("refused", kratos.LoginCode{Identifier: p.Email, Code: first})
		at.sends("done", kratos.LoginCode{Identifier: p.Email, Code: second})
	})

	s.inModes(t, "after five wrong codes the right one is refused", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, login)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		for range 5 {
			at.sends("refused", kratos.LoginCode{Identifier: p.Email, Code: "000000"})
		}
		at.sends("refused", kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
	})

	s.inModes(t, "somebody signed in logs in again with a password or a code", modes, func(v *visitor) {
		p := s.member(v.t, true)
		v.signIn(p)
		first := must1of[*kratos.Session](v.t)(v.session())
		start(v, login, kratos.Refresh()).again(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		at := start(v, login, kratos.Refresh())
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		at.again(kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
		if s := must1of[*kratos.Session](v.t)(v.session()); !s.AuthenticatedAt.After(first.AuthenticatedAt) {
			v.t.Errorf("authenticated at %s, then at %s", first.AuthenticatedAt, s.AuthenticatedAt)
		}
	})

	s.inModes(t, "an authenticator app and backup codes are second factors", modes, func(v *visitor) {
		p := s.member(v.t, true)
		f := v.enrol(p)
		for _, method := range []kratos.LoginMethod{
			kratos.LoginTOTP{TOTPCode: f.next(v.t)},
			kratos.LoginLookupSecret{LookupSecret: f.codes[0]},
		} {
			v := v.another()
			start(v, login).sends("second factor", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			if _, err := v.session(); !errors.Is(err, kratos.ErrAAL2Required) {
				v.t.Errorf("whoami before it: %v", err)
			}
			at := start(v, login, kratos.RequestAAL(kratos.AAL2))
			at.sends("refused", kratos.LoginTOTP{TOTPCode: "000000"})
			at.sends("refused", kratos.LoginLookupSecret{LookupSecret: "wrong"})
			at.sends("done", method)
			if s := must1of[*kratos.Session](v.t)(v.session()); s.AAL != kratos.AAL2 {
				v.t.Errorf("session of %s after it", s.AAL)
			}
		}
	})

	s.inModes(t, "a second factor comes after a code", modes, func(v *visitor) {
		p := s.member(v.t, true)
		f := v.enrol(p)
		v = v.another()
		at := start(v, login)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		at.sends("second factor", kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
		start(v, login, kratos.RequestAAL(kratos.AAL2)).sends("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})

	s.inModes(t, "somebody with two factors gives the second again", modes, func(v *visitor) {
		p := s.member(v.t, true)
		f := v.enrol(p)
		start(v, login, kratos.Refresh(), kratos.RequestAAL(kratos.AAL2)).again(kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
		start(v, login, kratos.Refresh(), kratos.RequestAAL(kratos.AAL2)).again(kratos.LoginTOTP{TOTPCode: f.next(v.t)})
	})
}

// again submits the login of somebody who is signed in.
func (p *play[F, M]) again(body M) {
	p.v.t.Helper()
	p.sends("done", body)
	flow, method := methodOf(body)
	covers(p.v.t, flow, p.v.mode, method, "refresh")
}

// factors are what a person has enrolled.
type factors struct {
	secret string // of the authenticator app
	codes  []string
}

// next is the code after the one that was used to enrol.
func (f factors) next(t *testing.T) string {
	t.Helper()
	return must1of[string](t)(totp.GenerateCode(f.secret, time.Now().Add(30*time.Second)))
}

// enrol signs the visitor in, and adds an authenticator app and backup codes.
func (v *visitor) enrol(p person) factors {
	v.t.Helper()
	v.signIn(p)
	at := start(v, settings)
	secret, _ := at.form.TOTPSecret()
	at.sends("refused", kratos.SettingsTOTP{TOTPCode: "000000"})
	at.sends("done", kratos.SettingsTOTP{TOTPCode: must1of[string](v.t)(totp.GenerateCode(secret, time.Now()))})
	return factors{secret, v.addBackupCodes()}
}

func TestIdentifierFirstInEveryMode(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{"selfservice.flows.login.style": "identifier_first"})
	s.inModes(t, "the identifier comes before the password", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, login)
		if at.form.Field("password") != nil {
			v.t.Error("the first form asks for the password")
		}
		at.sends("refused", kratos.LoginIdentifierFirst{Identifier: "nobody@example.org"})
		at.sends("goes on", kratos.LoginIdentifierFirst{Identifier: p.Email})
		if at.form.Field("password") == nil {
			v.t.Error("the second form does not ask for the password")
		}
		at.sends("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	})
	s.inModes(t, "the identifier comes before the code", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, login)
		at.sends("goes on", kratos.LoginIdentifierFirst{Identifier: p.Email})
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		at.sends("done", kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
	})
}

func TestLoginsThatNeedAVerifiedAddress(t *testing.T) {
	t.Parallel()
	hook := map[string]any{"hooks": []any{map[string]any{"hook": "require_verified_address"}}}
	s := newStage(t, map[string]any{
		"selfservice.flows.login.after.password":      hook,
		"selfservice.flows.login.after.code":          hook,
		"selfservice.flows.login.after.passkey":       hook,
		"selfservice.flows.login.after.lookup_secret": hook,
	})
	s.inModes(t, "a right password is not enough", modes, func(v *visitor) {
		p, verified := s.member(v.t, false), s.member(v.t, true)
		start(v, login).sends("unverified", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
		start(v.another(), login).sends("done", kratos.LoginPassword{Identifier: verified.Email, Password: verified.password})
	})
	s.inModes(t, "a code verifies the address it was sent to", modes, func(v *visitor) {
		p := s.member(v.t, false)
		at := start(v, login)
		at.sends("goes on", kratos.LoginCode{Identifier: p.Email})
		at.sends("done", kratos.LoginCode{Identifier: p.Email, Code: v.code(p.Email)})
	})
	s.inModes(t, "a passkey and a second factor are enough", browsers, func(v *visitor) {
		_, k := v.registerPasskey()
		codes := v.addBackupCodes()
		v = v.another()
		at := start(v, login)
		at.sends("second factor", kratos.LoginPasskey{PasskeyLogin: k.get(v.t, passkeyOptions(at.form))})
		start(v, login, kratos.RequestAAL(kratos.AAL2)).sends("done", kratos.LoginLookupSecret{LookupSecret: codes[0]})
	})
}
