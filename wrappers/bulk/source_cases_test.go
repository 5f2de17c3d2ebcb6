package bulk_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// sourceCase is an account of another system, and what its record has.
type sourceCase struct{ input, want string }

// testAccounts reads accounts that the exports in testdata do not have. A part of a record that is
// wanted begins with "not " if it must be absent.
func testAccounts(t *testing.T, read func(io.Reader) iter.Seq2[bulk.Record, error], cases map[string]sourceCase) {
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, errs := collect(read(strings.NewReader(tc.input)))
			if len(list) != 1 {
				t.Fatalf("%d records: %v", len(list), errs)
			}
			lines := strings.Split(describe(list[0], errs[0]), "\n")
			got := "\n" + strings.Join(lines, "\n") + "\n"
			if written := fmt.Sprint(errs[0], list[0].Notes); strings.Contains(written, "hunter2") {
				t.Errorf("an error or note has a value: %s", written)
			}
			for part := range strings.Lines(tc.want) {
				part = strings.TrimSpace(part)
				absent, not := strings.CutPrefix(part, "not ")
				if !not && !strings.Contains(got, "\n"+part+"\n") || not && strings.Contains(got, "\n"+absent) {
					t.Errorf("got%swant %q", got, part)
				}
			}
		})
	}
}

func TestAuth0Accounts(t *testing.T) {
	t.Parallel()
	hashes := `{"_id":{"$oid":"h1"},"passwordHash":"$2b$10$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
{"_id":{"$oid":"h2"},"passwordHash":"{PBKDF2}hunter2"}
{"_id":{"$oid":"h3"}}
{"_id":{"$oid":"h4"},"passwordHash":"$2b$10$zzzzzzzzzzzzzzzzzzzzzuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
`
	withHashes := func(r io.Reader) iter.Seq2[bulk.Record, error] {
		return bulk.Auth0(r, strings.NewReader(hashes), everything)
	}
	testAccounts(t, withHashes, map[string]sourceCase{
		"the id names the identity if there is no list":                    {`{"user_id":"auth0|h1"}`, "hash $2b$10$abcdefghijklmnopqrstuuA\nnot notes"},
		"a social id is a link":                                            {`{"user_id":"google-oauth2|77"}`, "link google 77\nnot notes"},
		"an id with a connection is a link of it":                          {`{"user_id":"oidc|partner|7|7"}`, "link partner 7|7"},
		"a hash of another format is noted":                                {`{"user_id":"auth0|h2"}`, "notes password\nnot hash"},
		"an account without a hash is noted":                               {`{"user_id":"auth0|h3"}`, "notes password\nnot hash"},
		"the first of two passwords is taken":                              {`{"user_id":"auth0|h1","identities":[{"provider":"auth0","user_id":"h1"},{"provider":"auth0","user_id":"h4"}]}`, "hash $2b$10$abcdefghijklmnopqrstuuA\nnotes password"},
		"an email address as id is not a subject":                          {`{"user_id":"google-apps|a@kratoskit.example"}`, "notes provider link\nnot link"},
		"a directory is noted":                                             {`{"user_id":"ad|corp|7"}`, "notes user federation\nnot link"},
		"a passwordless account has neither":                               {`{"user_id":"email|7","email":"a@kratoskit.example","email_verified":true}`, "verified email a@kratoskit.example true completed\nnot notes\nnot link"},
		"null and numbers are read":                                        {`{"user_id":"auth0|h1","username":null,"name":7,"blocked":null,"email_verified":"true"}`, "traits {\"name\":\"7\"}\nnot state"},
		"metadata that is empty is left out":                               {`{"user_id":"auth0|h1","app_metadata":{},"user_metadata":null}`, "not admin"},
		"blocked accounts are inactive":                                    {`{"user_id":"auth0|h1","blocked":true}`, "state inactive"},
		"a subject with a bar keeps it unless the connection is before it": {`{"user_id":"x|1","identities":[{"provider":"custom","connection":"custom","user_id":"a|b"}]}`, "link custom a|b"},
		"an identity without a subject is not a link":                      {`{"user_id":"x|1","identities":[{"provider":"github"}]}`, "notes provider link\nnot link"},
		"metadata that is not an object stays under name":                  {`{"user_id":"auth0|h1","app_metadata":7}`, `admin {"app_metadata":7}`},
	})
	testAccounts(t, func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Auth0(r, nil, everything) }, map[string]sourceCase{
		"columns of metadata can be nested in each other": {
			"user_id,user_metadata.a,user_metadata.a.b,identities[0].provider,identities[0].user_id,identities[1].provider,identities[1].user_id\nauth0|1,x,y,auth0,1,github,'7\n",
			"admin {\"user_metadata\":{\"a\":\"x\",\"a.b\":\"y\"}}\npassword by hook\nlink github 7",
		},
		"a boolean is neither true nor false": {
			"user_id,blocked\nauth0|1,perhaps\n", `error kratos: line 2 of the Auth0 export: "blocked" is neither true nor false`,
		},
	})
}

