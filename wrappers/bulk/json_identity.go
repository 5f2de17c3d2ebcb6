package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// identityJSON is an identity in a response of Kratos, or the body of createIdentity.
type identityJSON struct {
	ID                  string               `json:"id"`
	SchemaID            string               `json:"schema_id"`
	State               kratos.IdentityState `json:"state"`
	ExternalID          string               `json:"external_id"`
	OrganizationID      string               `json:"organization_id"`
	Traits              json.RawMessage      `json:"traits"`
	MetadataPublic      json.RawMessage      `json:"metadata_public"`
	MetadataAdmin       json.RawMessage      `json:"metadata_admin"`
	VerifiableAddresses []struct {
		Value    string                `json:"value"`
		Via      kratos.AddressChannel `json:"via"`
		Verified bool                  `json:"verified"`
		Status   kratos.AddressStatus  `json:"status"`
	} `json:"verifiable_addresses"`
	RecoveryAddresses []struct {
		Value string                `json:"value"`
		Via   kratos.AddressChannel `json:"via"`
	} `json:"recovery_addresses"`
	Credentials map[string]credentialJSON `json:"credentials"`
}

type credentialJSON struct {
	Config json.RawMessage `json:"config"`
}

// importedMembers are the members of identityJSON, and ignoredMembers those that Kratos assigns.
var (
	importedMembers = []string{"id", "schema_id", "state", "external_id", "organization_id", "traits", "metadata_public", "metadata_admin", "verifiable_addresses", "recovery_addresses", "credentials"}
	ignoredMembers  = []string{"schema_url", "created_at", "updated_at", "state_changed_at", "available_aal", "region"}
)

// decodeIdentity returns the record of an identity. The text of the error has no values.
func decodeIdentity(number int, text []byte) (Record, error) {
	if e := jsonv2.Check(text); e != nil {
		return Record{Line: number}, syntaxError(e)
	}
	var in identityJSON
	var members map[string]json.RawMessage
	if err := errors.Join(jsonv2.Unmarshal(text, &in), jsonv2.Unmarshal(text, &members)); err != nil {
		return Record{Line: number}, errors.New("kratos: JSONLines: the line is not an identity: it is not an object, or a member has the wrong type")
	}
	if len(in.Traits) == 0 || string(in.Traits) == "null" {
		return Record{Line: number, Ref: in.ID}, errors.New("kratos: JSONLines: the identity has no traits")
	}
	r := Record{Line: number, Ref: in.ID, Identity: kratos.CreateIdentity{
		SchemaID: in.SchemaID, State: in.State, ExternalID: in.ExternalID, OrganizationID: in.OrganizationID,
		Traits: in.Traits, MetadataPublic: optionalJSON(in.MetadataPublic), MetadataAdmin: optionalJSON(in.MetadataAdmin),
	}}
	for _, a := range in.VerifiableAddresses {
		r.Identity.VerifiableAddresses = append(r.Identity.VerifiableAddresses, kratos.VerifiableAddress{Value: a.Value, Via: a.Via, Verified: a.Verified, Status: a.Status})
	}
	for _, a := range in.RecoveryAddresses {
		r.Identity.RecoveryAddresses = append(r.Identity.RecoveryAddresses, kratos.RecoveryAddress{Value: a.Value, Via: a.Via})
	}
	for name, credential := range in.Credentials {
		if note := addCredential(&r.Identity.Credentials, name, credential.Config); note != "" {
			r.Notes = append(r.Notes, note)
		}
	}
	for name := range members {
		if !slices.Contains(importedMembers, name) && !slices.Contains(ignoredMembers, name) {
			r.Notes = append(r.Notes, fmt.Sprintf("unknown member %.40q", name))
		}
	}
	slices.Sort(r.Notes)
	return r, nil
}

func syntaxError(e *jsonv2.SyntaxError) error {
	switch {
	case e.Duplicate:
		return fmt.Errorf("kratos: JSONLines: a name is used twice, at byte %d", e.Offset)
	case e.Truncated:
		return errors.New("kratos: JSONLines: the JSON is incomplete")
	}
	return fmt.Errorf("kratos: JSONLines: not JSON, at byte %d", e.Offset)
}

// optionalJSON returns a value of metadata, or nil for null.
func optionalJSON(text json.RawMessage) any {
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	return text
}

// configJSON has the members of the configurations of all credentials.
type configJSON struct {
	Password                 string           `json:"password"`
	HashedPassword           string           `json:"hashed_password"`
	UsePasswordMigrationHook bool             `json:"use_password_migration_hook"`
	Credentials              []map[string]any `json:"credentials"` // keys
	Providers                []struct {
		Provider     string `json:"provider"`
		Subject      string `json:"subject"`
		Organization string `json:"organization"`
		UseAutoLink  bool   `json:"use_auto_link"`
	} `json:"providers"`
}

// addCredential adds a credential, or returns what cannot be imported. Kratos derives those of type
// code from the traits.
func addCredential(to *kratos.IdentityWithCredentials, name string, text json.RawMessage) (note string) {
	var config configJSON
	if len(text) > 0 && jsonv2.Unmarshal(text, &config) != nil {
		return name + ": unknown configuration"
	}
	empty := len(text) == 0 || string(text) == "null"
	switch kratos.CredentialsType(name) {
	case kratos.CredentialsTypeCode:
		return ""
	case kratos.CredentialsTypePassword:
		to.Password.Config.Password, to.Password.Config.HashedPassword = config.Password, config.HashedPassword
		to.Password.Config.UsePasswordMigrationHook = config.UsePasswordMigrationHook
	case kratos.CredentialsTypeOIDC:
		for _, link := range config.Providers {
			kratos.OIDCLink(link.Provider, link.Subject)(to)
			last := &to.OIDC.Config.Providers[len(to.OIDC.Config.Providers)-1]
			last.Organization, last.UseAutoLink = link.Organization, link.UseAutoLink
		}
	case kratos.CredentialsTypeSAML:
		for _, link := range config.Providers {
			kratos.SAMLLink(link.Provider, link.Subject)(to)
		}
	case kratos.CredentialsTypeWebAuthn, kratos.CredentialsTypePasskey:
		if !empty && len(config.Credentials) == 0 {
			return "" // an identifier without a key
		}
		return name
	default:
		return name
	}
	if empty {
		return name + ": not in the file"
	}
	return ""
}
