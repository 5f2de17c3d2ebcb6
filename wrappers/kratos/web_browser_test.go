package kratos_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestABrowserKeepsItsCookies(t *testing.T) {
	t.Parallel()
	var got []string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Cookie"))
		switch r.URL.Path {
		case "/self-service/login/browser":
			http.SetCookie(w, &http.Cookie{Name: "csrf_token_0a", Value: "new", HttpOnly: true})
			reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}.ServeHTTP(w, r)
		case "/self-service/login":
			http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Value: "mine"})
			http.SetCookie(w, &http.Cookie{Name: "csrf_token_0a", Value: "newer"})
			reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}.ServeHTTP(w, r)
		default:
			http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Value: "", MaxAge: -1})
			reply{status: 200, body: sessionBody}.ServeHTTP(w, r)
		}
	}))
	browser := client.Browser(fromBrowser())
	flow, err := browser.Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Login.Submit(t.Context(), flow, kratos.LoginPassword{}); !errors.Is(err, kratos.ErrRejected) {
		t.Fatal(err)
	}
	if _, err := browser.Whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Whoami(t.Context()); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("after the session cookie is gone: %v", err)
	}
	want := []string{"csrf_token_0a=csrf; ory_kratos_session=session", "csrf_token_0a=new; ory_kratos_session=session", "csrf_token_0a=newer; ory_kratos_session=mine"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent %q", got)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Set-Cookie", "own=1")
	browser.SetCookies(w)
	browser.SetCookies(w)
	switch set := w.Header().Values("Set-Cookie"); {
	case len(set) != 5:
		t.Errorf("len(set) = %d, want 5", len(set))
	case set[0] != "own=1":
		t.Errorf(`set[0] = %q, want "own=1"`, set[0])
	case !strings.Contains(set[1], "HttpOnly"):
		t.Errorf(`%q, want one with "HttpOnly"`, set[1])
	case w.Header().Get("Cache-Control") != "no-store":
		t.Errorf(`Cache-Control %q, want "no-store"`, w.Header().Get("Cache-Control"))
	}
}

func TestTheAddressOfABrowserBehindABalancer(t *testing.T) {
	t.Parallel()
	var got http.Header
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		reply{status: 200, body: sessionBody}.ServeHTTP(w, r)
	}))
	if _, err := client.Browser(fromBrowser()).Whoami(t.Context(), kratos.Header("X-Forwarded-For", "198.51.100.1")); err != nil {
		t.Fatal(err)
	}
	switch {
	case got.Get("X-Forwarded-For") != "198.51.100.1":
		t.Errorf(`X-Forwarded-For %q, want "198.51.100.1"`, got.Get("X-Forwarded-For"))
	case got.Get("User-Agent") != "Browser/1":
		t.Errorf(`User-Agent %q, want "Browser/1"`, got.Get("User-Agent"))
	case got.Get("Authorization") != "":
		t.Errorf("Authorization %q, want none", got.Get("Authorization"))
	case got.Get("Origin") != "":
		t.Errorf("Origin %q, want none", got.Get("Origin"))
	}
}

func TestOfTwoCookiesWithOneNameTheFirstCounts(t *testing.T) {
	t.Parallel()
	var got string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Cookie")
		reply{status: 200, body: sessionBody}.ServeHTTP(w, r)
	}))
	r := browserRequest("ory_kratos_session=first; ory_kratos_session=second; csrf_token_of_the_site=own")
	r.RemoteAddr = "203.0.113.7" // as middleware may leave it
	if _, err := client.Browser(r).Whoami(t.Context()); err != nil || got != "ory_kratos_session=first" {
		t.Errorf("%v, sent %q", err, got)
	}
}

func TestTheSessionCookieHasAName(t *testing.T) {
	t.Parallel()
	var got string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Cookie")
		reply{status: 200, body: sessionBody}.ServeHTTP(w, r)
	}), kratos.WithSessionCookie("sid"))
	r := fromBrowser()
	r.Header.Set("Cookie", "sid=1; other=2")
	if _, err := client.Browser(r).Whoami(t.Context()); err != nil || got != "sid=1" {
		t.Errorf("sent %q, %v", got, err)
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	var got string
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		reply{status: 200, body: `{"id":"a"}`}.ServeHTTP(w, r)
	}), kratos.WithBearerToken("ory_pat_1"))
	if _, err := admin.Identity(t.Context(), idA); err != nil || got != "Bearer ory_pat_1" {
		t.Errorf("sent %q, %v", got, err)
	}
	if _, err := admin.Identity(t.Context(), idA, kratos.Header("Authorization", "Basic x")); err != nil || got != "Basic x" {
		t.Errorf("sent %q, %v", got, err)
	}
	for _, opt := range []kratos.Option{kratos.WithBearerToken(""), kratos.WithBearerToken("a\r\nb"), kratos.WithBearerToken("ory_st_of_a_person"), kratos.WithSessionCookie("")} {
		if _, err := kratos.NewAdmin("http://127.0.0.1", opt); !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("got %v", err)
		}
	}
}

// The HTTP client of the caller determines the connection, such as a Unix socket.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kratos")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: reply{status: 200, body: sessionBody}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	hc := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := client.Whoami(t.Context(), kratos.SessionToken("t")); err != nil || s.ID != "5a2b" {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Log("this machine has no IPv6; only the URL is tested")
		if _, err := kratos.NewClient("http://[::1]:4433/base"); err != nil {
			t.Error(err)
		}
		return
	}
	server := &http.Server{Handler: reply{status: 200, body: sessionBody}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	client, err := kratos.NewClient("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Whoami(t.Context(), kratos.SessionToken("t")); err != nil {
		t.Error(err)
	}
}

func TestABodyOverTheLimit(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 65 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	_, err := client.Whoami(t.Context(), kratos.SessionToken("t"))
	var e *kratos.Error
	switch {
	case !errors.Is(err, kratos.ErrUnexpectedResponse):
		t.Errorf("%v, want ErrUnexpectedResponse", err)
	case !errors.As(err, &e):
		t.Errorf("%v is an error of another type", err)
	case e.StatusCode != 200:
		t.Errorf("e.StatusCode = %d, want 200", e.StatusCode)
	case len(e.Body()) > 64<<10:
		t.Errorf("len(e.Body()) = %d, want at most 64<<10", len(e.Body()))
	}
}
