package kratos_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRetries(t *testing.T) {
	t.Parallel()
	login := routes{
		"GET /self-service/login/api":          reply{status: 503},
		"POST /self-service/login":             reply{status: 503},
		"GET /sessions/whoami":                 reply{status: 502},
		"DELETE /admin/identities/" + idA:      reply{status: 502},
		"PUT /admin/identities/" + idA:         reply{status: 502},
		"DELETE /self-service/logout/api":      reply{status: 429},
		"GET /admin/identities":                reply{status: 504},
		"GET /self-service/login/flows":        reply{status: 500},
		"GET /self-service/registration/flows": reply{status: 429, header: http.Header{"Retry-After": {"3600"}}},
	}
	for name, tc := range map[string]struct {
		call func(context.Context, *kratos.Client, *kratos.Admin) error
		want int64
	}{
		"a GET is repeated": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			_, err := c.Whoami(ctx, kratos.SessionToken("t"))
			return err
		}, 3},
		"a DELETE is not repeated": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			return c.Logout(ctx, "t")
		}, 1},
		"a PUT is not repeated": {func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) error {
			_, err := a.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{SchemaID: "person", Traits: ada})
			return err
		}, 1},
		"a page of a list is repeated": {func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) error {
			for _, err := range a.Identities(ctx, kratos.ListIdentities{}) {
				return err
			}
			return nil
		}, 3},
		"a submission is never repeated": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			_, err := c.Login.Submit(ctx, newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{})
			return err
		}, 1},
		"a flow is started once, for that can send a code": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			_, err := c.Login.Start(ctx)
			return err
		}, 1},
		"an identity is deleted once, since the second response would be 404": {func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) error {
			return a.DeleteIdentity(ctx, idA)
		}, 1},
		"status 500 is not repeated": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			_, err := c.Login.Get(ctx, "f")
			return err
		}, 1},
		"an hour is too long to wait": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			_, err := c.Registration.Get(ctx, "f")
			return err
		}, 1},
		"a deadline is too near to wait": {func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) error {
			ctx, cancel := context.WithTimeout(ctx, 40*time.Millisecond)
			defer cancel()
			_, err := c.Whoami(ctx, kratos.SessionToken("t"))
			return err
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			client, admin := serve(t, counted(&n, login))
			err := tc.call(t.Context(), client, admin)
			if !errors.Is(err, kratos.ErrServer) && !errors.Is(err, kratos.ErrRateLimited) {
				t.Errorf("got %v, want the server's failure", err)
			}
			if n.Load() != tc.want {
				t.Errorf("sent %d requests, want %d", n.Load(), tc.want)
			}
		})
	}
}

// A request that the server did not process is retried with its body.
func TestRetrySendsTheBodyAgain(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var bodies []int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, n)
		w.WriteHeader(http.StatusNoContent)
	}))
	server.Start()
	t.Cleanup(server.Close)
	dials := 0
	hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if dials++; dials == 1 {
			_, _ = io.Copy(io.Discard, r.Body)
			return nil, errors.New("stream error: stream ID 1; REFUSED_STREAM; received from peer")
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	switch {
	case len(bodies) != 1:
		t.Errorf("len(bodies) = %d, want 1", len(bodies))
	case bodies[0] == 0:
		t.Error("an empty body")
	case dials != 2:
		t.Errorf("dials = %d, want 2", dials)
	}
}

func TestRetryAfterOfAnError(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /sessions/whoami": reply{status: 429, header: http.Header{"Retry-After": {"120"}}}})
	_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
	var e *kratos.Error
	if !errors.As(err, &e) || e.RetryAfter != 2*time.Minute {
		t.Errorf("got %+v, want to be told to wait 2 minutes", e)
	}
}

