package server

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// tokenize returns a session as a JSON Web Token, signed with the key of a template. The template's
// claims replace those of Kratos, except for the subject.
func (c *call) tokenize(s *session, name string) (string, *apiError) {
	template, ok := c.config.Tokenizers[name]
	if !ok {
		return "", newError(http.StatusBadRequest, "There is no template with this name for tokens.")
	}
	claims, err := c.claims(s, template)
	if err != nil {
		return "", newError(http.StatusBadRequest, "The claims of the token cannot be encoded.")
	}
	signer, err := template.signer()
	if err != nil {
		return "", newError(http.StatusBadRequest, "The key of the template cannot sign: it has to be a private JSON Web Key with the member alg.")
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", newError(http.StatusBadRequest, "The token cannot be signed.")
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		return "", newError(http.StatusBadRequest, "The token cannot be encoded.")
	}
	return token, nil
}

// claims returns the claims of a token.
func (c *call) claims(s *session, template Tokenizer) ([]byte, error) {
	now := c.now()
	claims := map[string]any{
		"jti": newID(), "iss": c.publicURL + "/", "sid": s.ID, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(template.TTL).Unix(),
	}
	if template.Claims != nil {
		encoded, err := json.Marshal(c.sessionJSON(s))
		if err != nil {
			return nil, err
		}
		maps.Copy(claims, template.Claims(encoded))
	}
	claims["sub"] = s.Identity.ID
	return json.Marshal(claims)
}

// signer returns what signs the tokens of a template.
func (t Tokenizer) signer() (jose.Signer, error) {
	var key jose.JSONWebKey
	if err := json.Unmarshal(t.Key, &key); err != nil {
		return nil, err
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
}
