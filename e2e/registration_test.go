package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRegistrations(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)

	fx.inModes(t, "a password and traits register at once", modes, func(u *user) {
		p := newPerson()
		at := start(u, registration)
		at.submit("refused", kratos.RegistrationPassword{Traits: p.traits, Password: "x"})
		at.submit("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
		session := must(u.session())(u.t)
		if got := must(kratos.Traits[traits](session.Identity))(u.t); got.Email != p.Email {
			u.t.Errorf("signed in as %q", got.Email)
		}
	})

	fx.inModes(t, "the profile comes first and one can go back to it", modes, func(u *user) {
		p := newPerson()
		at := start(u, registration)
		at.submit("refused", kratos.RegistrationProfile{Traits: traits{Email: "no address"}})
		at.submit("goes on", kratos.RegistrationProfile{Traits: p.traits})
		if at.form.Field("password") == nil {
			u.t.Error("the second form has no password")
		}
		if u.mode == pages {
			back := url.Values{"screen": {"previous"}, "traits.email": {p.Email}, "csrf_token": {at.form.Value("csrf_token")}} // the button names no method
			if got := at.readPage(u.http.PostForm(at.form.Action, back)); got != "goes on" || at.form.Field("password") != nil {
				u.t.Errorf("going back: %s, at a form with %v", got, at.form.Groups())
			}
		} else {
			at.submit("goes on", kratos.RegistrationProfile{Traits: p.traits, Screen: "previous"})
		}
		if at.form.Field("password") != nil || at.form.Value("traits.email") != p.Email {
			u.t.Errorf("back at a form with %q", at.form.Value("traits.email"))
		}
		at.submit("goes on", kratos.RegistrationProfile{Traits: p.traits})
		at.submit("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	})

	fx.inModes(t, "a code registers and can be sent again", modes, func(u *user) {
		p := newPerson()
		at := start(u, registration)
		at.submit("goes on", kratos.RegistrationCode{Traits: p.traits})
		first := u.code(p.Email)
		at.submit("goes on", kratos.RegistrationCode{Traits: p.traits, Resend: "code"})
		second := u.code(p.Email)
		at.submit("refused", kratos.RegistrationCode{Traits: p.traits, Code: first})
		at.submit("done", kratos.RegistrationCode{Traits: p.traits, Code: second})
		if _, err := u.session(); err != nil {
			u.t.Errorf("whoami: %v", err)
		}
	})

	fx.inModes(t, "after five wrong codes the right one is refused", modes, func(u *user) {
		p := newPerson()
		at := start(u, registration)
		at.submit("goes on", kratos.RegistrationCode{Traits: p.traits})
		for range 5 {
			at.submit("refused", kratos.RegistrationCode{Traits: p.traits, Code: "000000"})
		}
		at.submit("refused", kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)})
	})
}
