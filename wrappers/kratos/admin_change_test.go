package kratos_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestChangeIdentity(t *testing.T) {
	t.Parallel()
	const before = `{"id":"a","schema_id":"person","state":"active","traits":{"n":9007199254740993},"metadata_public":{"p":1},"metadata_admin":[2],
		"external_id":"crm-1","region":"eu","later":{"n":1},"organization_id":null}`
	failed := errors.New("failed")
	for name, tc := range map[string]struct {
		change      func(*kratos.UpdateIdentity) error
		after, body string // no body: the update is not sent
		err         error
	}{
		"nothing": {func(*kratos.UpdateIdentity) error { return nil }, before,
			`{"external_id":"crm-1","later":{"n":1},"metadata_admin":[2],"metadata_public":{"p":1},"region":"eu","schema_id":"person","state":"active","traits":{"n":9007199254740993}}`, nil},
		"a trait": {func(u *kratos.UpdateIdentity) error { u.Traits = map[string]any{"n": 1}; return nil }, before,
			`{"external_id":"crm-1","later":{"n":1},"metadata_admin":[2],"metadata_public":{"p":1},"region":"eu","schema_id":"person","state":"active","traits":{"n":1}}`, nil},
		"what is deleted": {func(u *kratos.UpdateIdentity) error { u.ExternalID, u.MetadataPublic = "", nil; return nil },
			`{"id":"a","schema_id":"person","state":"active","traits":{},"metadata_admin":[2],"region":"eu","later":{"n":1}}`,
			`{"later":{"n":1},"metadata_admin":[2],"region":"eu","schema_id":"person","state":"active","traits":{"n":9007199254740993}}`, nil},
		"a server that loses an unknown member": {func(*kratos.UpdateIdentity) error { return nil },
			`{"id":"a","schema_id":"person","state":"active","traits":{},"metadata_public":{"p":1},"metadata_admin":[2],"external_id":"crm-1","later":{"n":1}}`,
			`{"external_id":"crm-1","later":{"n":1},"metadata_admin":[2],"metadata_public":{"p":1},"region":"eu","schema_id":"person","state":"active","traits":{"n":9007199254740993}}`, kratos.ErrUnexpectedResponse},
		"a function that fails":     {func(*kratos.UpdateIdentity) error { return failed }, "", "", failed},
		"a function without traits": {func(u *kratos.UpdateIdentity) error { u.Traits = nil; return nil }, "", "", kratos.ErrInvalidArgument},
		"traits that are not JSON":  {func(u *kratos.UpdateIdentity) error { u.Traits = func() {}; return nil }, "", "", kratos.ErrInvalidArgument},
		"no function":               {nil, "", "", kratos.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var body []byte
			_, admin := serve(t, routes{
				"GET /admin/identities/a": reply{status: 200, body: before},
				"PUT /admin/identities/a": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ = io.ReadAll(r.Body)
					reply{status: 200, body: tc.after}.ServeHTTP(w, r)
				}),
			})
			if _, err := admin.ChangeIdentity(t.Context(), "a", tc.change); !errors.Is(err, tc.err) || (tc.err == nil) != (err == nil) {
				t.Errorf("got %v, want %v", err, tc.err)
			}
			if got, want := compact(t, string(body)), compact(t, tc.body); got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
		})
	}
}

