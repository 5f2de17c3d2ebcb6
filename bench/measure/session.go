package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// sessionCheck is middleware that checks the session of a request, in front of the same handler as
// the others.
type sessionCheck struct {
	name       string
	header     string // that has the credential
	credential string
	middleware func(http.Handler) http.Handler
	costs      []cost // by round
}

// The checks, in the order of the rows.
const (
	noCheck = iota
	cachedToken
	cachedCookie
	uncached
	incumbentWhoami
	jwtCheck
	goJoseCheck
)

const (
	issuer  = "https://auth.example.org/"
	subject = "79c2b471-b2c4-4e7e-938d-70ae65447d2a"
)

// role are the claims that a claims mapper adds.
type role struct {
	Role string `json:"role"`
}

func sessionChecks(url string) ([]*sessionCheck, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	token, err := signToken(key)
	if err != nil {
		return nil, err
	}
	verify, err := verifyBySDK(key)
	if err != nil {
		return nil, err
	}
	client, err := kratos.NewClient(url, kratos.WithHTTPClient(newHTTPClient()))
	if err != nil {
		return nil, err
	}
	const authorization, xSessionToken = "Authorization", "X-Session-Token"
	cached := sessions.New(client, sessions.Cache(1000, time.Hour)).Require()
	return []*sessionCheck{
		noCheck:         {name: "none", middleware: func(next http.Handler) http.Handler { return next }},
		cachedToken:     {name: "guard with a cache, token", header: xSessionToken, credential: sessionToken, middleware: cached},
		cachedCookie:    {name: "guard with a cache, cookie", header: "Cookie", credential: "csrf_token_0a=b; ory_kratos_session=" + sessionToken, middleware: cached},
		uncached:        {name: "guard without a cache", header: xSessionToken, credential: sessionToken, middleware: sessions.New(client).Require()},
		incumbentWhoami: {name: "whoami with kratos-client-go", header: xSessionToken, credential: sessionToken, middleware: newIncumbent(url).requireSession},
		jwtCheck:        {name: "JWT (ES256)", header: authorization, credential: token, middleware: verify},
		goJoseCheck:     {name: "JWT (ES256) with go-jose", header: authorization, credential: token, middleware: verifyByGoJose(&key.PublicKey)},
	}, nil
}

// signToken returns a token with the claims that Kratos sets.
func signToken(key *ecdsa.PrivateKey) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "a"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	now := time.Now()
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: issuer, Subject: subject, ID: "8346fd4d-ee72-4a15-ad62-8c12248be17f",
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(24 * time.Hour)),
	}).Claims(map[string]any{"sid": "b1c2b471-b2c4-4e7e-938d-70ae65447d2a", "role": "clerk"}).Serialize()
	return "Bearer " + token, err
}

func verifyBySDK(key *ecdsa.PrivateKey) (func(http.Handler) http.Handler, error) {
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key, KeyID: "a"}}})
	if err != nil {
		return nil, err
	}
	keys, err := sessionjwt.KeysFromJSON(set)
	if err != nil {
		return nil, err
	}
	verifier, err := sessionjwt.New[role](keys, sessionjwt.Rules{Issuer: issuer})
	if err != nil {
		return nil, err
	}
	return verifier.Require, nil
}

// verifyByGoJose checks what go-jose has functions for: the signature by a known key, the issuer
// and the times.
func verifyByGoJose(key *ecdsa.PublicKey) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var claims jwt.Claims
			var custom role
			token, err := jwt.ParseSigned(r.Header.Get("Authorization")[len("Bearer "):], []jose.SignatureAlgorithm{jose.ES256})
			if err == nil {
				err = token.Claims(key, &claims, &custom)
			}
			if err == nil {
				err = claims.Validate(jwt.Expected{Issuer: issuer})
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// statusWriter keeps the status of a response.
type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header         { return w.header }
func (w *statusWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *statusWriter) WriteHeader(status int)      { w.status = status }

// call returns a call of the handler behind the check, without a network.
func (c *sessionCheck) call() (call, error) {
	handler := c.middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	r, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		return call{}, err
	}
	if c.credential != "" {
		r.Header.Set(c.header, c.credential)
	}
	w := &statusWriter{header: http.Header{}}
	do := func(context.Context, client) error {
		w.status = 0
		handler.ServeHTTP(w, r)
		if w.status != http.StatusNoContent {
			return fmt.Errorf("status %d", w.status)
		}
		return nil
	}
	return call{name: c.name, goroutines: 1, do: do}, nil
}

// measureSessionChecks measures the checks in rounds, in each all of them in turn.
func measureSessionChecks(ctx context.Context, e effort) ([]*sessionCheck, error) {
	url, stop, err := startServer()
	if err != nil {
		return nil, err
	}
	defer stop()
	checks, err := sessionChecks(url)
	if err != nil {
		return nil, err
	}
	calls := make([]call, len(checks))
	for i, c := range checks {
		if calls[i], err = c.call(); err != nil {
			return nil, err
		}
	}
	for _, c := range checks[noCheck+1:] {
		if err := rejectsOthers(c); err != nil {
			return nil, err
		}
	}
	for range e.rounds {
		for i, c := range checks {
			one, err := measure(ctx, calls[i], nil, e.round)
			if err != nil {
				return nil, fmt.Errorf("session check %s: %w", c.name, err)
			}
			c.costs = append(c.costs, one)
		}
	}
	return checks, nil
}

// rejectsOthers checks that a check does check, because what does not is fast.
func rejectsOthers(c *sessionCheck) error {
	other := *c
	other.credential += "A"
	rejected, err := other.call()
	if err == nil && rejected.do(context.Background(), nil) == nil {
		err = errors.New("session check " + c.name + ": another credential is accepted")
	}
	return err
}

func sessionTargets(checks []*sessionCheck) []target {
	time := medianRatio(checks[jwtCheck].costs, checks[goJoseCheck].costs, func(c cost) float64 { return c.time })
	targets := []target{atMost("session check by JWT (ES256): time, go-jose = 1", time, 1.2)}
	for _, c := range []*sessionCheck{checks[cachedToken], checks[cachedCookie]} {
		targets = append(targets,
			atMost("session check, "+c.name+": µs over the bare handler", c.over(checks[noCheck], microseconds), 2),
			atMost("session check, "+c.name+": allocations over it", math.Round(c.over(checks[noCheck], allocations)), 6),
		)
	}
	return targets
}

func microseconds(c cost) float64 { return c.time / 1e3 }
func allocations(c cost) float64  { return c.allocs }

// over returns what a check costs more than another one.
func (c *sessionCheck) over(other *sessionCheck, of func(cost) float64) float64 {
	return median(c.costs, of) - median(other.costs, of)
}

// writeSessionChecks writes what the checks cost more than the handler alone.
func writeSessionChecks(w io.Writer, checks []*sessionCheck) error {
	rows := [][]string{{"session check, over the bare handler", "µs", "allocations", "kB allocated"}}
	for _, c := range checks[noCheck+1:] {
		rows = append(rows, []string{
			c.name,
			number(c.over(checks[noCheck], microseconds)),
			fmt.Sprintf("%.0f", c.over(checks[noCheck], allocations)),
			number(c.over(checks[noCheck], func(c cost) float64 { return c.bytes / 1e3 })),
		})
	}
	return writeTable(w, rows)
}
