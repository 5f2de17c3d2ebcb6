package kratostest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// do sends a request, and returns the status and the body. Redirects are not followed.
func do(t *testing.T, r *http.Request) (int, []byte) {
	t.Helper()
	response := send(t, r)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// send sends a request. Redirects are not followed.
func send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// get returns a request for a path of the public port.
func get(t *testing.T, k *kratostest.Kratos, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.PublicURL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(context.Context, *kratostest.Kratos, *kratostest.Session, *kratostest.Person) error{
		"it expires": func(_ context.Context, k *kratostest.Kratos, _ *kratostest.Session, _ *kratostest.Person) error {
			k.Advance(25 * time.Hour)
			return nil
		},
		"an administrator revokes it": func(_ context.Context, _ *kratostest.Kratos, s *kratostest.Session, _ *kratostest.Person) error {
			s.Revoke()
			return nil
		},
		"the person logs out": func(ctx context.Context, k *kratostest.Kratos, s *kratostest.Session, _ *kratostest.Person) error {
			return k.Client().Logout(ctx, s.Token)
		},
		"another session of the person revokes it": func(ctx context.Context, k *kratostest.Kratos, s *kratostest.Session, p *kratostest.Person) error {
			return k.Client().DisableMySession(ctx, s.ID, k.SignIn(p).Option())
		},
		"another session of the person revokes all others": func(ctx context.Context, k *kratostest.Kratos, _ *kratostest.Session, p *kratostest.Person) error {
			_, err := k.Client().DisableMyOtherSessions(ctx, k.SignIn(p).Option())
			return err
		},
		"the person is disabled": func(ctx context.Context, k *kratostest.Kratos, _ *kratostest.Session, p *kratostest.Person) error {
			_, err := k.Admin().SetState(ctx, p.ID, kratos.IdentityStateInactive)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := kratostest.New(t)
			ann := k.Person(kratostest.Person{})
			s := k.SignIn(ann)
			if _, err := k.Client().Whoami(t.Context(), s.Option()); err != nil {
				t.Fatal(err)
			}
			if err := end(t.Context(), k, s, ann); err != nil {
				t.Fatal(err)
			}
			if _, err := k.Client().Whoami(t.Context(), s.Option()); !errors.Is(err, kratos.ErrNoSession) {
				t.Errorf("%v, want ErrNoSession", err)
			}
		})
	}
}

func TestADisabledPersonCannotLogIn(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Inactive: true})
	_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: ann.Email, Password: ann.Password})
	if !errors.Is(err, kratos.ErrIdentityInactive) {
		t.Errorf("%v, want ErrIdentityInactive", err)
	}
}

func TestOthersCannotRevokeASession(t *testing.T) {
	k := kratostest.New(t)
	s := k.SignIn(k.Person(kratostest.Person{}))
	other := k.SignIn(k.Person(kratostest.Person{}))
	if err := k.Client().DisableMySession(t.Context(), s.ID, other.Option()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Client().Whoami(t.Context(), s.Option()); err != nil {
		t.Errorf("%v: the session ended", err)
	}
	if err := k.Client().DisableMySession(t.Context(), other.ID, other.Option()); !errors.Is(err, kratos.ErrBadRequest) {
		t.Errorf("the own session: %v, want ErrBadRequest", err)
	}
}

func TestACookieIsSetAgainAfterAnExtension(t *testing.T) {
	k := kratostest.New(t)
	s := k.SignInBrowser(k.Person(kratostest.Person{}))
	cookies := func(sent ...*http.Cookie) []*http.Cookie {
		r := get(t, k, "/sessions/whoami")
		for _, cookie := range sent {
			r.AddCookie(cookie)
		}
		response := send(t, r)
		defer response.Body.Close()
		return response.Cookies()
	}
	if got := cookies(s.Cookies...); len(got) != 0 {
		t.Errorf("%d cookies before, want none", len(got))
	}
	k.Advance(time.Hour)
	if _, err := k.Admin().ExtendSession(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		renewed := cookies(s.Cookies...)
		if len(renewed) != 1 || renewed[0].Name != "ory_kratos_session" {
			t.Fatalf("%d cookies for the old one after the extension, want that of the session", len(renewed))
		}
		if got := cookies(renewed...); len(got) != 0 {
			t.Errorf("%d cookies for the new one, want none", len(got))
		}
	}
}

func TestHowLongAResponseCanBeCached(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.CacheableSessions = true }))
	s := k.SignIn(k.Person(kratostest.Person{}))
	unknown := get(t, k, "/sessions/whoami")
	unknown.Header.Set("X-Session-Token", "ory_st_unknown")
	for name, test := range map[string]struct {
		request *http.Request
		want    string
	}{
		"without credentials":   {get(t, k, "/sessions/whoami"), "60"},
		"with an unknown token": {unknown, ""},
		"with a session":        {s.AddTo(get(t, k, "/sessions/whoami")), "86400"},
	} {
		response := send(t, test.request)
		defer response.Body.Close()
		if got := response.Header.Get("Ory-Session-Cache-For"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestATokenizedSession(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := json.Marshal(jose.JSONWebKey{Key: private, KeyID: "k1", Algorithm: "ES256"})
	if err != nil {
		t.Fatal(err)
	}
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) {
		c.Tokenizers = map[string]kratostest.Tokenizer{
			"shop": {TTL: time.Minute, Key: key, Claims: func(session json.RawMessage) map[string]any {
				var s kratos.Session
				if err := json.Unmarshal(session, &s); err != nil {
					t.Error(err)
				}
				return map[string]any{"iss": "https://shop.example.org/", "sub": "mallory", "session": s.ID}
			}},
			"broken": {TTL: time.Minute, Key: json.RawMessage(`{}`)},
		}
	}))
	ann := k.Person(kratostest.Person{})
	s := k.SignIn(ann)
	session, err := k.Client().Tokenize(t.Context(), "shop", s.Option())
	if err != nil {
		t.Fatal(err)
	}
	token, err := jose.ParseSignedCompact(session.Tokenized, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := token.Verify(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"iss": "https://shop.example.org/", "sub": ann.ID, "sid": s.ID, "session": s.ID} {
		if claims[name] != want {
			t.Errorf("claim %s is %v, want %v", name, claims[name], want)
		}
	}
	if claims["exp"].(float64)-claims["iat"].(float64) != 60 || claims["nbf"] != claims["iat"] || claims["jti"] == "" {
		t.Errorf("claims %v", claims)
	}
	if token.Signatures[0].Header.KeyID != "k1" {
		t.Errorf("kid %q, want k1", token.Signatures[0].Header.KeyID)
	}
	for _, template := range []string{"broken", "none"} {
		if _, err := k.Client().Tokenize(t.Context(), template, s.Option()); !errors.Is(err, kratos.ErrBadRequest) {
			t.Errorf("template %s: %v, want ErrBadRequest", template, err)
		}
	}
}
