package sessionjwt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	rules := sessionjwt.Rules{Issuer: testIssuer, Audience: "orders", Now: func() time.Time { return now }}
	raw := token(claimsAt(now).with("aud", []string{"mail", "orders"}).with("exp", float64(now.Unix())+60.5))
	claims, err := newVerifier(t, rules, "ec").Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	want := sessionjwt.Claims[roles]{
		Subject: identityID, SessionID: sessionID, Issuer: testIssuer, Audience: []string{"mail", "orders"}, ID: "a jti",
		ExpiresAt: now.Add(60500 * time.Millisecond), NotBefore: now, IssuedAt: now, Custom: roles{"clerk"},
	}
	if got, want := string(must(json.Marshal(claims))), string(must(json.Marshal(want))); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	anything, err := must(sessionjwt.New[map[string]any](keysOf(t, "ec"), rules)).Verify(t.Context(), raw)
	if err != nil || anything.Custom["role"] != "clerk" || anything.Custom["sid"] != sessionID {
		t.Errorf("as a map: %v, %v", anything.Custom, err)
	}
	text, err := must(sessionjwt.New[json.RawMessage](keysOf(t, "ec"), rules)).Verify(t.Context(), raw)
	if err != nil || string(text.Custom) != decode(strings.Split(raw, ".")[1]) {
		t.Errorf("as JSON: %s, %v", text.Custom, err)
	}
	if _, err := must(sessionjwt.New[struct{}](keysOf(t, "ec"), rules)).Verify(t.Context(), raw); err != nil {
		t.Errorf("as nothing: %v", err)
	}
}

