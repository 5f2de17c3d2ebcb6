package sessionjwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// forged is a token that must not verify, and why.
type forged struct {
	name  string
	token string
	want  error
}

// Every token is refused for its own fault: without it, it would verify.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	now := time.Now()
	verifier := newVerifier(t, rules(), "ec", "rsa", "ed", "p384")
	for _, valid := range []string{
		token(claimsAt(now)),
		sign("RS256", "rsa", headerOf("RS256", "rsa"), claimsAt(now)),
		sign("PS256", "rsa", headerOf("PS256", "rsa"), claimsAt(now)),
		sign("EdDSA", "ed", headerOf("EdDSA", "ed"), claimsAt(now)),
		sign("ES256", "ec", headerOf("ES256", "ec").without("typ"), claimsAt(now).with("aud", []string{})),
	} {
		if claims, err := verifier.Verify(t.Context(), valid); err != nil || claims.Custom.Role != "clerk" {
			t.Fatalf("a valid token: %v, %v", claims, err)
		}
	}
	var all []forged
	for _, group := range []func(time.Time) []forged{
		forgedAlgorithms, forgedHMACs, forgedKeyIDs, forgedHeaders, forgedSignatures, forgedEncodings, forgedJSON,
		forgedTimes, forgedClaims,
	} {
		all = append(all, group(now)...)
	}
	if len(all) < 150 {
		t.Errorf("%d tokens", len(all))
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			claims, err := verifier.Verify(t.Context(), f.token)
			if claims != nil || !errors.Is(err, f.want) {
				t.Errorf("%v, want %v", err, f.want)
			}
			if !strings.HasPrefix(err.Error(), "kratos: ") || strings.Contains(err.Error(), canary) || len(err.Error()) > 200 {
				t.Errorf("text %q", err)
			}
		})
	}
}

func forgedAlgorithms(now time.Time) (all []forged) {
	for _, algorithm := range []string{
		"none", "None", "NONE", "nOnE", "", "es256", "ES256 ", " ES256", "ES256K", "ES256\x00", "A256GCM", "RSA-OAEP", "dir",
		"ML-DSA-44", "Ed25519", "HS256", "HS384", "HS512", canary,
	} {
		all = append(all, forged{"the algorithm " + algorithm, sign("ES256", "ec", headerOf(algorithm, "ec"), claimsAt(now)), sessionjwt.ErrAlgorithm})
	}
	for algorithm, key := range map[string]string{
		"ES384": "ec", "ES512": "ec", "RS256": "ec", "PS256": "ec", "EdDSA": "ec", "ES256": "p384",
		"RS384": "ed", "PS512": "p384",
	} {
		all = append(all, forged{"the algorithm " + algorithm + " for the key " + key, sign("ES256", "ec", headerOf(algorithm, key), claimsAt(now)), sessionjwt.ErrAlgorithm})
	}
	for name, value := range map[string]any{"a number": 256, "an array": []string{"ES256"}, "an object": object{"name": "ES256"}, "true": true} {
		all = append(all, forged{"an algorithm that is " + name, sign("ES256", "ec", headerOf("", "ec").with("alg", value), claimsAt(now)), sessionjwt.ErrMalformed})
	}
	header := headerOf("", "ec")
	none := encode(headerOf("none", "ec")) + "." + encode(claimsAt(now)) + "."
	return append(all,
		forged{"no algorithm", sign("ES256", "ec", header.without("alg"), claimsAt(now)), sessionjwt.ErrAlgorithm},
		forged{"null for an algorithm", sign("ES256", "ec", header.with("alg", nil), claimsAt(now)), sessionjwt.ErrAlgorithm},
		forged{"two algorithms", sign("ES256", "ec", `{"alg":"none","kid":"ec","alg":"ES256"}`, claimsAt(now)), sessionjwt.ErrMalformed},
		forged{"an algorithm in another case beside it", sign("ES256", "ec", `{"Alg":"ES256","kid":"ec"}`, claimsAt(now)), sessionjwt.ErrAlgorithm},
		forged{"the algorithm none and no signature", none, sessionjwt.ErrMalformed},
		forged{"the algorithm none and some signature", none + "AAAA", sessionjwt.ErrAlgorithm},
	)
}

