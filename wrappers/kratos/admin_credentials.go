package kratos

import "time"

// TypedCredentials are the types that [CredentialsConfig] returns.
type TypedCredentials interface {
	PasswordCredentials | OIDCCredentials | SAMLCredentials | CodeCredentials |
		TOTPCredentials | LookupSecretCredentials | WebAuthnCredentials | PasskeyCredentials
}

// Kratos publishes no schema for the types below. The members are those of v1.3.1 to v26.2, where
// they are the same; SAML is there from v25.4 on, in Kratos' enterprise edition.

// SAMLCredentials is the configuration of [CredentialsTypeSAML].
type SAMLCredentials struct {
	unlogged[SAMLCredentials] `json:"-"` // fmt and slog do not write the fields
	// Providers are the accounts at SAML identity providers.
	Providers []SAMLProvider `json:"providers"`
}

// SAMLProvider is an account at a SAML identity provider.
type SAMLProvider struct {
	unlogged[SAMLProvider] `json:"-"` // fmt and slog do not write the fields
	// Provider is the id of the provider in Kratos' configuration.
	Provider string `json:"provider"`
	// Subject is the account's identifier at the provider.
	Subject string `json:"subject"`
	// Organization is the UUID of the organization whose sign-on linked the account, or "".
	Organization string `json:"organization,omitzero"`
	// UseAutoLink reports whether the account was imported with automatic linking.
	UseAutoLink bool `json:"use_auto_link,omitzero"`
}

// TOTPCredentials is the configuration of [CredentialsTypeTOTP].
type TOTPCredentials struct {
	unlogged[TOTPCredentials] `json:"-"` // fmt and slog do not write the fields
	// TOTPURL is a secret: the otpauth URL that the authenticator app was set up with, as in
	// https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
	TOTPURL string `json:"totp_url"`
}

// LookupSecretCredentials is the configuration of [CredentialsTypeLookupSecret].
type LookupSecretCredentials struct {
	unlogged[LookupSecretCredentials] `json:"-"` // fmt and slog do not write the fields
	// Codes are the backup codes, those that were used included.
	Codes []LookupSecretCode `json:"recovery_codes"`
}

// LookupSecretCode is a backup code, which works once.
type LookupSecretCode struct {
	unlogged[LookupSecretCode] `json:"-"` // fmt and slog do not write the fields
	// Code is a secret: what the person enters.
	Code string `json:"code"`
	// UsedAt is when the code was used; the zero time if it was not.
	UsedAt time.Time `json:"used_at,omitzero"`
}

// WebAuthnCredentials is the configuration of [CredentialsTypeWebAuthn].
type WebAuthnCredentials struct {
	unlogged[WebAuthnCredentials] `json:"-"` // fmt and slog do not write the fields
	// Credentials are the security keys. An identity schema can give a person this credential
	// before there is any.
	Credentials []WebAuthnKey `json:"credentials"`
	// UserHandle is what the keys know the person by.
	UserHandle []byte `json:"user_handle"`
}

// PasskeyCredentials is the configuration of [CredentialsTypePasskey].
type PasskeyCredentials struct {
	unlogged[PasskeyCredentials] `json:"-"` // fmt and slog do not write the fields
	// Credentials are the passkeys.
	Credentials []WebAuthnKey `json:"credentials"`
	// UserHandle is what the passkeys know the person by.
	UserHandle []byte `json:"user_handle"`
}

// WebAuthnKey is a security key or passkey.
type WebAuthnKey struct {
	unlogged[WebAuthnKey] `json:"-"` // fmt and slog do not write the fields
	// ID is the credential ID (https://www.w3.org/TR/webauthn-3/#credential-id). In hexadecimal, it
	// is the value that a settings flow removes the key by.
	ID []byte `json:"id"`
	// PublicKey is the public key in COSE format (RFC 9052).
	PublicKey []byte `json:"public_key"`
	// AttestationType is the format of the attestation, such as "none" or "packed".
	AttestationType string `json:"attestation_type"`
	// Authenticator describes the device or password manager.
	Authenticator struct {
		// AAGUID is the UUID of the model, 16 bytes; zeros if the authenticator does not tell.
		AAGUID []byte `json:"aaguid"`
		// SignCount is the signature counter; 0 if the authenticator does not count.
		SignCount uint32 `json:"sign_count"`
		// CloneWarning reports whether the counter once went backwards.
		CloneWarning bool `json:"clone_warning"`
	} `json:"authenticator"`
	// DisplayName is what the person, or Kratos, named the key.
	DisplayName string `json:"display_name"`
	// AddedAt is when the key was registered.
	AddedAt time.Time `json:"added_at"`
	// IsPasswordless reports whether the key is a first factor, instead of a second one.
	IsPasswordless bool `json:"is_passwordless"`
	// Flags are those of the registration; old keys have none, and all are false.
	Flags struct {
		UserPresent    bool `json:"user_present"`
		UserVerified   bool `json:"user_verified"`
		BackupEligible bool `json:"backup_eligible"`
		BackupState    bool `json:"backup_state"`
	} `json:"flags"`
	// Transport has how to reach the authenticator, such as "usb" or "internal".
	Transport []string `json:"transport,omitzero"`
}

// CredentialsConfig returns the configuration of the credential of type T. It fails with
// [ErrNotFound] or [ErrCredentialsNotIncluded].
func CredentialsConfig[T TypedCredentials, I Identity | *Identity](identity I) (T, error) {
	const op = "CredentialsConfig"
	var none T
	all, credentialsType := asPointer(identity).Credentials, configType(none)
	credentials, found := all[credentialsType]
	switch {
	case all != nil && !found:
		return none, &Error{Operation: op, sentinel: ErrNotFound, text: "the identity does not have a credential of type " + string(credentialsType)}
	case len(credentials.Identifiers) == 0 && hasAccounts(credentials.Type):
		return none, nil // v1.3.1 sends an account without provider and subject, v25.4 no configuration
	case !isSet(credentials.Config):
		return none, &Error{Operation: op, sentinel: ErrCredentialsNotIncluded}
	}
	return decodeAs[T](op, credentials.Config)
}

// hasAccounts reports whether a credential has an identifier for each account at a provider: none
// once the last account was unlinked.
func hasAccounts(t CredentialsType) bool {
	return t == CredentialsTypeOIDC || t == CredentialsTypeSAML
}

// configType returns the type of the credential whose configuration config is.
func configType(config any) CredentialsType {
	switch config.(type) {
	case PasswordCredentials:
		return CredentialsTypePassword
	case OIDCCredentials:
		return CredentialsTypeOIDC
	case SAMLCredentials:
		return CredentialsTypeSAML
	case CodeCredentials:
		return CredentialsTypeCode
	case TOTPCredentials:
		return CredentialsTypeTOTP
	case LookupSecretCredentials:
		return CredentialsTypeLookupSecret
	case WebAuthnCredentials:
		return CredentialsTypeWebAuthn
	case PasskeyCredentials:
		return CredentialsTypePasskey
	}
	return ""
}
