// Command quickstart starts a Kratos, runs examples/quickstart with it, enters the codes that
// Kratos sends by email, and exits with the program's status. With -serve it only keeps Kratos
// running. With -ui it runs examples/selfservice-ui instead, and a page with the emails.
//
// Run it as an executable, because go run changes every exit status to 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/kratoskit/kratos-go/e2e/server"
)

const (
	exitFailed      = 1
	exitInterrupted = 130
)

func main() {
	os.Exit(run())
}

func run() int {
	publicPort := flag.Int("public-port", 0, "port on 127.0.0.1 for Kratos' public API; 0: any free port")
	adminPort := flag.Int("admin-port", 0, "port on 127.0.0.1 for Kratos' admin API; 0: any free port")
	serveOnly := flag.Bool("serve", false, "do not run an example: keep Kratos running until interrupted, and show its emails")
	website := flag.Bool("ui", false, "run examples/selfservice-ui until interrupted, and show emails on a page")
	websitePort := flag.Int("ui-port", uiPort, "port on localhost for -ui; passkeys work on the default only")
	emailPort := flag.Int("mail-port", mailPort, "port on localhost for the page with emails")
	verbose := flag.Bool("v", false, "show Kratos' log")
	dir := flag.String("example", "", "folder of the program to run; empty: examples/quickstart of this repository")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	opts := server.Options{PublicPort: *publicPort, AdminPort: *adminPort, Config: server.ShowVerification()}
	if *website {
		opts.UI = "http://localhost:" + strconv.Itoa(*websitePort)
	}
	if *verbose {
		opts.Log = os.Stderr
	}
	err := start(ctx, opts, func(srv *server.Server) error {
		if *website {
			return runUI(ctx, srv, *websitePort, *emailPort)
		}
		if *serveOnly {
			return serve(ctx, srv)
		}
		return runExample(ctx, srv, *dir)
	})

	var status exampleStatus
	switch {
	case ctx.Err() != nil:
		fmt.Println("\nInterrupted: Kratos is stopped.")
		return exitInterrupted
	case errors.As(err, &status):
		return int(status)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	return 0
}

// start starts a Kratos, calls f with it, and stops it when f returns.
func start(ctx context.Context, opts server.Options, f func(*server.Server) error) error {
	fmt.Println("Starting Kratos …")
	srv, err := server.Start(ctx, opts)
	if err != nil {
		return err
	}
	defer srv.Stop()
	fmt.Printf("Kratos is ready. Public API: %s  Admin API: %s\n", srv.PublicURL, srv.AdminURL)
	return f(srv)
}

// serve shows emails until ctx or Kratos ends.
func serve(ctx context.Context, srv *server.Server) error {
	fmt.Println("Its emails are shown here. Press Ctrl-C to stop.")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-srv.Done()
		cancel()
	}()
	for {
		message, err := srv.Mail.WaitAny(ctx)
		if err != nil {
			break
		}
		fmt.Printf("Email to %s: %s%s\n", message.To, message.Subject, codeOrLink(message))
	}
	select {
	case <-srv.Done():
		return errors.New("quickstart: Kratos exited; -v shows its log")
	default:
		return nil
	}
}

func codeOrLink(message server.Message) string {
	if code, err := message.Code(); err == nil {
		return ": code " + code
	}
	if link, err := message.Link(); err == nil {
		return ": " + link
	}
	return ""
}

// findRoot returns the root of this repository, which contains the working directory.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("quickstart: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module github.com/kratoskit/kratos-go\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("quickstart: %s is not within the kratos-go repository", start)
		}
	}
}
