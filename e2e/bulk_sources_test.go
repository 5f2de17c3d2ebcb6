package e2e

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"golang.org/x/crypto/scrypt"
)

// sourcePassword is the password of all people in the exports in wrappers/bulk/testdata, who are
// fictitious. Their hashes are made with the algorithms of the other systems.
const sourcePassword = "old-Password-7421"

const sourceSchema = `{
  "$id": "https://kratoskit.example/schemas/imported.json",
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "traits": {
      "type": "object",
      "properties": {
        "email": {"type": "string", "format": "email", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}, "verification": {"via": "email"}}},
        "phone": {"type": "string", "format": "tel", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}, "verification": {"via": "sms"}}},
        "username": {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}},
        "name": {"type": "string"}
      },
      "additionalProperties": false
    }
  },
  "required": ["traits"]
}`

// sourceConfig is a configuration with sourceSchema, and with a password migration hook.
func sourceConfig(hook string) map[string]any {
	schema := "base64://" + base64.StdEncoding.EncodeToString([]byte(sourceSchema))
	return map[string]any{
		"identity": map[string]any{"default_schema_id": "imported", "schemas": []any{map[string]any{"id": "imported", "url": schema}}},
		"selfservice": map[string]any{"methods": map[string]any{"password": map[string]any{"config": map[string]any{
			"migrate_hook": map[string]any{"enabled": true, "config": map[string]any{"url": hook, "method": "POST"}},
		}}}},
	}
}

func sourceTraits(p bulk.Profile) (any, error) {
	traits := map[string]string{"email": p.Email(), "phone": p.Phone(), "username": p.Username, "name": p.Name}
	for name, value := range traits {
		if value == "" {
			delete(traits, name)
		}
	}
	return traits, nil
}

// sourceFile opens an export of another system.
func sourceFile(t *testing.T, name string) io.Reader {
	t.Helper()
	file := must(os.Open(filepath.Join("..", "wrappers", "bulk", "testdata", filepath.FromSlash(name))))(t)
	t.Cleanup(func() { file.Close() })
	return file
}

func sourceFirebaseHash(t *testing.T) bulk.FirebaseHash {
	t.Helper()
	var config struct {
		Key       string `json:"base64_signer_key"`
		Separator string `json:"base64_salt_separator"`
		Rounds    int    `json:"rounds"`
		MemCost   int    `json:"mem_cost"`
	}
	if err := json.NewDecoder(sourceFile(t, "firebase/hash_config.json")).Decode(&config); err != nil {
		t.Fatal(err)
	}
	return bulk.FirebaseHash{SignerKey: config.Key, SaltSeparator: config.Separator, Rounds: config.Rounds, MemCost: config.MemCost}
}

// importedPerson is what becomes of an account of another system.
type importedPerson struct {
	login    string // an identifier
	password string // "" if the login fails
	verified string // addresses
	links    string // provider:subject
	admin    string // metadata, JSON
	inactive bool
	hook     bool // the hook checks the password
}

