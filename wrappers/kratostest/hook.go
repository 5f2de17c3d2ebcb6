package kratostest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// Hook is a web hook: a program that Kratos calls in a flow. See
// https://www.ory.sh/docs/kratos/hooks/configure-hooks.
type Hook struct {
	// Trigger is the place of the hook below selfservice.flows in Kratos' configuration, such as
	// "registration.before", "registration.after.password" or "verification.after". One without a
	// method, such as "login.after", is for the methods that have no hooks of their own.
	Trigger string
	// Kind is whether Kratos waits for the response, or calls the hook in the background. The test
	// ends when those have returned.
	Kind hooks.Kind
	Receiver
}

// Receiver is what Kratos calls: a handler of package hooks, or any other one.
type Receiver struct {
	// Caller is the key that Kratos sends.
	Caller hooks.Caller
	// Handler receives the requests, on a loopback port that is closed when the test ends. If it is
	// nil, a program at URL does.
	Handler http.Handler
	URL     string
}

// Serve returns the URL of the receiver. It starts the Handler, if there is one. It is for backends
// of [Over].
func (r Receiver) Serve(t testing.TB) string {
	t.Helper()
	if r.Handler == nil {
		return r.URL
	}
	receiver := httptest.NewServer(r.Handler)
	t.Cleanup(receiver.Close)
	return receiver.URL
}

// check returns an error for a receiver that Kratos cannot call.
func (r Receiver) check(kind hooks.Kind) error {
	if (r.Handler == nil) == (r.URL == "") {
		return errors.New("a receiver needs either a Handler or a URL")
	}
	if _, err := hooks.Config(cmp.Or(r.URL, "http://localhost"), r.Caller, kind); err != nil {
		return err // has no values
	}
	return nil
}

// receivers sets the web hooks, the password migration hook and the courier of an engine.
func receivers(t testing.TB, c Config, config *server.Config) error {
	t.Helper()
	for _, h := range c.Hooks {
		if err := h.check(h.Kind); err != nil {
			return fmt.Errorf("the hook of %q: %w", h.Trigger, err)
		}
		config.Hooks = append(config.Hooks, server.Hook{Trigger: h.Trigger, Decides: h.Kind == hooks.Decide, Receiver: *h.serve(t)})
	}
	for _, single := range []struct {
		name string
		from *Receiver
		to   **server.Receiver
	}{{"PasswordMigration", c.PasswordMigration, &config.PasswordMigration}, {"Courier", c.Courier, &config.Courier}} {
		if single.from == nil {
			continue
		}
		if err := single.from.check(hooks.Decide); err != nil {
			return fmt.Errorf("%s: %w", single.name, err)
		}
		*single.to = single.from.serve(t)
	}
	return nil
}

// serve starts the receiver for an engine.
func (r Receiver) serve(t testing.TB) *server.Receiver {
	t.Helper()
	return &server.Receiver{URL: r.Serve(t), Authenticate: r.Caller.Authenticate}
}
