package bulk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// export opens an export in testdata. The people in it are fictitious.
func export(t testing.TB, name string) io.Reader {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// everything is a target that keeps all identifiers.
var everything = bulk.Target{Traits: func(p bulk.Profile) (any, error) {
	traits := map[string]any{}
	if p.Email() != "" {
		traits["email"] = p.Email()
	}
	if p.Phone() != "" {
		traits["phone"] = p.Phone()
	}
	if p.Username != "" {
		traits["username"] = p.Username
	}
	if p.GivenName+p.FamilyName != "" {
		traits["name"] = map[string]string{"first": p.GivenName, "last": p.FamilyName}
	} else if p.Name != "" {
		traits["name"] = p.Name
	}
	return traits, nil
}}

// describe returns what a record has, one part per line. A hash is shortened.
func describe(r bulk.Record, err error) string {
	parts := []string{fmt.Sprint(r.Line, " ", r.Ref)}
	add := func(name string, value string) {
		if value != "" && value != "null" && value != "[]" {
			parts = append(parts, name+" "+value)
		}
	}
	if err != nil {
		add("error", err.Error())
		return strings.Join(parts, "\n")
	}
	body := r.Identity
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	add("traits", text(body.Traits))
	for _, a := range body.VerifiableAddresses {
		add("verified", fmt.Sprintf("%s %s %v %s", a.Via, a.Value, a.Verified, a.Status))
	}
	password := body.Credentials.Password.Config
	add("hash", password.HashedPassword[:min(len(password.HashedPassword), 30)])
	add("plaintext", password.Password)
	if password.UsePasswordMigrationHook {
		add("password", "by hook")
	}
	for _, l := range body.Credentials.OIDC.Config.Providers {
		add("link", l.Provider+" "+l.Subject)
	}
	add("state", string(body.State))
	add("admin", text(body.MetadataAdmin))
	add("public", text(body.MetadataPublic))
	add("notes", strings.Join(r.Notes, ", "))
	if body.ExternalID != r.Ref {
		add("external id", body.ExternalID)
	}
	return strings.Join(parts, "\n")
}

// wantRecords compares records with their descriptions, which are separated by empty lines.
func wantRecords(t *testing.T, records iter.Seq2[bulk.Record, error], want string) {
	t.Helper()
	var got []string
	for r, err := range records {
		got = append(got, describe(r, err))
		if err != nil && !strings.HasPrefix(err.Error(), "kratos: ") {
			t.Errorf("%v does not begin with kratos:", err)
		}
	}
	var wants []string
	if want != "" {
		wants = strings.Split(strings.TrimSpace(want), "\n\n")
	}
	for i := range max(len(got), len(wants)) {
		switch {
		case i >= len(wants):
			t.Errorf("unexpected record:\n%s", got[i])
		case i >= len(got):
			t.Errorf("missing record:\n%s", wants[i])
		case got[i] != wants[i]:
			t.Errorf("record %d is\n%s\nwant\n%s", i, got[i], wants[i])
		}
	}
}

func collect(records iter.Seq2[bulk.Record, error]) (list []bulk.Record, errs []error) {
	for r, err := range records {
		list, errs = append(list, r), append(errs, err)
	}
	return list, errs
}

func TestTarget(t *testing.T) {
	t.Parallel()
	users := func() io.Reader { return export(t, "auth0/users.jsonl") }
	only := func(traits any, err error) bulk.Target {
		return bulk.Target{Traits: func(bulk.Profile) (any, error) { return traits, err }}
	}
	for name, tc := range map[string]struct {
		to   bulk.Target
		want string // parts of the first record, separated by line feeds
		not  string
	}{
		"without traits, the email address is the only one": {bulk.Target{}, `traits {"email":"Ann.Auth0@kratoskit.example"}`, ""},
		"a schema is set": {bulk.Target{SchemaID: "customer"}, "schema customer", ""},
		"metadata of the person is for administrators": {bulk.Target{}, `admin {"app_metadata":{"plan":"gold","roles":["editor"]},"user_metadata":{"theme":"dark"}}`, "public"},
		"metadata of the person can be public":         {bulk.Target{PublicMetadata: true}, "admin {\"app_metadata\":{\"plan\":\"gold\",\"roles\":[\"editor\"]}}\npublic {\"theme\":\"dark\"}", "user_metadata"},
		"a provider has another id": {
			bulk.Target{Provider: func(name string) string { return "my-" + name }}, "link my-google-oauth2 108200000000000000001", "",
		},
		"a provider that Kratos does not have is noted": {
			bulk.Target{Provider: func(string) string { return "" }}, "notes provider link, username", "link my",
		},
		"an address that is not in the traits is not verified, and noted": {only(map[string]string{"nick": "ann_a"}, nil), "notes email", "verified"},
		"an address in a list of traits is verified": {
			only(map[string]any{"emails": []string{" ANN.auth0@kratoskit.example"}}, nil), "verified email ann.auth0@kratoskit.example true completed", "",
		},
		"an error of the function is the record's": {only(nil, errors.New("no tenant")), "error kratos: line 1 of the Auth0 export: Target.Traits: no tenant", ""},
		"traits that are nil are an error":         {only(nil, nil), "Target.Traits: it returned nil", ""},
		"traits that are not JSON are an error":    {only(map[string]any{"f": func() {}}, nil), "the traits cannot be encoded as JSON", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for r, err := range bulk.Auth0(users(), nil, tc.to) {
				got := describe(r, err) + "\nschema " + r.Identity.SchemaID
				if !strings.Contains(got, tc.want) || tc.not != "" && strings.Contains(got, tc.not) {
					t.Errorf("got\n%s\nwant\n%s\nand not %q", got, tc.want, tc.not)
				}
				break
			}
		})
	}
}

