package kratos_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ url, want string }{
		"an empty URL is refused":                {"", "empty"},
		"a relative URL is refused":              {"/auth", "http://"},
		"a host alone is refused":                {"auth.example.org", "http://"},
		"a host and port alone are refused":      {"localhost:4433", "http://"},
		"another scheme is refused":              {"ftp://auth.example.org", "http://"},
		"a URL without a host is refused":        {"http://", "no host"},
		"a URL with only a port is refused":      {"http://:4433", "no host"},
		"a URL with a password is refused":       {"https://ory:s3cret@auth.example.org", "user information"},
		"a URL with a query is refused":          {"https://auth.example.org?key=s3cret", "query"},
		"a URL with a fragment is refused":       {"https://auth.example.org#s3cret", "fragment"},
		"a URL that cannot be parsed is refused": {"http://s3cret\x7f", "parsed"},
		"a host is taken":                        {"https://auth.example.org", ""},
		"a path is taken":                        {"https://example.org/auth/", ""},
		"IPv6 is taken":                          {"http://[::1]:4433", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := kratos.NewClient(tc.url)
			_, adminErr := kratos.NewAdmin(tc.url)
			if tc.want == "" {
				if err != nil || adminErr != nil {
					t.Fatalf("got %v and %v, want no error", err, adminErr)
				}
				return
			}
			for _, err := range []error{err, adminErr} {
				if !errors.Is(err, kratos.ErrInvalidArgument) || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want ErrInvalidArgument about %q", err, tc.want)
				}
				if err != nil && strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the error repeats the secret: %v", err)
				}
			}
		})
	}
}

func TestBaseURLWithAPath(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /sessions/whoami": reply{status: 200, body: sessionBody}})
	if _, err := client.Whoami(t.Context(), kratos.SessionToken("t")); err != nil {
		t.Error(err)
	}
	mux := routes{"GET /auth/v1/sessions/whoami": reply{status: 200, body: sessionBody}}
	for _, path := range []string{"/auth/v1", "/auth/v1/"} {
		t.Run(path, func(t *testing.T) {
			server := newServer(t, mux)
			client, err := kratos.NewClient(server + path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Whoami(t.Context(), kratos.SessionToken("t")); err != nil {
				t.Errorf("base URL ending in %s: %v", path, err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]kratos.Option{
		"a nil client is refused":      kratos.WithHTTPClient(nil),
		"negative retries are refused": kratos.WithRetries(-1),
		"a nil logger is refused":      kratos.WithLogger(nil),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := kratos.NewClient("http://127.0.0.1", opt); !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMust(t *testing.T) {
	t.Parallel()
	if kratos.Must(kratos.NewClient("http://127.0.0.1:4433")) == nil {
		t.Error("no client was returned")
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("panic with %v, want ErrInvalidArgument", err)
		}
	}()
	kratos.Must(kratos.NewAdmin("127.0.0.1:4434"))
	t.Error("a wrong URL does not panic")
}

func TestNothingIsSentFor(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("sent %s %s", r.Method, r.URL.Path)
	}))
	cookie := func(r *http.Request) { r.Header.Set("Cookie", "ory_kratos_session=s3cret") }
	origin := func(r *http.Request) { r.Header.Set("Origin", "https://example.org") }
	for name, call := range map[string]func(context.Context) error{
		"whoami without a token": func(ctx context.Context) error { _, err := client.Whoami(ctx); return err },
		"whoami with an empty token": func(ctx context.Context) error {
			_, err := client.Whoami(ctx, kratos.SessionToken(""))
			return err
		},
		"a token with a line break": func(ctx context.Context) error {
			_, err := client.Login.Start(ctx, kratos.SessionToken("a\nb"))
			return err
		},
		"a header without a name": func(ctx context.Context) error {
			_, err := client.Login.Start(ctx, kratos.Header("bad name", "x"))
			return err
		},
		"flows of no client": func(ctx context.Context) error {
			_, err := kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin]{}.Do(ctx, kratos.LoginPassword{})
			return err
		},
		"logout with an empty token": func(ctx context.Context) error { return client.Logout(ctx, "") },
		"a native flow with a cookie": func(ctx context.Context) error {
			_, err := client.Login.Start(ctx, cookie)
			return err
		},
		"a native flow with an origin": func(ctx context.Context) error {
			_, err := client.Registration.Start(ctx, origin)
			return err
		},
		"a flow without an id": func(ctx context.Context) error { _, err := client.Verification.Get(ctx, ""); return err },
		"a submission to no flow": func(ctx context.Context) error {
			_, err := client.Login.Submit(ctx, nil, kratos.LoginPassword{})
			return err
		},
		"a submission to a flow that was not started": func(ctx context.Context) error {
			_, err := client.Login.Submit(ctx, new(kratos.LoginFlow), kratos.LoginPassword{})
			return err
		},
		"a submission of nothing": func(ctx context.Context) error {
			_, err := client.Login.Submit(ctx, newFlow[kratos.LoginFlow]("f"), nil)
			return err
		},
		"traits that are no JSON": func(ctx context.Context) error {
			_, err := client.Registration.Submit(ctx, newFlow[kratos.RegistrationFlow]("f"), kratos.RegistrationPassword{Traits: make(chan int)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := kratos.ErrInvalidArgument
			if strings.HasPrefix(name, "whoami") {
				want = kratos.ErrNoSession
			}
			if err := call(t.Context()); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	client, err := kratos.NewClient("http://"+address, kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Login.With(kratos.StartLogin{ReturnTo: "https://example.org/?s3cret"}).Start(t.Context())
	if !errors.Is(err, kratos.ErrUnreachable) || !strings.Contains(err.Error(), "createNativeLoginFlow") {
		t.Errorf("got %v, want ErrUnreachable with the operation", err)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error has the query: %v", err)
	}
	if !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v, want the cause", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Login.Start(ctx); !errors.Is(err, context.Canceled) || !errors.Is(err, kratos.ErrUnreachable) {
		t.Errorf("got %v, want it to wrap context.Canceled", err)
	}
}
