package bulk

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/kratoskit/kratos-go/internal/redact"
)

// ErrSkipped means that a reader does not import an account of another system: it was deleted, or
// belongs to a program. The record has its line and Ref.
var ErrSkipped = errors.New("the account is not imported")

// Target is how an account of another system becomes an identity. The zero value is valid: the
// traits are {"email": …}, and all metadata is in metadata_admin.
//
// Every reader sets the following of an identity:
//
//   - external_id: the account's id, which is also Record.Ref. [Import] leaves it out for Kratos
//     before v25.4.
//   - verifiable_addresses: the verified addresses that are in the traits. Kratos ignores those
//     that the identity schema does not verify.
//   - credentials: the password hash if Kratos supports it, and links to OpenID Connect providers.
//   - state: inactive if the account is blocked, disabled or banned.
//   - metadata_admin: an object with the metadata of the other system under its own names.
//
// Accounts that share an address, which Auth0 and Cognito allow, are a conflict in Kratos.
//
// Record.Notes has what an account loses:
//
//   - "email", "phone", "username": such an identifier is not in the traits;
//   - "password", or "password" and the name of an unsupported algorithm;
//   - "provider link", "saml link": a login with a provider;
//   - "totp", "webauthn", "backup codes", "mfa": second factors;
//   - "metadata" that is not JSON, "required actions", "recovery question", "user federation".
type Target struct {
	// SchemaID is the identity schema; "" means the default one of the server.
	SchemaID string
	// Traits returns the traits of an account, which are encoded as JSON. Its error must not have
	// values of the profile. Nil means {"email": …}, and fails without an email address.
	Traits func(Profile) (any, error)
	// Provider returns the id of a provider in Kratos' configuration, and "" if there is none. Name
	// is that in the other system, such as "google-oauth2". Nil means the id that Kratos'
	// documentation uses, such as "google", and unknown names as they are.
	//
	// Apple, Facebook and Microsoft identify an account differently for each OAuth client: links to
	// them work if Kratos uses the client of the other system.
	Provider func(name string) string
	// PublicMetadata moves the metadata that people could edit in the other system (user_metadata
	// of Auth0, raw_user_meta_data of Supabase) to metadata_public, where they can read it and
	// programs may trust it. By default, it is in metadata_admin.
	PublicMetadata bool
}

// Profile is an account of another system. fmt and slog do not write it.
type Profile struct {
	redacted[Profile]

	// ID is the account's id in the other system.
	ID string
	// Emails and Phones are the addresses. The first one is the primary address.
	Emails, Phones []Address
	// Username is empty if people log in with an address only.
	Username string
	// Name is the display name.
	Name, GivenName, FamilyName string
	// Raw is the account as exported, a JSON object without secrets. Columns of a CSV file are
	// members with strings.
	Raw json.RawMessage
}

// Address is an email address or a phone number.
type Address struct {
	redacted[Address]

	Value    string
	Verified bool
}

// redacted keeps the fields of the struct T that embeds it out of logs and JSON.
type redacted[T any] = redact.Struct[T]

// Email returns the primary email address, or "".
func (p Profile) Email() string { return first(p.Emails) }

// Phone returns the primary phone number, or "".
func (p Profile) Phone() string { return first(p.Phones) }

func first(list []Address) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Value
}

// addEmail adds an address, unless it is empty or known.
func (p *Profile) addEmail(value string, verified bool) {
	p.Emails = appendAddress(p.Emails, value, verified)
}

// addPhone adds a number, unless it is empty or known.
func (p *Profile) addPhone(value string, verified bool) {
	p.Phones = appendAddress(p.Phones, value, verified)
}

func appendAddress(list []Address, value string, verified bool) []Address {
	value = strings.TrimSpace(value)
	if value == "" {
		return list
	}
	for i := range list {
		if strings.EqualFold(list[i].Value, value) {
			list[i].Verified = list[i].Verified || verified
			return list
		}
	}
	return append(list, Address{Value: value, Verified: verified})
}

// hasAddress reports whether a name is an address of the profile, and therefore not a username.
func (p *Profile) hasAddress(name string) bool {
	for _, a := range append(p.Emails[:len(p.Emails):len(p.Emails)], p.Phones...) {
		if strings.EqualFold(a.Value, name) {
			return true
		}
	}
	return false
}
