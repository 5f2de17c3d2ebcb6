package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRegistrations(t *testing.T) { onBothServers(t, testRegistrations) }

func testRegistrations(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)

	fx.inModes(t, "a password registers in one step", modes, func(u *user) {
		p := newPerson()
		ft := start(u, registration)
		ft.submit("rejected", kratos.RegistrationPassword{Traits: p.traits, Password: "x"})
		ft.submit("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
		session := must(u.session())(u.t)
		if got := must(kratos.Traits[traits](session.Identity))(u.t); got.Email != p.Email {
			u.t.Errorf("logged in as %q", got.Email)
		}
	})

	fx.inModes(t, "the profile comes first, and the person can return to it", modes, func(u *user) {
		p := newPerson()
		ft := start(u, registration)
		ft.submit("rejected", kratos.RegistrationProfile{Traits: traits{Email: "no address"}})
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		if ft.form.Field("password") == nil {
			u.t.Error("the second form has no password")
		}
		if u.mode == pages {
			back := url.Values{"screen": {"previous"}, "traits.email": {p.Email}, "csrf_token": {ft.form.Value("csrf_token")}} // this button does not submit a method
			if got := ft.pageOutcome(u.http.PostForm(ft.form.Action, back)); got != "next step" || ft.form.Field("password") != nil {
				u.t.Errorf("going back: %s, at a form with %v", got, ft.form.Groups())
			}
		} else {
			ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits, Screen: "previous"})
		}
		if ft.form.Field("password") != nil || ft.form.Value("traits.email") != p.Email {
			u.t.Errorf("back at a form with %q", ft.form.Value("traits.email"))
		}
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		ft.submit("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	})

	fx.inModes(t, "a code registers and can be sent again", modes, func(u *user) {
		p := newPerson()
		ft := start(u, registration)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
		first := u.code(p.Email)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits, Resend: "code"})
		second := u.code(p.Email)
		ft.submit("rejected", kratos.RegistrationCode{Traits: p.traits, Code: first})
		ft.submit("done", kratos.RegistrationCode{Traits: p.traits, Code: second})
		if _, err := u.session(); err != nil {
			u.t.Errorf("whoami: %v", err)
		}
	})

	fx.inModes(t, "after five wrong codes the right code is rejected", modes, func(u *user) {
		p := newPerson()
		ft := start(u, registration)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
		for range 5 {
			ft.submit("rejected", kratos.RegistrationCode{Traits: p.traits, Code: "000000"})
		}
		ft.submit("rejected", kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)})
	})
}
