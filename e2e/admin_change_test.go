package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// listSchema is an identity schema with optional identifiers: a name, and a list of addresses.
const listSchema = `{
  "$id": "https://kratoskit.example/schemas/list.json", "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
  "properties": {"traits": {"type": "object", "additionalProperties": false, "properties": {
    "username": {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}},
    "phone": {"type": "string"},
    "number": {"type": "number"},
    "emails": {"type": "array", "items": {"type": "string", "format": "email", "ory.sh/kratos": {
      "credentials": {"password": {"identifier": true}}, "verification": {"via": "email"}, "recovery": {"via": "email"}}}}
  }}}
}`

// oddIDs are ids of identity schemas that Kratos takes.
var oddIDs = []string{"preset://email", "kunden/v2", "Straße 7", "a?b#c%d", "https://example.com/s.json", "a+b c", "a%2Fb", "..", "a/../b", `a\b`, "list"}

// newListFixture starts a Kratos whose default schema is listSchema, which has the odd ids as well.
func newListFixture(t *testing.T) *fixture {
	t.Helper()
	var schemas []map[string]string
	for _, id := range oddIDs {
		schemas = append(schemas, map[string]string{"id": id, "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(listSchema))})
	}
	return newFixture(t, map[string]any{"identity.schemas": schemas, "identity.default_schema_id": "list"})
}

// listTraits are those of listSchema, as somebody writes them who leaves out what Go's zero values
// do.
type listTraits struct {
	Username string   `json:"username"`
	Phone    string   `json:"phone"`
	Emails   []string `json:"emails,omitempty"`
}

func TestAdministration(t *testing.T) {
	t.Parallel()
	fx := newListFixture(t)
	t.Run("an address is verified by its value", func(t *testing.T) { t.Parallel(); verifiesByValue(t, fx) })
	t.Run("a password is set and nothing is lost", func(t *testing.T) { t.Parallel(); setsPassword(t, fx) })
	t.Run("every schema that is listed can be fetched", func(t *testing.T) { t.Parallel(); fetchesSchemas(t, fx) })
	t.Run("an empty identifier is the caller's fault", func(t *testing.T) { t.Parallel(); refusesEmptyIdentifiers(t, fx) })
	t.Run("every item of a batch has a result", func(t *testing.T) { t.Parallel(); batches(t, fx) })
	t.Run("errors say which member is wrong", func(t *testing.T) { t.Parallel(); namesMembers(t, fx) })
}

func verifiesByValue(t *testing.T, fx *fixture) {
	ctx := t.Context()
	for range 12 {
		emails := []string{newPerson().Email, newPerson().Email, newPerson().Email}
		created := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{"emails": emails}}))(t)
		before := addresses(must(fx.admin.Identity(ctx, created.ID))(t))
		must(fx.admin.SetVerified(ctx, created.ID, emails[1]))(t)
		after := addresses(must(fx.admin.Identity(ctx, created.ID))(t))
		for _, email := range emails {
			if after[email].ID != before[email].ID || after[email].Verified != (email == emails[1]) {
				t.Errorf("%s, number 2 is to be verified: before %+v, after %+v", email, before[email], after[email])
			}
		}
		must(fx.admin.SetVerified(ctx, created.ID, strings.ToUpper(emails[2])))(t)
		must(fx.admin.SetVerified(ctx, created.ID, emails[2]))(t)
		after = addresses(must(fx.admin.Identity(ctx, created.ID))(t))
		switch {
		case after[emails[0]].Verified:
			t.Errorf("%s is verified: %+v", emails[0], after)
		case !after[emails[1]].Verified:
			t.Errorf("%s is not verified: %+v", emails[1], after)
		case !after[emails[2]].Verified:
			t.Errorf("%s is not verified: %+v", emails[2], after)
		case len(after) != 3:
			t.Errorf("%d addresses, want 3: %+v", len(after), after)
		case after[emails[2]].VerifiedAt.IsZero():
			t.Errorf("%s was never verified: %+v", emails[2], after)
		}
		_, err := fx.admin.SetVerified(ctx, created.ID, "somebody.else@example.org")
		wantError(t, "an address of somebody else", err, kratos.ErrNotFound)
	}
	_, err := fx.admin.SetVerified(ctx, nobody, "somebody@example.org")
	wantError(t, "an address of nobody", err, kratos.ErrNotFound)
}

