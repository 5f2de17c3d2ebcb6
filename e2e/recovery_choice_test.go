package e2e

import (
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// noAddressChoice is logged by tests on servers without the choice.
const noAddressChoice = "this Kratos has no choice of addresses (ServerFeatures.RecoveryAddressChoice): its form asks for an email address"

// addressChoice are the values of feature_flags.choose_recovery_address that this Kratos accepts.
func addressChoice() []bool {
	if features().RecoveryAddressChoice {
		return []bool{false, true}
	}
	return []bool{false}
}

// newRecoveryFixture starts a Kratos with these values, and with the choice of addresses if chosen.
func newRecoveryFixture(t *testing.T, be backend, choice bool, values map[string]any) *fixture {
	t.Helper()
	values = maps.Clone(values)
	if choice {
		values["feature_flags.choose_recovery_address"] = true
	}
	return be.newFixture(t, values)
}

// A program that submits RecoveryCode{Email} and RecoveryCode{Code} recovers an account, whatever
// the form asks for.
func TestRecoveryWithAndWithoutAddressChoice(t *testing.T) {
	onBothServers(t, testRecoveryWithAndWithoutAddressChoice)
}

func testRecoveryWithAndWithoutAddressChoice(t *testing.T, be backend) {
	t.Parallel()
	for _, choice := range addressChoice() {
		name := "any recovery address"
		if !choice {
			name = "an email address"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fx := newRecoveryFixture(t, be, choice, map[string]any{"feature_flags.use_continue_with_transitions": true})
			fx.inModes(t, "is enough", modes, func(u *user) {
				p := fx.createPerson(u.t, true)
				ft := askForCode(u, choice, p.Email)
				first := u.code(p.Email)
				again := kratos.RecoveryCode{Email: p.Email}
				if u.mode == pages && choice {
					again = kratos.RecoveryCode{RecoveryAddress: p.Email, RecoveryConfirmAddress: ft.form.Value("recovery_confirm_address")}
				}
				ft.submit("next step", again)
				ft.submit("rejected", kratos.RecoveryCode{Code: first})
				ft.submit("done", kratos.RecoveryCode{Code: u.code(p.Email)})
			})
			fx.inModes(t, "of no account has the same form", modes, func(u *user) {
				ft := askForCode(u, choice, "unknown@example.org")
				ft.submit("rejected", kratos.RecoveryCode{Code: "000000"})
			})
			byDefault := newRecoveryFixture(t, be, choice, map[string]any{})
			byDefault.inModes(t, "redirects to the settings by default", modes, func(u *user) {
				p := byDefault.createPerson(u.t, true)
				ft := askForCode(u, choice, p.Email)
				want := "redirected"
				if u.mode == pages {
					want = "done"
				}
				ft.submit(want, kratos.RecoveryCode{Code: u.code(p.Email)})
			})
		})
	}
}

// askForCode starts a recovery, and submits an email address.
func askForCode(u *user, choice bool, email string) *flowTest[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery] {
	u.t.Helper()
	ft := start(u, recovery)
	if asks := ft.form.Field("recovery_address") != nil; asks != choice {
		u.t.Errorf("the form asks for any address: %v, want %v", asks, choice)
	}
	if !features().RecoveryAddressChoice {
		u.t.Log(noAddressChoice)
	}
	body := kratos.RecoveryCode{Email: email}
	if u.mode == pages && choice { // a browser submits the field that the page shows
		body = kratos.RecoveryCode{RecoveryAddress: email}
	}
	ft.submit("next step", body)
	return ft
}

// A person with two addresses chooses one of them, and enters it in full if it is not the one that
// the recovery started with.
func TestRecoveryOfAnAccountWithTwoAddresses(t *testing.T) {
	onBothServers(t, testRecoveryOfAnAccountWithTwoAddresses)
}

func testRecoveryOfAnAccountWithTwoAddresses(t *testing.T, be backend) {
	t.Parallel()
	values := map[string]any{
		"feature_flags.use_continue_with_transitions": true,
		"identity.default_schema_id":                  "list",
		"identity.schemas":                            []any{map[string]any{"id": "list", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(listSchema))}},
	}
	for _, choice := range addressChoice() {
		fx := newRecoveryFixture(t, be, choice, values)
		if !choice {
			fx.inModes(t, "without a choice, the code is sent to the address that was entered", modes, func(u *user) {
				_, other := createWithTwoAddresses(u.t, fx)
				ft := askForCode(u, choice, other)
				ft.submit("done", kratos.RecoveryCode{Code: u.code(other)})
			})
			continue
		}
		fx.inModes(t, "the address that was entered is chosen", modes, func(u *user) {
			first, _ := createWithTwoAddresses(u.t, fx)
			ft := askForCode(u, choice, first)
			ft.chooseAddress(first, first)
			ft.submit("done", kratos.RecoveryCode{Code: u.code(first)})
		})
		fx.inModes(t, "the other address is chosen and entered, after a step back", modes, func(u *user) {
			first, other := createWithTwoAddresses(u.t, fx)
			ft := askForCode(u, choice, first)
			ft.chooseAddress(first, other)
			ft.submit("next step", kratos.RecoveryCode{RecoveryAddress: first, Screen: "previous"})
			ft.chooseAddress(first, other)
			confirm := kratos.RecoveryCode{Email: other}
			if u.mode == pages {
				confirm = kratos.RecoveryCode{RecoveryAddress: first, RecoveryConfirmAddress: other}
			}
			ft.submit("next step", confirm)
			if u.mode != pages { // another code is for the chosen address
				u.code(other)
				ft.submit("next step", kratos.RecoveryCode{Email: first})
			}
			ft.submit("rejected", kratos.RecoveryCode{Code: "000000"})
			ft.submit("done", kratos.RecoveryCode{Code: u.code(other)})
		})
	}
}

// createWithTwoAddresses creates an identity of listSchema.
func createWithTwoAddresses(t *testing.T, fx *fixture) (first, other string) {
	t.Helper()
	first = newPerson().Email
	other = "other." + first
	must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]any{"username": first, "emails": []string{first, other}}}))(t)
	return first, other
}

// chooseAddress presses the button of an address, whose caption is masked.
func (ft *flowTest[F, M, P]) chooseAddress(first, address string) {
	ft.user.t.Helper()
	for _, n := range ft.form.Nodes() {
		if n.Name == "recovery_select_address" && strings.HasPrefix(n.Label.Text, address[:2]) {
			ft.submit("next step", any(kratos.RecoveryCode{RecoveryAddress: first, RecoverySelectAddress: n.Value}).(M))
			return
		}
	}
	ft.user.t.Fatalf("the form has no button for the address, but %+v", ft.form.Nodes())
}
