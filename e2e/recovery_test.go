package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRecoveries(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{"feature_flags.use_continue_with_transitions": true})

	s.inModes(t, "a code signs in", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("refused", kratos.RecoveryWithCode{Email: "no address"})
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		first := v.code(p.Email)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		at.sends("refused", kratos.RecoveryWithCode{Code: first})
		at.sends("done", kratos.RecoveryWithCode{Code: v.code(p.Email)})
		if v.mode != pages && at.step.ContinueWith.Action(kratos.ContinueShowSettingsUI) == nil {
			v.t.Errorf("next steps %+v", at.step.ContinueWith)
		}
		start(v, settings).sends("done", kratos.SettingsPassword{Password: "a new correct horse"})
		p.password = "a new correct horse"
		v.another().signIn(p)
	})

	s.inModes(t, "with the address and the code, the code counts", []string{native, singlePage}, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		code := v.code(p.Email)
		at.sends("refused", kratos.RecoveryWithCode{Email: p.Email, Code: "000000"})
		at.sends("done", kratos.RecoveryWithCode{Email: p.Email, Code: code})
	})

	s.inModes(t, "after five wrong codes there is another flow", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		for range 5 {
			at.sends("refused", kratos.RecoveryWithCode{Code: "000000"})
		}
		at.sends("replaced", kratos.RecoveryWithCode{Code: v.code(p.Email)})
	})

	s.inModes(t, "a second factor comes after the code", modes, func(v *visitor) {
		p := s.member(v.t, true)
		f := v.enrol(p)
		v = v.another()
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		at.sends("second factor", kratos.RecoveryWithCode{Code: v.code(p.Email)})
		start(v, login, kratos.RequestAAL(kratos.AAL2)).sends("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})
}

func TestSpentRecoveries(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)
	s.inModes(t, "a code leads to the settings by default", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		want := "elsewhere"
		if v.mode == pages {
			want = "done"
		}
		at.sends(want, kratos.RecoveryWithCode{Code: v.code(p.Email)})
	})
	s.inModes(t, "after five wrong codes there is another flow, which Kratos does not tell from one that is too old", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithCode{Email: p.Email})
		for range 5 {
			at.sends("refused", kratos.RecoveryWithCode{Code: "000000"})
		}
		want := "expired"
		if v.mode == pages {
			want = "replaced"
		}
		at.sends(want, kratos.RecoveryWithCode{Code: v.code(p.Email)})
	})
}

// isSpent checks that a submission of another link is answered with another flow. A native client cannot tell that the flow is
// not too old.
func (p *play[F, M]) isSpent(body M) {
	p.v.t.Helper()
	if p.v.mode == native {
		p.sends("expired", body)
		return
	}
	p.sends("replaced", body)
}

func TestLinksForRecoveryAndVerification(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{"selfservice.flows.recovery.use": "link", "selfservice.flows.verification.use": "link"})
	s.inModes(t, "a link recovers the account of the browser that opens it", modes, func(v *visitor) {
		p := s.member(v.t, true)
		at := start(v, recovery)
		at.sends("refused", kratos.RecoveryWithLink{Email: "no address"})
		at.sends("goes on", kratos.RecoveryWithLink{Email: p.Email})
		link := v.link(p.Email)
		page := start(s.visitor(v.t, pages), recovery)
		if got := page.page(page.v.http.Get(link)); got != "done" {
			v.t.Fatalf("the link: %s", got)
		}
		if _, err := page.v.session(); err != nil {
			v.t.Errorf("whoami: %v", err)
		}
		if v.mode != native {
			covers(v.t, "recovery", v.mode, "link", "done")
		}
		at.isSpent(kratos.RecoveryWithLink{Email: p.Email})
		page = start(s.visitor(v.t, pages), recovery)
		if got := page.page(page.v.http.Get(link)); got != "replaced" {
			v.t.Errorf("the link again: %s", got)
		}
	})
	s.inModes(t, "a link verifies the address", modes, func(v *visitor) {
		p := s.member(v.t, false)
		at := start(v, verification)
		at.sends("refused", kratos.VerificationLink{Email: "no address"})
		at.sends("goes on", kratos.VerificationLink{Email: p.Email})
		page := start(s.visitor(v.t, pages), verification)
		resp, err := page.v.http.Get(v.link(p.Email))
		if got := page.page(resp, err); got != "done" {
			v.t.Fatalf("the link: %s", got)
		}
		found := must1(v.t)(s.admin.FindIdentity(v.t.Context(), p.Email))
		if !found.VerifiableAddresses[0].Verified {
			v.t.Error("the address is not verified")
		}
		covers(v.t, "verification", v.mode, "link", "done")
		at.isSpent(kratos.VerificationLink{Email: p.Email})
	})
	s.inModes(t, "a second factor comes after the link", browsers, func(v *visitor) {
		p := s.member(v.t, true)
		v.enrol(p)
		v = v.another()
		at := start(v, recovery)
		at.sends("goes on", kratos.RecoveryWithLink{Email: p.Email})
		resp, err := v.http.Get(v.link(p.Email))
		if got := at.page(resp, err); got != "second factor" {
			v.t.Fatalf("the link: %s", got)
		}
		covers(v.t, "recovery", v.mode, "link", "second factor")
	})
	s.inModes(t, "a link is not sent for somebody else", modes, func(v *visitor) {
		at := start(v, verification)
		foreign(at)
		at.sends("csrf", kratos.VerificationLink{Email: "somebody@example.org"})
	})
}

func TestVerifications(t *testing.T) {
	t.Parallel()
	s := sharedStage(t)
	s.inModes(t, "a code verifies the address", modes, func(v *visitor) {
		p := s.member(v.t, false)
		at := start(v, verification)
		at.sends("refused", kratos.VerificationCode{Email: "no address"})
		at.sends("goes on", kratos.VerificationCode{Email: p.Email})
		first := v.code(p.Email)
		at.sends("goes on", kratos.VerificationCode{Email: p.Email})
		at.sends("refused", kratos.VerificationCode{Code: first})
		action := at.form.Action
		at.sends("done", kratos.VerificationCode{Code: v.code(p.Email)})
		at.form.Action = action // the form of a flow that is done leads on
		at.sends("replaced", kratos.VerificationCode{Code: "000000"})
	})
	s.inModes(t, "after five wrong codes there is another flow", modes, func(v *visitor) {
		p := s.member(v.t, false)
		at := start(v, verification)
		at.sends("goes on", kratos.VerificationCode{Email: p.Email})
		for range 5 {
			at.sends("refused", kratos.VerificationCode{Code: "000000"})
		}
		at.sends("replaced", kratos.VerificationCode{Code: v.code(p.Email)})
	})
}
