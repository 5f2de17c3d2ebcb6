package e2e

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestExternalIDs(t *testing.T) { onBothServers(t, testExternalIDs) }

func testExternalIDs(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	fx := be.sharedFixture(t)
	p := newPerson()
	external := "crm:" + p.Email
	create := kratos.CreateIdentity{Traits: p.traits, ExternalID: external}
	if !features().ExternalIDs {
		t.Run("a server without external ids", func(t *testing.T) {
			t.Log("this Kratos has no external ids (ServerFeatures.ExternalIDs): the tests of them need v25.4")
			_, err := fx.admin.CreateIdentity(ctx, create)
			wantError(t, "creating", err, kratos.ErrBadRequest)
			_, err = fx.admin.IdentityByExternalID(ctx, external, nil)
			wantError(t, "finding", err, kratos.ErrUnexpectedResponse)
			if errors.Is(err, kratos.ErrNotFound) || !strings.Contains(fmt.Sprint(err), "lacks this operation of Kratos v25.4 and later") {
				t.Errorf("finding: %v", err)
			}
		})
		return
	}
	id := must(fx.admin.CreateIdentity(ctx, create))(t).ID
	expect := func(what string) {
		t.Helper()
		if got := must(fx.admin.IdentityByExternalID(ctx, external, nil))(t); got.ID != id || got.ExternalID != external {
			t.Errorf("%s: the identity %s has the external id %q", what, got.ID, got.ExternalID)
		}
	}
	expect("created")
	other := kratos.CreateIdentity{Traits: newPerson().traits, ExternalID: external}
	wantError(t, "the same external id again", errorOf(fx.admin.CreateIdentity(ctx, other)), kratos.ErrConflict)
	wantError(t, "an unknown external id", errorOf(fx.admin.IdentityByExternalID(ctx, "unknown", nil)), kratos.ErrNotFound)

	p.Name = &name{"Augusta", "King"}
	must(fx.admin.ChangeIdentity(ctx, id, func(u *kratos.UpdateIdentity) error {
		u.Traits = p.traits
		return nil
	}))(t)
	expect("changed by ChangeIdentity")
	if got := must(kratos.Traits[traits](must(fx.admin.Identity(ctx, id))(t)))(t); got.Name.First != "Augusta" {
		t.Errorf("the first name is %q", got.Name.First)
	}

	must(fx.admin.UpdateIdentity(ctx, id, kratos.UpdateIdentity{SchemaID: "person", Traits: p.traits, State: kratos.IdentityStateActive}))(t)
	if got := must(fx.admin.Identity(ctx, id))(t); got.ExternalID != "" {
		t.Errorf("after an update without it, the external id is %q", got.ExternalID)
	}
	wantError(t, "finding a deleted external id", errorOf(fx.admin.IdentityByExternalID(ctx, external, nil)), kratos.ErrNotFound)
}

func TestIdentitySchemasOfFlows(t *testing.T) { onBothServers(t, testIdentitySchemasOfFlows) }

func testIdentitySchemasOfFlows(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	fx := be.newFixture(t, map[string]any{
		"identity.default_schema_id": "person",
		"identity.schemas": []any{
			map[string]any{"id": "person", "url": "file://person.schema.json", "selfservice_selectable": true},
			map[string]any{"id": "list", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(listSchema)), "selfservice_selectable": true},
		},
	})
	body := kratos.RegistrationPassword{Traits: map[string]string{"username": newPerson().Email}, Password: "correct horse battery staple"}
	listed := fx.client.Registration.With(kratos.StartRegistration{IdentitySchema: "list"})
	flow := must(listed.Start(ctx))(t)
	if !features().IdentitySchemaOfFlows {
		t.Run("a server that ignores the schema", func(t *testing.T) {
			t.Log("this Kratos has no identity_schema of flows (ServerFeatures.IdentitySchemaOfFlows): the tests of it need v25.4")
			if flow.IdentitySchema != "" || flow.Form().Field("traits.email") == nil {
				t.Errorf("the flow has the schema %q, and the fields %+v", flow.IdentitySchema, flow.UI.Nodes)
			}
		})
		return
	}
	if flow.IdentitySchema != "list" {
		t.Errorf("the registration has the schema %q", flow.IdentitySchema)
	}
	if got := must(listed.Submit(ctx, flow, body))(t); !got.Done || got.Identity.SchemaID != "list" {
		t.Errorf("registered: %+v with the schema %q", got, got.Identity.SchemaID)
	}
	login := must(fx.client.Login.With(kratos.StartLogin{IdentitySchema: "list"}).Start(ctx))(t)
	if login.IdentitySchema != "list" {
		t.Errorf("the login has the schema %q", login.IdentitySchema)
	}
}

// Kratos before v25.4 has no organizations; later ones, also of the open-source version, store the id.
func testOrganizations(t *testing.T, fx *fixture) {
	created, err := fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]any{}, OrganizationID: unknownID})
	if sinceV254() {
		if err != nil || created.OrganizationID != unknownID {
			t.Errorf("created with an organization: %+v, %v", created, err)
		}
		return
	}
	wantError(t, "an organization", err, kratos.ErrBadRequest)
	if !strings.HasSuffix(err.Error(), "organization_id: unknown to this version of Kratos") {
		t.Errorf("an organization: %v", err)
	}
}