func TestNoRedirectIsFollowedAndNoCookieKept(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	otherServer := newServer(t, counted(&n, reply{status: 200, body: sessionBody}))
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client, _ := serve(t, routes{
		"GET /self-service/login/api": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Cookie") != "" {
				t.Error("a native call has a cookie")
			}
			http.SetCookie(w, &http.Cookie{Name: "csrf_token_1", Value: "v", Path: "/"})
			reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}.ServeHTTP(w, r)
		}),
		"GET /sessions/whoami": http.RedirectHandler(otherServer+"/sessions/whoami", http.StatusTemporaryRedirect),
	}, kratos.WithHTTPClient(&http.Client{Jar: jar}))
	for range 2 {
		if _, err := client.Login.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err = client.Whoami(t.Context(), kratos.SessionToken("t"))
	var e *kratos.Error
	switch {
	case !errors.Is(err, kratos.ErrUnexpectedResponse):
		t.Errorf("%v, want ErrUnexpectedResponse", err)
	case !errors.As(err, &e):
		t.Errorf("%v is an error of another type", err)
	case e.RedirectTo == "":
		t.Error("no redirect")
	}
	if n.Load() != 0 {
		t.Error("the redirect was followed")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		reply{status: 200, body: `{"session":` + sessionBody + `,"session_token":"t"}`}.ServeHTTP(w, r)
	}), kratos.WithUserAgent("lovelace/1"))
	if _, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{}, kratos.SessionToken("s")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "lovelace/1",
		"X-Session-Token": "s", "Cookie": "", "Origin": "",
	} {
		t.Run(name, func(t *testing.T) {
			if got.Get(name) != want {
				t.Errorf("%q, want %q", got.Get(name), want)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTheCallersClientIsNotChanged(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	hc := &http.Client{Jar: jar, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: "http://h/?s3cret", Err: errors.New("no route")}
	})}
	client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(hc), kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case hc.Jar != jar:
		t.Errorf("hc.Jar = %v, want %v", hc.Jar, jar)
	case hc.Timeout != 0:
		t.Errorf("hc.Timeout = %d, want 0", hc.Timeout)
	case hc.CheckRedirect != nil:
		t.Error("it has a CheckRedirect now")
	}
	if _, err := client.Whoami(t.Context(), kratos.SessionToken("t")); !errors.Is(err, kratos.ErrUnreachable) {
		t.Errorf("got %v, want the round tripper's error", err)
	}
}

func TestOneClientForManyGoroutines(t *testing.T) {
	t.Parallel()
	client, admin := serve(t, routes{
		"GET /sessions/whoami":        reply{status: 200, body: sessionBody},
		"GET /self-service/login/api": reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")},
		"POST /self-service/login":    reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")},
		"GET /admin/identities":       reply{status: 200, body: `[{"id":"1"},{"id":"2"}]`},
	})
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if _, err := client.Whoami(t.Context(), kratos.SessionToken("t")); err != nil {
				t.Error(err)
			}
			if _, err := client.Login.Do(t.Context(), kratos.LoginPassword{}); !errors.Is(err, kratos.ErrRejected) {
				t.Error(err)
			}
			for _, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// validating is a transport that validates: it rejects every request with an error that matches one
// of this package.
type validating struct{ sentinel error }

func (j validating) RoundTrip(*http.Request) (*http.Response, error) { return nil, j }
func (j validating) Error() string                                   { return "kratos: toSession: not like this" }
func (j validating) Is(target error) bool                            { return target == j.sentinel }

// An error of a transport that validates is not ErrUnreachable.
func TestATransportThatValidates(t *testing.T) {
	t.Parallel()
	for _, sentinel := range []error{kratos.ErrInvalidArgument, kratos.ErrUnexpectedResponse} {
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: validating{sentinel}}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Whoami(t.Context(), kratos.SessionToken("t"))
		if want := "kratos: toSession: " + sentinel.Error() + ": toSession: not like this"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		switch {
		case !errors.Is(err, sentinel):
			t.Errorf("%v, want %v", err, sentinel)
		case errors.Is(err, kratos.ErrUnreachable):
			t.Errorf("%v is ErrUnreachable", err)
		case !errors.As(err, new(validating)):
			t.Errorf("%v is an error of another type", err)
		}
	}
}
