package sessionjwt

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const minRSABits = 2048 // RFC 7518, section 3.3

// publicKey verifies signatures.
type publicKey struct {
	key        any                       // a *ecdsa.PublicKey, *rsa.PublicKey or ed25519.PublicKey
	algorithms []jose.SignatureAlgorithm // those it is for
}

// jwk has the members of a key that are public. Others are not decoded.
type jwk struct {
	Type       string   `json:"kty"`
	KeyID      string   `json:"kid,omitempty"`
	Algorithm  string   `json:"alg,omitempty"`
	Use        string   `json:"use,omitempty"`
	Operations []string `json:"key_ops,omitempty"`
	Curve      string   `json:"crv,omitempty"`
	X          string   `json:"x,omitempty"`
	Y          string   `json:"y,omitempty"`
	N          string   `json:"n,omitempty"`
	E          string   `json:"e,omitempty"`
}

// parseSet returns the keys for signatures of a set, by their id.
func parseSet(data []byte) (map[string][]publicKey, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if jsonv2.Check(data) != nil || jsonv2.Unmarshal(data, &set) != nil {
		return nil, setError("it is not a JWK set")
	}
	byID := map[string][]publicKey{}
	for i, key := range set.Keys {
		parsed, err := key.parse()
		if err != nil {
			return nil, setError(fmt.Sprintf("key %d of the set %v", i+1, err))
		}
		if parsed != nil {
			byID[key.KeyID] = append(byID[key.KeyID], *parsed)
		}
	}
	if len(byID) == 0 {
		return nil, setError(fmt.Sprintf("none of the %d keys of the set verifies signatures", len(set.Keys)))
	}
	return byID, nil
}

// parse returns the key, or nil if it is not one for signatures.
func (k jwk) parse() (*publicKey, error) {
	if k.Type == "oct" {
		return nil, errors.New("is symmetric: who verifies with it could issue tokens")
	}
	algorithms := k.algorithms()
	if len(algorithms) == 0 || !k.isForSignatures() {
		return nil, nil
	}
	public, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	var parsed jose.JSONWebKey
	if parsed.UnmarshalJSON(public) != nil || !parsed.Valid() {
		return nil, errors.New("is not valid") // the cause may have a part of the key
	}
	key := &publicKey{key: parsed.Key, algorithms: algorithms}
	if rsaKey, ok := key.key.(*rsa.PublicKey); ok && rsaKey.N.BitLen() < minRSABits {
		return nil, fmt.Errorf("is an RSA key of fewer than %d bits", minRSABits)
	}
	return key, nil
}

// isForSignatures reports whether the key is not for encryption. A private key is for signing.
func (k jwk) isForSignatures() bool {
	use := k.Use == "" || k.Use == "sig"
	return use && (len(k.Operations) == 0 || slices.Contains(k.Operations, "verify") || slices.Contains(k.Operations, "sign"))
}

// algorithms returns those of the key's type and curve, or the one that the key names.
func (k jwk) algorithms() []jose.SignatureAlgorithm {
	var all []jose.SignatureAlgorithm
	switch k.Type + " " + k.Curve {
	case "EC P-256":
		all = []jose.SignatureAlgorithm{jose.ES256}
	case "EC P-384":
		all = []jose.SignatureAlgorithm{jose.ES384}
	case "EC P-521":
		all = []jose.SignatureAlgorithm{jose.ES512}
	case "OKP Ed25519":
		all = []jose.SignatureAlgorithm{jose.EdDSA}
	case "RSA ":
		all = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}
	}
	if k.Algorithm == "" {
		return all
	}
	return slices.DeleteFunc(all, func(a jose.SignatureAlgorithm) bool { return string(a) != k.Algorithm })
}