func TestFirebaseAccounts(t *testing.T) {
	t.Parallel()
	user := func(members string) string { return `{"users":[{"localId":"1",` + members + `}]}` }
	read := func(hash bulk.FirebaseHash) func(io.Reader) iter.Seq2[bulk.Record, error] {
		return func(r io.Reader) iter.Seq2[bulk.Record, error] { return bulk.Firebase(r, hash, everything) }
	}
	const failed = "error kratos: element 1 of the Firebase export: "
	testAccounts(t, read(firebaseHash(t)), map[string]sourceCase{
		"a hash that is redacted":     {user(`"passwordHash":"UkVEQUNURUQ=","salt":""`), failed + "the password hash is redacted: export with the permission firebaseauth.configs.getHashConfig"},
		"a hash that is not base64":   {user(`"passwordHash":"fakeHash:hunter2","salt":"AAAA"`), failed + "the password hash or its salt is not base64"},
		"a hash without a salt":       {user(`"passwordHash":"AAAA"`), failed + "the password hash or its salt is empty"},
		"the URL alphabet is decoded": {user(`"passwordHash":"_-__","salt":"-_8"`), "hash $firescrypt$ln=14,r=8,p=1$+/8="},
		"an attribute is not JSON":    {user(`"customAttributes":"{hunter2"`), "notes metadata\nnot admin"},
		"a CSV file of another form":  {"1,a@kratoskit.example,hunter2" + strings.Repeat(",", 25) + "\n", "error kratos: line 1 of the Firebase export: the columns are not those of an export: emailVerified or disabled is neither true nor false"},
		"a row of the fewest columns": {"1,a@kratoskit.example,true" + strings.Repeat(",", 25) + "\n", "verified email a@kratoskit.example true completed"},
	})
	testAccounts(t, read(bulk.FirebaseHash{}), map[string]sourceCase{
		"no password needs no parameters": {user(`"email":"a@kratoskit.example"`), "not error"},
		"a password needs parameters":     {user(`"passwordHash":"AAAA","salt":"AAAA"`), failed + "the account has a password hash: give the password hash parameters of the project (kratosctl import --hash-config)"},
	})
	for name, hash := range map[string]bulk.FirebaseHash{
		"SignerKey is not base64":     {SignerKey: "hunter2!", SaltSeparator: "Qvs=", Rounds: 8, MemCost: 14},
		"SaltSeparator is not base64": {SignerKey: "AAAA", SaltSeparator: "hunter2!", Rounds: 8, MemCost: 14},
		"Rounds is not 1 to 8":        {SignerKey: "AAAA", SaltSeparator: "Qvs=", Rounds: 9, MemCost: 14},
		"MemCost is not 1 to 14":      {SignerKey: "AAAA", SaltSeparator: "Qvs=", Rounds: 8, MemCost: 15},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, errs := collect(bulk.Firebase(noRead{}, hash, everything))
			want := "kratos: Firebase: " + kratos.ErrInvalidArgument.Error() + ": FirebaseHash." + name
			if len(list) != 1 || list[0].Line != 0 || errs[0].Error() != want || !errors.Is(errs[0], kratos.ErrInvalidArgument) {
				t.Errorf("%d records, %v, want %s", len(list), errs, want)
			}
		})
	}
}

