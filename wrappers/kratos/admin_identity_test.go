package kratos_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestInvalidAdminArgumentsAreNotSent(t *testing.T) {
	t.Parallel()
	client, admin := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("sent %s %s?%s", r.Method, r.URL.Path, r.URL.RawQuery)
	}))
	ctx := t.Context()
	list := func(l kratos.ListIdentities, opts ...kratos.RequestOption) error {
		return second(admin.IdentitiesPage(ctx, l, opts...))
	}
	all := kratos.ListIdentities{}
	create := func(credentials ...kratos.Credential) error {
		return second(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: ada, Credentials: kratos.Credentials(credentials...)}))
	}
	malformed := func(c *kratos.CreateIdentity) { c.Credentials.Password.Config.HashedPassword = "$2a$04$s3cret" }
	hashed := kratos.CreateIdentity{Traits: ada}
	malformed(&hashed)
	many := make([]kratos.IdentityPatch, 1001)
	for i := range many {
		many[i].Create = kratos.CreateIdentity{Traits: ada}
	}
	passwords := make([]kratos.IdentityPatch, 201)
	for i := range passwords {
		passwords[i].Create = kratos.CreateIdentity{Traits: ada, Credentials: kratos.Credentials(kratos.PlaintextPassword("s3cret"))}
	}
	tests := map[string]error{
		"two filters for identifiers":                   list(kratos.ListIdentities{CredentialsIdentifier: "a", PreviewCredentialsIdentifierSimilar: "a"}),
		"an empty identifier":                           list(all, kratos.Query("credentials_identifier", "")),
		"an empty organization":                         list(all, kratos.Query("organization_id", "")),
		"no ids":                                        list(kratos.ListIdentities{IDs: []string{}}),
		"an empty id":                                   list(kratos.ListIdentities{IDs: []string{"a", ""}}),
		"nothing but an empty id":                       list(kratos.ListIdentities{IDs: []string{""}}),
		"501 ids":                                       list(kratos.ListIdentities{IDs: strings.Fields(strings.Repeat("a ", 501))}),
		"a page size of 0 by Query":                     list(all, kratos.Query("page_size", "0")),
		"a negative page size":                          list(kratos.ListIdentities{PageSize: -1}),
		"a negative page size of sessions":              second(admin.SessionsPage(ctx, kratos.ListSessions{PageSize: -1})),
		"a page of an identity's sessions":              second(admin.IdentitySessionsPage(ctx, idA, kratos.ListIdentitySessions{PageSize: -1})),
		"a page of my sessions":                         second(client.MySessionsPage(ctx, kratos.ListMySessions{PageSize: 1001}, kratos.SessionToken("t"))),
		"a page of messages":                            second(admin.CourierMessagesPage(ctx, kratos.ListCourierMessages{PageSize: 1001})),
		"a page of schemas":                             second(client.IdentitySchemasPage(ctx, kratos.ListIdentitySchemas{PageSize: -1})),
		"a page of 1001":                                list(kratos.ListIdentities{PageSize: 1001}),
		"the page after the last":                       list(all, kratos.Query("page_token", "")),
		"a nil option":                                  list(all, nil),
		"credentials of no type":                        second(admin.IdentityWithCredentials(ctx, idA, nil)),
		"a JWT without a template":                      second(client.Tokenize(ctx, "", kratos.SessionToken("t"))),
		"finding an identity without an identifier":     second(admin.FindIdentity(ctx, "")),
		"an identity without traits":                    second(admin.CreateIdentity(ctx, kratos.CreateIdentity{})),
		"a malformed hash":                              second(admin.CreateIdentity(ctx, hashed)),
		"a password and a hash":                         create(kratos.PlaintextPassword("a"), hash(t, "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq")),
		"a link without a subject":                      create(kratos.OIDCLink("google", "")),
		"a SAML link without a provider":                create(kratos.SAMLLink("", "subject")),
		"an update without traits":                      second(admin.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{SchemaID: "person"})),
		"an empty patch":                                second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{})),
		"a patch of the id":                             second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("/id", idB))),
		"a patch of credentials":                        second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Remove("/credentials/password"))),
		"a patch without a slash":                       second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("traits", 1))),
		"a patch of the root":                           second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("", 1))),
		"a patch with an invalid escape":                second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("/traits/a~2", 1))),
		"a patch with a truncated escape":               second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("/traits/a~", 1))),
		"a patch whose first operation is invalid":      second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("x", 1).Replace("/state", "active"))),
		"a patch with a value that is not JSON":         second(admin.PatchIdentity(ctx, idA, kratos.JSONPatch{}.Replace("/traits", make(chan int)))),
		"an empty batch":                                second(admin.BatchPatchIdentities(ctx, nil)),
		"a batch of 1001":                               second(admin.BatchPatchIdentities(ctx, many)),
		"a batch of 201 passwords":                      second(admin.BatchPatchIdentities(ctx, passwords)),
		"a batch with an item without traits":           second(admin.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{}})),
		"a provider's credential without an identifier": admin.DeleteIdentityCredentials(ctx, idA, kratos.CredentialsTypeOIDC, ""),
		"a password's identifier":                       admin.DeleteIdentityCredentials(ctx, idA, kratos.CredentialsTypePassword, "ada"),
		"a lifespan below a second":                     second(admin.CreateRecoveryCodeForIdentity(ctx, idA, kratos.CreateRecoveryCode{Lifespan: time.Millisecond})),
		"a negative lifespan":                           second(admin.CreateRecoveryLinkForIdentity(ctx, idA, kratos.CreateRecoveryLink{Lifespan: -time.Hour})),
		"a token exchange without the init code":        second(client.ExchangeSessionToken(ctx, "", "r")),
		"messages with a filter for identities":         second(admin.CourierMessagesPage(ctx, kratos.ListCourierMessages{}, kratos.Query("credentials_identifier", "a"))),
		"messages to an empty recipient":                second(admin.CourierMessagesPage(ctx, kratos.ListCourierMessages{}, kratos.Query("recipient", ""))),
		"sessions by ids":                               second(admin.SessionsPage(ctx, kratos.ListSessions{}, kratos.Query("ids", "a"))),
		"pages by number":                               list(all, kratos.Query("page", "1")),
		"a browser's session by a token":                second(client.Browser(fromBrowser()).Whoami(ctx, kratos.SessionToken("t"))),
		"a browser's logout by a token":                 client.Browser(fromBrowser()).Logout(ctx, "l", kratos.SessionToken("t")),
		"other sessions without a token":                second(client.DisableMyOtherSessions(ctx)),
		"sessions without a token":                      first(client.MySessions(ctx, kratos.ListMySessions{})),
		"an error without an id":                        second(client.FlowError(ctx, "")),
		"a schema without an id":                        second(client.IdentitySchema(ctx, "")),
		"a SAML link as a password":                     second(admin.SetPassword(ctx, idA, kratos.SAMLLink("acme", "s3cret"))),
		"an OIDC link as a password":                    second(admin.SetPassword(ctx, idA, kratos.OIDCLink("google", "s3cret"))),
		"a password that is empty":                      second(admin.SetPassword(ctx, idA, kratos.PlaintextPassword(""))),
		"a password that is nil":                        second(admin.SetPassword(ctx, idA, nil)),
		"a password migration hook as a password":       second(admin.SetPassword(ctx, idA, kratos.PasswordMigrationHook())),
		"an address that is empty":                      second(admin.SetVerified(ctx, idA, " ")),
		"a token for a browser":                         second(client.Browser(fromBrowser()).Login.Start(ctx, kratos.SessionToken("t"))),
		"a logout without a token":                      client.Browser(fromBrowser()).Logout(ctx, ""),
		"FedCM without a token":                         second(client.Browser(fromBrowser()).UpdateFedCMFlow(ctx, kratos.FedCMToken{})),
	}
	for name, id := range map[string]string{"empty": "", "a dot": ".", "two dots": "..", "with a slash": "a/../b", "with a line break": "a\nb", "with a query": "a?b", "with a backslash": `a\b`} {
		tests["identity "+name] = second(admin.Identity(ctx, id))
		tests["identity with credentials "+name] = second(admin.IdentityWithCredentials(ctx, id, []kratos.CredentialsType{kratos.CredentialsTypeTOTP}))
		tests["deleted identity "+name] = admin.DeleteIdentity(ctx, id)
		tests["updated identity "+name] = second(admin.UpdateIdentity(ctx, id, kratos.UpdateIdentity{SchemaID: "a", Traits: ada}))
		tests["patched identity "+name] = second(admin.PatchIdentity(ctx, id, kratos.JSONPatch{}.Replace("/state", "active")))
		tests["credentials of identity "+name] = admin.DeleteIdentityCredentials(ctx, id, kratos.CredentialsTypeTOTP, "")
		tests["credential "+name] = admin.DeleteIdentityCredentials(ctx, idA, kratos.CredentialsType(id), "")
		tests["sessions of identity "+name] = first(admin.IdentitySessions(ctx, id, kratos.ListIdentitySessions{}))
		tests["deleted sessions of identity "+name] = admin.DeleteIdentitySessions(ctx, id)
		tests["session "+name] = second(admin.Session(ctx, id, nil))
		tests["disabled session "+name] = admin.DisableSession(ctx, id)
		tests["extended session "+name] = second(admin.ExtendSession(ctx, id))
		tests["my session "+name] = client.DisableMySession(ctx, id, kratos.SessionToken("t"))
		tests["password of identity "+name] = second(admin.SetPassword(ctx, id, kratos.PlaintextPassword("s3cret")))
		tests["address of identity "+name] = second(admin.SetVerified(ctx, id, "ada@example.org"))
		tests["message "+name] = second(admin.CourierMessage(ctx, id))
		tests["recovery of identity "+name] = second(admin.CreateRecoveryCodeForIdentity(ctx, id, kratos.CreateRecoveryCode{}))
	}
	for name, err := range tests {
		want := kratos.ErrInvalidArgument
		if strings.HasSuffix(name, "sessions without a token") {
			want = kratos.ErrNoSession
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error has the secret: %v", name, err)
		}
	}
}

