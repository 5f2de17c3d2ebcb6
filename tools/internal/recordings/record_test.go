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

// What is recorded through the proxy is what the commands for recordings read; a wrong answer is
// found in it.
func TestRecord(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, path, answer string
		want                 string // of the validation's report, or of its error
	}{
		"a right answer":                {"GET", "/version", `{"version": "v1.3.6"}`, "1 recorded answers, 0 differences"},
		"a wrong answer":                {"GET", "/version", `{"release": "v1.3.6"}`, "getVersion: 200: /version: required"},
		"a parameter in the path":       {"DELETE", "/admin/identities/x/credentials/totp", "", "deleteIdentityCredentials: 200: content type text/plain"},
		"a path that the spec has not":  {"GET", "/nowhere", `{}`, "0 recorded answers, 0 differences"},
		"a body that is sent unchanged": {"POST", "/self-service/login?flow=x", `{"echo": true}`, "updateLoginFlow: 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const sent = `{"method": "password"}`
			kratos := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || r.Method == "POST" && string(body) != sent {
					t.Errorf("got %s, %v", body, err)
				}
				if strings.HasPrefix(tc.answer, "{") {
					w.Header().Set("Content-Type", "application/json")
				} else {
					w.Header().Set("Content-Type", "text/plain")
					_, _ = io.WriteString(w, "text")
				}
				_, _ = io.WriteString(w, tc.answer)
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
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if got, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(got), tc.answer) {
				t.Errorf("got %s, %v", got, err)
			}
			var said strings.Builder
			if err := recordings.Validate(p, []string{file}, &said); err != nil {
				said.WriteString(err.Error())
			}
			if !strings.Contains(said.String(), tc.want) {
				t.Errorf("got %s, want %s", &said, tc.want)
			}
			said.Reset()
			if err := recordings.Select([]string{file}, t.TempDir(), &said); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestServerVersion(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{`{"version": "v1.3.1"}`: "v1.3.1", `404 page not found`: "", `{}`: ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		target, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := recordings.ServerVersion(server.Client(), target)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", answer, got, err)
		}
		server.Close()
	}
}
