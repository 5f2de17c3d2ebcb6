package e2e

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// mapper is the claims mapper of the templates, in Jsonnet.
const mapper = `
local claims = std.extVar('claims');
local session = std.extVar('session');
{ claims: { aud: ['orders'], email: session.identity.traits.email, aal: session.authenticator_assurance_level } }`

// mapperClaims are the claims that the mapper adds.
type mapperClaims struct {
	Email string     `json:"email"`
	AAL   kratos.AAL `json:"aal"`
}

// signingKey returns a private key with an algorithm and an id.
func signingKey(t *testing.T, algorithm, id string) jose.JSONWebKey {
	t.Helper()
	var key any
	var err error
	switch algorithm {
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ES512":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "HS256":
		key = []byte("a symmetric key of 32 characters")
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: id, Algorithm: algorithm, Use: "sig"}
}

func keySet(t *testing.T, keys ...jose.JSONWebKey) []byte {
	t.Helper()
	return must(json.Marshal(jose.JSONWebKeySet{Keys: keys}))(t)
}

func dataURL(data []byte) string { return "base64://" + base64.StdEncoding.EncodeToString(data) }

// tokenizer returns a configuration with these templates.
func tokenizer(templates map[string]any) map[string]any {
	return nestConfig(map[string]any{"session.whoami.tokenizer.templates": templates})
}

func verifierOf[C any](t *testing.T, keys *sessionjwt.Keys, rules sessionjwt.Rules) *sessionjwt.Verifier[C] {
	t.Helper()
	return must(sessionjwt.New[C](keys, rules))(t)
}

