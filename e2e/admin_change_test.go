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

// listSchema is an identity schema with optional identifiers: a user name and a list of addresses.
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

// unusualSchemaIDs are unusual ids of identity schemas that Kratos accepts.
var unusualSchemaIDs = []string{"preset://email", "kunden/v2", "Straße 7", "a?b#c%d", "https://example.com/s.json", "a+b c", "a%2Fb", "..", "a/../b", `a\b`, "list"}

// newListFixture starts a Kratos with listSchema under all of unusualSchemaIDs; the default is
// "list".
func newListFixture(t *testing.T, be backend) *fixture {
	t.Helper()
	var schemas []map[string]string
	for _, id := range unusualSchemaIDs {
		schemas = append(schemas, map[string]string{"id": id, "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(listSchema))})
	}
	return be.newFixture(t, map[string]any{"identity.schemas": schemas, "identity.default_schema_id": "list"})
}

// listTraits are traits of listSchema without omitempty for strings, so that empty ones are sent.
type listTraits struct {
	Username string   `json:"username"`
	Phone    string   `json:"phone"`
	Emails   []string `json:"emails,omitempty"`
}

func TestAdministration(t *testing.T) { onBothServers(t, testAdministration) }

func testAdministration(t *testing.T, be backend) {
	t.Parallel()
	fx := newListFixture(t, be)
	t.Run("SetVerified finds the address by its value", func(t *testing.T) { t.Parallel(); testSetVerified(t, fx) })
	t.Run("SetPassword keeps everything else", func(t *testing.T) { t.Parallel(); testSetPassword(t, fx) })
	t.Run("every listed schema can be read", func(t *testing.T) { t.Parallel(); testSchemas(t, fx) })
	t.Run("an empty identifier is ErrInvalidArgument", func(t *testing.T) { t.Parallel(); testEmptyIdentifiers(t, fx) })
	t.Run("every item of a batch has a result", func(t *testing.T) { t.Parallel(); testBatches(t, fx) })
	t.Run("errors name the invalid member", func(t *testing.T) { t.Parallel(); testMembersInErrors(t, fx) })
	t.Run("an organization is stored, or its member is in the error", func(t *testing.T) { t.Parallel(); testOrganizations(t, fx) })
}

func testSetVerified(t *testing.T, fx *fixture) {
	ctx := t.Context()
	for range 12 {
		emails := []string{newPerson().Email, newPerson().Email, newPerson().Email}
		created := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{"emails": emails}}))(t)
		before := addressesByValue(must(fx.admin.Identity(ctx, created.ID))(t))
		must(fx.admin.SetVerified(ctx, created.ID, emails[1]))(t)
		after := addressesByValue(must(fx.admin.Identity(ctx, created.ID))(t))
		for _, email := range emails {
			if after[email].ID != before[email].ID || after[email].Verified != (email == emails[1]) {
				t.Errorf("%s, number 2 is to be verified: before %+v, after %+v", email, before[email], after[email])
			}
		}
		must(fx.admin.SetVerified(ctx, created.ID, strings.ToUpper(emails[2])))(t)
		must(fx.admin.SetVerified(ctx, created.ID, emails[2]))(t)
		after = addressesByValue(must(fx.admin.Identity(ctx, created.ID))(t))
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
		_, err := fx.admin.SetVerified(ctx, created.ID, "another@example.org")
		wantError(t, "an address of another identity", err, kratos.ErrNotFound)
	}
	_, err := fx.admin.SetVerified(ctx, unknownID, "unknown@example.org")
	wantError(t, "an address of an unknown identity", err, kratos.ErrNotFound)
}

func addressesByValue(identity *kratos.Identity) map[string]kratos.VerifiableAddress {
	all := map[string]kratos.VerifiableAddress{}
	for _, a := range identity.VerifiableAddresses {
		all[a.Value] = a
	}
	return all
}

func testSetPassword(t *testing.T, fx *fixture) {
	ctx := t.Context()
	email := newPerson().Email
	traits := json.RawMessage(`{"emails":["` + email + `","other.` + email + `"],"number":9007199254740993,"phone":"","username":"u.` + email + `"}`)
	var external string
	if features().ExternalIDs {
		external = "crm:" + email
	}
	created := must(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{
		SchemaID: "kunden/v2", Traits: traits, ExternalID: external, MetadataPublic: json.RawMessage(`{"n":12345678901234567890,"a":[]}`), MetadataAdmin: map[string]any{"note": "<&>"},
		Credentials:         kratos.Credentials(kratos.PlaintextPassword("the first password"), kratos.OIDCLink("google", email)),
		VerifiableAddresses: []kratos.VerifiableAddress{{Value: email, Via: kratos.AddressChannelEmail, Status: kratos.AddressStatusCompleted, Verified: true}},
	}))(t)
	must(fx.admin.SetState(ctx, created.ID, kratos.IdentityStateInactive))(t)
	hash := must(kratos.HashedPassword(bcryptHash(t, "the third password")))(t)
	before := rawIdentity(t, fx, created.ID)
	last := "the first password"
	for _, step := range []struct {
		password   string
		credential kratos.Credential
	}{
		{"the second password", kratos.PlaintextPassword("the second password")},
		{"the third password", hash},
	} {
		must(fx.admin.SetPassword(ctx, created.ID, step.credential))(t)
		if diff := cmp.Diff(before, rawIdentity(t, fx, created.ID)); diff != "" {
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
	_, err := fx.admin.SetPassword(ctx, unknownID, kratos.PlaintextPassword("the first password"))
	wantError(t, "a password of an unknown identity", err, kratos.ErrNotFound)

	// An update without a schema keeps the schema and the password.
	must(fx.admin.UpdateIdentity(ctx, created.ID, kratos.UpdateIdentity{Traits: traits, State: kratos.IdentityStateActive}))(t)
	if got := must(fx.admin.Identity(ctx, created.ID))(t); got.SchemaID != "kunden/v2" {
		t.Errorf("the schema is %s", got.SchemaID)
	}
	if _, err := fx.client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: last}); err != nil {
		t.Errorf("after an update: %v", err)
	}
}

