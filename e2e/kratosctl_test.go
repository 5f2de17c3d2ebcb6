package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// runKratosctl runs kratosctl, and returns its exit status and what it prints.
func runKratosctl(t *testing.T, binary string, args ...string) (status int, out, errOut string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// bulkFile writes n identities as JSON lines.
func bulkFile(t *testing.T, n int) string {
	t.Helper()
	var b bytes.Buffer
	for line := 1; line <= n; line++ {
		fmt.Fprintf(&b, `{"id":"old-%d","traits":{"email":%q,"name":{"first":"Ada","last":"%d"}},"credentials":{"password":{"config":{"hashed_password":%q}}}}`+"\n", line, bulkEmail(line), line, bulkHash)
	}
	path := filepath.Join(t.TempDir(), "people.jsonl")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stopImport starts an import, and sends it a signal when it is about to send a batch. It returns
// what the import prints on stderr.
func stopImport(t *testing.T, signal os.Signal, journal string, cmd *exec.Cmd) string {
	t.Helper()
	intents := func() int {
		text, _ := os.ReadFile(journal)
		return bytes.Count(text, []byte(`"first":`))
	}
	before := intents()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for sent := false; ; {
		select {
		case err := <-ended:
			if !sent {
				t.Fatalf("the import ended (%v) before it sent a batch: %s", err, stderr.String())
			}
			return stderr.String()
		case <-time.After(2 * time.Millisecond):
		}
		if !sent && intents() > before {
			sent = true
			if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
}

// An import by the command that is killed in each thousand, interrupted once, and continued each
// time, creates each identity once. After Ctrl-C, the command that it prints continues it.
func TestBulkKratosctlImportContinues(t *testing.T) {
	n := max(bulkItems(t), 3000)
	binary, file, journal := buildKratosctl(t), bulkFile(t, n), filepath.Join(t.TempDir(), "import journal")
	srv, admin, _ := bulkServer(t)
	args := []string{"import", "--admin", srv.AdminURL, "--from", "jsonl", "--journal", journal, "--workers", "1", file}
	for range n/1000 - 2 {
		stopImport(t, syscall.SIGKILL, journal, exec.CommandContext(t.Context(), binary, args...))
	}
	printed := stopImport(t, os.Interrupt, journal, exec.CommandContext(t.Context(), binary, args...))
	_, command, found := strings.Cut(printed, "\nto continue: ")
	if !found {
		t.Fatalf("after Ctrl-C, it printed %q", printed)
	}
	command, _, _ = strings.Cut(command, "\n")
	shell := exec.CommandContext(t.Context(), "sh", "-c", command)
	shell.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := shell.Output()
	if want := fmt.Sprintf("created: %d, updated: 0, skipped: 0, rejected: 0, left: 0\n", n); err != nil || string(out) != want {
		t.Errorf("%s printed %q (%v), want %q", command, out, err, want)
	}
	wantEachOnce(t, admin, n)
	t.Logf("after Ctrl-C:\n%s\nthen:\n%s", printed, out)
}

// Faults of a file have a message with the line, and the other records are imported.
func TestKratosctlImportOfABrokenFile(t *testing.T) {
	t.Parallel()
	binary := buildKratosctl(t)
	srv := server.ForTest(t, server.Options{Config: sourceConfig("http://127.0.0.1:1")})
	_, admin := clients(t, srv)
	owner := kratos.CreateIdentity{Traits: map[string]string{"email": "owner@kratoskit.example"}}
	kratos.OIDCLink("google", "4711")(&owner.Credentials)
	must(admin.CreateIdentity(t.Context(), owner))(t)
	lines := []string{
		`{"id":"u1","traits":{"email":"ann@kratoskit.example"}}`,
		`{"id":"u2","traits":{"email":"ben@kratoskit.example"},"credentials":{"oidc":{"config":{"providers":[{"provider":"google","subject":"4711"}]}}}}`,
		`{"id":"u3","traits":{"mail":"cat@kratoskit.example"}}`,
		`{"id":"u4","traits":{"email":"ann@kratoskit.example"}}`,
		`{"id":"u5","traits":{"email":"` + strings.Repeat("x", 10<<20) + `"}}`,
		`{"id":"u6","traits":{"email":"owner@kratoskit.example"}}`,
		`{"id":"u7","traits":`,
		`{"id":"u8","traits":{"email":"hal@kratoskit.example"},"verifiable_addresses":[{"value":"other@kratoskit.example","verified":true,"via":"email","status":"completed"}]}`,
		`{"id":"u9","traits":{"email":"ida@kratoskit.example"}}`,
	}
	dir := t.TempDir()
	file, rejects := filepath.Join(dir, "people.jsonl"), filepath.Join(dir, "rejects.jsonl")
	if err := os.WriteFile(file, []byte("\ufeff"+strings.Join(lines, "\r\n")+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"import", "--admin", srv.AdminURL, "--from", "jsonl", "--journal", filepath.Join(dir, "journal"), "--rejects", rejects, file}
	status, out, errOut := runKratosctl(t, binary, args...)
	const wantOut = "created: 3, updated: 0, skipped: 0, rejected: 6, left: 0\n"
	text := string(must(os.ReadFile(rejects))(t))
	if status != 1 || out != wantOut {
		t.Errorf("exit status %d, printed %s%s", status, out, errOut)
	}
	for line, want := range map[int]string{
		2: `"ref":"u2","outcome":"rejected","reason":"kratos: batchPatchIdentities: status 409: conflict: another identity has its address,`, 3: `"ref":"u3","outcome":"rejected","field":"traits"`, 4: "an earlier record has the same identifier: line 1",
		5: "the line is longer than 5 MiB", 6: `"ref":"u6","outcome":"rejected",`, 7: "kratos: JSONLines: ",
	} {
		if found := regexp.MustCompile(fmt.Sprintf(`(?m)^\{"line":%d,.*$`, line)).FindString(text); !strings.Contains(found, want) {
			t.Errorf("line %d: %q, want %s", line, found, want)
		}
	}
	if strings.Contains(text, "@kratoskit.example") {
		t.Error("the rejects have values of the records")
	}
	t.Logf("%s%s%s", out, errOut, text)
	if status, again, _ := runKratosctl(t, binary, args...); status != 1 || again != wantOut || string(must(os.ReadFile(rejects))(t)) != text {
		t.Errorf("exit status %d of the second run, printed %s", status, again)
	}
}

// The exports of all systems are imported by the command, with their passwords.
func TestKratosctlImportsFromOtherSystems(t *testing.T) {
	t.Parallel()
	binary := buildKratosctl(t)
	srv := server.ForTest(t, server.Options{Config: sourceConfig("http://127.0.0.1:1")})
	client, _ := clients(t, srv)
	data := filepath.Join("..", "wrappers", "bulk", "testdata")
	for name, c := range map[string]struct {
		args   []string // files are those of data
		status int
		out    string
		login  string // "" if no account has a hash
	}{
		"auth0":    {[]string{"auth0/users.jsonl", "--hashes", "auth0/hashes.jsonl", "--provider", "google-oauth2=google"}, 0, "created: 5, updated: 0, skipped: 0, rejected: 0, left: 0\nnot imported with its account: mfa (1)\nnot imported with its account: password (1)\nnot imported with its account: saml link (1)\n", "ann.auth0@kratoskit.example"},
		"clerk":    {[]string{"clerk/users.csv"}, 0, "created: 11, updated: 0, skipped: 0, rejected: 0, left: 0\nnot imported with its account: email (1)\nnot imported with its account: password phpass (1)\nnot imported with its account: totp (1)\n", "ann_c"},
		"cognito":  {[]string{"cognito/users.json"}, 0, "created: 2, updated: 0, skipped: 0, rejected: 0, left: 0\nnot imported with its account: mfa (1)\nnot imported with its account: saml link (1)\n", ""},
		"firebase": {[]string{"firebase/users.json", "--hash-config", "firebase/hash_config.json"}, 1, "created: 2, updated: 0, skipped: 0, rejected: 1, left: 0\nnot imported with its account: mfa (1)\nnot imported with its account: provider link (1)\n", "ann.firebase@kratoskit.example"},
		"keycloak": {[]string{"keycloak/demo-realm.json", "keycloak/demo-users-0.json"}, 0, "created: 6, updated: 0, skipped: 1, rejected: 0, left: 0\nskipped because the other system does not use the account any more: 1\nnot imported with its account: backup codes (1)\nnot imported with its account: password bcrypt-plugin (1)\nnot imported with its account: required actions (1)\nnot imported with its account: totp (1)\nnot imported with its account: user federation (1)\nnot imported with its account: webauthn (1)\n", "old.keycloak@kratoskit.example"},
		"okta":     {[]string{"okta/users.json"}, 0, "created: 4, updated: 0, skipped: 0, rejected: 0, left: 0\nnot imported with its account: email (1)\nnot imported with its account: provider link (1)\nnot imported with its account: recovery question (1)\n", ""},
		"supabase": {[]string{"supabase/users.csv", "--identities", "supabase/identities.csv"}, 0, "created: 3, updated: 0, skipped: 1, rejected: 0, left: 0\nskipped because the other system does not use the account any more: 1\nnot imported with its account: saml link (1)\n", "+14155550141"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"import", "--admin", srv.AdminURL, "--public", srv.PublicURL, "--validate", "--schema-id", "imported", "--from", name,
				"--trait", "email=email", "--trait", "phone=phone", "--trait", "username=username", "--trait", "name=name"}
			for _, arg := range c.args {
				if strings.Contains(arg, "/") {
					arg = filepath.Join(data, filepath.FromSlash(arg))
				}
				args = append(args, arg)
			}
			status, out, errOut := runKratosctl(t, binary, args...)
			if status != c.status || out != c.out {
				t.Errorf("exit status %d, printed %s%s, want %d and %s", status, out, errOut, c.status, c.out)
			}
			if c.login != "" {
				must(client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: c.login, Password: sourcePassword}))(t)
			}
		})
	}
}

// Identities that are exported with their credentials log in at another Kratos, also those from a
// CSV file with plaintext passwords.
func TestKratosctlExport(t *testing.T) {
	t.Parallel()
	binary, dir := buildKratosctl(t), t.TempDir()
	from, to := server.ForTest(t, server.Options{}), server.ForTest(t, server.Options{})
	people, file := filepath.Join(dir, "people.csv"), filepath.Join(dir, "identities.jsonl")
	if err := os.WriteFile(people, []byte("\ufeffmail,ok,secret,bio\r\nann@kratoskit.example,yes,"+sourcePassword+",\"two\r\nlines\"\r\nben@kratoskit.example,no,"+sourcePassword+",\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"import", "--admin", from.AdminURL, "--from", "csv", people, "--map", "mail=trait:email", "--map", "ok=verified:email", "--map", "secret=password", "--map", "bio=metadata-admin:bio", "--hash-cost", "4"}, "created: 2, updated: 0, skipped: 0, rejected: 0, left: 0\n"},
		{[]string{"export", "--admin", from.AdminURL, "--secrets", "-o", file}, ""},
		{[]string{"import", "--admin", to.AdminURL, "--from", "jsonl", file}, "created: 2, updated: 0, skipped: 0, rejected: 0, left: 0\n"},
		{[]string{"import", "--admin", to.AdminURL, "--from", "jsonl", file, "--on-conflict", "skip"}, "created: 0, updated: 0, skipped: 2, rejected: 0, left: 0\n"},
		{[]string{"import", "--admin", to.AdminURL, "--from", "jsonl", file, "--on-conflict", "update"}, "created: 0, updated: 2, skipped: 0, rejected: 0, left: 0\n"},
	} {
		if status, out, errOut := runKratosctl(t, binary, step.args...); status != 0 || !strings.HasPrefix(out, step.want) {
			t.Fatalf("%s: exit status %d, printed %s%s", step.args[0], status, out, errOut)
		}
	}
	client, _ := clients(t, to)
	must(client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@kratoskit.example", Password: sourcePassword}))(t)
}
