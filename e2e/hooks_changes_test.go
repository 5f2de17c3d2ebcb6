package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Kratos stores every member that a hook changes in a registration, and validates the result.
func TestHookChanges(t *testing.T) { onBothServers(t, testHookChanges) }

func testHookChanges(t *testing.T, be backend) {
	var changes sync.Map // by email
	receiver := httptest.NewServer(hooks.Handler(hookCaller, func(_ context.Context, c *hooks.Call) hooks.Response {
		traits, err := kratos.Traits[traits](c.Identity)
		if err != nil {
			return hooks.Fail(err)
		}
		change, _ := changes.Load(traits.Email)
		return hooks.Change(change.(hooks.IdentityChange))
	}))
	t.Cleanup(receiver.Close)
	fx := newRegistrationHook(t, be, receiver.URL, hookCaller)
	external, other := "external-1", newPerson()
	for name, tc := range map[string]struct {
		change func(p person) hooks.IdentityChange
		check  func(p person, i *kratos.Identity) bool
	}{
		"traits": {func(p person) hooks.IdentityChange {
			p.Name = &name{"Ada", "Lovelace"}
			return hooks.IdentityChange{Traits: p.traits}
		}, func(_ person, i *kratos.Identity) bool {
			got, err := kratos.Traits[traits](i)
			return err == nil && *got.Name == name{"Ada", "Lovelace"}
		}},
		"public metadata": {func(person) hooks.IdentityChange {
			return hooks.IdentityChange{MetadataPublic: map[string]int{"a": 1}}
		}, func(_ person, i *kratos.Identity) bool { return string(i.RawMetadataPublic) == `{"a":1}` }},
		"admin metadata": {func(person) hooks.IdentityChange {
			return hooks.IdentityChange{MetadataAdmin: map[string]int{"b": 2}}
		}, func(_ person, i *kratos.Identity) bool { return string(i.RawMetadataAdmin) == `{"b":2}` }},
		"the schema": {func(person) hooks.IdentityChange {
			return hooks.IdentityChange{SchemaID: "default"}
		}, func(_ person, i *kratos.Identity) bool { return i.SchemaID == "default" }},
		"an address that is verified": {func(p person) hooks.IdentityChange {
			return hooks.IdentityChange{VerifiableAddresses: []kratos.VerifiableAddress{
				{Value: p.Email, Via: kratos.AddressChannelEmail, Verified: true, Status: kratos.AddressStatusCompleted}}}
		}, func(p person, i *kratos.Identity) bool {
			return len(i.VerifiableAddresses) == 1 && i.VerifiableAddresses[0].Value == p.Email && i.VerifiableAddresses[0].Verified
		}},
		"an external id": {func(person) hooks.IdentityChange {
			return hooks.IdentityChange{ExternalID: &external, MetadataPublic: struct{}{}}
		}, func(_ person, i *kratos.Identity) bool { return i.ExternalID == byVersion("", external) }},
		"the address of the person": {func(p person) hooks.IdentityChange {
			p.Email = other.Email
			return hooks.IdentityChange{Traits: p.traits}
		}, func(_ person, i *kratos.Identity) bool {
			got, err := kratos.Traits[traits](i)
			return err == nil && got.Email == other.Email && i.VerifiableAddresses[0].Value == other.Email
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPerson()
			changes.Store(p.Email, tc.change(p))
			registered := register(t, fx.client, p)
			if i := must(fx.admin.Identity(t.Context(), registered.Identity.ID))(t); !tc.check(p, i) {
				t.Errorf("the identity has not been changed: %s, %s, %+v", i.SchemaID, i.State, i.VerifiableAddresses)
			}
		})
	}
	t.Run("traits that the schema does not permit are refused in their fields", func(t *testing.T) {
		t.Parallel()
		p := newPerson()
		changes.Store(p.Email, hooks.IdentityChange{Traits: map[string]string{"email": p.Email, "unknown": "x"}})
		_, err := fx.client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
		if got := errorText(err); got != "traits: 4000001" {
			t.Errorf("the person gets %q: %v", got, err)
		}
	})
	t.Run("an inactive identity is stored, and not logged in", func(t *testing.T) {
		t.Parallel()
		p := newPerson()
		changes.Store(p.Email, hooks.IdentityChange{State: kratos.IdentityStateInactive})
		_, err := fx.client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
		i := must(fx.admin.FindIdentity(t.Context(), p.Email))(t)
		if i.State != kratos.IdentityStateInactive || errorText(err) != "status 401" {
			t.Errorf("the identity is %s, and the person gets %v", i.State, err)
		}
	})
}

// Package hooks does not send changes that Kratos does not store.
func TestHookChangesThatKratosDoesNotStore(t *testing.T) {
	onBothServers(t, testHookChangesThatKratosDoesNotStore)
}

func testHookChangesThatKratosDoesNotStore(t *testing.T, be backend) {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"identity":{"metadata_public":{"a":1}}}`))
	}))
	t.Cleanup(receiver.Close)
	item := hookItem(t, receiver.URL, hookCaller, hooks.Decide)
	fx := be.newFixture(t, map[string]any{
		"selfservice.flows.login.after.password.hooks": item,
		"selfservice.flows.verification.after.hooks":   item,
		"selfservice.flows.recovery.before.hooks":      item,
	})
	p, u := fx.createPerson(t, false), fx.user(t, native)
	start(u, login).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	ft := start(u, verification)
	ft.submit("next step", kratos.VerificationCode{Email: p.Email})
	ft.submit("done", kratos.VerificationCode{Code: u.code(p.Email)})
	if i := must(fx.admin.FindIdentity(t.Context(), p.Email))(t); len(i.RawMetadataPublic) > 0 && string(i.RawMetadataPublic) != "null" {
		t.Errorf("stored %s", i.RawMetadataPublic)
	}
	if _, err := fx.client.Recovery.Start(t.Context()); err == nil {
		t.Error("a change before a flow is not an error")
	}
}
