package kratos_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The memory for a response that is larger than expected is limited.
func TestMemory(t *testing.T) {
	const most = 200 << 20 // of bytes that one call allocates
	objects := func(n int) string { return strings.Repeat("{},", n) + "{}" }
	const mib4 = (4 << 20) / 3
	flow := func(nodes, messages string) string {
		return `{"id":"f","type":"api","ui":{"action":"a","method":"POST","nodes":[` + nodes + `],"messages":[` + messages + `]}}`
	}
	get := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
		return second(c.Login.Get(ctx, "f"))
	}
	whoami := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
		return second(c.Whoami(ctx, kratos.SessionToken("t")))
	}
	for name, tc := range map[string]struct {
		body string
		call func(context.Context, *kratos.Client, *kratos.Admin) error
	}{
		"nodes of a flow":                   {flow(objects(mib4-100), ""), get},
		"messages of a flow":                {flow("", objects(mib4-100)), get},
		"addresses of a session's identity": {`{"id":"s","active":true,"identity":{"id":"i","verifiable_addresses":[` + objects(mib4-100) + `]}}`, whoami},
		"methods of a session":              {`{"id":"s","active":true,"authentication_methods":[` + objects(mib4-100) + `]}`, whoami},
		"an unknown list":                   {`{"id":"s","active":true,"x":[` + objects(mib4-100) + `]}`, whoami},
		"a session of 60 MiB":               {`{"id":"s","active":true,"x":"` + strings.Repeat("x", 60<<20) + `"}`, whoami},
		"an identity of 60 MiB": {`{"id":"i","x":"` + strings.Repeat("x", 60<<20) + `"}`, func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) error {
			return second(a.Identity(ctx, idA))
		}},
		"an item of 60 MiB in a list": {`[{"id":"i","x":"` + strings.Repeat("x", 60<<20) + `"}]`, func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) error {
			return second(a.IdentitiesPage(ctx, kratos.ListIdentities{}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client, admin := serve(t, reply{status: 200, body: tc.body})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := tc.call(t.Context(), client, admin)
			runtime.ReadMemStats(&after)
			allocated := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d MiB for %d MiB; %v", allocated>>20, len(tc.body)>>20, err)
			if allocated > most {
				t.Errorf("%d MiB were allocated for %d MiB", allocated>>20, len(tc.body)>>20)
			}
			if !errors.Is(err, kratos.ErrUnexpectedResponse) {
				t.Errorf("got %v, want ErrUnexpectedResponse", err)
			}
		})
	}
}

// connStates counts the connections of a server.
type connStates struct {
	mu    sync.Mutex
	known map[any]bool
	open  *atomic.Int64
}

func (s *connStates) changed(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.known[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(s.known, c)
	}
	s.open.Store(int64(len(s.known)))
}