func addresses(identity *kratos.Identity) map[string]kratos.VerifiableAddress {
	all := map[string]kratos.VerifiableAddress{}
	for _, a := range identity.VerifiableAddresses {
		all[a.Value] = a
	}
	return all
}

func setsPassword(t *testing.T, fx *fixture) {
	ctx := t.Context()
	email := newPerson().Email
	traits := json.RawMessage(`{"emails":["` + email + `","other.` + email + `"],"number":9007199254740993,"phone":"","username":"u.` + email + `"}`)
	created := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{
		SchemaID: "kunden/v2", Traits: traits, MetadataPublic: json.RawMessage(`{"n":12345678901234567890,"a":[]}`), MetadataAdmin: map[string]any{"note": "<&>"},
		Credentials:         kratos.Credentials(kratos.PlaintextPassword("the first password"), kratos.OIDCLink("google", email)),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
	}))(t)
	must(fx.admin.SetState(ctx, created.ID, kratos.IdentityStateInactive))(t)
	hash := must(kratos.ParsePasswordHash(bcryptHash(t, "the third password")))(t)
	before := raw(t, fx, created.ID)
	last := "the first password"
	for _, step := range []struct {
		password   string
		credential kratos.Credential
	}{
		{"the second password", kratos.PlaintextPassword("the second password")},
		{"the third password", kratos.HashedPassword(hash)},
	} {
		must(fx.admin.SetPassword(ctx, created.ID, step.credential))(t)
		if diff := cmp.Diff(before, raw(t, fx, created.ID)); diff != "" {
			t.Errorf("more than the password has changed (-before +after):\n%s", diff)
		}
		must(fx.admin.SetState(ctx, created.ID, kratos.IdentityStateActive))(t)
		for _, identifier := range []string{email, "other." + email, "u." + email} {
			t.Run(identifier, func(t *testing.T) {
				if _, err := fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: identifier, Password: step.password}); err != nil {
					t.Errorf("%s, %s: %v", step.password, identifier, err)
				}
			})
		}
		_, err := fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: last})
		wantError(t, last, err, kratos.ErrRejected)
		last = step.password
		must(fx.admin.SetState(ctx, created.ID, kratos.IdentityStateInactive))(t)
	}
	_, err := fx.admin.SetPassword(ctx, nobody, kratos.PlaintextPassword("the first password"))
	wantError(t, "a password of nobody", err, kratos.ErrNotFound)

	// An update without a schema keeps the schema, and the password.
	must(fx.admin.UpdateIdentity(ctx, created.ID, kratos.UpdateIdentity{Traits: traits, State: kratos.IdentityStateActive}))(t)
	if got := must(fx.admin.Identity(ctx, created.ID))(t); got.SchemaID != "kunden/v2" {
		t.Errorf("the schema is %s", got.SchemaID)
	}
	if _, err := fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: last}); err != nil {
		t.Errorf("after an update: %v", err)
	}
}

// raw returns an identity as the server sends it, with the links to providers, but for the times of
// changes and the password.
func raw(t *testing.T, fx *fixture, id string) map[string]any {
	t.Helper()
	resp, err := http.Get(fx.srv.AdminURL + "/admin/identities/" + id + "?include_credential=oidc")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := must(io.ReadAll(resp.Body))(t)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		t.Fatal(err)
	}
	delete(members, "updated_at")
	delete(members, "state_changed_at") // the test itself changes the state
	for _, credential := range members["credentials"].(map[string]any) {
		delete(credential.(map[string]any), "created_at")
		delete(credential.(map[string]any), "updated_at")
		if identifiers, ok := credential.(map[string]any)["identifiers"].([]any); ok {
			credential.(map[string]any)["identifiers"] = set(identifiers, func(v any) string { return v.(string) })
		}
	}
	for _, name := range []string{"verifiable_addresses", "recovery_addresses"} {
		members[name] = set(members[name].([]any), func(v any) string { return v.(map[string]any)["value"].(string) })
	}
	return members
}

// set is a list whose order does not count.
func set(list []any, key func(any) string) map[string]any {
	all := map[string]any{}
	for _, v := range list {
		all[key(v)] = v
	}
	return all
}

