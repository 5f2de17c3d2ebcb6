package kratos_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// FuzzProxy looks for a request that leaves the paths of a proxy, and a response that it cannot
// handle.
func FuzzProxy(f *testing.F) {
	f.Add("/self-service/login", "flow=f", `{"ui":{"action":"http://kratos/self-service/login"}}`, "http://kratos/self-service/login", "a=b; Domain=x; Path=/y")
	f.Add("/sessions/../admin", "", `{"traits":{"url":"http://kratos/admin"}}`, "/admin", "a")
	f.Add("/%2e%2e/admin", "a", `[{"url":"http://kratos/admin/x"}]`, "//kratos/admin", ";;;Path")
	f.Add("/self-service/methods/oidc/callback/a%b", "a;b", `{"a":1,"return_to":"/admin"} `, "http:\\\\kratos\\%61dmin", "a=b; path")
	f.Add("/self-service/methods/oidc/callback/..%2f", "", `{"session_token":"t"}`, "http://a@KRATOS.:80/x/../admin", "a=b")
	f.Fuzz(func(t *testing.T, path, query, body, location, cookie string) {
		var got string
		kratosAnswers := roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.Path
			header := http.Header{"Content-Type": {"application/json"}, "Location": {location}, "Set-Cookie": {cookie}, "X-Total-Count": {"0"}}
			return &http.Response{StatusCode: 303 - 103*(len(body)%2), Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})
		client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: kratosAnswers}))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/auth/", nil)
		r.URL.Path, r.URL.RawQuery = "/auth"+path, query
		w := ask(client.Proxy("/auth"), r)
		checkForwarded(t, path, got)
		if w.Code == 200 && !strings.Contains(strings.ToLower(body), "kratos") && !strings.ContainsAny(body, `\/`) && !strings.Contains(body, "http") && w.Body.String() != body {
			t.Errorf("%q became %q", body, w.Body)
		}
		if to := w.Header().Get("Location"); to != "" && leadsToKratos(to) {
			t.Errorf("%q leads to %q", location, to)
		}
		for _, set := range w.Header().Values("Set-Cookie") {
			if !strings.HasSuffix(set, "; Path=/") {
				t.Errorf("%q became %q, of another path", cookie, set)
			}
			if strings.Contains(strings.ToLower(set), "domain=x") && strings.Contains(cookie, "; Domain=x;") {
				t.Errorf("%q became %q, of another domain", cookie, set)
			}
		}
	})
}

// checkForwarded fails if Kratos gets a path that is not for browsers. The id of a
// provider is any text without a slash.
func checkForwarded(t *testing.T, path, got string) {
	t.Helper()
	if got == "" {
		return
	}
	allowed := strings.HasPrefix(got, "/self-service/") || strings.HasPrefix(got, "/sessions") || strings.HasPrefix(got, "/.well-known/ory/")
	parent, last := got[:strings.LastIndexByte(got, '/')+1], got[strings.LastIndexByte(got, '/')+1:]
	free := strings.HasSuffix(parent, "/callback/")
	switch {
	case !allowed:
		t.Errorf("%q requested %q, which is not for browsers", path, got)
	case strings.Contains(got+"/", "/../"), strings.Contains(got+"/", "/./"):
		t.Errorf("%q requested %q, with a dot segment", path, got)
	case strings.ContainsAny(parent, `%\;`), !free && strings.ContainsAny(last, `%\;`), strings.ContainsAny(got, "\x00\r\n"):
		t.Errorf("%q requested %q, with a character that servers read in many ways", path, got)
	}
}

// leadsToKratos parses a URL with net/url, to find those on the host of Kratos.
func leadsToKratos(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	return strings.EqualFold(u.Hostname(), "kratos") && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "") && (u.Port() == "" || u.Port() == "80" || u.Port() == "443") ||
		u.Host == "" && u.Scheme == "" && (u.Path == "/admin" || strings.HasPrefix(u.Path, "/admin/"))
}
