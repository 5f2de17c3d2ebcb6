package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// gateway returns the URL of a proxy that validates requests to a Kratos.
func gateway(t *testing.T, kratosURL string) string {
	t.Helper()
	upstream := must(url.Parse(kratosURL))(t)
	site := httptest.NewServer(validate.Handler(httputil.NewSingleHostReverseProxy(upstream)))
	t.Cleanup(site.Close)
	return site.URL
}

// sendRequest sends a request and returns status and body of the response.
func sendRequest(t *testing.T, method, target, mediaType, body string) (int, string) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body)))(t)
	if body != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	r.Header.Set("Accept", "application/json")
	noRedirects := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp := must(noRedirects.Do(r))(t)
	defer resp.Body.Close()
	text := must(io.ReadAll(resp.Body))(t)
	return resp.StatusCode, string(text)
}

// Requests that Kratos would interpret in another way than package validate are rejected by a
// gateway; the others have their documented effect.
func TestValidateReadsAsKratosDoes(t *testing.T) { onBothServers(t, testValidateReadsAsKratosDoes) }

func testValidateReadsAsKratosDoes(t *testing.T, be backend) {
	t.Parallel()
	srv := be.shared(t)
	_, admin := clients(t, srv)
	guarded := gateway(t, srv.AdminURL)
	newID := func(t *testing.T) string {
		t.Helper()
		return must(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{SchemaID: "person", Traits: newPerson().traits}))(t).ID
	}
	newTraits := func(t *testing.T) string {
		t.Helper()
		return string(must(json.Marshal(newPerson().traits))(t))
	}
	const create = `{"schema_id":"person","traits":TRAITS,`
	for _, c := range []struct {
		name, method, path, body string
		keyword                  string // of the violation; "" for an accepted request
		status                   int    // from Kratos without the gateway; 0 if it is not certain
		contains                 string // part of that response
	}{
		{"the code of another identity", "POST", "/admin/recovery/code", `{"identity_id":"ID","Identity_id":"` + unknownID + `"}`, "case", 404, ""},
		{"the link of another identity", "POST", "/admin/recovery/link", `{"identity_id":"ID","IDENTITY_ID":"` + unknownID + `"}`, "case", 400, `"code":400`},
		{"the code", "POST", "/admin/recovery/code", `{"identity_id":"ID"}`, "", 201, "recovery_code"},
		{"a state in capitals", "POST", "/admin/identities", create + `"STATE":"inactive"}`, "case", 201, `"state":"inactive"`},
		{"a second state", "POST", "/admin/identities", create + `"state":"active","State":"inactive"}`, "case", 201, `"state":"inactive"`},
		{"a state with a long s", "POST", "/admin/identities", create + `"state":"active","ſtate":"inactive"}`, "case", 201, `"state":"inactive"`},
		{"a state in escapes", "POST", "/admin/identities", create + `"state":"active","\u0053tate":"inactive"}`, "case", 201, `"state":"inactive"`},
		{"a state", "POST", "/admin/identities", create + `"state":"inactive"}`, "", 201, `"state":"inactive"`},
		{"credentials in another case", "POST", "/admin/identities", create + `"Credentials":{"password":{"config":{"password":"SECRET"}}}}`, "case", 201, `"password":{`},
		{"a configuration in another case", "POST", "/admin/identities", create + `"credentials":{"password":{"Config":{"Password":"SECRET"}}}}`, "case", 201, `"password":{`},
		{"credentials", "POST", "/admin/identities", create + `"credentials":{"password":{"config":{"password":"SECRET"}}}}`, "", 201, `"password":{`},
		{"metadata in capitals", "POST", "/admin/identities", create + `"metadata_admin":{"a":1},"METADATA_ADMIN":{"a":2}}`, "case", 201, `"metadata_admin":{"a":2}`},
		{"names in metadata", "POST", "/admin/identities", create + `"metadata_admin":{"a":1,"A":2,"State":"inactive"}}`, "", 201, `"state":"active"`},
		{"a state twice", "POST", "/admin/identities", create + `"state":"active","state":"inactive"}`, "duplicate", 201, `"state":"inactive"`},
		{"another identity after the first", "POST", "/admin/identities", create + `"state":"inactive"}{"state":"active"}`, "syntax", 201, `"state":"inactive"`},
		{"an item of a batch", "PATCH", "/admin/identities", `{"identities":[{"create":` + create + `"State":"inactive"}}]}`, "case", 200, `"create"`},
		{"a batch in capitals", "PATCH", "/admin/identities", `{"identities":[],"IDENTITIES":[{"create":` + create + `"state":"inactive"}}]}`, "case", 200, `"create"`},
		{"an update", "PUT", "/admin/identities/ID", create + `"state":"active","State":"inactive"}`, "case", 200, `"state":"inactive"`},
		{"a patch of a state in another case", "PATCH", "/admin/identities/ID", `[{"op":"add","path":"/State","value":"inactive"}]`, "case", 200, `"state":"inactive"`},
		{"a patch of an id in another case", "PATCH", "/admin/identities/ID", `[{"op":"add","path":"/Id","value":"` + unknownID + `"}]`, "case", byVersion(404, 400), byVersion(`"code":404`, `"code":400`)},
		{"a patch of credentials in another case", "PATCH", "/admin/identities/ID", `[{"op":"add","path":"/Credentials","value":{}}]`, "case", byVersion(200, 400), byVersion(`"id":"ID"`, `"code":400`)},
		{"a patch of all of it", "PATCH", "/admin/identities/ID", `[{"op":"add","path":"","value":{"State":"inactive"}}]`, "case", 0, ""},
		{"a patch of a state", "PATCH", "/admin/identities/ID", `[{"op":"replace","path":"/state","value":"inactive"}]`, "", 200, `"state":"inactive"`},
		{"a patch of a trait", "PATCH", "/admin/identities/ID", `[{"op":"add","path":"/metadata_public","value":{"State":"inactive"}}]`, "", 200, `"state":"active"`},
		{"a form", "POST", "/admin/identities", `schema_id=person`, "media-type", 400, ""},

		{"a slash to credentials", "DELETE", "/admin/identities/ID%2Fcredentials%2Ftotp", "", "traversal", 404, `"code":404`},
		{"a slash to sessions", "GET", "/admin/identities/ID%2Fsessions", "", "traversal", byVersion(200, 404), byVersion("[]", `"code":404`)},
		{"a slash in lower case", "GET", "/admin/identities/ID%2fsessions?active=maybe", "", "traversal", byVersion(400, 404), byVersion(`"code":400`, `"code":404`)},
		{"a slash to all sessions", "DELETE", "/admin/identities/ID%2Fsessions", "", "traversal", 404, ""},
		{"a slash to a schema", "GET", "/schemas/a%2Fb", "", "traversal", 307, "/admin/schemas/a/b"},
		{"two dots", "GET", "/admin/identities/%2e%2e", "", "traversal", 0, ""},
		{"a backslash", "GET", "/admin/identities/ID%5Csessions", "", "traversal", 0, ""},
		{"NUL", "GET", "/admin/identities/ID%00", "", "syntax", 0, ""},
		{"a slash that is escaped twice", "GET", "/admin/identities/ID%252Fsessions", "", "", 404, `"code":404`},
		{"an identity", "GET", "/admin/identities/ID", "", "", 200, `"id":"ID"`},
		{"its sessions", "GET", "/admin/identities/ID/sessions", "", "", 200, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fill := func() func(string) string {
				return strings.NewReplacer("TRAITS", newTraits(t), "IDENTITY_ID", "IDENTITY_ID", "IDENTITIES", "IDENTITIES", "ID", newID(t), "SECRET", newPerson().password).Replace
			}
			filled := fill()
			mediaType := "application/json"
			if c.keyword == "media-type" {
				mediaType = "application/x-www-form-urlencoded"
			}
			if c.keyword != "" && c.status != 0 {
				status, text := sendRequest(t, c.method, srv.AdminURL+filled(c.path), mediaType, filled(c.body))
				if status != c.status || !strings.Contains(text, filled(c.contains)) {
					t.Errorf("Kratos itself: status %d, want %d with %s: %s", status, c.status, c.contains, text)
				}
				filled = fill()
			}
			status, text := sendRequest(t, c.method, guarded+filled(c.path), mediaType, filled(c.body))
			if c.keyword != "" && (status != http.StatusBadRequest || !strings.Contains(text, `"keyword":"`+c.keyword+`"`)) {
				t.Errorf("status %d, want a violation of %s: %s", status, c.keyword, text)
			}
			if c.keyword == "" && (status != c.status || !strings.Contains(text, filled(c.contains))) {
				t.Errorf("status %d, want %d with %s: %s", status, c.status, c.contains, text)
			}
		})
	}
}

