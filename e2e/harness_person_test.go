package e2e

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// traits are the traits of the identity schema in package server.
type traits struct {
	Email      string `json:"email"`
	Name       *name  `json:"name,omitempty"`
	Newsletter bool   `json:"newsletter,omitempty"`
}

type name struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

// person has the traits and the password of a person.
type person struct {
	traits
	password string
}

var people atomic.Int64

// newPerson returns a person with a new address.
func newPerson() person {
	n := people.Add(1)
	return person{
		traits:   traits{Email: fmt.Sprintf("person.%d@example.org", n), Name: &name{"Grace", "Hopper"}},
		password: fmt.Sprintf("correct horse %d battery staple", n),
	}
}

// register registers a person with a native client.
func register(t *testing.T, client *kratos.Client, p person) *kratos.FlowResult[kratos.RegistrationFlow] {
	t.Helper()
	step, err := client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// emailedCode returns the code in the next email to an address.
func emailedCode(t *testing.T, srv *server.Server, email string) string {
	t.Helper()
	message, err := srv.Mail.Wait(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	code, err := message.Code()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// newProviderPerson returns a person with an account at a provider, but without an identity.
func newProviderPerson() provider.Person {
	p := newPerson()
	return provider.Person{Subject: p.Email, Email: p.Email, Name: "Grace"}
}

// unknownID is the id of an identity, flow or error that does not exist.
const unknownID = "11111111-2222-4333-8444-555555555555"
