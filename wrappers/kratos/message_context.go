package kratos

import (
	"encoding/json"
	"time"
)

// MessageContext has the values in a message, as far as its ID has them.
type MessageContext struct {
	unlogged[MessageContext] `json:"-"` // fmt and slog do not write the fields
	// Property is the name of the missing field ([MessageRequired]).
	Property string `json:"property"`
	// Reason is the cause of the error in English ([MessageInvalid], [MessagePasswordPolicy]).
	Reason string `json:"reason"`
	// Provider and ProviderID are the label and id of a provider.
	Provider   string `json:"provider"`
	ProviderID string `json:"provider_id"`
	// Address is the recipient of a code, by Channel ("email" or "sms").
	Address string `json:"address"`
	Channel string `json:"channel"`
	// MinLength, MaxLength and ActualLength are numbers of characters.
	MinLength    int `json:"min_length"`
	MaxLength    int `json:"max_length"`
	ActualLength int `json:"actual_length"`
	// Minimum, Maximum and Actual describe a number that is too small or too large.
	Minimum json.Number `json:"minimum"`
	Maximum json.Number `json:"maximum"`
	Actual  json.Number `json:"actual"`
	// Pattern is the regular expression that a value has to match ([MessageInvalidFormat]).
	Pattern string `json:"pattern"`
	// AllowedTypes and ActualType are JSON types ([MessageWrongType]).
	AllowedTypes []string `json:"allowed_types"`
	ActualType   string   `json:"actual_type"`
	// Breaches is the number of breaches that have the password ([MessagePasswordBreached]).
	Breaches int `json:"breaches"`
	// ExpiredAt is the time at which the flow expired, UsedAt that at which a backup code was used,
	// and AddedAt that at which the key DisplayName was added.
	ExpiredAt   time.Time `json:"expired_at"`
	UsedAt      time.Time `json:"used_at"`
	AddedAt     time.Time `json:"added_at"`
	DisplayName string    `json:"display_name"`
	// AvailableCredentialTypes and the following are ways to log in to the existing account
	// ([MessageAccountExistsHints], [MessageLoginLinkAccount]).
	AvailableCredentialTypes []CredentialsType `json:"available_credential_types"`
	AvailableOIDCProviders   []string          `json:"available_oidc_providers"`
	AvailableProviders       []string          `json:"available_providers"`
	CredentialIdentifierHint string            `json:"credential_identifier_hint"`
	DuplicateIdentifier      string            `json:"duplicate_identifier"`
	// PrivilegedSessionExpiresAt is the time until which settings can be changed after a recovery
	// ([MessageRecoverySuccessful]).
	PrivilegedSessionExpiresAt time.Time `json:"privileged_session_expires_at"`
	// NewLoginURL is where the user logs in to link an account ([MessageLoginLinkAccount]).
	NewLoginURL string `json:"new_login_url"`
	// MaskedAddress is the recipient of a code, without most letters ([MessageRecoveryCodeSentMasked]).
	MaskedAddress string `json:"masked_address"`
	// Name and Title are those of a trait ([MessageLabelTrait]).
	Name  string `json:"name"`
	Title string `json:"title"`
	// Secret and Secrets are for an authenticator app, or backup codes.
	Secret  string   `json:"secret"`
	Secrets []string `json:"secrets"`
	// Expected is the value that the identity schema fixes ([MessageNotConst]), and Value the one
	// that is not an address.
	Expected any    `json:"expected"`
	Value    string `json:"value"`
	// Base is what a number has to be a multiple of ([MessageNotMultiple]).
	Base json.Number `json:"base"`
	// MinItems, MaxItems and ActualItems are lengths of a list, IndexA and IndexB equal items.
	MinItems    int `json:"min_items"`
	MaxItems    int `json:"max_items"`
	ActualItems int `json:"actual_items"`
	IndexA      int `json:"index_a"`
	IndexB      int `json:"index_b"`
}

// ParseMessageContext decodes m.Context, without members of unexpected types.
func ParseMessageContext(m Message) MessageContext {
	var members map[string]json.RawMessage
	var context MessageContext
	_ = json.Unmarshal(m.Context, &members)
	for name, value := range members {
		member, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			continue
		}
		before := context
		if json.Unmarshal(member, &context) != nil {
			context = before
		}
	}
	return context
}
