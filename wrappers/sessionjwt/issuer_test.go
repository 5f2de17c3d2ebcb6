package sessionjwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

const (
	testIssuer = "https://auth.example.org/"
	identityID = "9f425a8d-7efc-4768-8f23-7647a74fdf13"
	sessionID  = "1a2b3c4d-7efc-4768-8f23-7647a74fdf13"
)

// canary is a secret that no error and no printed value may have.
const canary = "s3cret"

// testKeys are made once: an RSA key takes long.
var testKeys = sync.OnceValue(func() map[string]crypto.Signer {
	return map[string]crypto.Signer{
		"ec": newECKey(elliptic.P256()), "ec2": newECKey(elliptic.P256()), "foreign": newECKey(elliptic.P256()),
		"p384": newECKey(elliptic.P384()), "p521": newECKey(elliptic.P521()),
		"rsa": newRSAKey(2048), "foreign rsa": newRSAKey(2048), "small rsa": newRSAKey(1024),
		"ed": newEdKey(), "foreign ed": newEdKey(),
	}
})

func newECKey(curve elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(curve, rand.Reader)) }

func newRSAKey(bits int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, bits)) }

func newEdKey() crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must(key, err)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// jwkSet returns a set with these private keys, whose ids are their names.
func jwkSet(names ...string) []byte {
	var set jose.JSONWebKeySet
	for _, name := range names {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: testKeys()[name], KeyID: name})
	}
	return must(json.Marshal(set))
}

type object map[string]any

func (o object) with(name string, value any) object {
	o = maps.Clone(o)
	o[name] = value
	return o
}

func (o object) without(name string) object {
	o = maps.Clone(o)
	delete(o, name)
	return o
}

// claimsAt returns the claims of a token that is issued at this time.
func claimsAt(now time.Time) object {
	return object{
		"iss": testIssuer, "sub": identityID, "sid": sessionID, "jti": "a jti",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(), "role": "clerk",
	}
}

func headerOf(algorithm, key string) object {
	return object{"alg": algorithm, "kid": key, "typ": "JWT"}
}

// encode returns JSON in base64url. A string is JSON already.
func encode(part any) string {
	if text, ok := part.(string); ok {
		return base64.RawURLEncoding.EncodeToString([]byte(text))
	}
	return base64.RawURLEncoding.EncodeToString(must(json.Marshal(part)))
}

// sign returns a token with this header and payload. The key signs as the algorithm asks, or as
// ES256.
func sign(algorithm, key string, header, payload any) string {
	input := encode(header) + "." + encode(payload)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature(algorithm, testKeys()[key], input))
}

func signature(algorithm string, key crypto.Signer, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, []byte(input))
	case *rsa.PrivateKey:
		if algorithm == "PS256" {
			return must(rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], nil))
		}
		return must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:]))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		must(r, err)
		both := make([]byte, 64)
		r.FillBytes(both[:32])
		s.FillBytes(both[32:])
		return both
	}
	panic("no such key")
}

// token returns a token of the key "ec" with these claims.
func token(claims any) string { return sign("ES256", "ec", headerOf("ES256", "ec"), claims) }

// roles are the claims that the mapper adds.
type roles struct {
	Role string `json:"role"`
}

func rules() sessionjwt.Rules { return sessionjwt.Rules{Issuer: testIssuer} }

func newVerifier(t testing.TB, rules sessionjwt.Rules, keys ...string) *sessionjwt.Verifier[roles] {
	t.Helper()
	return verifierOf(t, keysOf(t, keys...), rules)
}

func verifierOf(t testing.TB, keys *sessionjwt.Keys, rules sessionjwt.Rules) *sessionjwt.Verifier[roles] {
	t.Helper()
	v, err := sessionjwt.New[roles](keys, rules)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func keysOf(t testing.TB, names ...string) *sessionjwt.Keys {
	t.Helper()
	keys, err := sessionjwt.KeysFromJSON(jwkSet(names...))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func decode(part string) string { return string(must(base64.RawURLEncoding.DecodeString(part))) }