// Kratos and the program read one file with a private key.
func TestTokenizedSession(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(path, keySet(t, signingKey(t, "ES256", "a")), 0o600); err != nil {
		t.Fatal(err)
	}
	jwks := (&url.URL{Scheme: "file", Path: path}).String()
	srv := server.ForTest(t, server.Options{Config: tokenizer(map[string]any{
		"plain":  map[string]any{"jwks_url": jwks, "ttl": "1m"},
		"no-ttl": map[string]any{"jwks_url": jwks},
		"mapped": map[string]any{"jwks_url": jwks, "ttl": "10m", "claims_mapper_url": dataURL([]byte(mapper))},
		"short":  map[string]any{"jwks_url": jwks, "ttl": "1s"},
		"issuer": map[string]any{"jwks_url": jwks, "ttl": "1m", "claims_mapper_url": dataURL([]byte(`{ claims: { iss: 'https://another.example/', exp: 4102444800 } }`))},
	})})
	client, _ := clients(t, srv)
	p := newPerson()
	registered := register(t, client, p)
	sent := kratos.SessionToken(registered.SessionToken)
	tokenize := func(template string) string { return must(client.Tokenize(t.Context(), template, sent))(t).Tokenized }
	keys, issuer := must(sessionjwt.KeysFromFile(path))(t), srv.PublicURL+"/"

	claims := must(verifierOf[struct{}](t, keys, sessionjwt.Rules{Issuer: issuer}).Verify(t.Context(), tokenize("plain")))(t)
	lifetime := claims.ExpiresAt.Sub(claims.IssuedAt)
	if claims.Subject != registered.Identity.ID || claims.SessionID != registered.Session.ID || claims.ID == "" || claims.Issuer != issuer || lifetime != time.Minute || len(claims.Audience) != 0 {
		t.Errorf("subject %s, session %s, id %q, lifetime %s, audience %v", claims.Subject, claims.SessionID, claims.ID, lifetime, claims.Audience)
	}

	rules := sessionjwt.Rules{Issuer: issuer, Audience: "orders", Algorithms: []string{"ES256"}}
	mapped := tokenize("mapped")
	typed := must(verifierOf[mapperClaims](t, keys, rules).Verify(t.Context(), mapped))(t)
	if typed.Custom != (mapperClaims{p.Email, kratos.AAL1}) || typed.ExpiresAt.Sub(typed.IssuedAt) != 10*time.Minute {
		t.Errorf("claims %+v, lifetime %s", struct{ mapperClaims }{typed.Custom}, typed.ExpiresAt.Sub(typed.IssuedAt))
	}

	browser := client.BrowserWithCookies(nil)
	flow := must(browser.Login.Start(t.Context()))(t)
	must(browser.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	of := must(browser.Tokenize(t.Context(), "mapped"))(t)
	if typed := must(verifierOf[mapperClaims](t, keys, rules).Verify(t.Context(), of.Tokenized))(t); typed.SessionID != of.ID || typed.SessionID == claims.SessionID {
		t.Errorf("the session of a browser is %s, that of the token %s", of.ID, typed.SessionID)
	}

	later := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	for name, tc := range map[string]struct {
		template string
		rules    sessionjwt.Rules
		want     error
	}{
		"another issuer":           {"plain", sessionjwt.Rules{Issuer: "https://another.example/"}, sessionjwt.ErrIssuer},
		"the issuer without slash": {"plain", sessionjwt.Rules{Issuer: srv.PublicURL}, sessionjwt.ErrIssuer},
		"an issuer by the mapper":  {"issuer", sessionjwt.Rules{Issuer: issuer}, sessionjwt.ErrIssuer},
		"that issuer":              {"issuer", sessionjwt.Rules{Issuer: "https://another.example/"}, nil},
		"an exp by the mapper":     {"issuer", sessionjwt.Rules{AnyIssuer: true, MaxAge: time.Minute, Now: later(2 * time.Minute)}, sessionjwt.ErrTooOld},
		"no audience":              {"plain", rules, sessionjwt.ErrAudience},
		"an audience":              {"mapped", sessionjwt.Rules{Issuer: issuer}, sessionjwt.ErrAudience},
		"another algorithm":        {"plain", sessionjwt.Rules{Issuer: issuer, Algorithms: []string{"EdDSA"}}, sessionjwt.ErrAlgorithm},
		"a ttl that is over":       {"short", sessionjwt.Rules{Issuer: issuer, Now: later(11 * time.Second)}, sessionjwt.ErrExpired},
		"the leeway after a ttl":   {"short", sessionjwt.Rules{Issuer: issuer, Leeway: time.Hour, Now: later(time.Minute)}, nil},
		"a clock that is behind":   {"plain", sessionjwt.Rules{Issuer: issuer, Now: later(-time.Minute)}, sessionjwt.ErrNotYetValid},
		"no ttl":                   {"no-ttl", sessionjwt.Rules{Issuer: issuer, Now: later(71 * time.Second)}, sessionjwt.ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verifierOf[struct{}](t, keys, tc.rules).Verify(t.Context(), tokenize(tc.template))
			wantError(t, tc.template, err, tc.want)
		})
	}
	_, err := verifierOf[struct{}](t, keys, sessionjwt.Rules{Issuer: issuer}).Verify(t.Context(), registered.SessionToken)
	wantError(t, "the session token", err, sessionjwt.ErrMalformed)
}

// Kratos signs with every algorithm that the verifier accepts, and with one that it never does.
func TestTokenizedSessionByAlgorithm(t *testing.T) { onBothServers(t, testTokenizedSessionByAlgorithm) }

func testTokenizedSessionByAlgorithm(t *testing.T, be backend) {
	t.Parallel()
	algorithms := []string{"ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	templates, all := map[string]any{}, []jose.JSONWebKey{}
	for _, algorithm := range append(algorithms, "HS256") {
		key := signingKey(t, algorithm, "key-"+algorithm)
		templates[algorithm] = map[string]any{"jwks_url": dataURL(keySet(t, key)), "ttl": "1m"}
		if algorithm != "HS256" {
			all = append(all, key)
		}
	}
	srv := be.start(t, server.Options{Config: tokenizer(templates)})
	client, _ := clients(t, srv)
	sent := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
	verifier := verifierOf[struct{}](t, must(sessionjwt.KeysFromJSON(keySet(t, all...)))(t), sessionjwt.Rules{Issuer: srv.PublicURL + "/"})
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			must(verifier.Verify(t.Context(), must(client.Tokenize(t.Context(), algorithm, sent))(t).Tokenized))(t)
		})
	}
	_, err := verifier.Verify(t.Context(), must(client.Tokenize(t.Context(), "HS256", sent))(t).Tokenized)
	wantError(t, "a symmetric key", err, sessionjwt.ErrAlgorithm)
}

