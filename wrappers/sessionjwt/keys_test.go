package sessionjwt_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

func TestKeySets(t *testing.T) {
	t.Parallel()
	keyWith := func(name string, members object) object {
		var key object
		if err := json.Unmarshal(must(json.Marshal(jose.JSONWebKey{Key: testKeys()[name], KeyID: name})), &key); err != nil {
			t.Fatal(err)
		}
		for member, value := range members {
			key[member] = value
		}
		return key
	}
	good, oct := keyWith("ec", nil), object{"kty": "oct", "kid": canary, "k": canary}
	for name, tc := range map[string]struct {
		set  any
		want string // in the error; "" for none
	}{
		"a private key":                       {object{"keys": []any{good}}, ""},
		"a public key":                        {object{"keys": []any{good.without("d")}}, ""},
		"a key of an unknown type beside it":  {object{"keys": []any{object{"kty": "new", "kid": "n"}, good}}, ""},
		"a key for encryption beside it":      {object{"keys": []any{keyWith("rsa", object{"use": "enc"}), good}}, ""},
		"a key of an unknown curve beside it": {object{"keys": []any{object{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, good}}, ""},
		"members of the set and of the key":   {object{"keys": []any{good.with("new", 1)}, "new": 1}, ""},
		"a key for signatures":                {object{"keys": []any{keyWith("ec", object{"use": "sig", "key_ops": []string{"sign"}, "alg": "ES256"})}}, ""},
		"a symmetric key":                     {object{"keys": []any{oct}}, "key 1 of the set is symmetric"},
		"a symmetric key after another one":   {object{"keys": []any{good, oct}}, "key 2 of the set is symmetric"},
		"an RSA key that is too short":        {object{"keys": []any{keyWith("small rsa", nil)}}, "fewer than 2048 bits"},
		"a point that is not on the curve":    {object{"keys": []any{good.with("y", good["x"])}}, "key 1 of the set is not valid"},
		"a coordinate that is missing":        {object{"keys": []any{good.without("y")}}, "key 1 of the set is not valid"},
		"a modulus that is missing":           {object{"keys": []any{keyWith("rsa", object{"n": ""})}}, "key 1 of the set is not valid"},
		"an Ed25519 key of another size":      {object{"keys": []any{keyWith("ed", object{"x": "AAAA"})}}, "key 1 of the set is not valid"},
		"a coordinate that is a number":       {object{"keys": []any{good.with("x", 1)}}, "it is not a JWK set"},
		"only a key for encryption":           {object{"keys": []any{keyWith("rsa", object{"use": "enc"})}}, "none of the 1 keys"},
		"only a key to derive with":           {object{"keys": []any{keyWith("ec", object{"key_ops": []string{"deriveKey"}})}}, "none of the 1 keys"},
		"only a key of another algorithm":     {object{"keys": []any{keyWith("rsa", object{"alg": "RSA-OAEP"})}}, "none of the 1 keys"},
		"an algorithm of another type":        {object{"keys": []any{keyWith("ec", object{"alg": "RS256"})}}, "none of the 1 keys"},
		"no keys":                             {object{"keys": []any{}}, "none of the 0 keys"},
		"null for the keys":                   {object{"keys": nil}, "none of the 0 keys"},
		"a key without a set":                 {good, "none of the 0 keys"},
		"an array":                            {[]any{good}, "it is not a JWK set"},
		"text":                                {canary, "it is not a JWK set"},
		"a name that is there twice":          {json.RawMessage(`{"keys":[],"keys":[]}`), "it is not a JWK set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := sessionjwt.KeysFromJSON(must(json.Marshal(tc.set)))
			switch {
			case tc.want == "" && err != nil:
				t.Fatal(err)
			case tc.want == "":
				if _, err := verifierOf(t, keys, rules()).Verify(t.Context(), token(claimsAt(time.Now()))); err != nil {
					t.Error(err)
				}
			case keys != nil || !errors.Is(err, sessionjwt.ErrKeys) || !strings.Contains(err.Error(), tc.want):
				t.Errorf("%v, want %s", err, tc.want)
			case strings.Contains(err.Error(), canary):
				t.Errorf("the error has a part of the key: %v", err)
			}
		})
	}
}

// A token is verified by each key with its id.
func TestKeysWithTheSameID(t *testing.T) {
	t.Parallel()
	var set jose.JSONWebKeySet
	for _, name := range []string{"rsa", "foreign", "ec"} {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: testKeys()[name]})
	}
	verifier := verifierOf(t, must(sessionjwt.KeysFromJSON(must(json.Marshal(set)))), rules())
	for name, tc := range map[string]struct {
		algorithm, key string
		want           error
	}{
		"the first":  {"RS256", "rsa", nil},
		"the second": {"ES256", "foreign", nil},
		"the third":  {"ES256", "ec", nil},
		"none":       {"ES256", "ec2", sessionjwt.ErrSignature},
		"no type":    {"EdDSA", "ed", sessionjwt.ErrAlgorithm},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := headerOf(tc.algorithm, "").without("kid")
			if _, err := verifier.Verify(t.Context(), sign(tc.algorithm, tc.key, header, claimsAt(time.Now()))); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// The file is read again, at most once in 30 seconds. A file that is not a set keeps the keys.
func TestKeysFromFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		write(jwkSet("ec"))
		verifier := verifierOf(t, must(sessionjwt.KeysFromFile(path)), rules())
		verify := func(key string) error {
			_, err := verifier.Verify(t.Context(), sign("ES256", key, headerOf("ES256", key), claimsAt(time.Now())))
			synctest.Wait()
			return err
		}
		expect := func(key string, want error) {
			t.Helper()
			if err := verify(key); !errors.Is(err, want) {
				t.Errorf("a token of %s at %s: %v, want %v", key, time.Now().Format("15:04:05"), err, want)
			}
		}
		expect("ec", nil)
		write(jwkSet("ec2", "ec"))
		expect("ec2", sessionjwt.ErrUnknownKey)
		time.Sleep(30 * time.Second)
		expect("ec2", nil)
		write(jwkSet("ec2"))
		time.Sleep(31 * time.Second)
		expect("ec", nil) // starts reading
		expect("ec", sessionjwt.ErrUnknownKey)
		write([]byte(`{"keys":[`))
		time.Sleep(31 * time.Second)
		expect("ec2", nil)
		expect("ec2", nil)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		expect("ec2", nil)
		expect("ec", sessionjwt.ErrKeys)
	})
}

func TestKeysFromFileFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, data := range map[string]string{"large": `{"keys":[],"a":"` + strings.Repeat("a", 1<<20) + `"}`, "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"large": "more than 1 MiB", "empty": "not a JWK set", "missing": "no such file", ".": "directory"} {
		if keys, err := sessionjwt.KeysFromFile(filepath.Join(dir, name)); keys != nil || !errors.Is(err, sessionjwt.ErrKeys) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
