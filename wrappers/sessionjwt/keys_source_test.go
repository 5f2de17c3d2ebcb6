package sessionjwt_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

func TestKeysFromURLRejectsItsArguments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		url  string
		opts []sessionjwt.Option
		want string // in the error; "" for none
	}{
		"https":                       {"https://keys.example.org/jwks.json", nil, ""},
		"http of localhost":           {"http://localhost:4433/keys", nil, ""},
		"http of 127.0.0.2":           {"http://127.0.0.2/keys", nil, ""},
		"http of ::1":                 {"http://[::1]:4433/keys", nil, ""},
		"http that is permitted":      {"http://keys.internal/", []sessionjwt.Option{sessionjwt.WithInsecureHTTP()}, ""},
		"http of another host":        {"http://keys.example.org/?" + canary, nil, "not an https URL"},
		"http of a name like it":      {"http://localhost.attacker.example/", nil, "not an https URL"},
		"http of an address like it":  {"http://127.0.0.1.attacker.example/", nil, "not an https URL"},
		"a file":                      {"file:///etc/" + canary, nil, "KeysFromFile"},
		"base64":                      {"base64://" + canary, nil, "neither an https nor an http URL"},
		"a path":                      {"/" + canary, nil, "neither an https nor an http URL"},
		"no host":                     {"https:///" + canary, nil, "no host"},
		"not a URL":                   {"https://" + canary + "\x00", nil, "not valid"},
		"no HTTP client":              {"https://keys.example.org", []sessionjwt.Option{sessionjwt.WithHTTPClient(nil)}, "nil"},
		"a refresh that is too often": {"https://keys.example.org", []sessionjwt.Option{sessionjwt.WithRefresh(29 * time.Second)}, "below 30s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := sessionjwt.KeysFromURL(tc.url, tc.opts...)
			if tc.want == "" {
				if keys == nil || err != nil {
					t.Error(err)
				}
				return
			}
			if keys != nil || !errors.Is(err, kratos.ErrInvalidArgument) || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), canary) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// What a server responds with, over HTTP.
func TestKeyServerResponses(t *testing.T) {
	t.Parallel()
	good := string(jwkSet("ec"))
	for name, tc := range map[string]struct {
		respond http.HandlerFunc
		want    string // in the error; "" for none
	}{
		"a set": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }, ""},
		"a set, padded": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, good+strings.Repeat(" ", 1<<19))
		}, ""},
		"more than 1 MiB": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, good+strings.Repeat(" ", 1<<20))
		}, "more than 1 MiB"},
		"status 404":  {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, good, 404) }, "status 404"},
		"status 204":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, "status 204"},
		"a redirect":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/good?"+canary, http.StatusFound) }, "status 302"},
		"HTML":        {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>"+canary) }, "not a JWK set"},
		"no response": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "cannot be loaded"},
		"a truncated body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = io.WriteString(w, good)
		}, "cannot be loaded"},
		"a symmetric key": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":[{"kty":"oct","k":"`+canary+`"}]}`)
		}, "symmetric"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/keys", tc.respond)
			mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) })
			server := httptest.NewServer(mux)
			defer server.Close()
			err := must(sessionjwt.KeysFromURL(server.URL + "/keys?" + canary)).Preload(t.Context())
			if tc.want == "" && err != nil {
				t.Error(err)
			}
			if tc.want != "" && (!errors.Is(err, sessionjwt.ErrKeys) || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), canary)) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if err := must(sessionjwt.KeysFromURL(server.URL)).Preload(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("a server that is down: %v", err)
	}
}

// A fetch keeps no connection, and no goroutine with it.
func TestNoConnectionIsKept(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") == "" || r.Header.Get("Authorization") != "" || r.Method != http.MethodGet {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
		_, _ = w.Write(jwkSet("ec"))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	defer server.Close()
	ownTransport := sessionjwt.WithHTTPClient(&http.Client{Transport: new(http.Transport)})
	if err := must(sessionjwt.KeysFromURL(server.URL, ownTransport)).Preload(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-closed
}