// forgedHMACs are signed with what everybody knows: the public key as a secret.
func forgedHMACs(now time.Time) (all []forged) {
	for _, key := range []string{"ec", "rsa", "ed"} {
		public := testKeys()[key].Public()
		der := must(x509.MarshalPKIXPublicKey(public))
		for name, secret := range map[string][]byte{
			"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
			"DER": der,
			"JWK": must(json.Marshal(jose.JSONWebKey{Key: public, KeyID: key})),
		} {
			input := encode(headerOf("HS256", key)) + "." + encode(claimsAt(now))
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(input))
			all = append(all, forged{"HS256 with the public key " + key + " as " + name, input + "." + encode(string(mac.Sum(nil))), sessionjwt.ErrAlgorithm})
		}
	}
	return all
}

func forgedKeyIDs(now time.Time) (all []forged) {
	for name, id := range map[string]any{
		"another": "foreign", "empty": "", "null": nil, "in upper case": "EC", "with a space": " ec", "with a NUL": "ec\x00",
		"in another alphabet": "еc", "a path": "../../../../etc/passwd", "a device": "/dev/null", "a URL": "https://attacker.example/keys.json",
		"SQL": "ec' OR '1'='1", "a command": "|cat /etc/passwd", "a template": "${jndi:ldap://attacker.example}", "a wildcard": "*",
		"long": strings.Repeat("e", 20_000), "a secret": canary, "a name of JavaScript": "__proto__",
	} {
		all = append(all, forged{"a key id that is " + name, sign("ES256", "foreign", headerOf("ES256", "").with("kid", id), claimsAt(now)), sessionjwt.ErrUnknownKey})
	}
	for name, id := range map[string]any{"a number": 1, "an array": []string{"ec"}, "an object": object{"ec": 1}, "false": false} {
		all = append(all, forged{"a key id that is " + name, sign("ES256", "ec", headerOf("ES256", "").with("kid", id), claimsAt(now)), sessionjwt.ErrMalformed})
	}
	return append(all,
		forged{"no key id", sign("ES256", "ec", headerOf("ES256", "").without("kid"), claimsAt(now)), sessionjwt.ErrUnknownKey},
		forged{"two key ids", sign("ES256", "ec", `{"alg":"ES256","kid":"foreign","kid":"ec"}`, claimsAt(now)), sessionjwt.ErrMalformed},
	)
}

func forgedHeaders(now time.Time) (all []forged) {
	foreign := jose.JSONWebKey{Key: testKeys()["foreign"].Public(), KeyID: "ec"}
	for name, value := range map[string]any{
		"jwk": foreign, "jku": "https://attacker.example/jwks.json", "x5u": "https://attacker.example/cert.pem", "x5c": []string{"MIIB"},
		"crit": []string{"exp"}, "b64": false, "zip": "DEF", "cty": "JWT", "enc": "A256GCM",
	} {
		for _, key := range []string{"ec", "foreign"} {
			all = append(all, forged{"the header " + name + ", signed by " + key, sign("ES256", key, headerOf("ES256", "ec").with(name, value), claimsAt(now)), sessionjwt.ErrMalformed})
		}
	}
	unencoded := headerOf("ES256", "ec").with("b64", false).with("crit", []string{"b64"})
	for name, typ := range map[string]any{"an access token": "at+jwt", "a nested one": "JOSE", "a proof": "dpop+jwt", "a logout token": "logout+jwt", "a number": 1} {
		all = append(all, forged{"a type that is " + name, sign("ES256", "ec", headerOf("ES256", "ec").with("typ", typ), claimsAt(now)), sessionjwt.ErrMalformed})
	}
	for _, header := range []string{"", "null", "[]", `"ES256"`, "{", `{"alg":"ES256","kid":"ec"} x`, "{\"alg\":\"ES256\",\"kid\":\"ec\",\"a\":\"\xff\"}"} {
		all = append(all, forged{"a header that is " + header, sign("ES256", "ec", header, claimsAt(now)), sessionjwt.ErrMalformed})
	}
	return append(all,
		forged{"an empty crit", sign("ES256", "ec", headerOf("ES256", "ec").with("crit", []string{}), claimsAt(now)), sessionjwt.ErrMalformed},
		forged{"null for crit", sign("ES256", "ec", headerOf("ES256", "ec").with("crit", nil), claimsAt(now)), sessionjwt.ErrMalformed},
		forged{"a payload that is not encoded", sign("ES256", "ec", unencoded, claimsAt(now)), sessionjwt.ErrMalformed},
	)
}

