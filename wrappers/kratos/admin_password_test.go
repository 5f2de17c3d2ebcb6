package kratos_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSetPasswordKeepsAllMembers(t *testing.T) {
	t.Parallel()
	plain := kratos.PlaintextPassword("s3cret")
	full := `{"id":"` + idA + `","schema_id":"kunden/v2","schema_url":"http://h/schemas/x","state":"inactive","state_changed_at":"2026-01-01T00:00:00Z",
		"traits":{"email":"ada@example.org","n":9007199254740993,"f":1.10,"nested":{"b":[1,null,"<&>"],"empty":""}},
		"metadata_public":{"level":12345678901234567890},"metadata_admin":[1,{"x":0}],"organization_id":"` + idB + `","credentials":{"totp":{"type":"totp"}},
		"verifiable_addresses":[{"id":"v","value":"ada@example.org","via":"email","verified":true,"status":"completed"}],
		"recovery_addresses":[{"id":"r","value":"ada@example.org","via":"email"}],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"`
	for name, tc := range map[string]struct {
		before, after string
		password      kratos.Credential
		body          string // of the update
		err           string
	}{
		"all members that Kratos v1.3.1 sends": {full + "}", full + "}", plain, `{"credentials":{"password":{"config":{"password":"s3cret"}}},"metadata_admin":[1,{"x":0}],"metadata_public":{"level":12345678901234567890},
			"schema_id":"kunden/v2","state":"inactive","traits":{"email":"ada@example.org","n":9007199254740993,"f":1.10,"nested":{"b":[1,null,"<&>"],"empty":""}}}`, ""},
		"members of later servers": {full + `,"external_id":"crm-17","region":"eu","later":{"n":1}}`, full + `,"external_id":"crm-17","region":"eu","later":{"n":1}}`, plain,
			`{"credentials":{"password":{"config":{"password":"s3cret"}}},"external_id":"crm-17","later":{"n":1},"metadata_admin":[1,{"x":0}],"metadata_public":{"level":12345678901234567890},"region":"eu",
			"schema_id":"kunden/v2","state":"inactive","traits":{"email":"ada@example.org","n":9007199254740993,"f":1.10,"nested":{"b":[1,null,"<&>"],"empty":""}}}`, ""},
		"only traits": {`{"id":"a","traits":{},"metadata_public":null,"metadata_admin":null,"external_id":null,"organization_id":null}`, `{"id":"a","traits":{}}`, plain,
			`{"credentials":{"password":{"config":{"password":"s3cret"}}},"traits":{}}`, ""},
		"a hash": {`{"id":"a","traits":{},"state":"active"}`, `{"id":"a","traits":{},"state":"active"}`, hash(t, "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq"),
			`{"credentials":{"password":{"config":{"hashed_password":"$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq"}}},"state":"active","traits":{}}`, ""},
		"a server that drops the external id": {`{"id":"a","traits":{},"external_id":"crm-17"}`, `{"id":"a","traits":{}}`, plain,
			`{"credentials":{"password":{"config":{"password":"s3cret"}}},"external_id":"crm-17","traits":{}}`, "ErrUnexpectedResponse"},
		"a server that drops metadata": {`{"id":"a","traits":{},"metadata_admin":{}}`, `{"id":"a","traits":{},"metadata_admin":null}`, plain,
			`{"credentials":{"password":{"config":{"password":"s3cret"}}},"metadata_admin":{},"traits":{}}`, "ErrUnexpectedResponse"},
		"a response to the read that is not an identity":           {`{"ok":true}`, "", plain, "", "ErrUnexpectedResponse"},
		"an identity without traits, which an update would delete": {`{"id":"a"}`, "", plain, "", "ErrUnexpectedResponse"},
		"a response to the update that is not an identity":         {`{"id":"a","traits":{}}`, `{"ok":true}`, plain, `{"credentials":{"password":{"config":{"password":"s3cret"}}},"traits":{}}`, "ErrUnexpectedResponse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var body []byte
			_, admin := serve(t, routes{
				"GET /admin/identities/" + idA: reply{status: 200, body: tc.before},
				"PUT /admin/identities/" + idA: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ = io.ReadAll(r.Body)
					if r.ContentLength != int64(len(body)) || r.Header.Get("X-Tenant") != "t" {
						t.Errorf("length %d of %d, header %v", r.ContentLength, len(body), r.Header)
					}
					reply{status: 200, body: tc.after}.ServeHTTP(w, r)
				}),
			})
			identity, err := admin.SetPassword(t.Context(), idA, tc.password, kratos.Header("X-Tenant", "t"))
			if matches(err) != tc.err || (identity == nil) != (err != nil) {
				t.Errorf("got %v, %v, want %q", identity, err, tc.err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error has the password: %v", err)
			}
			if got, want := compact(t, string(body)), compact(t, tc.body); got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
		})
	}
}

// compact returns JSON without white space, and with unchanged numbers.
func compact(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(text))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An update is not retried: another program may have changed the identity in between.
func TestSetPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	puts := 0
	_, admin := serve(t, routes{
		"GET /admin/identities/" + idA: reply{status: 200, body: `{"id":"a","traits":{}}`},
		"PUT /admin/identities/" + idA: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			puts++
			reply{status: 503, body: `{"error":{"code":503,"message":"m"}}`}.ServeHTTP(w, r)
		}),
	})
	if _, err := admin.SetPassword(t.Context(), idA, kratos.PlaintextPassword("s3cret")); matches(err) != "ErrServer" || puts != 1 {
		t.Errorf("%v after %d updates", err, puts)
	}
}

// Kratos keeps the schema and the state that an update omits.
func TestUpdateIdentityWithoutSchema(t *testing.T) {
	t.Parallel()
	var body []byte
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		reply{status: 200, body: `{"id":"a","traits":{}}`}.ServeHTTP(w, r)
	}))
	if _, err := admin.UpdateIdentity(t.Context(), idA, kratos.UpdateIdentity{Traits: ada}); err != nil {
		t.Fatal(err)
	}
	if want := `{"schema_id":"","traits":{"email":"ada@example.org"}}`; string(body) != want {
		t.Errorf("sent %s, want %s", body, want)
	}
}
