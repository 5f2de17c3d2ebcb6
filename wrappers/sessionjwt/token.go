package sessionjwt

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const maxTokenBytes = 32 << 10

// header has the members of a header that are used, and those with which a token is not one of
// Kratos: extensions (RFC 7515, section 4.1.11, and RFC 7797), keys to verify with, and a nested or
// encrypted token.
type header struct {
	Algorithm jose.SignatureAlgorithm `json:"alg"`
	KeyID     string                  `json:"kid"`
	Type      string                  `json:"typ"`

	Critical    json.RawMessage `json:"crit"`
	Base64      json.RawMessage `json:"b64"`
	Key         json.RawMessage `json:"jwk"`
	KeySetURL   json.RawMessage `json:"jku"`
	CertURL     json.RawMessage `json:"x5u"`
	Certs       json.RawMessage `json:"x5c"`
	ContentType json.RawMessage `json:"cty"`
	Encryption  json.RawMessage `json:"enc"`
	Compression json.RawMessage `json:"zip"`
}

// parseHeader returns the header of a token in compact serialization, if its parts are in the only
// encoding that they have: others could verify as well.
func parseHeader(token string) (*header, error) {
	if len(token) > maxTokenBytes {
		return nil, newError(ErrMalformed, "it has more than 32 KiB")
	}
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 || slices.ContainsFunc(parts, isNotBase64URL) {
		return nil, newError(ErrMalformed, "it does not have three parts in base64url")
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[0])
	h := new(header)
	if err != nil || !isObject(data) || jsonv2.Unmarshal(data, h) != nil {
		return nil, newError(ErrMalformed, "the header is not a JSON object with distinct names and the right types")
	}
	if h.Type != "" && !strings.EqualFold(h.Type, "JWT") {
		return nil, newError(ErrMalformed, "its type is not JWT")
	}
	for _, unsupported := range []json.RawMessage{h.Critical, h.Base64, h.Key, h.KeySetURL, h.CertURL, h.Certs, h.ContentType, h.Encryption, h.Compression} {
		if unsupported != nil {
			return nil, newError(ErrMalformed, "the header has a member that Kratos does not set")
		}
	}
	return h, nil
}

// isNotBase64URL reports whether a part is empty, has a character of another alphabet, or bits
// after its last byte.
func isNotBase64URL(part string) bool {
	for _, c := range []byte(part) {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return true
		}
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(part[len(part)-len(part)%4:])
	return part == "" || err != nil
}

// isObject reports whether JSON is an object that all decoders read alike: in UTF-8, and without a
// name that is there twice.
func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) && jsonv2.Check(data) == nil
}

// verifySignature returns the payload of a token if one of the keys with the id of the header
// verifies it.
func verifySignature(token string, h *header, keys []publicKey) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{h.Algorithm})
	if err != nil {
		return nil, newError(ErrMalformed, "it is not a JWS")
	}
	result := newError(ErrAlgorithm, "it is not that of the key")
	for _, key := range keys {
		if !slices.Contains(key.algorithms, h.Algorithm) {
			continue
		}
		if payload, err := signed.Verify(key.key); err == nil {
			return payload, nil
		}
		result = newError(ErrSignature, "it is not by the key with its id")
	}
	return nil, result
}
