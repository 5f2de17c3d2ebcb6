package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRecoveries(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{"feature_flags.use_continue_with_transitions": true})

	fx.inModes(t, "a code signs in", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("refused", kratos.RecoveryCode{Email: "no address"})
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		first := u.code(p.Email)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		at.submit("refused", kratos.RecoveryCode{Code: first})
		at.submit("done", kratos.RecoveryCode{Code: u.code(p.Email)})
		if u.mode != pages && at.step.ContinueWith.Find(kratos.ContinueShowSettingsUI) == nil {
			u.t.Errorf("next steps %+v", at.step.ContinueWith)
		}
		start(u, settings).submit("done", kratos.SettingsPassword{Password: "a new correct horse"})
		p.password = "a new correct horse"
		u.another().signIn(p)
	})

	fx.inModes(t, "with the address and the code, the code counts", []string{native, singlePage}, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		code := u.code(p.Email)
		at.submit("refused", kratos.RecoveryCode{Email: p.Email, Code: "000000"})
		at.submit("done", kratos.RecoveryCode{Email: p.Email, Code: code})
	})

	fx.inModes(t, "after five wrong codes there is another flow", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		for range 5 {
			at.submit("refused", kratos.RecoveryCode{Code: "000000"})
		}
		at.submit("replaced", kratos.RecoveryCode{Code: u.code(p.Email)})
	})

	fx.inModes(t, "a second factor comes after the code", modes, func(u *user) {
		p := fx.member(u.t, true)
		f := u.enrol(p)
		u = u.another()
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		at.submit("second factor", kratos.RecoveryCode{Code: u.code(p.Email)})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})
}

func TestSpentRecoveries(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)
	fx.inModes(t, "a code leads to the settings by default", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		want := "elsewhere"
		if u.mode == pages {
			want = "done"
		}
		at.submit(want, kratos.RecoveryCode{Code: u.code(p.Email)})
	})
	fx.inModes(t, "after five wrong codes there is another flow, which Kratos does not tell from one that is too old", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryCode{Email: p.Email})
		for range 5 {
			at.submit("refused", kratos.RecoveryCode{Code: "000000"})
		}
		want := "expired"
		if u.mode == pages {
			want = "replaced"
		}
		at.submit(want, kratos.RecoveryCode{Code: u.code(p.Email)})
	})
}

// isSpent checks that a submission of another link is answered with another flow. A native client
// cannot tell that the flow is not too old.
func (ft *flowTest[F, M, P]) expectSpent(body M) {
	ft.user.t.Helper()
	if ft.user.mode == native {
		ft.submit("expired", body)
		return
	}
	ft.submit("replaced", body)
}

func TestLinksForRecoveryAndVerification(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, map[string]any{"selfservice.flows.recovery.use": "link", "selfservice.flows.verification.use": "link"})
	fx.inModes(t, "a link recovers the account of the browser that opens it", modes, func(u *user) {
		p := fx.member(u.t, true)
		at := start(u, recovery)
		at.submit("refused", kratos.RecoveryLink{Email: "no address"})
		at.submit("goes on", kratos.RecoveryLink{Email: p.Email})
		link := u.link(p.Email)
		page := start(fx.user(u.t, pages), recovery)
		if got := page.readPage(page.user.http.Get(link)); got != "done" {
			u.t.Fatalf("the link: %s", got)
		}
		if _, err := page.user.session(); err != nil {
			u.t.Errorf("whoami: %v", err)
		}
		if u.mode != native {
			cover(u.t, "recovery", u.mode, "link", "done")
		}
		at.expectSpent(kratos.RecoveryLink{Email: p.Email})
		page = start(fx.user(u.t, pages), recovery)
		if got := page.readPage(page.user.http.Get(link)); got != "replaced" {
			u.t.Errorf("the link again: %s", got)
		}
	})
	fx.inModes(t, "a link verifies the address", modes, func(u *user) {
		p := fx.member(u.t, false)
		at := start(u, verification)
		at.submit("refused", kratos.VerificationLink{Email: "no address"})
		at.submit("goes on", kratos.VerificationLink{Email: p.Email})
		page := start(fx.user(u.t, pages), verification)
		resp, err := page.user.http.Get(u.link(p.Email))
		if got := page.readPage(resp, err); got != "done" {
			u.t.Fatalf("the link: %s", got)
		}
		found := must(fx.admin.FindIdentity(u.t.Context(), p.Email))(u.t)
		if !found.VerifiableAddresses[0].Verified {
			u.t.Error("the address is not verified")
		}
		cover(u.t, "verification", u.mode, "link", "done")
		at.expectSpent(kratos.VerificationLink{Email: p.Email})
	})
	fx.inModes(t, "a second factor comes after the link", browsers, func(u *user) {
		p := fx.member(u.t, true)
		u.enrol(p)
		u = u.another()
		at := start(u, recovery)
		at.submit("goes on", kratos.RecoveryLink{Email: p.Email})
		resp, err := u.http.Get(u.link(p.Email))
		if got := at.readPage(resp, err); got != "second factor" {
			u.t.Fatalf("the link: %s", got)
		}
		cover(u.t, "recovery", u.mode, "link", "second factor")
	})
	fx.inModes(t, "a link is not sent for somebody else", modes, func(u *user) {
		at := start(u, verification)
		withBadCSRF(at)
		at.submit("csrf", kratos.VerificationLink{Email: "somebody@example.org"})
	})
}

func TestVerifications(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)
	fx.inModes(t, "a code verifies the address", modes, func(u *user) {
		p := fx.member(u.t, false)
		at := start(u, verification)
		at.submit("refused", kratos.VerificationCode{Email: "no address"})
		at.submit("goes on", kratos.VerificationCode{Email: p.Email})
		first := u.code(p.Email)
		at.submit("goes on", kratos.VerificationCode{Email: p.Email})
		at.submit("refused", kratos.VerificationCode{Code: first})
		action := at.form.Action
		at.submit("done", kratos.VerificationCode{Code: u.code(p.Email)})
		at.form.Action = action // the form of a flow that is done leads on
		at.submit("replaced", kratos.VerificationCode{Code: "000000"})
	})
	fx.inModes(t, "after five wrong codes there is another flow", modes, func(u *user) {
		p := fx.member(u.t, false)
		at := start(u, verification)
		at.submit("goes on", kratos.VerificationCode{Email: p.Email})
		for range 5 {
			at.submit("refused", kratos.VerificationCode{Code: "000000"})
		}
		at.submit("replaced", kratos.VerificationCode{Code: u.code(p.Email)})
	})
}