// rawIdentity returns an identity as sent by the server, with the links to providers, without the
// times of changes.
func rawIdentity(t *testing.T, fx *fixture, id string) map[string]any {
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
	delete(members, "state_changed_at") // the test changes the state
	for _, credential := range members["credentials"].(map[string]any) {
		delete(credential.(map[string]any), "created_at")
		delete(credential.(map[string]any), "updated_at")
		if identifiers, ok := credential.(map[string]any)["identifiers"].([]any); ok {
			credential.(map[string]any)["identifiers"] = byKey(identifiers, func(v any) string { return v.(string) })
		}
	}
	for _, name := range []string{"verifiable_addresses", "recovery_addresses"} {
		members[name] = byKey(members[name].([]any), func(v any) string { return v.(map[string]any)["value"].(string) })
	}
	return members
}

// byKey returns the elements of a list by key, to compare lists regardless of their order.
func byKey(list []any, key func(any) string) map[string]any {
	all := map[string]any{}
	for _, v := range list {
		all[key(v)] = v
	}
	return all
}

func testSchemas(t *testing.T, fx *fixture) {
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
	if len(listed) != len(unusualSchemaIDs) {
		t.Errorf("listed %v", listed)
	}
	_, err := fx.client.IdentitySchema(ctx, "kunden/v3")
	wantError(t, "a schema that there is not", err, kratos.ErrNotFound)
}

func testEmptyIdentifiers(t *testing.T, fx *fixture) {
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
		"createIdentity": errorOf(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: empty})),
		"updateIdentity": errorOf(fx.admin.UpdateIdentity(ctx, member.ID, kratos.UpdateIdentity{Traits: empty})),
		"patchIdentity":  errorOf(fx.admin.PatchIdentity(ctx, member.ID, kratos.JSONPatch{}.Add("/traits/username", ""))),
		"an item":        results[0].Err,
		"registration":   errorOf(fx.client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: empty, Password: "correct horse battery"})),
		"settings":       errorOf(fx.client.Settings.Do(ctx, kratos.SettingsProfile{Traits: empty}, kratos.SessionToken(step.SessionToken))),
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, name, err, kratos.ErrInvalidArgument)
			if errors.Is(err, kratos.ErrServer) || !strings.Contains(fmt.Sprint(err), "omitzero") {
				t.Error(err)
			}
		})
	}
}

func testMembersInErrors(t *testing.T, fx *fixture) {
	ctx := t.Context()
	create := func(schema string, traits any) error {
		return errorOf(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{SchemaID: schema, Traits: traits}))
	}
	for name, tc := range map[string]struct {
		err  error
		text string
	}{
		"a format":              {create("", map[string]any{"emails": []string{"canary"}}), "traits.emails.*: format"},
		"a type":                {create("", map[string]any{"phone": 1}), "traits.phone: type"},
		"an unknown name":       {create("", map[string]any{"canary": 1}), "traits: additionalProperties"},
		"a schema":              {create("canary", map[string]any{}), "schema_id: unknown to the server"},
		"a state":               {errorOf(fx.admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: map[string]any{}, State: "canary"})), "state: enum"},
		"a patch":               {errorOf(fx.admin.PatchIdentity(ctx, newIdentityID(t, fx), kratos.JSONPatch{}.Replace("/traits/phone", 1))), "traits.phone: type"},
		"an update, in a state": {errorOf(fx.admin.UpdateIdentity(ctx, newIdentityID(t, fx), kratos.UpdateIdentity{Traits: map[string]any{}, State: "canary"})), ""},
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
				t.Errorf(`%v contains "canary"`, e)
				return

			}
			if e.Reason != "" && !strings.Contains(e.Explain(), "\n") {
				t.Errorf("%s is explained as %s", name, e.Explain())
			}
		})
	}
}

func newIdentityID(t *testing.T, fx *fixture) string {
	t.Helper()
	return must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]string{"username": newPerson().Email}}))(t).ID
}