func hash(t *testing.T, text string) kratos.Credential {
	t.Helper()
	h, err := kratos.HashedPassword(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAdminUnexpectedResponses(t *testing.T) {
	t.Parallel()
	client, admin := serve(t, reply{status: 200, header: http.Header{"X-Total-Count": {"1"}}, body: `{"ok":true}`})
	ctx, token := t.Context(), kratos.SessionToken("t")
	for name, err := range map[string]error{
		"identity": second(admin.Identity(ctx, idA)), "created identity": second(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: ada})),
		"session": second(admin.Session(ctx, idA, nil)), "extended session": second(admin.ExtendSession(ctx, idA)), "whoami": second(client.Whoami(ctx, token)),
		"list": first(admin.Identities(ctx, kratos.ListIdentities{})), "my sessions": first(client.MySessions(ctx, kratos.ListMySessions{}, token)), "message": second(admin.CourierMessage(ctx, idA)),
		"code": second(admin.CreateRecoveryCodeForIdentity(ctx, idA, kratos.CreateRecoveryCode{})), "link": second(admin.CreateRecoveryLinkForIdentity(ctx, idA, kratos.CreateRecoveryLink{})),
		"version": second(admin.Version(ctx)), "alive": client.Alive(ctx), "ready": admin.Ready(ctx), "script": second(client.WebAuthnJavaScript(ctx)),
		"error": second(client.FlowError(ctx, "e")), "exchange": second(client.ExchangeSessionToken(ctx, "i", "r")),
		"batch":  second(admin.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{Create: kratos.CreateIdentity{Traits: ada}}})),
		"logout": second(client.Browser(fromBrowser()).CreateLogoutFlow(ctx, "")),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, kratos.ErrUnexpectedResponse) {
				t.Errorf("%v, want ErrUnexpectedResponse", err)
			}
		})
	}
}