// Logs have no claims: they are personal data.
func TestClaimsAreNotPrinted(t *testing.T) {
	t.Parallel()
	claims := &sessionjwt.Claims[roles]{Subject: canary, SessionID: canary, Issuer: canary, ID: canary, Audience: []string{canary}, Custom: roles{canary}}
	var printed bytes.Buffer
	for _, v := range []any{claims, *claims, []any{claims}} {
		fmt.Fprintf(&printed, "%v %+v %#v %s %q\n", v, v, v, v, v)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("m", "v", claims, "w", *claims)
	}
	if strings.Contains(printed.String(), canary) || !strings.Contains(printed.String(), "Claims") {
		t.Error(printed.String())
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	claims := claimsAt(now.Add(-time.Minute)).with("exp", now.Add(time.Hour).Unix())
	since := func(d time.Duration) int64 { return now.Add(-d).Unix() }
	for name, tc := range map[string]struct {
		change func(*sessionjwt.Rules)
		claims object
		want   error
	}{
		"any issuer":                         {func(r *sessionjwt.Rules) { r.Issuer, r.AnyIssuer = "", true }, claims.with("iss", "another"), nil},
		"any issuer, and none":               {func(r *sessionjwt.Rules) { r.Issuer, r.AnyIssuer = "", true }, claims.without("iss"), nil},
		"the audience":                       {func(r *sessionjwt.Rules) { r.Audience = "orders" }, claims.with("aud", "orders"), nil},
		"the audience among others":          {func(r *sessionjwt.Rules) { r.Audience = "orders" }, claims.with("aud", []string{"a", "orders"}), nil},
		"another audience":                   {func(r *sessionjwt.Rules) { r.Audience = "orders" }, claims.with("aud", "order"), sessionjwt.ErrAudience},
		"no audience":                        {func(r *sessionjwt.Rules) { r.Audience = "orders" }, claims, sessionjwt.ErrAudience},
		"null for the audience":              {func(r *sessionjwt.Rules) { r.Audience = "orders" }, claims.with("aud", nil), sessionjwt.ErrAudience},
		"an algorithm that is allowed":       {func(r *sessionjwt.Rules) { r.Algorithms = []string{"EdDSA", "ES256"} }, claims, nil},
		"an algorithm that is not allowed":   {func(r *sessionjwt.Rules) { r.Algorithms = []string{"EdDSA", "RS256"} }, claims, sessionjwt.ErrAlgorithm},
		"expired within the default leeway":  {nil, claims.with("exp", since(9*time.Second)), nil},
		"expired by the default leeway":      {nil, claims.with("exp", since(10*time.Second)), sessionjwt.ErrExpired},
		"expired within a leeway":            {func(r *sessionjwt.Rules) { r.Leeway = time.Minute }, claims.with("exp", since(59*time.Second)), nil},
		"expired by a leeway":                {func(r *sessionjwt.Rules) { r.Leeway = time.Minute }, claims.with("exp", since(time.Minute)), sessionjwt.ErrExpired},
		"expired without leeway":             {func(r *sessionjwt.Rules) { r.Leeway = -time.Hour }, claims.with("exp", since(0)), sessionjwt.ErrExpired},
		"not expired without leeway":         {func(r *sessionjwt.Rules) { r.Leeway = -time.Hour }, claims.with("exp", since(-time.Second)), nil},
		"nbf within the default leeway":      {nil, claims.with("nbf", since(-10*time.Second)), nil},
		"nbf after the default leeway":       {nil, claims.with("nbf", since(-11*time.Second)), sessionjwt.ErrNotYetValid},
		"iat within the default leeway":      {nil, claims.with("iat", since(-10*time.Second)), nil},
		"iat after the default leeway":       {nil, claims.with("iat", since(-11*time.Second)), sessionjwt.ErrNotYetValid},
		"nbf without leeway":                 {func(r *sessionjwt.Rules) { r.Leeway = -time.Hour }, claims.with("nbf", since(-time.Second)), sessionjwt.ErrNotYetValid},
		"neither nbf nor iat":                {nil, claims.without("nbf").without("iat"), nil},
		"younger than the greatest age":      {func(r *sessionjwt.Rules) { r.MaxAge = 50 * time.Second }, claims, nil},
		"older than the greatest age":        {func(r *sessionjwt.Rules) { r.MaxAge = 49 * time.Second }, claims, sessionjwt.ErrTooOld},
		"a greatest age and no iat":          {func(r *sessionjwt.Rules) { r.MaxAge = time.Hour }, claims.without("iat"), sessionjwt.ErrTooOld},
		"a greatest age and a negative skew": {func(r *sessionjwt.Rules) { r.MaxAge = time.Second }, claims.with("iat", since(-5*time.Second)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := sessionjwt.Rules{Issuer: testIssuer, Now: func() time.Time { return now }}
			if tc.change != nil {
				tc.change(&rules)
			}
			claims, err := newVerifier(t, rules, "ec").Verify(t.Context(), token(tc.claims))
			if !errors.Is(err, tc.want) || (err == nil) != (claims != nil) || (err == nil) != (tc.want == nil) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

func TestNewRejectsRules(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, "ec")
	for name, tc := range map[string]struct {
		keys  *sessionjwt.Keys
		rules sessionjwt.Rules
		want  string
	}{
		"no keys":              {nil, rules(), "keys"},
		"zero keys":            {new(sessionjwt.Keys), rules(), "keys"},
		"no issuer":            {keys, sessionjwt.Rules{}, "serve.public.base_url"},
		"two ways of issuers":  {keys, sessionjwt.Rules{Issuer: testIssuer, AnyIssuer: true}, "both"},
		"a negative age":       {keys, sessionjwt.Rules{Issuer: testIssuer, MaxAge: -1}, "negative"},
		"the algorithm none":   {keys, sessionjwt.Rules{Issuer: testIssuer, Algorithms: []string{"ES256", "none"}}, "not supported"},
		"the algorithm HS256":  {keys, sessionjwt.Rules{Issuer: testIssuer, Algorithms: []string{"HS256"}}, "not supported"},
		"an unknown algorithm": {keys, sessionjwt.Rules{Issuer: testIssuer, Algorithms: []string{"es256"}}, "not supported"},
		"an empty algorithm":   {keys, sessionjwt.Rules{Issuer: testIssuer, Algorithms: []string{""}}, "not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := sessionjwt.New[roles](tc.keys, tc.rules)
			if v != nil || !errors.Is(err, kratos.ErrInvalidArgument) || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "kratos: ") {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// The rules are copied.
func TestRulesAreCopied(t *testing.T) {
	t.Parallel()
	r := rules()
	r.Algorithms = []string{"ES256"}
	verifier := newVerifier(t, r, "ec")
	r.Algorithms[0] = "EdDSA"
	if _, err := verifier.Verify(t.Context(), token(claimsAt(time.Now()))); err != nil {
		t.Error(err)
	}
}

// A verifier has no state: all goroutines get their own claims.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	names := []string{"ec", "ec2"}
	keys := keysOf(t, names...)
	verifiers := []*sessionjwt.Verifier[roles]{verifierOf(t, keys, rules()), verifierOf(t, keys, rules())}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			key, id := names[i%2], fmt.Sprint("identity ", i)
			raw := sign("ES256", key, headerOf("ES256", key), claimsAt(time.Now()).with("sub", id))
			var first *sessionjwt.Claims[roles]
			for range 10 {
				claims, err := verifiers[i/2%2].Verify(t.Context(), raw)
				if err != nil || claims.Subject != id || claims == first || slices.Contains(claims.Audience, id) {
					t.Errorf("%v, %v", claims, err)
					return
				}
				first = claims
				claims.Audience = append(claims.Audience, id)
			}
		})
	}
	wg.Wait()
}
