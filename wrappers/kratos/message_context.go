package kratos

import (
	"encoding/json"
	"time"
)

// MessageContext is what a [Message] is about, for texts in other languages. Which fields are set
// depends on the message's ID.
type MessageContext struct {
	// Property is the field that is missing ([MessageRequired]).
	Property string `json:"property"`
	// Reason says in English what is wrong ([MessageInvalid], [MessagePasswordPolicy]).
	Reason string `json:"reason"`
	// Provider and ProviderID are the label and id of a provider.
	Provider   string `json:"provider"`
	ProviderID string `json:"provider_id"`
	// Address is where a code was sent, by Channel ("email" or "sms").
	Address string `json:"address"`
	Channel string `json:"channel"`
	// MinLength, MaxLength and ActualLength are numbers of characters.
	MinLength    int `json:"min_length"`
	MaxLength    int `json:"max_length"`
	ActualLength int `json:"actual_length"`
	// Minimum, Maximum and Actual are of a number that is too small or too large.
	Minimum json.Number `json:"minimum"`
	Maximum json.Number `json:"maximum"`
	Actual  json.Number `json:"actual"`
	// Pattern is the regular expression that a value has to match ([MessageInvalidFormat]).
	Pattern string `json:"pattern"`
	// AllowedTypes and ActualType are JSON types ([MessageWrongType]).
	AllowedTypes []string `json:"allowed_types"`
	ActualType   string   `json:"actual_type"`
	// Breaches is in how many breaches a password was found ([MessagePasswordBreached]).
	Breaches int `json:"breaches"`
	// ExpiredAt is when the flow expired, UsedAt when a backup code was used, and AddedAt when the
	// key DisplayName was added.
	ExpiredAt   time.Time `json:"expired_at"`
	UsedAt      time.Time `json:"used_at"`
	AddedAt     time.Time `json:"added_at"`
	DisplayName string    `json:"display_name"`
	// The account that is there already can log in in these ways ([MessageAccountExistsHints],
	// [MessageLoginLinkAccount]).
	AvailableCredentialTypes []CredentialsType `json:"available_credential_types"`
	AvailableOIDCProviders   []string          `json:"available_oidc_providers"`
	AvailableProviders       []string          `json:"available_providers"`
	CredentialIdentifierHint string            `json:"credential_identifier_hint"`
	DuplicateIdentifier      string            `json:"duplicate_identifier"`
	// PrivilegedSessionExpiresAt is until when settings can be changed after a recovery
	// ([MessageRecoverySuccessful]).
	PrivilegedSessionExpiresAt time.Time `json:"privileged_session_expires_at"`
}

// ParseMessageContext returns what a message is about. What is not of the expected type is left out; all of
// it is in m.Context.
func ParseMessageContext(m Message) MessageContext {
	var whole map[string]json.RawMessage
	var context MessageContext
	_ = json.Unmarshal(m.Context, &whole)
	for name, value := range whole {
		field, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			continue
		}
		before := context
		if json.Unmarshal(field, &context) != nil {
			context = before
		}
	}
	return context
}