// Kratos reads members of a submission from the query, even if the body has another value.
func TestValidateKeepsSubmissionsInTheBody(t *testing.T) {
	onBothServers(t, testValidateKeepsSubmissionsInTheBody)
}

func testValidateKeepsSubmissionsInTheBody(t *testing.T, be backend) {
	t.Parallel()
	srv := be.shared(t)
	client, _ := clients(t, srv)
	guarded := gateway(t, srv.PublicURL)
	a, b := newPerson(), newPerson()
	for _, p := range []person{a, b} {
		register(t, client, p)
		emailedCode(t, srv, p.Email) // to verify the address
	}
	submit := func(base string, query url.Values) (int, string) {
		flow := must(client.Recovery.Start(t.Context()))(t)
		query.Set("flow", flow.ID)
		return sendRequest(t, "POST", base+"/self-service/recovery?"+query.Encode(), "application/json", `{"method":"code","email":"`+a.Email+`"}`)
	}
	if status, text := submit(srv.PublicURL, url.Values{"email": {b.Email}}); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, text)
	}
	emailedCode(t, srv, b.Email)
	if status, text := submit(guarded, url.Values{"email": {b.Email}}); status != http.StatusBadRequest || !strings.Contains(text, `"in":"query","name":"email"`) {
		t.Errorf("status %d: %s", status, text)
	}
	if status, text := submit(guarded, url.Values{}); status != http.StatusOK {
		t.Errorf("status %d: %s", status, text)
	}
	emailedCode(t, srv, a.Email)
}

