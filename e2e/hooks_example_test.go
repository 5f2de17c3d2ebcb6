package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// exampleHooks is the program examples/hooks with its own Kratos.
type exampleHooks struct {
	*fixture
	notified chan string // ids of identities
	stop     func()
}

// newExampleHooks starts the program and a Kratos with the configuration that it prints. The
// passwords are a file of the old system.
func newExampleHooks(t *testing.T, be backend, passwords string) *exampleHooks {
	t.Helper()
	dir := t.TempDir()
	binary, file := filepath.Join(dir, "hooks"), filepath.Join(dir, "old.csv")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join("..", "examples", "hooks")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.WriteFile(file, []byte(passwords), 0o600); err != nil {
		t.Fatal(err)
	}
	ex := &exampleHooks{notified: make(chan string, 10)}
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Identity string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		ex.notified <- body.Identity
	}))
	t.Cleanup(service.Close)
	address := freeAddress(t)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(binary, append([]string{"-listen", address, "-url", "http://" + address, "-notify", service.URL, "-passwords", file}, args...)...)
		cmd.Env = append(os.Environ(), "HOOK_KEY="+hookKey)
		return cmd
	}
	config := must(command("-config").Output())(t)
	registered, migrate, _ := strings.Cut(string(config), "\n---\n")
	program := command()
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	ex.stop = func() { _ = program.Process.Kill(); _ = program.Wait() }
	t.Cleanup(ex.stop)
	waitForAddress(t, address)
	ex.fixture = be.newFixture(t, map[string]any{
		"selfservice.flows.registration.after.password.hooks": parseYAML[[]any](t, registered),
		"selfservice.methods.password.config.migrate_hook":    parseYAML[map[string]any](t, migrate),
	})
	return ex
}

func waitForAddress(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the program does not start")
		}
	}
}

func TestExampleHooks(t *testing.T) { onBothServers(t, testExampleHooks) }

func testExampleHooks(t *testing.T, be backend) {
	old := newPerson()
	ex := newExampleHooks(t, be, old.Email+","+bcryptHash(t, old.password)+"\n")
	registrationOf := func(p person) (*kratos.FlowResult[kratos.RegistrationFlow], error) {
		return ex.client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	}

	t.Run("an address of an allowed domain is registered with metadata, and the service is told", func(t *testing.T) {
		registered := must(registrationOf(newPerson()))(t)
		if got := string(registered.Identity.RawMetadataPublic); got != `{"domain":"example.org"}` || registered.SessionToken == "" {
			t.Errorf("metadata %s, token %v", got, registered.SessionToken != "")
		}
		select {
		case id := <-ex.notified:
			if id != registered.Identity.ID {
				t.Errorf("told of %q, want %q", id, registered.Identity.ID)
			}
		case <-time.After(15 * time.Second):
			t.Error("the service is not told")
		}
	})
	t.Run("an address of another domain is refused in its field", func(t *testing.T) {
		p := newPerson()
		p.Email = strings.Replace(p.Email, "example.org", "example.net", 1)
		_, err := registrationOf(p)
		if got := errorText(err); got != "traits.email: 4900001" {
			t.Errorf("the person gets %q", got)
		}
	})
	t.Run("a password of the old system logs in, later without the program", func(t *testing.T) {
		must(ex.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{SchemaID: "person", Traits: old.traits, Credentials: kratos.Credentials(kratos.PasswordMigrationHook())}))(t)
		logIn := func(password string) error {
			return errorOf(ex.client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: old.Email, Password: password}))
		}
		expectRejected(t, "a wrong password", logIn("wrong horse"), kratos.MessageInvalidCredentials)
		if err := logIn(old.password); err != nil {
			t.Fatalf("the password of the old system: %v", err)
		}
		ex.stop()
		if err := logIn(old.password); err != nil {
			t.Errorf("the password that Kratos has stored: %v", err)
		}
		expectRejected(t, "a wrong password", logIn("wrong horse"), kratos.MessageInvalidCredentials)
	})
}

// A person whose password cannot be checked gets an error, and the next login asks again.
func TestPasswordMigrationFailures(t *testing.T) { onBothServers(t, testPasswordMigrationFailures) }

func testPasswordMigrationFailures(t *testing.T, be backend) {
	p := newPerson()
	var calls atomic.Int64
	reported := make(chan string, 10)
	receiver := httptest.NewServer(hooks.PasswordMigration(hookCaller, func(_ context.Context, identifier, password string) (bool, error) {
		if calls.Add(1) == 1 {
			return false, io.ErrUnexpectedEOF
		}
		return identifier == p.Email && password == p.password, nil
	}, hooks.OnError(func(_ context.Context, err error) { reported <- err.Error() })))
	t.Cleanup(receiver.Close)
	hook := parseYAML[map[string]any](t, must(hooks.PasswordMigrationConfig(receiver.URL, hookCaller))(t))
	fx := be.newFixture(t, map[string]any{"selfservice.methods.password.config.migrate_hook": hook})
	must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{SchemaID: "person", Traits: p.traits, Credentials: kratos.Credentials(kratos.PasswordMigrationHook())}))(t)
	logIn := func() error {
		return errorOf(fx.client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))
	}
	if got := errorText(logIn()); got != "status 502" {
		t.Errorf("the person gets %q", got)
	}
	if got := <-reported; calls.Load() != 1 || got != "kratos: hooks: the function failed" {
		t.Errorf("%d calls, reported %q", calls.Load(), got)
	}
	for range 2 {
		if err := logIn(); err != nil {
			t.Error(err)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls, want one for the error and one for the password", calls.Load())
	}
}