func fetchesSchemas(t *testing.T, fx *fixture) {
	ctx := t.Context()
	listed := map[string]bool{}
	for schema, err := range fx.client.IdentitySchemas(ctx, kratos.ListIdentitySchemas{PageSize: 3}) {
		if err != nil {
			t.Fatal(err)
		}
		listed[schema.ID] = true
		if text, err := fx.client.IdentitySchema(ctx, schema.ID); err != nil || !strings.Contains(string(text), "schemas/list.json") {
			t.Errorf("%q: %s, %v", schema.ID, text, err)
		}
		created := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: schema.ID, Traits: map[string]string{"username": newPerson().Email}}))(t)
		if created.SchemaID != schema.ID {
			t.Errorf("an identity with the schema %q has %q", schema.ID, created.SchemaID)
		}
	}
	if len(listed) != len(oddIDs) {
		t.Errorf("listed %v", listed)
	}
	_, err := fx.client.IdentitySchema(ctx, "kunden/v3")
	wantError(t, "a schema that there is not", err, kratos.ErrNotFound)
}

func refusesEmptyIdentifiers(t *testing.T, fx *fixture) {
	ctx := t.Context()
	empty := listTraits{Phone: "+49301234567"}
	email := newPerson().Email
	member := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{"emails": []string{email}}, Credentials: kratos.Credentials(kratos.PlaintextPassword("correct horse battery"))}))(t)
	step := must(fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: "correct horse battery"}))(t)
	results, batch := fx.admin.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{Create: kratos.CreateIdentity{Traits: empty}}})
	if !errors.Is(batch, kratos.ErrBatchItems) || len(results) != 1 {
		t.Fatalf("a batch: %v, %v", results, batch)
	}
	for name, err := range map[string]error{
		"createIdentity": second(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: empty})),
		"updateIdentity": second(fx.admin.UpdateIdentity(ctx, member.ID, kratos.UpdateIdentity{Traits: empty})),
		"patchIdentity":  second(fx.admin.PatchIdentity(ctx, member.ID, kratos.JSONPatch{}.Add("/traits/username", ""))),
		"an item":        results[0].Err,
		"registration":   second(fx.client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: empty, Password: "correct horse battery"})),
		"settings":       second(fx.client.Settings.Do(ctx, kratos.SettingsProfile{Traits: empty}, kratos.SessionToken(step.SessionToken))),
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, name, err, kratos.ErrInvalidArgument)
			if errors.Is(err, kratos.ErrServer) || !strings.Contains(fmt.Sprint(err), "omitzero") {
				t.Error(err)
			}
		})
	}
}

func namesMembers(t *testing.T, fx *fixture) {
	ctx := t.Context()
	create := func(schema string, traits any) error {
		return second(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: schema, Traits: traits}))
	}
	for name, tc := range map[string]struct {
		err  error
		text string
	}{
		"a format":              {create("", map[string]any{"emails": []string{"canary"}}), "traits.emails.*: format"},
		"a type":                {create("", map[string]any{"phone": 1}), "traits.phone: type"},
		"an unknown name":       {create("", map[string]any{"canary": 1}), "traits: additionalProperties"},
		"a schema":              {create("canary", map[string]any{}), "schema_id: unknown to the server"},
		"a state":               {second(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{}, State: "canary"})), "state: enum"},
		"a patch":               {second(fx.admin.PatchIdentity(ctx, created(t, fx), kratos.JSONPatch{}.Replace("/traits/phone", 1))), "traits.phone: type"},
		"an organization":       {second(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{}, OrganizationID: nobody})), "organization_id: unknown to this version of Kratos"},
		"an update, in a state": {second(fx.admin.UpdateIdentity(ctx, created(t, fx), kratos.UpdateIdentity{Traits: map[string]any{}, State: "canary"})), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var e *kratos.Error
			switch {
			case !errors.As(tc.err, &e):
				t.Errorf("%v is an error of another type", tc.err)
				return

			case !errors.Is(e, kratos.ErrBadRequest):
				t.Errorf("%v, want ErrBadRequest", e)
				return

			case !strings.HasSuffix(e.Error(), tc.text):
				t.Errorf("%v, want it to end with %q", e, tc.text)
				return

			case strings.Contains(e.Error(), "canary"):
				t.Errorf(`%v says "canary"`, e)
				return

			}
			if e.Reason != "" && !strings.Contains(e.Explain(), "\n") {
				t.Errorf("%s is explained as %s", name, e.Explain())
			}
		})
	}
}

func created(t *testing.T, fx *fixture) string {
	t.Helper()
	return must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]string{"username": newPerson().Email}}))(t).ID
}
