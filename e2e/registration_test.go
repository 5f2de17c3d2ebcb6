package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRegistrations(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)

	s.inModes(t, "a password and traits register at once", modes, func(v *visitor) {
		p := newPerson()
		at := start(v, registration)
		at.sends("refused", kratos.RegistrationPassword{Traits: p.traits, Password: "x"})
		at.sends("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
		session := must1of[*kratos.Session](v.t)(v.session())
		if got := must1of[traits](v.t)(kratos.Traits[traits](session.Identity)); got.Email != p.Email {
			v.t.Errorf("signed in as %q", got.Email)
		}
	})

	s.inModes(t, "the profile comes first and one can go back to it", modes, func(v *visitor) {
		p := newPerson()
		at := start(v, registration)
		at.sends("refused", kratos.RegistrationProfile{Traits: traits{Email: "no address"}})
		at.sends("goes on", kratos.RegistrationProfile{Traits: p.traits})
		if at.form.Field("password") == nil {
			v.t.Error("the second form has no password")
		}
		if v.mode == pages {
			back := url.Values{"screen": {"previous"}, "traits.email": {p.Email}, "csrf_token": {at.form.Value("csrf_token")}} // the button names no method
			if got := at.page(v.http.PostForm(at.form.Action, back)); got != "goes on" || at.form.Field("password") != nil {
				v.t.Errorf("going back: %s, at a form with %v", got, at.form.Groups())
			}
		} else {
			at.sends("goes on", kratos.RegistrationProfile{Traits: p.traits, Screen: "previous"})
		}
		if at.form.Field("password") != nil || at.form.Value("traits.email") != p.Email {
			v.t.Errorf("back at a form with %q", at.form.Value("traits.email"))
		}
		at.sends("goes on", kratos.RegistrationProfile{Traits: p.traits})
		at.sends("done", kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	})

	s.inModes(t, "a code registers and can be sent again", modes, func(v *visitor) {
		p := newPerson()
		at := start(v, registration)
		at.sends("goes on", kratos.RegistrationCode{Traits: p.traits})
		first := v.code(p.Email)
		at.sends("goes on", kratos.RegistrationCode{Traits: p.traits, Resend: "code"})
		second := v.code(p.Email)
		at.sends("refused", kratos.RegistrationCode{Traits: p.traits, Code: first})
		at.sends("done", kratos.RegistrationCode{Traits: p.traits, Code: second})
		if _, err := v.session(); err != nil {
			v.t.Errorf("whoami: %v", err)
		}
	})

	s.inModes(t, "after five wrong codes the right one is refused", modes, func(v *visitor) {
		p := newPerson()
		at := start(v, registration)
		at.sends("goes on", kratos.RegistrationCode{Traits: p.traits})
		for range 5 {
			at.sends("refused", kratos.RegistrationCode{Traits: p.traits, Code: "000000"})
		}
		at.sends("refused", kratos.RegistrationCode{Traits: p.traits, Code: v.code(p.Email)})
	})
}