// A profile has what the traits can be made of, and nothing of it is logged.
func TestProfile(t *testing.T) {
	t.Parallel()
	var got bulk.Profile
	to := bulk.Target{Traits: func(p bulk.Profile) (any, error) {
		got = p
		return map[string]string{}, nil
	}}
	for range bulk.Clerk(export(t, "clerk/users.csv"), to) {
		break
	}
	want := "user_2demo000000000000000001 ann_c Ann Demo Ann Demo ann.clerk@kratoskit.example +14155550151"
	if s := strings.Join([]string{got.ID, got.Username, got.Name, got.GivenName, got.FamilyName, got.Email(), got.Phone()}, " "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
	if len(got.Emails) != 2 || got.Emails[1].Value != "ann.second@kratoskit.example" || !got.Emails[1].Verified {
		t.Errorf("%d addresses", len(got.Emails))
	}
	var raw map[string]string
	if err := json.Unmarshal(got.Raw, &raw); err != nil || raw["username"] != "ann_c" {
		t.Errorf("raw has %d members, %v", len(raw), err)
	}
	if (bulk.Profile{}).Email() != "" || (bulk.Profile{}).Phone() != "" {
		t.Error("an empty profile has an address")
	}
	hash := bulk.FirebaseHash{SignerKey: "c2VjcmV0"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("read", "profile", got, "address", got.Emails[0], "hash", hash)
	printed := fmt.Sprintf("%v %+v %#v %s", got, got.Emails[0], hash, log.String())
	for _, secret := range []string{"ann", "Demo", "c2VjcmV0"} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is printed: %s", secret, printed)
		}
	}
}

// Raw has no hashes and other secrets, whatever the system is.
func TestRawHasNoSecrets(t *testing.T) {
	t.Parallel()
	raws := 0
	to := bulk.Target{Traits: func(p bulk.Profile) (any, error) {
		raws++
		for _, secret := range []string{"$2", "$argon", "$5000$", "$6000$", "$4000$", "firescrypt", "not-taken", "never-in-raw", "hashIterations", "passwordHash", "First pet"} {
			if strings.Contains(string(p.Raw), secret) {
				t.Errorf("the account %s has %q", p.ID, secret)
			}
		}
		if !json.Valid(p.Raw) {
			t.Errorf("the account %s is not JSON", p.ID)
		}
		return map[string]string{}, nil
	}}
	for _, records := range allExports(t, to) {
		for range records {
		}
	}
	if raws < 30 {
		t.Errorf("only %d accounts", raws)
	}
}

// allExports reads all exports in testdata.
func allExports(t testing.TB, to bulk.Target) map[string]iter.Seq2[bulk.Record, error] {
	hash := firebaseHash(t)
	return map[string]iter.Seq2[bulk.Record, error]{
		"auth0/users.jsonl":          bulk.Auth0(export(t, "auth0/users.jsonl"), export(t, "auth0/hashes.jsonl"), to),
		"auth0/users.csv":            bulk.Auth0(export(t, "auth0/users.csv"), nil, to),
		"firebase/users.json":        bulk.Firebase(export(t, "firebase/users.json"), hash, to),
		"firebase/users.csv":         bulk.Firebase(export(t, "firebase/users.csv"), hash, to),
		"keycloak/demo-realm.json":   bulk.Keycloak(export(t, "keycloak/demo-realm.json"), to),
		"keycloak/demo-users-0.json": bulk.Keycloak(export(t, "keycloak/demo-users-0.json"), to),
		"supabase/users.csv":         bulk.Supabase(export(t, "supabase/users.csv"), export(t, "supabase/identities.csv"), to),
		"clerk/users.csv":            bulk.Clerk(export(t, "clerk/users.csv"), to),
		"cognito/users.json":         bulk.Cognito(export(t, "cognito/users.json"), to),
		"cognito/users.csv":          bulk.Cognito(export(t, "cognito/users.csv"), to),
		"okta/users.json":            bulk.Okta(export(t, "okta/users.json"), to),
		"okta/users.jsonl":           bulk.Okta(export(t, "okta/users.jsonl"), to),
	}
}

// Every record is one that package kratos sends, and its numbers grow.
func TestRecordsAreValid(t *testing.T) {
	t.Parallel()
	for name, records := range allExports(t, everything) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := 0
			for r, err := range records {
				if r.Line <= last || r.Ref == "" {
					t.Errorf("record %d after %d, with the id %q", r.Line, last, r.Ref)
				}
				last = r.Line
				if err != nil && !errors.Is(err, bulk.ErrSkipped) {
					t.Error(err)
				}
				if hash := r.Identity.Credentials.Password.Config.HashedPassword; hash != "" {
					if _, err := kratos.HashedPassword(hash); err != nil {
						t.Errorf("record %d: %v", r.Line, err)
					}
				}
				if body, err := gen.MarshalBody(r.Identity); err != nil || !json.Valid(body) {
					t.Errorf("record %d: %v", r.Line, err)
				}
				if !slices.IsSorted(r.Notes) {
					t.Errorf("record %d has the notes %q", r.Line, r.Notes)
				}
			}
			if last == 0 {
				t.Error("no records")
			}
		})
	}
}
