package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// doctorCase is a fault, and what doctor finds.
type doctorCase struct {
	name        string
	want        string                            // IDs of the findings
	config      map[string]any                    // changes of the configuration of Kratos and doctor
	file        map[string]any                    // changes of the configuration that doctor reads
	flags       []string                          // of kratos serve
	proxy       func(http.Handler) http.Handler   // changes the reverse proxy
	withoutFile bool                              // doctor reads no configuration
	args        func(*deployment) []string        // instead of those of all checks, without --config
	setUp       func(t *testing.T, d *deployment) // before doctor runs
}

// onResponse is a reverse proxy that changes responses.
func onResponse(change func(r *http.Request, header http.Header, body []byte) []byte) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			body := change(r, rec.Header(), rec.Body.Bytes())
			rec.Header().Del("Content-Length")
			for name, values := range rec.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write(body)
		})
	}
}

// onHeader is a reverse proxy that changes a header of responses.
func onHeader(name string, change func(string) string) func(http.Handler) http.Handler {
	return onResponse(func(_ *http.Request, h http.Header, body []byte) []byte {
		old := h.Values(name)
		h.Del(name)
		for _, value := range old {
			if value = change(value); value != "" {
				h.Add(name, value)
			}
		}
		return body
	})
}

func remove(part string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, part, "") }
}

func nothing(string) string { return "" }

// withoutCookies is a reverse proxy that removes the cookies of requests.
func withoutCookies(method, path string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && strings.HasPrefix(r.URL.Path, path) {
				r.Header.Del("Cookie")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// cached is a reverse proxy with a cache that ignores Cache-Control.
func cached(next http.Handler) http.Handler {
	var mu sync.Mutex
	kept := map[string]*httptest.ResponseRecorder{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/self-service/login/browser" {
			next.ServeHTTP(w, r)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		key := r.Header.Get("Accept") + r.URL.String()
		if kept[key] == nil {
			kept[key] = httptest.NewRecorder()
			next.ServeHTTP(kept[key], r)
		}
		for name, values := range kept[key].Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(kept[key].Code)
		_, _ = w.Write(kept[key].Body.Bytes())
	})
}

// adminRouted is a reverse proxy that leads /admin to the admin API.
func adminRouted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/admin/") {
			r.Header.Set("X-Admin", "1")
		}
		next.ServeHTTP(w, r)
	})
}

func args(list ...string) func(*deployment) []string {
	return func(d *deployment) []string {
		var result []string
		for _, arg := range list {
			result = append(result, strings.NewReplacer("ADMIN", d.srv.AdminURL, "PLAIN", d.srv.PublicURL).Replace(arg))
		}
		return result
	}
}

// replaced is a reverse proxy that has a body of its own at a path.
func replaced(path string, status int, body string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
}

// mailed sends a code for a recovery, and returns when a message is in the state that it waits for.
func mailed(status kratos.CourierMessageStatus, tried bool) func(*testing.T, *deployment) {
	return func(t *testing.T, d *deployment) {
		admin := must(kratos.NewAdmin(d.srv.AdminURL))(t)
		client := must(kratos.NewClient(d.srv.PublicURL))(t)
		p := newPerson()
		must(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{SchemaID: "person", Traits: p.traits}))(t)
		flow := must(client.Recovery.Start(t.Context()))(t)
		must(client.Recovery.Submit(t.Context(), flow, kratos.RecoveryCode{Email: p.Email}))(t)
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			page := must(admin.CourierMessagesPage(t.Context(), kratos.ListCourierMessages{Status: status}))(t)
			if len(page.Items) > 0 && (page.Items[0].SendCount > 0) == tried {
				return
			}
		}
		t.Fatalf("no message is %s", status)
	}
}