// The admin port of later servers responds to this path with the sessions of all identities.
func TestMySessionsRefuseTheAdminPort(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /sessions": reply{status: 200, body: `[{"id":"1"},{"id":"2"}]`}})
	for s, err := range client.MySessions(t.Context(), kratos.ListMySessions{}, kratos.SessionToken("t")) {
		if matches(err) != "ErrUnexpectedResponse" || s.ID != "" {
			t.Errorf("got %s, %v", s.ID, err)
		}
	}
}

func TestFindIdentity(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{`[]`: kratos.ErrNotFound, `[{"id":"a"}]`: nil, `[{"id":"a"},{"id":"b"}]`: kratos.ErrConflict} {
		t.Run(body, func(t *testing.T) {
			_, admin := serve(t, reply{status: 200, body: body})
			if _, err := admin.FindIdentity(t.Context(), "ada"); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		})
	}
}

func TestJSONPatchIsImmutable(t *testing.T) {
	t.Parallel()
	var bodies []string
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		reply{status: 200, body: `{"id":"` + idA + `"}`}.ServeHTTP(w, r)
	}))
	base := kratos.JSONPatch{}.Replace("/state", "active")
	one, two := base.Remove("/traits/a"), base.Add("/traits/list/-", nil)
	for _, p := range []kratos.JSONPatch{base, one, two} {
		if _, err := admin.PatchIdentity(t.Context(), idA, p); err != nil {
			t.Fatal(err)
		}
	}
	state := `{"op":"replace","path":"/state","value":"active"}`
	want := []string{"[" + state + "]", "[" + state + `,{"op":"remove","path":"/traits/a"}]`, "[" + state + `,{"op":"add","path":"/traits/list/-","value":null}]`}
	for i := range want {
		if bodies[i] != want[i] {
			t.Errorf("sent %s, want %s", bodies[i], want[i])
		}
	}
	if got := kratos.JSONPointer("traits", "a/b", "~c", ""); got != "/traits/a~1b/~0c/" {
		t.Errorf("pointer %s", got)
	}
}

