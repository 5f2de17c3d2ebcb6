package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/internal/faultserver"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// lists are all lists of the API, as the ids of what they yield.
var lists = map[string]func(context.Context, *kratos.Client, *kratos.Admin) iter.Seq2[string, error]{
	"listIdentities": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.Identities(ctx), func(i kratos.Identity) string { return i.ID })
	},
	"listSessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.Sessions(ctx), func(s kratos.Session) string { return s.ID })
	},
	"listIdentitySessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.IdentitySessions(ctx, idA), func(s kratos.Session) string { return s.ID })
	},
	"listMySessions": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(c.MySessions(ctx, kratos.Token(aToken)), func(s kratos.Session) string { return s.ID })
	},
	"listIdentitySchemas": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(c.IdentitySchemas(ctx), func(s kratos.IdentitySchema) string { return s.ID })
	},
	"listCourierMessages": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.CourierMessages(ctx), func(m kratos.CourierMessage) string { return m.ID })
	},
}

func idsOf[T any](list iter.Seq2[T, error], id func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for item, err := range list {
			if !yield(id(item), err) {
				return
			}
		}
	}
}

// A list ends whatever the server says of its pages.
func TestEveryListEnds(t *testing.T) {
	t.Parallel()
	const patience = 500 // requests
	for name, tc := range map[string]struct {
		page   func(n int64) (next, body string) // the nth that is asked for
		fails  bool
		items  int  // at the most
		tokens bool // only the tokens show it
	}{
		"pages that name each other":              {func(n int64) (string, string) { return "ab"[n%2 : n%2+1], fmt.Sprintf(`[{"id":"%d"}]`, n) }, true, 4, true},
		"three pages in a circle":                 {func(n int64) (string, string) { return "abc"[n%3 : n%3+1], fmt.Sprintf(`[{"id":"%d"}]`, n) }, true, 5, true},
		"a page that names itself":                {func(n int64) (string, string) { return "a", fmt.Sprintf(`[{"id":"%d"}]`, n) }, true, 3, true},
		"new tokens, and nothing but nulls":       {func(n int64) (string, string) { return strconv.FormatInt(n, 10), `[null]` }, false, 0, false},
		"new tokens, and nothing":                 {func(n int64) (string, string) { return strconv.FormatInt(n, 10), `[]` }, false, 0, false},
		"new tokens, and null":                    {func(n int64) (string, string) { return strconv.FormatInt(n, 10), `null` }, false, 0, false},
		"new tokens, and always the same page":    {func(n int64) (string, string) { return strconv.FormatInt(n, 10), `[{"id":"x"},{"id":"y"}]` }, true, 2, false},
		"new tokens, and the same two pages":      {func(n int64) (string, string) { return strconv.FormatInt(n, 10), fmt.Sprintf(`[{"id":"%d"}]`, n%2) }, true, 2, false},
		"new tokens, nulls before the same items": {func(n int64) (string, string) { return strconv.FormatInt(n, 10), `[null,{"id":"x"}]` }, true, 1, false},
		"ten pages, and an empty one": {func(n int64) (string, string) {
			if n > 10 {
				return "more", "[]"
			}
			return strconv.FormatInt(n, 10), fmt.Sprintf(`[{"id":"%d"}]`, n)
		}, false, 10, false},
	} {
		for op, list := range lists {
			// Lists that count their pages do not look at the server's tokens: new items are no end of them.
			counted := op == "listMySessions" || op == "listIdentitySessions" || op == "listIdentitySchemas"
			if counted && tc.tokens {
				continue
			}
			t.Run(name+"/"+op, func(t *testing.T) {
				t.Parallel()
				var n atomic.Int64
				client, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next, body := tc.page(n.Add(1))
					reply{status: 200, header: http.Header{"Link": {`</?page_token=` + next + `>; rel="next"`}, "X-Total-Count": {"1000000"}}, body: body}.ServeHTTP(w, r)
				}))
				items, err := 0, error(nil)
				for _, err = range list(t.Context(), client, admin) {
					if err == nil {
						items++
					}
					if n.Load() > patience {
						t.Fatal("the list does not end")
					}
				}
				if items > tc.items || (err != nil) != tc.fails {
					t.Errorf("%d items and %v; want up to %d, and an error is %v", items, err, tc.items, tc.fails)
				}
				if err != nil && !errors.Is(err, kratos.ErrUnexpectedAnswer) {
					t.Errorf("got %v, want ErrUnexpectedAnswer", err)
				}
			})
		}
	}
}

