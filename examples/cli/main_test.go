package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// cli runs the program with this input, and returns what it shows and its error. Neither has a
// password or a token.
func cli(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	in, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := write.WriteString(input); err != nil {
		t.Fatal(err)
	}
	write.Close()
	var out strings.Builder
	err = run(t.Context(), args, in, &out)
	shown := out.String()
	if err != nil {
		shown += "error: " + err.Error()
	}
	for _, secret := range append([]string{"ory_st_", "s3cret"}, strings.Fields(input)...) {
		if secret != email && len(secret) >= 6 && strings.Contains(shown, secret) {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
	return shown, err
}

// tokens returns the number of token files in a directory.
func tokens(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return n
}

func TestLogin(t *testing.T) {
	t.Parallel()
	wrong := func(message int64) string {
		return kratostest.FakeRejection[kratos.LoginFlow](t, map[string]int64{"": message}).Messages()[0].Text
	}
	for name, tc := range map[string]struct {
		secondFactor bool
		input        string
		want         string // in what is shown
		sessions     int
	}{
		"a password":                       {false, email + "\n" + password + "\n", "You are logged in as ", 1},
		"lines that end as on Windows":     {false, email + "\r\n" + password + "\r\n", "You are logged in as ", 1},
		"the second attempt":               {false, email + "\nwrong\n" + password + "\n", "You are logged in as ", 1},
		"three wrong passwords":            {false, email + "\nwrong\nwrong\nwrong\n" + password + "\n", "error: " + wrong(kratos.MessageInvalidCredentials), 0},
		"no password":                      {false, email + "\n\n", "nothing was entered", 0},
		"the end of the input":             {false, email + "\n", "nothing was entered", 0},
		"a second factor":                  {true, email + "\n" + password + "\nCODE\n", "(aal2)", 1},
		"the second code":                  {true, email + "\n" + password + "\n000000\nCODE\n", "(aal2)", 1},
		"three wrong codes":                {true, email + "\n" + password + "\n000000\n000000\n000000\n", "error: " + wrong(kratos.MessageInvalidTOTP), 0},
		"no code: the session is ended":    {true, email + "\n" + password + "\n", "nothing was entered", 0},
		"an empty code: it is ended, too":  {true, email + "\n" + password + "\n\n", "nothing was entered", 0},
		"a last line that is not complete": {false, email + "\n" + password, "You are logged in as ", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, dir, input := newKratos(t, tc.secondFactor), filepath.Join(t.TempDir(), "new"), tc.input
			if tc.secondFactor {
				input = strings.Replace(input, "CODE", server.person.TOTPCode(), 1)
			}
			shown, err := cli(t, input, "-url", server.PublicURL(), "-dir", dir, "login")
			if (err == nil) != (tc.sessions == 1) || !strings.Contains(shown, tc.want) || err == nil && !strings.Contains(shown, server.person.ID) {
				t.Errorf("%s\nwant %s", shown, tc.want)
			}
			if server.open(t) != tc.sessions || tokens(t, dir) != tc.sessions {
				t.Errorf("%d sessions and %d tokens, want %d", server.open(t), tokens(t, dir), tc.sessions)
			}
		})
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	server, other, dir := newKratos(t, false), newKratos(t, false), filepath.Join(t.TempDir(), "new")
	step := func(s fake, command, want string, sessions, files int) {
		t.Helper()
		shown, _ := cli(t, email+"\n"+password+"\n", "-url", s.PublicURL(), "-dir", dir, command)
		if !strings.Contains(shown, want) || s.open(t) != sessions || tokens(t, dir) != files {
			t.Errorf("%s: %s\nwant %s; %d sessions and %d tokens, want %d and %d", command, shown, want, s.open(t), tokens(t, dir), sessions, files)
		}
	}
	step(server, "whoami", "error: you are not logged in", 0, 0)
	step(server, "logout", "You are logged out.", 0, 0)
	step(server, "login", "You are logged in as "+server.person.ID, 1, 1)
	step(server, "whoami", "You are "+server.person.ID+", until ", 1, 1)
	step(server, "login", "You are logged in as "+server.person.ID, 1, 1) // the session before is ended
	step(other, "whoami", "error: you are not logged in", 0, 1)           // and gets no token of another server
	step(other, "login", "You are logged in as "+other.person.ID, 1, 2)

	server.Fail("toSession", 0, kratostest.Status(503))
	server.Fail("performNativeLogout", 0, kratostest.Status(503))
	step(server, "whoami", "error: kratos: toSession: status 503", 1, 2)
	step(server, "logout", "error: kratos: performNativeLogout: status 503", 1, 2)
	server.Recover("")
	step(server, "logout", "You are logged out.", 0, 1)
	step(server, "whoami", "error: you are not logged in", 0, 1)

	other.endAll(t)
	step(other, "whoami", "error: your session has ended: log in again", 0, 0)
	step(other, "login", "You are logged in as "+other.person.ID, 1, 1)
	other.endAll(t)
	step(other, "logout", "You are logged out.", 0, 0)
}

// Without a safe place for the token, no password is asked for.
func TestLoginWithoutASafeDirectory(t *testing.T) {
	t.Parallel()
	server, dir := newKratos(t, false), t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	shown, err := cli(t, email+"\n"+password+"\n", "-url", server.PublicURL(), "-dir", dir, "login")
	if err == nil || !strings.Contains(shown, "not safe") || strings.Contains(shown, "Password") || server.open(t) != 0 {
		t.Errorf("%s; %d sessions", shown, server.open(t))
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"none":                       {nil, "usage: "},
		"an unknown command":         {[]string{"-dir", t.TempDir(), "s3cret"}, "usage: "},
		"two commands":               {[]string{"login", "logout"}, "usage: "},
		"an unknown flag":            {[]string{"-token", "s3cret", "whoami"}, "usage: "},
		"a URL of plain HTTP":        {[]string{"-url", "http://auth.example.org", "login"}, "https://"},
		"a URL without a scheme":     {[]string{"-url", "auth.example.org", "login"}, "https://"},
		"a URL that is not valid":    {[]string{"-url", "https://a:s3cret\x00", "login"}, "usage: "},
		"a URL with another scheme":  {[]string{"-url", "ftp://localhost", "login"}, "kratos: "},
		"a URL with a query":         {[]string{"-url", "https://auth.example.org?s3cret", "login"}, "kratos: "},
		"a host like that of itself": {[]string{"-url", "http://localhost.example.org", "login"}, "https://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if shown, err := cli(t, "", tc.args...); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s, want %s", shown, tc.want)
			}
		})
	}
}

// An interrupted program ends, although reading does not, and leaves no session.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	server, dir := newKratos(t, true), t.TempDir()
	in, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer write.Close()
	if _, err := write.WriteString(email + "\n" + password + "\n"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = run(ctx, []string{"-url", server.PublicURL(), "-dir", dir, "login"}, in, cancelAt{"Code from the app: ", cancel})
	if !errors.Is(err, context.Canceled) || server.open(t) != 0 || tokens(t, dir) != 0 {
		t.Errorf("%v; %d sessions, %d tokens", err, server.open(t), tokens(t, dir))
	}
}

// cancelAt calls cancel when the prompt is written.
type cancelAt struct {
	prompt string
	cancel func()
}

func (c cancelAt) Write(p []byte) (int, error) {
	if string(p) == c.prompt {
		c.cancel()
	}
	return len(p), nil
}