func TestMetadataCalls(t *testing.T) {
	t.Parallel()
	ok := reply{status: 200, body: `{"status":"ok"}`}
	old := routes{
		"GET /base/health/ready":       http.RedirectHandler("/admin/health/ready", http.StatusTemporaryRedirect),
		"GET /base/admin/health/ready": ok,
		"GET /base/version":            http.RedirectHandler("/admin/version", http.StatusTemporaryRedirect),
		"GET /base/admin/version":      reply{status: 200, body: `{"version":"v1.3.1"}`},
		"GET /base/health/alive":       http.RedirectHandler("https://elsewhere.example.org/", http.StatusTemporaryRedirect),
	}
	admin, err := kratos.NewAdmin(newServer(t, old) + "/base")
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if v, err := admin.Version(t.Context()); err != nil || v != "v1.3.1" {
		t.Errorf("version %q, %v", v, err)
	}
	if err := admin.Alive(t.Context()); !errors.Is(err, kratos.ErrUnexpectedResponse) {
		t.Errorf("a redirect elsewhere: %v", err)
	}
	var n atomic.Int64
	client, _ := serve(t, counted(&n, reply{status: 503, body: `{"error":{"code":500,"message":"m"}}`}))
	if err := client.Ready(t.Context()); !errors.Is(err, kratos.ErrServer) || n.Load() != 1 {
		t.Errorf("not ready: %v after %d requests", err, n.Load())
	}
}

func TestWebAuthnJavaScript(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 200, header: http.Header{"Content-Type": {"text/javascript; charset=utf-8"}}, body: "let a"})
	if script, err := client.WebAuthnJavaScript(t.Context()); err != nil || script != "let a" {
		t.Errorf("%q, %v", script, err)
	}
}

func TestIdentitySchema(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 200, body: `{"$id":"x","n":1.0}`})
	schema, err := client.IdentitySchema(t.Context(), "person")
	switch {
	case err != nil:
		t.Error(err)
	case string(schema) != `{"$id":"x","n":1.0}`:
		t.Errorf("schema %s", schema)
	case !json.Valid(schema):
		t.Errorf("%s is not JSON", schema)
	}
}