func TestServerFeatures(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]*kratos.ServerFeatures{
		"v1.3.1":      {MaxBatchItems: 2000, MaxBatchPasswords: 2000, MaxPageSize: 1000},
		"1.3.6":       {MaxBatchItems: 2000, MaxBatchPasswords: 2000, MaxPageSize: 1000},
		"v25.4.0":     since25(kratos.ServerFeatures{}),
		"v26.1.0":     since25(kratos.ServerFeatures{NativePasskeys: true}),
		"v26.2.0":     since25(kratos.ServerFeatures{NativePasskeys: true, SecondFactorCodeAtStart: true}),
		"v26.2.0-pre": since25(kratos.ServerFeatures{NativePasskeys: true, SecondFactorCodeAtStart: true}),
		"v31.0.0+abc": since25(kratos.ServerFeatures{NativePasskeys: true, SecondFactorCodeAtStart: true}),
		"master":      nil,
		"v1":          nil,
		"v1..2":       nil,
		"v-1.3":       nil,
		"latest":      nil,
	} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			_, admin := serve(t, routes{"GET /version": reply{status: 200, body: `{"version":"` + version + `"}`}})
			got, err := admin.ServerFeatures(t.Context())
			if want == nil {
				if !errors.Is(err, kratos.ErrUnexpectedResponse) {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || *got != *want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

func since25(f kratos.ServerFeatures) *kratos.ServerFeatures {
	f.MaxBatchItems, f.MaxBatchPasswords, f.MaxPageSize = 1000, 200, 500
	f.PartialBatches, f.ExternalIDs, f.IdentitySchemaOfFlows, f.PasswordDeletion = true, true, true, true
	f.RecoveryAddressChoice, f.VerificationUIHook, f.HookTriggerIDs = true, true, true
	return &f
}

func TestCall(t *testing.T) {
	t.Parallel()
	var sent []string
	client, admin := serve(t, routes{
		"GET /new/thing": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reply{status: 200, body: `{"query":"` + r.URL.RawQuery + `","token":"` + r.Header.Get("X-Session-Token") + `"}`}.ServeHTTP(w, r)
		}),
		"POST /new/a/b": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent = append(sent, r.URL.Path+" "+string(body))
			w.WriteHeader(http.StatusNoContent)
		}),
		"GET /page":             reply{status: 200, body: "<html>", header: http.Header{"Content-Type": {"text/html"}}},
		"GET /sessions/whoami":  reply{status: 401, body: kratosError(401, "session_inactive", "m", "r")},
		"GET /admin/identities": reply{status: 200, body: `[{"id":"a"}]`},
	})
	var out struct{ Query, Token string }
	if err := client.Call(t.Context(), "GET", "/new/thing", nil, &out, kratos.Query("a", "b"), kratos.SessionToken("t")); err != nil || out.Query != "a=b" || out.Token != "t" {
		t.Errorf("got %+v, %v", out, err)
	}
	var raw json.RawMessage
	if err := admin.Call(t.Context(), "GET", "/admin/identities", nil, &raw); err != nil || string(raw) != `[{"id":"a"}]` {
		t.Errorf("got %s, %v", raw, err)
	}
	if err := client.Call(t.Context(), "POST", "/new/a%2Fb", kratos.CreateIdentity{Traits: map[string]string{"email": "x"}, SchemaID: "s"}, nil); err != nil {
		t.Error(err)
	}
	if len(sent) != 1 || sent[0] != `/new/a/b {"schema_id":"s","traits":{"email":"x"}}` {
		t.Errorf("sent %q", sent)
	}
	for name, tc := range map[string]struct {
		method, path string
		opts         []kratos.RequestOption
		want         error
	}{
		"a page":              {"GET", "/page", nil, kratos.ErrUnexpectedResponse},
		"an error":            {"GET", "/sessions/whoami", nil, kratos.ErrNoSession},
		"an unknown path":     {"GET", "/gone", nil, kratos.ErrUnexpectedResponse},
		"a query":             {"GET", "/new/thing?a=b", nil, kratos.ErrInvalidArgument},
		"a dot segment":       {"GET", "/new/../admin/identities", nil, kratos.ErrInvalidArgument},
		"an escaped segment":  {"GET", "/new/%2e%2e/admin", nil, kratos.ErrInvalidArgument},
		"a relative path":     {"GET", "new/thing", nil, kratos.ErrInvalidArgument},
		"another host":        {"GET", "//example.org/", nil, kratos.ErrInvalidArgument},
		"a line break":        {"GET", "/new%0a", nil, kratos.ErrInvalidArgument},
		"a broken escape":     {"GET", "/new/%zz", nil, kratos.ErrInvalidArgument},
		"an unusual method":   {"TRACE", "/new/thing", nil, kratos.ErrInvalidArgument},
		"a lower-case method": {"get", "/new/thing", nil, kratos.ErrInvalidArgument},
		"cookies":             {"GET", "/new/thing", []kratos.RequestOption{kratos.Header("Cookie", "a=b")}, kratos.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out json.RawMessage
			if err := client.Call(t.Context(), tc.method, tc.path, nil, &out, tc.opts...); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}
