package server

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
)

// adminIdentityBody is an identity in a response of the admin port.
type adminIdentityBody struct {
	identityBody
	Credentials   map[string]credentialBody `json:"credentials,omitempty"`
	MetadataAdmin json.RawMessage           `json:"metadata_admin,omitempty"`
}

// credentialBody is a credential in a response of the admin port.
type credentialBody struct {
	Type        string    `json:"type"`
	Identifiers []string  `json:"identifiers"`
	Config      any       `json:"config,omitempty"`
	Version     int       `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// adminIdentityJSON returns an identity as the admin port shows it, with the configurations of the
// types of credentials that are included, and metadata_admin, which may be left out if it is null.
func (s *Server) adminIdentityJSON(i *identity, included []string, metadata bool) adminIdentityBody {
	body := adminIdentityBody{identityBody: s.identityJSON(i), Credentials: map[string]credentialBody{}}
	if metadata || i.MetadataAdmin != nil {
		body.MetadataAdmin = orNull(i.MetadataAdmin)
	}
	for kind, c := range i.Credentials {
		shown := credentialBody{Type: kind, Identifiers: c.Identifiers, Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
		if kind == "code" || kind == "webauthn" {
			shown.Version = 1
		}
		if slices.Contains(included, kind) {
			shown.Config = s.credentialConfig(i, c)
		}
		body.Credentials[kind] = shown
	}
	return body
}

// credentialConfig returns the configuration of a credential.
func (s *Server) credentialConfig(i *identity, c *credential) map[string]any {
	switch c.Type {
	case "password":
		if c.Hook && c.Password == "" {
			return map[string]any{"use_password_migration_hook": true}
		}
		if hash := c.passwordHash(); hash != "" {
			return map[string]any{"hashed_password": hash}
		}
	case "totp":
		return map[string]any{"totp_url": c.TOTPURL}
	case "lookup_secret":
		return map[string]any{"recovery_codes": shownLookupCodes(c)}
	case "code":
		return map[string]any{"addresses": s.codeAddresses(i, c)}
	case "webauthn":
		if id, err := uuid.Parse(i.ID); err == nil {
			return map[string]any{"user_handle": base64.StdEncoding.EncodeToString(id[:])}
		}
	case "oidc", "saml":
		return map[string]any{"providers": s.providers(c)}
	}
	return map[string]any{}
}

// shownLookupCodes returns the backup codes of a credential.
func shownLookupCodes(c *credential) []map[string]any {
	codes := []map[string]any{}
	for _, code := range c.LookupCodes {
		shown := map[string]any{"code": code.Code, "used_at": nil}
		if !code.UsedAt.IsZero() {
			shown["used_at"] = code.UsedAt
		}
		codes = append(codes, shown)
	}
	return codes
}

// codeAddresses returns the addresses that codes are sent to.
func (s *Server) codeAddresses(i *identity, c *credential) []map[string]string {
	addresses := []map[string]string{}
	via := map[string]string{}
	if known := s.schema(i.SchemaID); known != nil {
		via = known.Read(i.Traits).CodeVia
	}
	for _, identifier := range c.Identifiers {
		channel := via[identifier]
		if channel == "" {
			channel = "email"
		}
		addresses = append(addresses, map[string]string{"channel": channel, "address": identifier})
	}
	return addresses
}

// providers returns the accounts of a credential.
func (s *Server) providers(c *credential) []map[string]any {
	providers := []map[string]any{}
	for _, p := range c.Providers {
		shown := map[string]any{
			"subject": p.Subject, "provider": p.Provider, "initial_id_token": "", "initial_access_token": "", "initial_refresh_token": "",
		}
		if p.UseAutoLink {
			shown["use_auto_link"] = true
		}
		if !s.since("v1.3.6") {
			shown["organization"] = ""
		}
		providers = append(providers, shown)
	}
	return providers
}
