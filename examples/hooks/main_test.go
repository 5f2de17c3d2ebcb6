package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"golang.org/x/crypto/bcrypt"
)

const key = "a-key-of-the-tests"

var caller = hooks.APIKey("X-Hook-Key", key)

// registrationOf returns the call of a hook after a registration.
func registrationOf(traits string) *hooks.Call {
	return &hooks.Call{
		Flow:     hooks.Flow{Name: hooks.FlowRegistration},
		Identity: &kratos.Identity{ID: "5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a03", RawTraits: json.RawMessage(traits)},
	}
}

func TestRegistrations(t *testing.T) {
	t.Parallel()
	handler := newHandler(caller, registrations{domains: []string{"example.org", "example.com"}}, oldPasswords{})
	for name, tc := range map[string]struct{ traits, metadata, field string }{
		"an address of an allowed domain gets metadata": {`{"email":"ada@EXAMPLE.com"}`, `{"domain":"example.com"}`, ""},
		"an address of another domain is refused":       {`{"email":"ada@example.net"}`, "", "traits.email"},
		"a domain that ends like an allowed one":        {`{"email":"ada@evil-example.org"}`, "", "traits.email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := hookstest.NewRequest(caller, registrationOf(tc.traits))
			r.URL.Path = "/registration"
			outcome, err := hookstest.Decide(handler, r)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(outcome.Identity["metadata_public"]); got != tc.metadata {
				t.Errorf("metadata %q, want %q", got, tc.metadata)
			}
			if outcome.Refused != (tc.field != "") || len(outcome.Messages[tc.field]) != len(outcome.Messages) {
				t.Errorf("refused with %v", outcome.Messages)
			}
		})
	}
}

func TestRegistrationsAreNotified(t *testing.T) {
	t.Parallel()
	statuses, posted := make(chan int, 1), make(chan string, 1)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- string(body)
		w.WriteHeader(<-statuses)
	}))
	t.Cleanup(service.Close)
	handler := newHandler(caller, registrations{service: service.URL, client: service.Client()}, oldPasswords{})
	for _, want := range []int{http.StatusNoContent, http.StatusInternalServerError} {
		statuses <- want
		r := hookstest.NewRequest(caller, registrationOf(`{}`))
		r.URL.Path = "/registered"
		outcome, err := hookstest.Decide(handler, r)
		if err != nil || outcome.Retried != (want == http.StatusInternalServerError) {
			t.Errorf("status %d: %+v, %v", want, outcome, err)
		}
		if got := <-posted; got != `{"identity":"5ad5bd8e-3b6c-4c8c-8a6c-0f0a5d8f8a03"}` {
			t.Errorf("posted %s", got)
		}
	}
}

func TestPasswordsOfTheOldSystem(t *testing.T) {
	t.Parallel()
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.csv")
	if err := os.WriteFile(path, []byte("ada@example.org,"+string(hash)+"\nbob@example.org,broken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old, err := readPasswords(path)
	if err != nil {
		t.Fatal(err)
	}
	handler := newHandler(caller, registrations{}, old)
	for name, tc := range map[string]struct {
		identifier, password string
		status               int
	}{
		"the right password":    {"Ada@example.org", "correct horse", http.StatusOK},
		"a wrong password":      {"ada@example.org", "wrong horse", http.StatusForbidden},
		"an unknown person":     {"eve@example.org", "no password", http.StatusForbidden},
		"a hash that is broken": {"bob@example.org", "correct horse", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := hookstest.NewPasswordMigrationRequest(caller, tc.identifier, tc.password)
			r.URL.Path = "/password"
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
		})
	}
}

func TestInvalidFlags(t *testing.T) {
	t.Setenv("HOOK_KEY", key)
	broken := filepath.Join(t.TempDir(), "broken.csv")
	if err := os.WriteFile(broken, []byte("no hash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"a URL that is not one":      {[]string{"-config", "-url", "nowhere"}, "invalid argument"},
		"a file that does not exist": {[]string{"-passwords", broken + "x"}, "no such file"},
		"a file without hashes":      {[]string{"-passwords", broken}, "broken.csv:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(tc.args, io.Discard); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}
