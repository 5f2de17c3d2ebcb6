package provider

import (
	"encoding/json"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
)

// Person is a person with an account at the provider.
type Person struct {
	Subject string // id at the provider, the claim sub
	Email   string // empty if the provider does not return it
	Name    string // given name; empty if the provider does not return it
}

// account is a person as a user of mockoidc.
type account Person

// claims are the claims of a person, for every scope.
type claims struct {
	*mockoidc.IDTokenClaims
	Subject   string `json:"sub"`
	Email     string `json:"email,omitempty"`
	GivenName string `json:"given_name,omitempty"`
}

func (a account) ID() string { return a.Subject }

func (a account) Userinfo([]string) ([]byte, error) { return json.Marshal(a.claims(nil)) }

func (a account) Claims(_ []string, token *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return a.claims(token), nil
}

func (a account) claims(token *mockoidc.IDTokenClaims) claims {
	return claims{IDTokenClaims: token, Subject: a.Subject, Email: a.Email, GivenName: a.Name}
}