func TestKeycloakAccounts(t *testing.T) {
	t.Parallel()
	user := func(members string) string { return `{"users":[{"id":"1",` + members + `}]}` }
	password := func(data string) string {
		return user(fmt.Sprintf(`"credentials":[{"type":"password","secretData":"{\"value\":\"AAAAAAAA\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}","credentialData":%q}]`, data))
	}
	argon2 := func(kind, version string) string {
		return password(`{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"memory":["7168"],"type":["` + kind + `"],"version":["` + version + `"],"parallelism":["1"]}}`)
	}
	testAccounts(t, readers["keycloak"], map[string]sourceCase{
		"argon2id is taken":                          {argon2("id", "1.3"), "hash $argon2id$v=19$m=7168,t=5,p=1$\nnot notes"},
		"another type of argon2 is noted":            {argon2("d", "1.3"), "notes password argon2\nnot hash"},
		"another version of argon2 is noted":         {argon2("id", "1.0"), "notes password argon2\nnot hash"},
		"parameters that are missing are noted":      {password(`{"hashIterations":5,"algorithm":"argon2"}`), "notes password argon2\nnot hash"},
		"iterations that are negative are noted":     {password(`{"hashIterations":-1,"algorithm":"pbkdf2"}`), "notes password pbkdf2\nnot hash"},
		"a name that could be a secret is not noted": {password(`{"hashIterations":1,"algorithm":"Hunter2 hunter2"}`), "notes password\nnot hash"},
		"a name that is long is not noted":           {password(`{"hashIterations":1,"algorithm":"` + strings.Repeat("hunter2", 5) + `"}`), "notes password\nnot hash"},
		"credential data that is not JSON":           {password(`hunter2`), "notes password\nnot hash"},
		"a plaintext password of a written realm":    {user(`"credentials":[{"type":"password","value":"hunter2"}]`), "plaintext hunter2"},
		"another credential is noted":                {user(`"credentials":[{"type":"kerberos"}]`), "notes mfa"},
		"a user without enabled is active":           {user(`"username":"a"`), "not state"},
		"an address as username is not one":          {user(`"username":"A@kratoskit.example","email":"a@kratoskit.example"`), `traits {"email":"a@kratoskit.example"}`},
		"a phone number that is not verified":        {user(`"attributes":{"phoneNumber":["+14155550100"]}`), "traits {\"phone\":\"+14155550100\"}\nnot verified"},
		"an attribute that is not a list":            {user(`"attributes":{"phoneNumber":"+14155550100"}`), "not traits {\"phone"},
	})
}

func TestSupabaseAccounts(t *testing.T) {
	t.Parallel()
	const header = "id,email,encrypted_password,phone,banned_until,deleted_at,is_sso_user,raw_user_meta_data\n"
	testAccounts(t, readers["supabase"], map[string]sourceCase{
		"a ban in the past":                        {header + "1,,,,2020-01-01 00:00:00+00,,,\n", "not state"},
		"a ban in the past with minutes":           {header + "1,,,,2020-01-01 00:00:00.5+05:30,,,\n", "not state"},
		"a ban in the past, ISO 8601":              {header + "1,,,,2020-01-01T00:00:00Z,,,\n", "not state"},
		"a ban in the future":                      {header + "1,,,,2999-01-01 00:00:00+00,,,\n", "state inactive"},
		"a ban without an end":                     {header + "1,,,,infinity,,,\n", "state inactive"},
		"NULL is an empty value":                   {header + "1,NULL,null,NULL,\\N,NULL,NULL,NULL\n", "traits {}\nnot notes\nnot state\nnot error"},
		"a phone number gets its plus sign":        {header + "1,,,14155550100,,,,\n", `traits {"phone":"+14155550100"}`},
		"a phone number keeps its plus sign":       {header + "1,,,+14155550100,,,,\n", `traits {"phone":"+14155550100"}`},
		"a hash that is not bcrypt":                {header + "1,,hunter2,,,,,\n", "notes password\nnot hash"},
		"metadata that is not JSON":                {header + "1,,,,,,,{hunter2\n", "notes metadata\nnot admin"},
		"a name of a provider":                     {header + "1,,,,,,,\"{\"\"name\"\":\"\"Ann\"\"}\"\n", `traits {"name":"Ann"}`},
		"a boolean that is neither true nor false": {header + "1,,,,,,hunter2,\n", `error kratos: line 2 of the Supabase export: "is_sso_user" is neither true nor false`},
	})
	t.Run("a deleted account is skipped", func(t *testing.T) {
		t.Parallel()
		list, errs := collect(readers["supabase"](strings.NewReader(header + "1,,,,,2025-01-01,,\n")))
		if len(list) != 1 || list[0].Line != 2 || list[0].Ref != "1" || !errors.Is(errs[0], bulk.ErrSkipped) {
			t.Errorf("%v", errs)
		}
	})
}