// A page that breaks off before anything of it was handed over is fetched again; what was handed over is never yielded twice.
func TestPagesThatBreakOff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first    string
		want     string
		requests int64
		fails    bool
	}{
		"before the first item":    {`[`, "a", 2, false},
		"within the first item":    {`[{"id":"a"`, "a", 2, false},
		"within the second item":   {`[{"id":"a"},{"i`, "a", 1, true},
		"before anything is there": {``, "a", 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1) > 1 {
					reply{status: 200, body: `[{"id":"a"}]`}.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", "1000")
				fmt.Fprint(w, tc.first)
			}))
			var ids string
			var err error
			for identity, e := range admin.Identities(t.Context()) {
				ids, err = ids+identity.ID, e
			}
			if ids != tc.want || n.Load() != tc.requests || (err != nil) != tc.fails {
				t.Errorf("got %q and %v with %d requests, want %q with %d", ids, err, n.Load(), tc.want, tc.requests)
			}
		})
	}
	t.Run("a whole page is fetched again", func(t *testing.T) {
		t.Parallel()
		var n atomic.Int64
		_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "[")
			n.Add(1)
		}))
		if _, err := admin.IdentitiesPage(t.Context()); !errors.Is(err, kratos.ErrUnexpectedAnswer) || n.Load() != 3 {
			t.Errorf("got %v with %d requests, want 3 in all", err, n.Load())
		}
	})
}

// What a server sends beyond what a call is about does not fill the memory of the program.
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
		return second(c.Whoami(ctx, kratos.Token("t")))
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
			return second(a.IdentitiesPage(ctx))
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
			if !errors.Is(err, kratos.ErrUnexpectedAnswer) {
				t.Errorf("got %v, want ErrUnexpectedAnswer", err)
			}
		})
	}
}

