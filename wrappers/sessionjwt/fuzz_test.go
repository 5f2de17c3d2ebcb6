package sessionjwt_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// FuzzVerify verifies anything: only the tokens that were issued verify, and every other one is one
// of the errors of the package. The signatures are those of every run.
func FuzzVerify(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	now := time.Unix(1_800_000_000, 0)
	keys := must(sessionjwt.KeysFromJSON(must(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key, KeyID: "ed"}}}))))
	r := rules()
	r.Now = func() time.Time { return now }
	verifier := verifierOf(f, keys, r)
	issued := map[string]bool{}
	for header, verifies := range map[string]bool{
		`{"alg":"EdDSA","kid":"ed"}`: true, `{"alg":"EdDSA","kid":"ed","typ":"JWT"}`: true, `{"alg":"none","kid":"ed"}`: false, `{}`: false,
		`{"alg":"EdDSA","kid":"ed","crit":["exp"]}`: false, `{"alg":"EdDSA","kid":"ed","jwk":{"kty":"OKP"}}`: false,
	} {
		for _, payload := range []string{string(must(json.Marshal(claimsAt(now)))), `{"sub":"a","iss":"` + testIssuer + `","exp":1800000001}`} {
			input := encode(header) + "." + encode(payload)
			token := input + "." + encode(string(ed25519.Sign(key, []byte(input))))
			issued[token] = verifies
			f.Add(token)
			f.Add(token[:len(token)-1])
			f.Add(" " + token + "\n")
		}
	}
	for _, token := range []string{"", "..", `{"payload":"","signatures":[]}`, "a.b.c.d.e"} {
		f.Add(token)
	}
	sentinels := []error{
		sessionjwt.ErrMalformed, sessionjwt.ErrAlgorithm, sessionjwt.ErrUnknownKey, sessionjwt.ErrSignature, sessionjwt.ErrIssuer,
		sessionjwt.ErrAudience, sessionjwt.ErrNotYetValid, sessionjwt.ErrExpired,
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := verifier.Verify(t.Context(), token)
		if (err == nil) != issued[token] || (err == nil) != (claims != nil) {
			t.Fatalf("%v", err)
		}
		if err == nil {
			return
		}
		matches := 0
		for _, sentinel := range sentinels {
			if errors.Is(err, sentinel) {
				matches++
			}
		}
		if matches != 1 || strings.ContainsAny(err.Error(), "\r\n\x00") || len(err.Error()) > 200 {
			t.Errorf("%d sentinels match %q", matches, err)
		}
	})
}

// FuzzKeys reads anything as a set.
func FuzzKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"},{"kty":"RSA","n":"AA","e":"AQAB"},{"kty":"oct","k":"AA"}]}`))
	f.Add([]byte(`[null]`))
	f.Fuzz(func(t *testing.T, set []byte) {
		keys, err := sessionjwt.KeysFromJSON(set)
		if (keys == nil) == (err == nil) || err != nil && (!errors.Is(err, sessionjwt.ErrKeys) || len(err.Error()) > 200) {
			t.Errorf("%v", err)
		}
	})
}
