package main

import (
	"errors"
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
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"golang.org/x/crypto/bcrypt"
)

const key = "a-key-of-the-tests"

var caller = hooks.APIKey("X-Hook-Key", key)

// newKratos starts a Kratos in memory that calls a path of the program after a registration.
func newKratos(t *testing.T, r registrations, path string, kind hooks.Kind) *kratostest.Kratos {
	t.Helper()
	program := newHandler(caller, r, oldPasswords{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = path
		program.ServeHTTP(w, r)
	})
	return kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) {
		c.Hooks = []kratostest.Hook{{
			Trigger: "registration.after.password", Kind: kind, Receiver: kratostest.Receiver{Caller: caller, Handler: handler},
		}}
	}))
}

func register(t *testing.T, k *kratostest.Kratos, email string) (*kratos.FlowResult[kratos.RegistrationFlow], error) {
	t.Helper()
	return k.Client().Registration.Do(t.Context(), kratos.RegistrationPassword{
		Traits: map[string]string{"email": email}, Password: "correct horse battery",
	})
}

func TestRegistrations(t *testing.T) {
	t.Parallel()
	k := newKratos(t, registrations{domains: []string{"example.org", "example.com"}}, "/registration", hooks.Decide)
	for name, tc := range map[string]struct{ email, metadata string }{
		"an address of an allowed domain gets metadata":             {"ada@EXAMPLE.com", `{"domain":"example.com"}`},
		"an address of another domain is refused":                   {"ada@example.net", ""},
		"a domain that ends like an allowed one is refused as well": {"ada@evil-example.org", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := register(t, k, tc.email)
			if tc.metadata == "" {
				var e *kratos.Error
				if !errors.As(err, &e) || len(e.FieldErrors()["traits.email"]) != 1 || len(e.FieldErrors()) != 1 {
					t.Errorf("the registration is not refused in the field: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(result.Identity.RawMetadataPublic); got != tc.metadata {
				t.Errorf("metadata %q, want %q", got, tc.metadata)
			}
		})
	}
}

func TestRegistrationsAreNotified(t *testing.T) {
	t.Parallel()
	posted := make(chan string, 2)
	statuses := make(chan int, 2)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- string(body)
		w.WriteHeader(<-statuses)
	}))
	t.Cleanup(service.Close)
	k := newKratos(t, registrations{service: service.URL, client: service.Client()}, "/registered", hooks.Notify)
	statuses <- http.StatusInternalServerError // Kratos tries again
	statuses <- http.StatusNoContent
	result, err := register(t, k, "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, want := <-posted, `{"identity":"`+result.Identity.ID+`"}`; got != want {
			t.Errorf("posted %s, want %s", got, want)
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
