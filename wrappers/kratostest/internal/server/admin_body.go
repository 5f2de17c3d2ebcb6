package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// createBody is the body of createIdentity, and of an item of a batch.
type createBody struct {
	SchemaID            string               `json:"schema_id"`
	Traits              json.RawMessage      `json:"traits"`
	Credentials         *importedCredentials `json:"credentials"`
	VerifiableAddresses []*verifiableAddress `json:"verifiable_addresses"`
	RecoveryAddresses   []*recoveryAddress   `json:"recovery_addresses"`
	MetadataPublic      json.RawMessage      `json:"metadata_public"`
	MetadataAdmin       json.RawMessage      `json:"metadata_admin"`
	State               string               `json:"state"`
	OrganizationID      json.RawMessage      `json:"organization_id"`
	ExternalID          *string              `json:"external_id"`
}

// importedCredentials are credentials in a body.
type importedCredentials struct {
	Password *struct {
		Config struct {
			HashedPassword           string `json:"hashed_password"`
			Password                 string `json:"password"`
			UsePasswordMigrationHook bool   `json:"use_password_migration_hook"`
		} `json:"config"`
	} `json:"password"`
	OIDC *importedProviders `json:"oidc"`
	SAML *importedProviders `json:"saml"`
}

// importedProviders are the accounts of an identity at providers.
type importedProviders struct {
	Config struct {
		Providers []importedProvider `json:"providers"`
	} `json:"config"`
}

// importedProvider is an account at a provider.
type importedProvider struct {
	Subject      string          `json:"subject"`
	Provider     string          `json:"provider"`
	UseAutoLink  bool            `json:"use_auto_link"`
	Organization json.RawMessage `json:"organization"`
}

// checkVersion returns an error for members that the version does not have. The decoder of Kratos
// rejects unknown members.
func (s *Server) checkVersion(b *createBody) error {
	switch {
	case b.OrganizationID != nil && !s.since("v1.3.6"):
		return errUnknownMember("organization_id")
	case b.ExternalID != nil && !s.since("v25.4.0"):
		return errUnknownMember("external_id")
	case b.Credentials != nil && b.Credentials.SAML != nil && !s.since("v25.4.0"):
		return errUnknownMember("saml")
	}
	return nil
}

// decodeStrict decodes a body, whose unknown members are errors. What follows the JSON is ignored.
func (c *call) decodeStrict(v any) error {
	if c.large {
		return errTooLarge
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	switch err := decoder.Decode(v); {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON of the body is incomplete")
	case strings.Contains(err.Error(), "unknown field"):
		return errors.New("the body has a member that is unknown")
	default:
		return errors.New("the body is not the expected JSON")
	}
}

var errTooLarge = errors.New("the body is too large")

// decode decodes a body whose unknown members are ignored. The Content-Type has to be that of JSON.
func (c *call) decode(v any) *apiError {
	if c.large {
		return newError(http.StatusInternalServerError, "").withMessage(errTooLarge.Error())
	}
	if len(c.body) == 0 {
		return newError(http.StatusBadRequest, "The request has no body.")
	}
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return newError(http.StatusBadRequest, "The Content-Type of the request is not application/json.")
	}
	if json.NewDecoder(bytes.NewReader(c.body)).Decode(v) != nil {
		return newError(http.StatusBadRequest, "The body is not the expected JSON.")
	}
	return nil
}