// timedTransport sends requests, and measures the shortest time of a call and of its validation.
type timedTransport struct {
	call, validation time.Duration
}

func (s *timedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	for range 20 {
		start := time.Now()
		if err := validate.Request(r); err != nil {
			return nil, err
		}
		if took := time.Since(start); s.validation == 0 || took < s.validation {
			s.validation = took
		}
	}
	start := time.Now()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if took := time.Since(start); s.call == 0 || took < s.call {
		s.call = took
	}
	return resp, err
}

// The validation of a request should take at most 1 % of the time of the call. With the race
// detector, which Kratos does not use, it takes about ten times as long, so the limit of the test
// is 10 %.
func TestValidationCost(t *testing.T) {
	t.Parallel()
	client, _ := clients(t, shared)
	p := newPerson()
	registered := register(t, client, p)
	validate.Preload()
	items := make([]kratos.IdentityPatch, 1000)
	for i := range items {
		items[i].Create = kratos.CreateIdentity{SchemaID: "person", Traits: newPerson().traits}
	}
	flow := must(client.Login.Start(t.Context()))(t)
	for _, c := range []struct {
		name string
		call func(*kratos.Client, *kratos.Admin) error
	}{
		{"whoami", func(client *kratos.Client, _ *kratos.Admin) error {
			_, err := client.Whoami(t.Context(), kratos.SessionToken(registered.SessionToken))
			return err
		}},
		{"a login", func(client *kratos.Client, _ *kratos.Admin) error {
			_, err := client.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password})
			return err
		}},
		{"a batch of 1000", func(_ *kratos.Client, admin *kratos.Admin) error {
			_, err := admin.BatchPatchIdentities(t.Context(), items)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s timedTransport
			watched := kratos.WithHTTPClient(&http.Client{Transport: &s})
			client := must(kratos.NewClient(shared.PublicURL, watched))(t)
			admin := must(kratos.NewAdmin(shared.AdminURL, watched))(t)
			if err := c.call(client, admin); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: Kratos %v, validation %v (%.2f %%)", c.name, s.call, s.validation, 100*float64(s.validation)/float64(s.call))
			if s.validation > s.call/10 {
				t.Errorf("validation takes %v of %v", s.validation, s.call)
			}
		})
	}
}