// Whatever way a call is given up, no goroutine and no connection is left behind.
func TestNothingIsLeftBehind(t *testing.T) {
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	trickle := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := fmt.Fprint(w, `[{"id":"a"},`); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	page := reply{status: 200, header: http.Header{"Link": {`</?page_token=x>; rel="next"`}}, body: `[{"id":"a"},{"id":"b"}]`}
	type call = func(context.Context, *kratos.Client, *kratos.Admin)
	whoami := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) { _, _ = c.Whoami(ctx, kratos.Token("t")) }
	identities := func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
		for range a.Identities(ctx) {
			break
		}
	}
	soon := func(call call) call {
		return func(ctx context.Context, c *kratos.Client, a *kratos.Admin) {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			call(ctx, c, a)
		}
	}
	for name, tc := range map[string]struct {
		server http.Handler
		call   call
	}{
		"a context that ends before the response": {hang, soon(whoami)},
		"a context that ends within the response": {trickle, soon(whoami)},
		"a context that ends in a pause":          {reply{status: 503, header: http.Header{"Retry-After": {"1"}}}, soon(whoami)},
		"a list that is broken off":               {page, identities},
		"a list that is broken off within a page": {trickle, identities},
		"a list that is never begun":              {page, func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) { _ = a.Identities(ctx) }},
		"a list of the wrong kind":                {reply{status: 200, body: `{"id":"x"}`}, identities},
		"a response that is too large":            {reply{status: 200, body: strings.Repeat("x", 5<<20)}, whoami},
		"a response of the wrong kind":            {reply{status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: strings.Repeat("x", 1<<20)}, whoami},
		"a redirect":                              {http.RedirectHandler("/admin", http.StatusTemporaryRedirect), whoami},
		"a submission that nobody responds to": {hang, soon(func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
			_, _ = c.Login.Do(ctx, kratos.LoginPassword{})
		})},
		"a browser's call that is led to the admin": {http.RedirectHandler("/admin/x", http.StatusTemporaryRedirect), func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
			_, _ = c.Browser(fromBrowser()).Whoami(ctx)
		}},
		"arguments that are refused": {page, func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) { _, _ = a.Identity(ctx, "../x") }},
		"a sign-in that never ends": {reply{status: 404, body: `{"error":{"code":404,"message":"m"}}`}, soon(func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
			_, _ = c.AwaitSessionToken(ctx, "a", "b", time.Millisecond)
		})},
		"a list of sessions that is an administrator": {reply{status: 200, body: `[{"id":"x"}]`}, func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
			_ = first(c.MySessions(ctx, kratos.Token("t")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			const times = 20
			var open atomic.Int64
			server := httptest.NewUnstartedServer(tc.server)
			states := connStates{open: &open, known: map[any]bool{}}
			server.Config.ConnState = states.changed
			server.Start()
			defer server.Close()
			transport := &http.Transport{}
			hc := &http.Client{Transport: transport, Timeout: 5 * time.Second}
			client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(hc))
			if err != nil {
				t.Fatal(err)
			}
			admin, err := kratos.NewAdmin(server.URL, kratos.WithHTTPClient(hc))
			if err != nil {
				t.Fatal(err)
			}
			client.Proxy("/auth")
			before := runtime.NumGoroutine()
			for range times {
				tc.call(t.Context(), client, admin)
			}
			transport.CloseIdleConnections()
			ok := false
			for range 500 {
				if ok = runtime.NumGoroutine() <= before+2 && open.Load() == 0; ok {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if !ok {
				t.Errorf("after %d calls, there are %d goroutines, %d before, and %d connections", times, runtime.NumGoroutine(), before, open.Load())
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

// Somebody who waits for a page waits a second at the most for each attempt, whatever the server asks for.
func TestPagesDoNotWaitLong(t *testing.T) {
	t.Parallel()
	visit := httptest.NewRequest("GET", "/login?flow=f&id=e", nil)
	visit.Header.Set("Cookie", "ory_kratos_session=s")
	withToken := httptest.NewRequest("GET", "/", nil)
	withToken.Header.Set("X-Session-Token", "t")
	bearer := httptest.NewRequest("GET", "/", nil)
	bearer.Header.Set("Authorization", "Bearer t")
	handler := func(h http.Handler, r *http.Request) func() { return func() { h.ServeHTTP(httptest.NewRecorder(), r) } }
	for name, call := range map[string]func(*kratos.Client, context.Context) func(){
		"RequireSession, token": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.RequireSession(nil)(http.NotFoundHandler()), withToken)
		},
		"RequireSession, cookie": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.RequireSession(nil)(http.NotFoundHandler()), visit)
		},
		"RequireSession, bearer": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.RequireSession(nil)(http.NotFoundHandler()), bearer)
		},
		"Page": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.Login.Page(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) {}), visit)
		},
		"ErrorPage": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.ErrorPage(func(http.ResponseWriter, *http.Request, *kratos.FlowError) {}), visit)
		},
		"Browser": func(c *kratos.Client, ctx context.Context) func() {
			return func() { _, _ = c.Browser(visit).Whoami(ctx) }
		},
	} {
		for _, header := range []http.Header{{"Retry-After": {"10"}}, {"Retry-After": {"2"}}, {"Retry-After": {"1"}}, {"X-Ratelimit-Reset": {"9"}}, {"Retry-After": {"2147483648"}}, {}} {
			for _, status := range []int{429, 502, 503, 504} {
				t.Run(fmt.Sprint(name, " ", status, " ", header), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						client, err := kratos.NewClient("http://kratos.invalid", kratos.WithHTTPClient(&http.Client{Timeout: 30 * time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
							return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, Request: r}, nil
						})}))
						if err != nil {
							t.Fatal(err)
						}
						start := time.Now()
						call(client, t.Context())()
						if took := time.Since(start); took > 2*time.Second {
							t.Errorf("took %v, more than two pauses of a second", took)
						}
					})
				})
			}
		}
	}
}

// A call is over when its time-out is, over HTTP/1.1 and HTTP/2, whatever the server does meanwhile.
func TestTimeoutOfACall(t *testing.T) {
	t.Parallel()
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("HTTP/", version), func(t *testing.T) {
			t.Parallel()
			server := faultserver.New(t, version, func(int64) faultserver.End { return faultserver.Close })
			server.Client.Timeout = 30 * time.Second
			client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(server.Client), kratos.WithRetries(1000))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err = client.Whoami(ctx, kratos.Token("t"))
			if !errors.Is(err, kratos.ErrUnreachable) || server.Requests() > 20 {
				t.Errorf("got %v after %d requests", err, server.Requests())
			}
		})
	}
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
