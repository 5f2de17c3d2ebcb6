package recordings_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
)

// Validate and Select read what the proxy recorded, and Validate finds an invalid response.
func TestRecord(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, path, body string
		want               string // in the report of Validate, or its error
	}{
		"a valid response":                  {"GET", "/version", `{"version": "v1.3.6"}`, "1 recorded responses, 0 differences"},
		"an invalid response":               {"GET", "/version", `{"release": "v1.3.6"}`, "getVersion: 200: /version: required"},
		"a path parameter":                  {"DELETE", "/admin/identities/x/credentials/totp", "", "deleteIdentityCredentials: 200: content type text/plain"},
		"a path that the description lacks": {"GET", "/nowhere", `{}`, "0 recorded responses, 0 differences"},
		"a request with a body":             {"POST", "/self-service/login?flow=x", `{"echo": true}`, "updateLoginFlow: 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const sent = `{"method": "password"}`
			kratos := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || r.Method == "POST" && string(body) != sent {
					t.Errorf("got %s, %v", body, err)
				}
				if strings.HasPrefix(tc.body, "{") {
					w.Header().Set("Content-Type", "application/json")
				} else {
					w.Header().Set("Content-Type", "text/plain")
					_, _ = io.WriteString(w, "text")
				}
				_, _ = io.WriteString(w, tc.body)
			}))
			defer kratos.Close()
			target, err := url.Parse(kratos.URL)
			if err != nil {
				t.Fatal(err)
			}
			p := apitest.CopyProject(t)
			file := filepath.Join(t.TempDir(), "recorded.jsonl")
			out, err := os.Create(file)
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			recorder, err := recordings.NewRecorder(p, "v1.3.6", out)
			if err != nil {
				t.Fatal(err)
			}
			proxy := httptest.NewServer(recorder.Proxy(target, "public"))
			defer proxy.Close()
			var body io.Reader
			if tc.method == "POST" {
				body = strings.NewReader(sent)
			}
			r, err := http.NewRequestWithContext(t.Context(), tc.method, proxy.URL+tc.path, body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(got), tc.body) {
				t.Errorf("got %s, %v", got, err)
			}
			var report strings.Builder
			if err := recordings.Validate(p, []string{file}, &report); err != nil {
				report.WriteString(err.Error())
			}
			if !strings.Contains(report.String(), tc.want) {
				t.Errorf("got %s, want %s", &report, tc.want)
			}
			report.Reset()
			if err := recordings.Select([]string{file}, t.TempDir(), &report); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestServerVersion(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{`{"version": "v1.3.1"}`: "v1.3.1", `404 page not found`: "", `{}`: ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		target, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := recordings.ServerVersion(server.Client(), target)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", body, got, err)
		}
		server.Close()
	}
}
