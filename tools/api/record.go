package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"time"

	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
)

const publicAddress, adminAddress = "127.0.0.1:4533", "127.0.0.1:4534"

// record forwards two ports to those of a Kratos until it is interrupted, and appends the exchanges
// to a file.
func record(p project.Project, public, admin, file string) error {
	publicURL, err := url.ParseRequestURI(public)
	if err != nil {
		return errors.New("PUBLIC is not a URL")
	}
	adminURL, err := url.ParseRequestURI(admin)
	if err != nil {
		return errors.New("ADMIN is not a URL")
	}
	version, err := recordings.ServerVersion(&http.Client{Timeout: 10 * time.Second}, adminURL)
	if err != nil {
		return err
	}
	file = p.Resolve(file)
	out, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	recorder, err := recordings.NewRecorder(p, version, out)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	failed := make(chan error, 2)
	for _, server := range []*http.Server{
		{Addr: publicAddress, Handler: recorder.Proxy(publicURL, "public"), ReadHeaderTimeout: 10 * time.Second},
		{Addr: adminAddress, Handler: recorder.Proxy(adminURL, "admin"), ReadHeaderTimeout: 10 * time.Second},
	} {
		go func() { failed <- server.ListenAndServe() }()
		defer server.Close()
	}
	fmt.Printf("Recording Kratos %s to %s: use http://%s as the public and http://%s as the admin URL, and stop with Ctrl-C\n", version, file, publicAddress, adminAddress)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}
