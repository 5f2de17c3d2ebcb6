package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// lists are all lists of the API, as the ids of what they yield.
var lists = map[string]func(context.Context, *kratos.Client, *kratos.Admin) iter.Seq2[string, error]{
	"listIdentities": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.Identities(ctx, kratos.ListIdentities{}), func(i kratos.Identity) string { return i.ID })
	},
	"listSessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.Sessions(ctx, kratos.ListSessions{}), func(s kratos.Session) string { return s.ID })
	},
	"listIdentitySessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.IdentitySessions(ctx, idA, kratos.ListIdentitySessions{}), func(s kratos.Session) string { return s.ID })
	},
	"listMySessions": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(c.MySessions(ctx, kratos.ListMySessions{}, kratos.SessionToken(aToken)), func(s kratos.Session) string { return s.ID })
	},
	"listIdentitySchemas": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(c.IdentitySchemas(ctx, kratos.ListIdentitySchemas{}), func(s kratos.IdentitySchema) string { return s.ID })
	},
	"listCourierMessages": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) iter.Seq2[string, error] {
		return idsOf(a.CourierMessages(ctx, kratos.ListCourierMessages{}), func(m kratos.CourierMessage) string { return m.ID })
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

// A list ends for every next page that a server can send.
func TestEveryListEnds(t *testing.T) {
	t.Parallel()
	const patience = 500 // requests
	for name, tc := range map[string]struct {
		page   func(n int64) (next, body string) // the nth that is requested
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
			// Lists that count their pages do not look at the server's tokens: new items do not
			// end them.
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
				if err != nil && !errors.Is(err, kratos.ErrUnexpectedResponse) {
					t.Errorf("got %v, want ErrUnexpectedResponse", err)
				}
			})
		}
	}
}

// A page that ends before its first item is requested again. No item is yielded twice.
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
			for identity, e := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
				ids, err = ids+identity.ID, e
			}
			switch {
			case ids != tc.want:
				t.Errorf("ids = %v, want %v", ids, tc.want)
			case n.Load() != tc.requests:
				t.Errorf("%d requests, want %d", n.Load(), tc.requests)
			case (err != nil) != tc.fails:
				t.Errorf("%v, want an error: %v", err, tc.fails)
			}
		})
	}
	t.Run("a page is fetched again", func(t *testing.T) {
		t.Parallel()
		var n atomic.Int64
		_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "[")
			n.Add(1)
		}))
		if _, err := admin.IdentitiesPage(t.Context(), kratos.ListIdentities{}); !errors.Is(err, kratos.ErrUnexpectedResponse) || n.Load() != 3 {
			t.Errorf("got %v with %d requests, want 3 in all", err, n.Load())
		}
	})
}

// A call that is canceled or fails leaks no goroutine and no connection.
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
	whoami := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
		_, _ = c.Whoami(ctx, kratos.SessionToken("t"))
	}
	identities := func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
		for range a.Identities(ctx, kratos.ListIdentities{}) {
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
		"a list that is never begun": {page, func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
			_ = a.Identities(ctx, kratos.ListIdentities{})
		}},
		"a list of the wrong kind":     {reply{status: 200, body: `{"id":"x"}`}, identities},
		"a response that is too large": {reply{status: 200, body: strings.Repeat("x", 5<<20)}, whoami},
		"a response of the wrong kind": {reply{status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: strings.Repeat("x", 1<<20)}, whoami},
		"a redirect":                   {http.RedirectHandler("/admin", http.StatusTemporaryRedirect), whoami},
		"a submission without a response": {hang, soon(func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
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
			_ = first(c.MySessions(ctx, kratos.ListMySessions{}, kratos.SessionToken("t")))
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

// The response to a list that fails is read up to a limit, though a list is a stream.
func TestAFailureThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	const most = 64 << 20 // bytes that a server gets rid of, with what the system buffers
	for op, list := range lists {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			client, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusInternalServerError)
				chunk := []byte(strings.Repeat(" ", 1<<20))
				for sent := 0; ; sent += len(chunk) {
					if sent > most {
						t.Error("the response is read without a limit")
						return
					}
					if _, err := w.Write(chunk); err != nil {
						return
					}
				}
			}), kratos.WithRetries(0))
			var err error
			for _, err = range list(t.Context(), client, admin) {
				break
			}
			if !errors.Is(err, kratos.ErrUnexpectedResponse) || !strings.Contains(err.Error(), "larger than the limit") {
				t.Errorf("got %v, want the limit", err)
			}
		})
	}
}