func TestImportsFromOtherSystems(t *testing.T) {
	t.Parallel()
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Identifier, Password string }
		if json.NewDecoder(r.Body).Decode(&request) != nil || request.Password != sourcePassword {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		io.WriteString(w, `{"status":"password_match"}`)
	}))
	t.Cleanup(hook.Close)
	srv := server.ForTest(t, server.Options{Config: sourceConfig(hook.URL)})
	to := bulk.Target{Traits: sourceTraits}
	for name, tc := range map[string]struct {
		records  iter.Seq2[bulk.Record, error]
		rejected string // lines
		people   []importedPerson
	}{
		"Auth0": {bulk.Auth0(sourceFile(t, "auth0/users.jsonl"), sourceFile(t, "auth0/hashes.jsonl"), to), "", []importedPerson{
			{login: "ann.auth0@kratoskit.example", password: sourcePassword, verified: "ann.auth0@kratoskit.example", links: "google:108200000000000000001", admin: `{"app_metadata":{"plan":"gold","roles":["editor"]},"user_metadata":{"theme":"dark"}}`},
			{login: "ann_a", password: sourcePassword, verified: "ann.auth0@kratoskit.example", links: "google:108200000000000000001", admin: `{"app_metadata":{"plan":"gold","roles":["editor"]},"user_metadata":{"theme":"dark"}}`},
			{login: "ben.auth0@kratoskit.example", inactive: true},
			{login: "cat.auth0@kratoskit.example", verified: "cat.auth0@kratoskit.example", links: "github:4482001 partner:c-77"},
			{login: "+14155550119", verified: "+14155550119"},
		}},
		"Firebase": {bulk.Firebase(sourceFile(t, "firebase/users.json"), sourceFirebaseHash(t), to), "", []importedPerson{
			{login: "ann.firebase@kratoskit.example", password: sourcePassword, verified: "ann.firebase@kratoskit.example", links: "google:108200000000000000011", admin: `{"customAttributes":{"level":3,"plan":"gold"}}`},
			{login: "ben.firebase@kratoskit.example", inactive: true},
		}},
		"Keycloak": {bulk.Keycloak(io.MultiReader(sourceFile(t, "keycloak/demo-realm.json"), sourceFile(t, "keycloak/demo-users-0.json")), to), "6", []importedPerson{
			{login: "ann", password: sourcePassword, verified: "+14155550131 ann.keycloak@kratoskit.example", links: "google:108200000000000000021", admin: `{"attributes":{"locale":["nb"],"phoneNumber":["+14155550131"],"phoneNumberVerified":["true"]},"clientRoles":{"account":["view-profile"]},"groups":["/staff"],"realmRoles":["default-roles-demo","editor"]}`},
			{login: "ben.keycloak@kratoskit.example", inactive: true},
			{login: "cat.keycloak@kratoskit.example", password: sourcePassword, verified: "cat.keycloak@kratoskit.example"},
			{login: "dan", password: sourcePassword, verified: "dan.keycloak@kratoskit.example"},
			{login: "old.keycloak@kratoskit.example", password: sourcePassword, verified: "old.keycloak@kratoskit.example"},
		}},
		"Supabase": {bulk.Supabase(sourceFile(t, "supabase/users.csv"), sourceFile(t, "supabase/identities.csv"), to), "5", []importedPerson{
			{login: "+14155550141", password: sourcePassword, verified: "+14155550141 ann.supabase@kratoskit.example", admin: `{"raw_app_meta_data":{"provider":"email","providers":["email"]},"raw_user_meta_data":{"bio":"line one\nline two","full_name":"Ann \"A\" Ackerman"}}`},
			{login: "ben.supabase@kratoskit.example", inactive: true, admin: `{"raw_app_meta_data":{"provider":"email","providers":["email"]}}`},
			{login: "cat.supabase@kratoskit.example", verified: "cat.supabase@kratoskit.example", links: "github:4482003", admin: `{"raw_app_meta_data":{"provider":"github","providers":["github","sso:1"]}}`},
		}},
		"Clerk": {bulk.Clerk(sourceFile(t, "clerk/users.csv"), to), "", []importedPerson{
			{login: "ann_c", password: sourcePassword, verified: "+14155550151 ann.clerk@kratoskit.example"},
			{login: "ben.clerk@kratoskit.example", password: sourcePassword},
			{login: "cat.clerk@kratoskit.example", password: sourcePassword, verified: "cat.clerk@kratoskit.example"},
			{login: "dan.clerk@kratoskit.example", password: sourcePassword, verified: "dan.clerk@kratoskit.example"},
			{login: "eve.clerk@kratoskit.example", password: sourcePassword, verified: "eve.clerk@kratoskit.example"},
			{login: "fay.clerk@kratoskit.example", password: sourcePassword, verified: "fay.clerk@kratoskit.example"},
			{login: "gus.clerk@kratoskit.example", password: sourcePassword, verified: "gus.clerk@kratoskit.example"},
			{login: "hal.clerk@kratoskit.example", password: sourcePassword, verified: "hal.clerk@kratoskit.example"},
			{login: "jon.clerk@kratoskit.example", password: sourcePassword, verified: "jon.clerk@kratoskit.example", hook: true},
		}},
		"Cognito": {bulk.Cognito(sourceFile(t, "cognito/users.json"), to), "", []importedPerson{
			{login: "ann.cognito@kratoskit.example", password: sourcePassword, verified: "ann.cognito@kratoskit.example", hook: true, admin: `{"attributes":{"custom:plan":"gold","locale":"nb"}}`},
			{login: "ben.cognito@kratoskit.example", inactive: true, links: "google:108200000000000000031"},
		}},
		"Okta": {bulk.Okta(sourceFile(t, "okta/users.json"), to), "", []importedPerson{
			{login: "ann.okta@kratoskit.example", password: sourcePassword, verified: "ann.okta@kratoskit.example", hook: true, admin: `{"profile":{"department":"R\u0026D"}}`},
			{login: "ben.okta@kratoskit.example", inactive: true, hook: true},
			{login: "dan.okta@kratoskit.example", password: sourcePassword, hook: true},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client, admin := clients(t, srv)
			var rejected []string
			report := must(bulk.Import(t.Context(), admin, tc.records, bulk.OnReject(func(r bulk.Reject) {
				rejected = append(rejected, strings.TrimPrefix(r.Err.Error(), "kratos: "))
			})))(t)
			if want := len(strings.Fields(tc.rejected)); report.Rejected != want || report.Created != report.Read-want {
				t.Errorf("%d accounts, %d identities, %d rejected: %q", report.Read, report.Created, report.Rejected, rejected)
			}
			for _, p := range tc.people {
				t.Run(p.login, func(t *testing.T) { p.check(t, client, admin) })
			}
		})
	}
}

