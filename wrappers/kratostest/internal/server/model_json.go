package server

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// identityBody is an identity in a response.
type identityBody struct {
	ID                  string               `json:"id"`
	ExternalID          string               `json:"external_id,omitempty"`
	SchemaID            string               `json:"schema_id"`
	SchemaURL           string               `json:"schema_url"`
	State               string               `json:"state"`
	StateChangedAt      *time.Time           `json:"state_changed_at,omitempty"`
	Traits              json.RawMessage      `json:"traits"`
	VerifiableAddresses []*verifiableAddress `json:"verifiable_addresses,omitempty"`
	RecoveryAddresses   []*recoveryAddress   `json:"recovery_addresses,omitempty"`
	MetadataPublic      json.RawMessage      `json:"metadata_public"`
	CreatedAt           time.Time            `json:"created_at"`
	UpdatedAt           time.Time            `json:"updated_at"`
	OrganizationID      *string              `json:"organization_id"`
}

// identityJSON returns an identity as the public port shows it.
func (s *Server) identityJSON(i *identity) identityBody {
	body := identityBody{
		ID: i.ID, SchemaID: i.SchemaID, SchemaURL: s.publicURL + "/schemas/" + base64.RawURLEncoding.EncodeToString([]byte(i.SchemaID)),
		State: i.State, Traits: i.Traits, VerifiableAddresses: i.Verifiable, RecoveryAddresses: i.Recovery,
		MetadataPublic: orNull(i.MetadataPublic), CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, ExternalID: i.ExternalID,
	}
	if !i.StateChangedAt.IsZero() {
		changed := i.StateChangedAt
		body.StateChangedAt = &changed
	}
	if i.OrganizationID != "" {
		body.OrganizationID = &i.OrganizationID
	}
	return body
}

// orNull returns null for no JSON.
func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}

// sessionBody is a session in a response.
type sessionBody struct {
	ID              string        `json:"id"`
	Active          bool          `json:"active"`
	ExpiresAt       time.Time     `json:"expires_at"`
	AuthenticatedAt time.Time     `json:"authenticated_at"`
	AAL             string        `json:"authenticator_assurance_level"`
	Methods         []authMethod  `json:"authentication_methods"`
	IssuedAt        time.Time     `json:"issued_at"`
	Identity        *identityBody `json:"identity,omitempty"`
	Devices         []device      `json:"devices"`
	Tokenized       string        `json:"tokenized,omitempty"`
}

// sessionJSON returns a session as the public port shows it.
func (s *Server) sessionJSON(session *session) sessionBody {
	identity := s.identityJSON(session.Identity)
	return sessionBody{
		ID: session.ID, Active: s.active(session), ExpiresAt: session.ExpiresAt, AuthenticatedAt: session.AuthenticatedAt, AAL: session.AAL,
		Methods: session.Methods, IssuedAt: session.IssuedAt, Identity: &identity, Devices: session.Devices,
	}
}