func forgedSignatures(now time.Time) []forged {
	claims := claimsAt(now)
	valid := token(claims)
	parts := strings.Split(valid, ".")
	raw := must(base64.RawURLEncoding.DecodeString(parts[2]))
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	der := must(ecdsa.SignASN1(rand.Reader, testKeys()["ec"].(*ecdsa.PrivateKey), digest[:]))
	order := elliptic.P256().Params().N.Bytes()
	signed := func(signature []byte) string {
		return parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	other := strings.Split(token(claims.with("sub", "another")), ".")
	rs := strings.Split(sign("RS256", "rsa", headerOf("RS256", "rsa"), claims), ".")
	return []forged{
		{"another key", sign("ES256", "foreign", headerOf("ES256", "ec"), claims), sessionjwt.ErrSignature},
		{"another RSA key", sign("RS256", "foreign rsa", headerOf("RS256", "rsa"), claims), sessionjwt.ErrSignature},
		{"another Ed25519 key", sign("EdDSA", "foreign ed", headerOf("EdDSA", "ed"), claims), sessionjwt.ErrSignature},
		{"another payload", parts[0] + "." + other[1] + "." + parts[2], sessionjwt.ErrSignature},
		{"another header", encode(headerOf("ES256", "ec").with("a", "b")) + "." + parts[1] + "." + parts[2], sessionjwt.ErrSignature},
		{"the signature of another token", parts[0] + "." + parts[1] + "." + other[2], sessionjwt.ErrSignature},
		{"a signature of zeros", signed(make([]byte, 64)), sessionjwt.ErrSignature},
		{"a signature of ones", signed([]byte(strings.Repeat("\xff", 64))), sessionjwt.ErrSignature},
		{"a signature that is the order of the curve", signed(append(append([]byte{}, order...), order...)), sessionjwt.ErrSignature},
		{"a signature that is truncated", signed(raw[:63]), sessionjwt.ErrSignature},
		{"a signature with another byte", signed(append(append([]byte{}, raw...), 0)), sessionjwt.ErrSignature},
		{"a signature with its halves exchanged", signed(append(append([]byte{}, raw[32:]...), raw[:32]...)), sessionjwt.ErrSignature},
		{"a signature in DER", signed(der), sessionjwt.ErrSignature},
		{"a signature of one byte", signed([]byte{1}), sessionjwt.ErrSignature},
		{"RS256 that is called PS256", encode(headerOf("PS256", "rsa")) + "." + rs[1] + "." + rs[2], sessionjwt.ErrSignature},
		{"RS256 signed as PS256", sign("PS256", "rsa", headerOf("RS256", "rsa"), claims), sessionjwt.ErrSignature},
		{"the payload signed without its header", parts[0] + "." + parts[1] + "." + encode(string(signature("ES256", testKeys()["ec"], parts[1]))), sessionjwt.ErrSignature},
		{"Ed25519 of zeros", encode(headerOf("EdDSA", "ed")) + "." + parts[1] + "." + encode(strings.Repeat("\x00", 64)), sessionjwt.ErrSignature},
	}
}