func TestClerkHashes(t *testing.T) {
	t.Parallel()
	user := func(hasher, digest string) string {
		return "id,primary_email_address,password_digest,password_hasher\n1,a@kratoskit.example," + digest + "," + hasher + "\n"
	}
	cases := map[string]sourceCase{
		"md5 is taken":              {user("md5", "5f4dcc3b5aa765d61d8327deb882cf99"), "hash $md5$X03MO1qnZdYdgyfeuILPmQ==\nnot notes"},
		"banned accounts":           {"id,primary_email_address,banned\n1,,true\n", "state inactive"},
		"an unverified primary one": {"id,primary_email_address,unverified_email_addresses\n1,a@kratoskit.example,a@kratoskit.example\n", "not verified"},
		"an address verified in other letters": {
			"id,primary_email_address,verified_email_addresses\n1,A@kratoskit.example,\"a@kratoskit.example, b@kratoskit.example\"\n", "verified email a@kratoskit.example true completed\nnotes email",
		},
	}
	for hasher, digests := range map[string]string{
		"md5": "xyz 5f4d", "sha256": "xyz d6ab", "bcrypt": "$2b$10$short", "argon2id": "$argon2id$v=19$m=4096", "ldap_ssha": "{SSHA}AAAA",
		"pbkdf2_sha256": "pbkdf2_sha256 pbkdf2_sha256$1$!$AAAA pbkdf2_sha256$x$AAAA$AAAA", "pbkdf2_sha1": "pbkdf2_sha1$1$salt$xyz",
		"scrypt_firebase": "AAAA$AAAA AAAA$AAAA$AAAA$!$8$14 AAAA$AAAA$AAAA$AAAA$8$x", "bcrypt_sha256_django": "bcrypt_sha256$$2b$12$AAAA",
	} {
		for digest := range strings.FieldsSeq(digests) {
			cases[hasher+" "+digest] = sourceCase{user(hasher, digest), "notes password " + hasher + "\nnot hash\nnot error"}
		}
	}
	testAccounts(t, readers["clerk"], cases)
}

func TestCognitoAccounts(t *testing.T) {
	t.Parallel()
	user := func(username, status, attributes string) string {
		return `{"Users":[{"Username":"` + username + `","UserStatus":"` + status + `","Attributes":[` + attributes + `]}]}`
	}
	attribute := func(name, value string) string { return fmt.Sprintf(`{"Name":%q,"Value":%q}`, name, value) }
	testAccounts(t, readers["cognito"], map[string]sourceCase{
		"the id as username is not one":       {user("s1", "CONFIRMED", attribute("sub", "s1")), "traits {}\npassword by hook"},
		"an address as username is not one":   {user("a@kratoskit.example", "CONFIRMED", attribute("email", "a@kratoskit.example")), `traits {"email":"a@kratoskit.example"}`},
		"a preferred username is one":         {user("s1", "CONFIRMED", attribute("preferred_username", "ann")), `traits {"username":"ann"}`},
		"a compromised account is inactive":   {user("s1", "COMPROMISED", ""), "state inactive"},
		"identities that are not JSON":        {user("s1", "EXTERNAL_PROVIDER", attribute("identities", "hunter2")), "notes provider link\nnot password"},
		"an address that is verified perhaps": {user("s1", "CONFIRMED", attribute("email_verified", "hunter2")), `error kratos: element 1 of the Cognito export: "email_verified" is neither true nor false`},
	})
}

func TestOktaAccounts(t *testing.T) {
	t.Parallel()
	cases := map[string]sourceCase{
		"an address that is not verified": {`{"id":"1","status":"ACTIVE","profile":{"email":"a@kratoskit.example"},"credentials":{"emails":[{"value":"a@kratoskit.example","status":"UNVERIFIED"}]}}`, "traits {\"email\":\"a@kratoskit.example\"}\nnot verified"},
		"a profile without strings":       {`{"id":"1","status":"ACTIVE","profile":{"login":"ann","mobilePhone":7}}`, "traits {\"username\":\"ann\"}\nadmin {\"profile\":{\"mobilePhone\":7}}"},
	}
	for status, active := range map[string]bool{
		"ACTIVE": true, "PROVISIONED": true, "PASSWORD_EXPIRED": true, "LOCKED_OUT": true, "RECOVERY": true,
		"STAGED": false, "SUSPENDED": false, "DEPROVISIONED": false, "": false, "NEW": false,
	} {
		want := "state inactive"
		if active {
			want = "not state"
		}
		cases["the status is "+status] = sourceCase{`{"id":"1","status":"` + status + `","profile":{}}`, want}
	}
	testAccounts(t, readers["okta"], cases)
}
