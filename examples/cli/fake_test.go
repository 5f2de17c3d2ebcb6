package main

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

const email, password = "a@example.org", "correct horse battery"

// fake is a Kratos with one person.
type fake struct {
	*kratostest.Kratos
	person *kratostest.Person
}

func newKratos(t *testing.T, secondFactor bool) fake {
	k := kratostest.New(t)
	return fake{k, k.Person(kratostest.Person{Email: email, Password: password, TOTP: secondFactor})}
}

// open returns the number of open sessions.
func (s fake) open(t *testing.T) (n int) {
	t.Helper()
	for session, err := range s.Admin().IdentitySessions(t.Context(), s.person.ID, kratos.ListIdentitySessions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if session.Active {
			n++
		}
	}
	return n
}

// endAll ends all sessions.
func (s fake) endAll(t *testing.T) {
	t.Helper()
	if err := s.Admin().DeleteIdentitySessions(t.Context(), s.person.ID); err != nil {
		t.Fatal(err)
	}
}
