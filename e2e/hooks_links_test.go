package e2e

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// hookLinkTriggers are triggers that the link of a message sets off.
var hookLinkTriggers = []hookTrigger{
	{"recovery.before", modes, "link", beforeFlow(recovery)},
	{"verification.before", modes, "link", beforeFlow(verification)},
	{"recovery.after", []string{pages}, "link", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, mode)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryLink{Email: p.Email})
		link := u.link(p.Email)
		return func(o kratos.RequestOption) error { return ft.openPage(link, o) }, p.Email
	}},
	{"verification.after", []string{pages}, "link", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, false), fx.user(t, mode)
		ft := start(u, verification)
		ft.submit("next step", kratos.VerificationLink{Email: p.Email})
		link := u.link(p.Email)
		return func(o kratos.RequestOption) error { return ft.openPage(link, o) }, p.Email
	}},
}
