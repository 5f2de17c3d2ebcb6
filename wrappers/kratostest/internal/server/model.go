package server

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// identity is an identity, with its secrets.
type identity struct {
	ID, SchemaID                  string
	State                         string // "active" or "inactive"
	StateChangedAt                time.Time
	Traits                        json.RawMessage
	MetadataPublic, MetadataAdmin json.RawMessage // nil means null
	OrganizationID, ExternalID    string
	Verifiable                    []*verifiableAddress
	Recovery                      []*recoveryAddress
	Credentials                   map[string]*credential // by type
	CreatedAt, UpdatedAt          time.Time
}

// verifiableAddress is an address that can be verified. The JSON is that of a response.
type verifiableAddress struct {
	ID         string     `json:"id"`
	Value      string     `json:"value"`
	Verified   bool       `json:"verified"`
	Via        string     `json:"via"`
	Status     string     `json:"status"`
	VerifiedAt *time.Time `json:"verified_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

// recoveryAddress is an address that can recover the account.
type recoveryAddress struct {
	ID        string    `json:"id"`
	Value     string    `json:"value"`
	Via       string    `json:"via"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// credential is a credential of a type.
type credential struct {
	Type                 string
	Identifiers          []string
	Version              int
	CreatedAt, UpdatedAt time.Time

	Password    string             // "password": the clear text, if known
	Hash        string             // "password": the imported hash
	Hook        bool               // "password": a web hook knows it, as imported
	TOTPURL     string             // "totp": the otpauth URL with the secret
	LookupCodes []*lookupCode      // "lookup_secret"
	Providers   []importedProvider // "oidc" and "saml", in the order of the identifiers
}

// lookupCode is a backup code.
type lookupCode struct {
	Code   string
	UsedAt time.Time // zero if it was not used
}

// session is a session. Its token and its cookie are of the same session.
type session struct {
	ID, Token, Cookie, LogoutToken       string
	Identity                             *identity
	Revoked                              bool
	ExpiresAt, AuthenticatedAt, IssuedAt time.Time
	Cookies                              map[string]time.Time // those that browsers got, and the expiry of the session then
	AAL                                  string
	Methods                              []authMethod
	Devices                              []device
}

// authMethod is an authentication of a session.
type authMethod struct {
	Method      string    `json:"method"`
	AAL         string    `json:"aal"`
	CompletedAt time.Time `json:"completed_at"`
	Provider    string    `json:"provider,omitempty"`
}

// device is the client that a session was created by.
type device struct {
	ID        string `json:"id"`
	IPAddress string `json:"ip_address"`
	UserAgent string `json:"user_agent"`
	Location  string `json:"location"`
}

// mail is a message that the courier sent.
type mail struct {
	ID, Type, Recipient, Subject, Body, Template string // Type is "email" or "sms"
	Code, Link                                   string
	CreatedAt                                    time.Time

	Status   string // of the courier of the configuration; "" without one, which sends at once
	Failures int    // attempts of that courier
}

// identity returns the identity with an id, or nil.
func (s *Server) identity(id string) *identity {
	for _, i := range s.identities {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// identityByIdentifier returns the identity with an identifier of one of the types of credentials,
// or nil. Kratos ignores the case and the space around email addresses.
func (s *Server) identityByIdentifier(identifier string, types ...string) *identity {
	identifier = normalize(identifier)
	for _, i := range s.identities {
		for _, kind := range types {
			if c := i.Credentials[kind]; c != nil && slices.Contains(c.Identifiers, identifier) {
				return i
			}
		}
	}
	return nil
}

// normalize returns an identifier as Kratos compares it.
func normalize(identifier string) string { return strings.ToLower(strings.TrimSpace(identifier)) }

// active reports whether a session is valid.
func (s *Server) active(session *session) bool {
	return !session.Revoked && session.ExpiresAt.After(s.now())
}

// highestAAL returns the assurance level that a person can reach.
func (i *identity) highestAAL(s *Server) string {
	if i.Credentials["totp"] != nil || i.Credentials["lookup_secret"] != nil && s.enabled("lookup_secret") || i.Credentials["webauthn_mfa"] != nil {
		return "aal2"
	}
	if code := i.Credentials["code"]; code != nil && s.config.SecondFactorCode {
		return "aal2"
	}
	return "aal1"
}