// The new key is published before Kratos signs with it, and the old one withdrawn after Kratos has
// stopped.
func TestTokenizedSessionKeyRotation(t *testing.T) { onBothServers(t, testTokenizedSessionKeyRotation) }

func testTokenizedSessionKeyRotation(t *testing.T, be backend) {
	t.Parallel()
	old, next := signingKey(t, "ES256", "old"), signingKey(t, "ES256", "new")
	srv := be.start(t, server.Options{Config: tokenizer(map[string]any{
		"before": map[string]any{"jwks_url": dataURL(keySet(t, old)), "ttl": "1m"},
		"after":  map[string]any{"jwks_url": dataURL(keySet(t, next, old)), "ttl": "1m"},
	})})
	client, _ := clients(t, srv)
	sent := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
	for name, tc := range map[string]struct {
		public        []jose.JSONWebKey
		before, after error
	}{
		"before the rotation": {[]jose.JSONWebKey{old.Public()}, nil, sessionjwt.ErrUnknownKey},
		"during the rotation": {[]jose.JSONWebKey{old.Public(), next.Public()}, nil, nil},
		"after the rotation":  {[]jose.JSONWebKey{next.Public()}, sessionjwt.ErrUnknownKey, nil},
	} {
		t.Run(name, func(t *testing.T) {
			keyServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(keySet(t, tc.public...)) }))
			defer keyServer.Close()
			verifier := verifierOf[struct{}](t, must(sessionjwt.KeysFromURL(keyServer.URL))(t), sessionjwt.Rules{Issuer: srv.PublicURL + "/"})
			for template, want := range map[string]error{"before": tc.before, "after": tc.after} {
				_, err := verifier.Verify(t.Context(), must(client.Tokenize(t.Context(), template, sent))(t).Tokenized)
				wantError(t, "the template "+template, err, want)
			}
		})
	}
}

// A token outlives its session, but not where a handler asks Kratos.
func TestTokenizedSessionIsRevoked(t *testing.T) { onBothServers(t, testTokenizedSessionIsRevoked) }

func testTokenizedSessionIsRevoked(t *testing.T, be backend) {
	t.Parallel()
	set := keySet(t, signingKey(t, "ES256", "a"))
	srv := be.start(t, server.Options{Config: tokenizer(map[string]any{"jwt": map[string]any{"jwks_url": dataURL(set), "ttl": "1m"}})})
	client, admin := clients(t, srv)
	first := register(t, client, newPerson())
	other := register(t, client, newPerson())
	jwt := must(client.Tokenize(t.Context(), "jwt", kratos.SessionToken(first.SessionToken)))(t).Tokenized
	verifier := verifierOf[struct{}](t, must(sessionjwt.KeysFromJSON(set))(t), sessionjwt.Rules{Issuer: srv.PublicURL + "/"})
	confirmed := verifier.RequireWith(sessionjwt.Middleware{Session: func(_ http.ResponseWriter, r *http.Request) (*kratos.Session, error) {
		return client.Browser(r).ActiveSession(r.Context())
	}})
	status := func(middleware func(http.Handler) http.Handler, sessionToken string) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+jwt)
		r.Header.Set("X-Session-Token", sessionToken)
		w := httptest.NewRecorder()
		middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })).ServeHTTP(w, r)
		return w.Code
	}
	expect := func(when string, jwtAlone, withSession, withAnother int) {
		t.Helper()
		got := []int{status(verifier.Require, first.SessionToken), status(confirmed, first.SessionToken), status(confirmed, other.SessionToken)}
		if want := []int{jwtAlone, withSession, withAnother}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("%s: status %v, want %v", when, got, want)
		}
	}
	expect("active", 204, 204, 401)
	if err := admin.DisableSession(t.Context(), first.Session.ID); err != nil {
		t.Fatal(err)
	}
	expect("revoked", 204, 401, 401)
	srv.Stop()
	expect("Kratos is down", 204, 503, 503)
}
