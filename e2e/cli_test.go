package e2e

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// cli is examples/cli as a person uses it, with a directory for the token.
type cli struct {
	*testing.T
	binary, dir string
	srv         *server.Server
}

// run runs a command. The inputs are what is entered, one for each question; each is asked for
// when the one before has been read.
func (c cli) run(args []string, inputs ...func() string) string {
	c.Helper()
	cmd := exec.CommandContext(c.Context(), c.binary, append([]string{"-url", c.srv.PublicURL, "-dir", c.dir}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	in, err := cmd.StdinPipe()
	if err != nil {
		c.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	for _, input := range inputs {
		if _, err := io.WriteString(in, input()+"\n"); err != nil {
			c.Error(err)
		}
	}
	in.Close()
	_ = cmd.Wait() // what is shown has the error
	if strings.Contains(out.String(), "ory_st_") {
		c.Errorf("%v: a token is shown", args)
	}
	return out.String()
}

// expect compares the end of what a command shows.
func (c cli) expect(args, want string, inputs ...func() string) {
	c.Helper()
	if shown := c.run(strings.Fields(args), inputs...); !strings.Contains(shown, want) {
		c.Errorf("%s: %s\nwant %s", args, shown, want)
	}
}

func text(s string) func() string { return func() string { return s } }

// examples/cli logs in with a password, a code and a second factor, and keeps the token for the
// commands after it.
func TestCLI(t *testing.T) { onBothServers(t, testCLI) }

func testCLI(t *testing.T, be backend) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "cli")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join("..", "examples", "cli")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fx := be.sharedFixture(t)
	for name, secondFactor := range map[string]bool{"one factor": false, "two factors": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fx.createPerson(t, true)
			id := must(fx.admin.FindIdentity(t.Context(), p.Email))(t).ID
			c := cli{t, binary, filepath.Join(t.TempDir(), "new"), fx.srv}
			inputs, aal := []func() string{}, "(aal1)"
			if secondFactor {
				f := fx.user(t, native).enrollSecondFactors(p)
				inputs, aal = append(inputs, func() string { return f.nextCode(t) }), "(aal2)"
			}
			byPassword := append([]func() string{text(p.Email), text("wrong"), text(p.password)}, inputs...)
			byCode := append([]func() string{text(p.Email), func() string { return emailedCode(t, fx.srv, p.Email) }}, inputs...)

			c.expect("whoami", "you are not logged in")
			c.expect("login", "You are logged in as "+id, byPassword...)
			c.expect("whoami", aal)
			token := c.token()
			c.expect("-code login", "You are logged in as "+id, byCode...)
			c.expect("whoami", aal)
			wantError(t, "the session before", errorOf(fx.client.ActiveSession(t.Context(), kratos.SessionToken(token))), kratos.ErrNoSession)

			token = c.token()
			must(fx.client.ActiveSession(t.Context(), kratos.SessionToken(token)))(t)
			c.expect("logout", "You are logged out.")
			wantError(t, "after the logout", errorOf(fx.client.ActiveSession(context.WithoutCancel(t.Context()), kratos.SessionToken(token))), kratos.ErrNoSession)
			c.expect("whoami", "you are not logged in")
		})
	}
}

// token returns the token that is kept.
func (c cli) token() string {
	c.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "*"))
	if err != nil || len(files) != 1 {
		c.Fatalf("%d files, %v", len(files), err)
	}
	return strings.TrimSpace(string(must(os.ReadFile(files[0]))(c.T)))
}
