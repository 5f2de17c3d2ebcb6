package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

var shared *Server

func TestMain(m *testing.M) {
	os.Exit(Main(m, Options{}, &shared))
}

func TestRegistrationSendsACodeByEmail(t *testing.T) {
	t.Parallel()
	shared.LogOnFailure(t)
	const email = "ada@example.com"

	registered := register(t, shared, email)
	if registered.SessionToken == "" {
		t.Error("the registration returned no session token")
	}
	if got := registered.Identity.Traits.Email; got != email {
		t.Errorf("registered %q, want %q", got, email)
	}

	message, err := shared.Mail.Wait(t.Context(), "ADA@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if message.To != email || !strings.Contains(message.Subject, "verify") {
		t.Errorf("got the mail %q to %s", message.Subject, message.To)
	}
	code, err := message.Code()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\d{6}$`).MatchString(code) {
		t.Errorf("code %q, want six digits", code)
	}
	link, err := message.Link()
	if err != nil {
		t.Fatal(err)
	}
	// The link is longer than a line of quoted-printable, and has a =, which that escapes.
	if want := shared.PublicURL + "/self-service/verification?code=" + code + "&flow="; !strings.HasPrefix(link, want) {
		t.Errorf("link is %q, want the prefix %q", link, want)
	}
}

func TestConcurrentRegistrations(t *testing.T) {
	t.Parallel()
	for i := range 10 {
		t.Run("person "+strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for j := range 3 {
				register(t, shared, fmt.Sprintf("person-%d-%d@example.com", i, j))
			}
		})
	}
}

func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	register(t, shared, "secretive@example.com")
	message, err := shared.Mail.Wait(t.Context(), "secretive@example.com")
	if err != nil {
		t.Fatal(err)
	}
	code, err := message.Code()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{password, "secretive@example.com", code} {
		t.Run(secret, func(t *testing.T) {
			if strings.Contains(shared.Log(), secret) {
				t.Errorf("Kratos' log contains %q", secret)
			}
		})
	}
}

func TestAppSchemeIsAnAllowedReturnURL(t *testing.T) {
	t.Parallel()
	var flow struct {
		ReturnTo string `json:"return_to"`
	}
	get(t, shared.PublicURL+"/self-service/registration/api?return_to=kratosgo://return/home", &flow)
	if flow.ReturnTo != "kratosgo://return/home" {
		t.Errorf("return_to %q", flow.ReturnTo)
	}
}

func TestStopRemovesProcessAndFiles(t *testing.T) {
	t.Parallel()
	srv := ForTest(t, Options{})
	pid := srv.cmd.Process.Pid
	srv.Stop()
	srv.Stop()

	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d: %v, want none", pid, err)
	}
	if _, err := os.Stat(srv.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v, want none", srv.dir, err)
	}
	if got := srv.cmd.ProcessState.ExitCode(); got != 0 {
		t.Errorf("Kratos exited with status %d", got)
	}
	select {
	case <-srv.Done():
	default:
		t.Error("Done is not closed")
	}
}

func TestConfigAndUIChangeTheServer(t *testing.T) {
	t.Parallel()
	srv := ForTest(t, Options{
		UI: "http://127.0.0.1:9999/",
		Config: map[string]any{
			"selfservice": map[string]any{"flows": map[string]any{"login": map[string]any{"style": "identifier_first"}}},
		},
	})
	var flow struct {
		UI struct {
			Nodes []struct{ Group string }
		}
	}
	get(t, srv.PublicURL+"/self-service/login/api", &flow)
	first := false
	for _, node := range flow.UI.Nodes {
		first = first || node.Group == "identifier_first"
		if node.Group == "password" {
			t.Error("the first step asks for a password")
		}
	}
	if !first {
		t.Error("the login does not ask for the identifier first")
	}

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(srv.PublicURL + "/self-service/login/browser")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if location := res.Header.Get("Location"); !strings.HasPrefix(location, "http://127.0.0.1:9999/login?flow=") {
		t.Errorf("the login is at %q", location)
	}
}

func TestPortInUseIsInTheError(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	for name, opts := range map[string]Options{"public": {PublicPort: port}, "admin": {AdminPort: port}} {
		t.Run(name, func(t *testing.T) {
			srv, err := Start(t.Context(), opts)
			if err == nil {
				srv.Stop()
				t.Fatal("started on a port in use")
			}
			wantError(t, err, "server: port "+strconv.Itoa(port)+" of 127.0.0.1 is in use")
		})
	}
}

func TestPortTakenWhileStartingIsRetried(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), Options{
		Config: map[string]any{"serve": map[string]any{"admin": map[string]any{"port": port}}},
		Binary: countingKratos(t, 3),
	})
	wantError(t, err, "another process took port "+strconv.Itoa(port))
}

func TestInvalidConfigIsInTheError(t *testing.T) {
	t.Parallel()
	srv, err := Start(t.Context(), Options{
		Config: map[string]any{"hashers": map[string]any{"bcrypt": map[string]any{"cost": "high"}}},
	})
	if err == nil {
		srv.Stop()
		t.Fatal("started with a broken configuration")
	}
	wantError(t, err, "server: Kratos exited while it started", "hashers/bcrypt/cost", "expected integer, but got string")
}

// countingKratos returns a Kratos executable, and checks at the end of the test how often it was
// started.
func countingKratos(t *testing.T, want int) string {
	t.Helper()
	kratos, err := Binary(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/sh\n[ $1 != serve ] || echo >>" + dir + "/starts\nexec " + kratos + " \"$@\"\n"
	if err := os.WriteFile(dir+"/kratos", []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		starts, _ := os.ReadFile(dir + "/starts")
		if got := bytes.Count(starts, []byte("\n")); got != want {
			t.Errorf("Kratos was started %d times, want %d", got, want)
		}
	})
	return dir + "/kratos"
}

const password = "correct horse battery"

type registration struct {
	SessionToken string `json:"session_token"`
	Identity     struct {
		Traits struct{ Email string }
	}
}

func register(t *testing.T, srv *Server, email string) registration {
	t.Helper()
	var flow struct {
		UI struct{ Action string }
	}
	get(t, srv.PublicURL+"/self-service/registration/api", &flow)
	body, err := json.Marshal(map[string]any{
		"method": "password", "password": password, "traits": map[string]any{"email": email},
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(flow.UI.Action, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var registered registration
	decode(t, res, &registered)
	return registered
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	decode(t, res, into)
}

func decode(t *testing.T, res *http.Response, into any) {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", res.Request.URL.Path, res.Status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in the error:\n%v", part, err)
		}
	}
}
