// Cli logs a person in at a terminal, and keeps the session token for the next runs:
//
//	go run . -url https://auth.example.org login
//	go run . -url https://auth.example.org whoami
//	go run . -url https://auth.example.org logout
//
// It asks for a password, or with -code for a code that Kratos sends by email, and for the code of
// an authenticator app if the account has one. What is secret is not shown while it is entered, and
// the session token is never shown. Package tokenstore says how the token is kept; each URL has its
// own, so that no server gets the token of another one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/kratoskit/kratos-go/examples/cli/tokenstore"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// errUsage is an error in the arguments.
var errUsage = errors.New("usage: cli [-url URL] [-dir directory] [-code] login|whoami|logout")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case err == nil:
		return
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "\ninterrupted")
		os.Exit(exitInterrupted)
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, errUsage) {
		os.Exit(exitUsage)
	}
	os.Exit(exitFailed)
}

// app is the program with what it works on.
type app struct {
	client *kratos.Client
	tokens tokenstore.Store
	ask    *prompter
	out    io.Writer
}

func run(ctx context.Context, args []string, in *os.File, out io.Writer) error {
	flags := flag.NewFlagSet("cli", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	baseURL := flags.String("url", "http://127.0.0.1:4433", "`URL` of Kratos' public API")
	dir := flags.String("dir", "", "`directory` of the token; empty: that of the user's configuration")
	byCode := flags.Bool("code", false, "log in with a code by email instead of a password")
	if flags.Parse(args) != nil || flags.NArg() != 1 {
		return errUsage
	}
	if err := checkURL(*baseURL); err != nil {
		return err
	}
	client, err := kratos.NewClient(*baseURL)
	if err != nil {
		return err
	}
	path, err := tokenPath(*dir, *baseURL)
	if err != nil {
		return err
	}
	a := app{client: client, tokens: tokenstore.NewFile(path), ask: newPrompter(in, out), out: out}
	switch flags.Arg(0) {
	case "login":
		return a.login(ctx, *byCode)
	case "whoami":
		return a.whoami(ctx)
	case "logout":
		return a.logout(ctx)
	}
	return errUsage
}

// checkURL rejects a URL with which passwords would be sent in the clear.
func checkURL(baseURL string) error {
	u, err := url.Parse(baseURL)
	if err != nil {
		return errUsage // the text of err has the URL, which can have a password
	}
	if loopback := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback(); u.Scheme != "https" && !loopback {
		return errors.New("the URL has to begin with https://, as passwords are sent to it")
	}
	return nil
}

// tokenPath returns the path of the token for a server.
func tokenPath(dir, baseURL string) (string, error) {
	if dir == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(config, "kratos-go-cli")
	}
	return filepath.Join(dir, url.QueryEscape(strings.TrimSuffix(baseURL, "/"))), nil
}

// whoami shows the person of the session.
func (a app) whoami(ctx context.Context) error {
	token, err := a.tokens.Load(ctx)
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("you are not logged in")
	}
	session, err := a.client.ActiveSession(ctx, kratos.SessionToken(token))
	switch {
	case errors.Is(err, kratos.ErrNoSession):
		return errors.Join(errors.New("your session has ended: log in again"), a.tokens.Clear(ctx))
	case err != nil: // the session may still be there: the token is kept
		return err
	}
	a.greet("You are", session)
	return nil
}

// logout ends the session. The token is kept if that fails, so that it can be done again.
func (a app) logout(ctx context.Context) error {
	token, err := a.tokens.Load(ctx)
	if err != nil {
		return err
	}
	if token != "" {
		if err := a.client.Logout(ctx, token); err != nil && !errors.Is(err, kratos.ErrNoSession) {
			return err
		}
	}
	if err := a.tokens.Clear(ctx); err != nil {
		return err
	}
	fmt.Fprintln(a.out, "You are logged out.")
	return nil
}

func (a app) greet(words string, session *kratos.Session) {
	fmt.Fprintf(a.out, "%s %s, until %s (%s).\n", words, session.Identity.ID, session.ExpiresAt.Local().Format("2 Jan 2006 15:04"), session.AAL)
}
