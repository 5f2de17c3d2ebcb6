//go:build browser

package browser

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// person has a password.
type person struct{ id, email, password string }

func newPerson() person {
	return person{email: strings.ToLower(rand.Text()) + "@kratoskit.example", password: rand.Text()}
}

// addPerson creates an account with a verified address.
func (s *site) addPerson(t *testing.T) person {
	t.Helper()
	return s.create(t, kratos.VerifiableAddress{Status: kratos.AddressStatusCompleted, Verified: true})
}

// addUnverified creates an account with an address that is not verified.
func (s *site) addUnverified(t *testing.T) person {
	t.Helper()
	return s.create(t, kratos.VerifiableAddress{Status: kratos.AddressStatusPending})
}

func (s *site) create(t *testing.T, address kratos.VerifiableAddress) person {
	t.Helper()
	p := newPerson()
	address.Value, address.Via = p.email, kratos.AddressChannelEmail
	identity, err := s.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{
		SchemaID: "person", Traits: map[string]any{"email": p.email},
		VerifiableAddresses: []kratos.VerifiableAddress{address},
		Credentials:         kratos.Credentials(kratos.PlaintextPassword(p.password)),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.id = identity.ID
	return p
}

// logIn logs in with a password, from any page.
func (b *tab) logIn(p person) {
	b.t.Helper()
	b.open("/login")
	b.submitPassword(p)
}

// submitPassword submits the form of the login for a password.
func (b *tab) submitPassword(p person) {
	b.t.Helper()
	b.fill(field("identifier"), p.email)
	b.fill(field("password"), p.password)
	b.press(method("password"))
}

// expectHome fails the test unless the browser is at the front page, logged in.
func (b *tab) expectHome() {
	b.t.Helper()
	b.expect("/", `[data-testid="logout"]`)
	if path := eval[string](b, "() => location.pathname"); path != "/" {
		b.t.Fatalf("at %s\n%s", path, b.describe())
	}
}

// logOut logs out by the button of the navigation.
func (b *tab) logOut() {
	b.t.Helper()
	b.press(`[data-testid="logout"]`)
	b.expect("/login", field("identifier"))
}
