package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRecoveries(t *testing.T) { onBothServers(t, testRecoveries) }

func testRecoveries(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"feature_flags.use_continue_with_transitions": true})

	fx.inModes(t, "a code logs in", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("rejected", kratos.RecoveryCode{Email: "no address"})
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		first := u.code(p.Email)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		ft.submit("rejected", kratos.RecoveryCode{Code: first})
		ft.submit("done", kratos.RecoveryCode{Code: u.code(p.Email)})
		if u.mode != pages && ft.result.ContinueWith.Find(kratos.ContinueShowSettingsUI) == nil {
			u.t.Errorf("next steps %+v", ft.result.ContinueWith)
		}
		start(u, settings).submit("done", kratos.SettingsPassword{Password: "a new correct horse"})
		p.password = "a new correct horse"
		u.newUser().logIn(p)
	})

	fx.inModes(t, "with an address and a code, Kratos uses the code", []string{native, singlePage}, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		code := u.code(p.Email)
		ft.submit("rejected", kratos.RecoveryCode{Email: p.Email, Code: "000000"})
		ft.submit("done", kratos.RecoveryCode{Email: p.Email, Code: code})
	})

	fx.inModes(t, "after five wrong codes the flow is replaced", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		for range 5 {
			ft.submit("rejected", kratos.RecoveryCode{Code: "000000"})
		}
		ft.submit("replaced", kratos.RecoveryCode{Code: u.code(p.Email)})
	})

	fx.inModes(t, "a second factor comes after the code", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		f := u.enrollSecondFactors(p)
		u = u.newUser()
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		ft.submit("second factor", kratos.RecoveryCode{Code: u.code(p.Email)})
		start(u, login.with(kratos.StartLogin{AAL: kratos.AAL2})).submit("done", kratos.LoginLookupSecret{LookupSecret: f.codes[0]})
	})
}

func TestRecoveryDefaults(t *testing.T) { onBothServers(t, testRecoveryDefaults) }

func testRecoveryDefaults(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	fx.inModes(t, "a code redirects to the settings by default", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		want := "redirected"
		if u.mode == pages {
			want = "done"
		}
		ft.submit(want, kratos.RecoveryCode{Code: u.code(p.Email)})
	})
	fx.inModes(t, "after five wrong codes the flow is replaced, like an expired one", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		for range 5 {
			ft.submit("rejected", kratos.RecoveryCode{Code: "000000"})
		}
		want := "expired"
		if u.mode == pages {
			want = "replaced"
		}
		ft.submit(want, kratos.RecoveryCode{Code: u.code(p.Email)})
	})
}

// expectReplaced checks that submitting a completed flow returns another flow. For a native client
// it looks like an expired flow.
func (ft *flowTest[F, M, P]) expectReplaced(body M) {
	ft.user.t.Helper()
	if ft.user.mode == native {
		ft.submit("expired", body)
		return
	}
	ft.submit("replaced", body)
}

func TestLinksForRecoveryAndVerification(t *testing.T) {
	onBothServers(t, testLinksForRecoveryAndVerification)
}

func testLinksForRecoveryAndVerification(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"selfservice.flows.recovery.use": "link", "selfservice.flows.verification.use": "link"})
	fx.inModes(t, "a link recovers the account of the browser that opens it", modes, func(u *user) {
		p := fx.createPerson(u.t, true)
		ft := start(u, recovery)
		ft.submit("rejected", kratos.RecoveryLink{Email: "no address"})
		ft.submit("next step", kratos.RecoveryLink{Email: p.Email})
		link := u.link(p.Email)
		page := start(fx.user(u.t, pages), recovery)
		if got := page.pageOutcome(page.user.http.Get(link)); got != "done" {
			u.t.Fatalf("the link: %s", got)
		}
		if _, err := page.user.session(); err != nil {
			u.t.Errorf("whoami: %v", err)
		}
		if u.mode != native {
			cover(u.t, "recovery", u.mode, "link", "done")
		}
		ft.expectReplaced(kratos.RecoveryLink{Email: p.Email})
		page = start(fx.user(u.t, pages), recovery)
		if got := page.pageOutcome(page.user.http.Get(link)); got != "replaced" {
			u.t.Errorf("the link again: %s", got)
		}
	})
	fx.inModes(t, "a link verifies the address", modes, func(u *user) {
		p := fx.createPerson(u.t, false)
		ft := start(u, verification)
		ft.submit("rejected", kratos.VerificationLink{Email: "no address"})
		ft.submit("next step", kratos.VerificationLink{Email: p.Email})
		page := start(fx.user(u.t, pages), verification)
		resp, err := page.user.http.Get(u.link(p.Email))
		if got := page.pageOutcome(resp, err); got != "done" {
			u.t.Fatalf("the link: %s", got)
		}
		found := must(fx.admin.FindIdentity(u.t.Context(), p.Email))(u.t)
		if !found.VerifiableAddresses[0].Verified {
			u.t.Error("the address is not verified")
		}
		cover(u.t, "verification", u.mode, "link", "done")
		ft.expectReplaced(kratos.VerificationLink{Email: p.Email})
	})
	fx.inModes(t, "a second factor comes after the link", browsers, func(u *user) {
		p := fx.createPerson(u.t, true)
		u.enrollSecondFactors(p)
		u = u.newUser()
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryLink{Email: p.Email})
		resp, err := u.http.Get(u.link(p.Email))
		if got := ft.pageOutcome(resp, err); got != "second factor" {
			u.t.Fatalf("the link: %s", got)
		}
		cover(u.t, "recovery", u.mode, "link", "second factor")
	})
	fx.inModes(t, "a link is not sent without the CSRF token", modes, func(u *user) {
		ft := start(u, verification)
		withBadCSRF(ft)
		ft.submit("csrf", kratos.VerificationLink{Email: "unknown@example.org"})
	})
}

func TestVerifications(t *testing.T) { onBothServers(t, testVerifications) }

func testVerifications(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	fx.inModes(t, "a code verifies the address", modes, func(u *user) {
		p := fx.createPerson(u.t, false)
		ft := start(u, verification)
		ft.submit("rejected", kratos.VerificationCode{Email: "no address"})
		ft.submit("next step", kratos.VerificationCode{Email: p.Email})
		first := u.code(p.Email)
		ft.submit("next step", kratos.VerificationCode{Email: p.Email})
		ft.submit("rejected", kratos.VerificationCode{Code: first})
		action := ft.form.Action
		ft.submit("done", kratos.VerificationCode{Code: u.code(p.Email)})
		ft.form.Action = action // the form of a completed flow has the URL to continue at
		ft.submit("replaced", kratos.VerificationCode{Code: "000000"})
	})
	fx.inModes(t, "after five wrong codes the flow is replaced", modes, func(u *user) {
		p := fx.createPerson(u.t, false)
		ft := start(u, verification)
		ft.submit("next step", kratos.VerificationCode{Email: p.Email})
		for range 5 {
			ft.submit("rejected", kratos.VerificationCode{Code: "000000"})
		}
		ft.submit("replaced", kratos.VerificationCode{Code: u.code(p.Email)})
	})
}
