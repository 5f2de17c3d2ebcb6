package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	hookHeader = "X-Hook-Key"
	hookKey    = "a-key-of-the-benchmarks"
)

var hookCaller = hooks.APIKey(hookHeader, hookKey)

// hookCosts are the costs of a call of a web hook, by round: of package hooks, and of a handler
// with net/http and encoding/json.
type hookCosts struct{ sdk, baseline []cost }

// hookRequest is the request of Kratos after a login.
func hookRequest() (*http.Request, []byte, error) {
	var session kratos.Session
	if err := json.Unmarshal(sessionBody, &session); err != nil {
		return nil, nil, err
	}
	r := hookstest.NewRequest(hookCaller, &hooks.Call{
		Flow: hooks.Flow{Name: hooks.FlowLogin, Type: kratos.FlowTypeBrowser, Active: kratos.CredentialsTypePassword}, Identity: session.Identity, Session: &session,
		TransientPayload: json.RawMessage(`{"invitation":"x"}`), Method: http.MethodPost, Header: http.Header{"User-Agent": {"Mozilla/5.0"}, "Accept": {"application/json"}},
	})
	body, err := io.ReadAll(r.Body)
	return r, body, err
}

// bareHook is the handler that a program without the SDK has.
func bareHook(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(hookHeader)), []byte(hookKey)) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var call struct {
		Flow struct {
			ID, Type         string
			TransientPayload json.RawMessage `json:"transient_payload"`
		}
		Identity struct {
			ID     string
			Traits json.RawMessage
		}
		Session struct{ ID string }
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&call); err != nil || call.Identity.ID == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// hookCall returns a call of a handler, without a network.
func hookCall(name string, handler http.Handler) (call, error) {
	r, body, err := hookRequest()
	if err != nil {
		return call{}, err
	}
	reader, w := bytes.NewReader(body), &statusWriter{header: http.Header{}}
	r.Body = io.NopCloser(reader)
	do := func(context.Context, client) error {
		w.status = 0
		reader.Reset(body)
		handler.ServeHTTP(w, r)
		if w.status != http.StatusNoContent {
			return fmt.Errorf("status %d", w.status)
		}
		return nil
	}
	return call{name: name, goroutines: 1, do: do}, nil
}

// measureHooks measures both handlers in rounds, in each both in turn.
func measureHooks(ctx context.Context, e effort) (*hookCosts, error) {
	sdk, err := hookCall("web hook", hooks.Handler(hookCaller, func(_ context.Context, c *hooks.Call) hooks.Response {
		if c.Identity == nil {
			return hooks.Response{}
		}
		return hooks.Allow()
	}))
	if err != nil {
		return nil, err
	}
	baseline, err := hookCall("web hook with net/http", http.HandlerFunc(bareHook))
	if err != nil {
		return nil, err
	}
	costs := &hookCosts{}
	for range e.rounds {
		for c, into := range map[*call]*[]cost{&sdk: &costs.sdk, &baseline: &costs.baseline} {
			one, err := measure(ctx, *c, nil, e.round)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			*into = append(*into, one)
		}
	}
	return costs, nil
}

func (c *hookCosts) targets() []target {
	return []target{
		atMost("web hook: µs of a call", median(c.sdk, microseconds), 30),
		atMost("web hook: allocations of a call", math.Round(median(c.sdk, allocations)), 40),
	}
}

// writeHooks writes the costs of a call, and the ratio to those of the other handler.
func writeHooks(w io.Writer, c *hookCosts) error {
	time := func(c cost) float64 { return c.time }
	return writeTable(w, [][]string{
		{"web hook after a login", "µs", "allocations", "time, net/http and encoding/json = 1"},
		{"package hooks", number(median(c.sdk, microseconds)), number(median(c.sdk, allocations)), number(medianRatio(c.sdk, c.baseline, time))},
		{"net/http and encoding/json", number(median(c.baseline, microseconds)), number(median(c.baseline, allocations)), "1"},
	})
}