// Kratos ignores a verified address if the identity schema does not verify the trait.
func TestVerifiedAddressesThatTheSchemaDoesNotVerify(t *testing.T) {
	t.Parallel()
	srv := server.ForTest(t, server.Options{Config: sourceConfig("http://127.0.0.1:1")})
	_, admin := clients(t, srv)
	to := bulk.Target{Traits: func(p bulk.Profile) (any, error) { return map[string]string{"name": p.Email()}, nil }}
	report := must(bulk.Import(t.Context(), admin, bulk.Clerk(sourceFile(t, "clerk/users.csv"), to)))(t)
	if report.Created != report.Read || report.Read == 0 {
		t.Errorf("%d of %d identities", report.Created, report.Read)
	}
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
		if n := len(must(identity, err)(t).VerifiableAddresses); n != 0 {
			t.Errorf("%s has %d verifiable addresses", identity.RawTraits, n)
		}
	}
}

// check compares an imported identity with the person, and logs in.
func (p importedPerson) check(t *testing.T, client *kratos.Client, admin *kratos.Admin) {
	ctx := t.Context()
	var identity *kratos.Identity
	for i, err := range admin.Identities(ctx, kratos.ListIdentities{CredentialsIdentifier: p.login, IncludeCredential: []kratos.CredentialsType{kratos.CredentialsTypePassword, kratos.CredentialsTypeOIDC}}) {
		identity = new(must(i, err)(t))
	}
	if identity == nil {
		t.Fatal("there is no such identity")
	}
	var verified, links []string
	for _, a := range identity.VerifiableAddresses {
		if a.Verified && a.Status == kratos.AddressStatusCompleted {
			verified = append(verified, a.Value)
		}
	}
	if config, err := kratos.CredentialsConfig[kratos.OIDCCredentials](identity); err == nil {
		for _, l := range config.Providers {
			links = append(links, l.Provider+":"+l.Subject)
		}
	}
	slices.Sort(verified)
	slices.Sort(links)
	if got := strings.Join(verified, " "); got != p.verified {
		t.Errorf("verified %q, want %q", got, p.verified)
	}
	if got := strings.Join(links, " "); got != p.links {
		t.Errorf("links %q, want %q", got, p.links)
	}
	if got := sortedJSON(t, identity.RawMetadataAdmin); got != p.admin {
		t.Errorf("metadata %s, want %s", got, p.admin)
	}
	if inactive := identity.State == kratos.IdentityStateInactive; inactive != p.inactive {
		t.Errorf("state %s", identity.State)
	}
	config, _ := kratos.CredentialsConfig[kratos.PasswordCredentials](identity)
	if config.UsePasswordMigrationHook != p.hook {
		t.Errorf("the password migration hook is used: %v", config.UsePasswordMigrationHook)
	}

	_, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.login, Password: "wrong-" + sourcePassword})
	if err == nil {
		t.Error("a login with another password")
	}
	step, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.login, Password: sourcePassword})
	switch {
	case p.password == "" && err == nil:
		t.Error("a login without a password, or of an inactive identity")
	case p.password != "" && err != nil:
		t.Errorf("the login with the old password: %v", err)
	case p.password != "" && step.Session.Identity.ID != identity.ID:
		t.Error("a login as another identity")
	}
}

// sortedJSON returns JSON with sorted members, or "" for null.
func sortedJSON(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var value any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
	}
	if value == nil {
		return ""
	}
	return string(must(json.Marshal(value))(t))
}

// The hash of the Firebase export is the one of Firebase's definition: the signer key, encrypted by
// AES-256 in counter mode with the scrypt key of password, salt and separator.
func TestFirebaseHashOfTheExport(t *testing.T) {
	t.Parallel()
	hash := sourceFirebaseHash(t)
	var file struct {
		Users []struct{ PasswordHash, Salt []byte }
	}
	if err := json.NewDecoder(sourceFile(t, "firebase/users.json")).Decode(&file); err != nil {
		t.Fatal(err)
	}
	signerKey := must(base64.StdEncoding.DecodeString(hash.SignerKey))(t)
	separator := must(base64.StdEncoding.DecodeString(hash.SaltSeparator))(t)
	for _, user := range file.Users[:2] {
		key := must(scrypt.Key([]byte(sourcePassword), append(user.Salt, separator...), 1<<hash.MemCost, hash.Rounds, 1, 32))(t)
		encrypted := make([]byte, len(signerKey))
		cipher.NewCTR(must(aes.NewCipher(key))(t), make([]byte, aes.BlockSize)).XORKeyStream(encrypted, signerKey)
		if !slices.Equal(encrypted, user.PasswordHash) {
			t.Errorf("hash %x, want %x", user.PasswordHash, encrypted)
		}
	}
}
