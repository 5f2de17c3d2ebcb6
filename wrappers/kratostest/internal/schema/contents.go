package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/formats"
)

// Channels of codes and links.
const (
	viaEmail = "email"
	viaSMS   = "sms"
)

// Contents is what the extension takes from traits.
type Contents struct {
	// Identifiers are the names to log in with, by the type of credentials: "password", "webauthn"
	// and "code".
	Identifiers map[string][]string
	// CodeVia is the channel ("email" or "sms") of codes to an identifier of "code".
	CodeVia map[string]string
	// Verifiable and Recovery are the addresses to verify and to recover the account with.
	Verifiable, Recovery []Address
	// TOTPAccount is the name for an authenticator app, and PasskeyDisplayName the name of a passkey.
	TOTPAccount, PasskeyDisplayName string
}

// Address is an address with its channel, "email" or "sms".
type Address struct{ Value, Via string }

// Read returns what the extension takes from traits, which need not be valid.
func (s *Schema) Read(traits json.RawMessage) Contents {
	c := Contents{Identifiers: map[string][]string{}, CodeVia: map[string]string{}}
	for _, f := range s.walk(traits, false).found {
		c.add(f)
	}
	if webauthn := c.Identifiers["webauthn"]; c.PasskeyDisplayName == "" && len(webauthn) > 0 {
		c.PasskeyDisplayName = webauthn[len(webauthn)-1]
	}
	return c
}

// found is a value with an extension.
type found struct {
	config *extension
	format string
	value  any
	at     string
}

// text returns the value as text; ok is false if it is not a string or number.
func (f found) text() (text string, ok bool) {
	switch v := f.value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// validate returns the violations of addresses.
func (f found) validate() []Violation {
	text, ok := f.text()
	code := f.config.Credentials.Code
	switch {
	case code.Identifier && code.Via == viaSMS && !(ok && formats.IsPhone(text)):
		return []Violation{invalid(f.at, "This is not a phone number.")}
	case f.config.Verification.Via == viaSMS && f.format == "":
		return []Violation{invalid(f.at, "The identity schema has no format for this address.")}
	case f.config.Verification.Via == viaEmail && f.format == "" && !(ok && formats.IsEmail(text)):
		return []Violation{invalid(f.at, "This is not an email address.")}
	case f.config.Recovery.Via == viaEmail && !(ok && formats.IsEmail(text)):
		return []Violation{invalid(f.at, "This is not an email address.")}
	}
	return nil
}

func (c *Contents) add(f found) {
	text, ok := f.text()
	if !ok {
		return
	}
	credentials := f.config.Credentials
	if credentials.Password.Identifier {
		c.addIdentifier("password", strings.ToLower(text))
	}
	if credentials.WebAuthn.Identifier {
		c.addIdentifier("webauthn", strings.ToLower(text))
	}
	if credentials.Passkey.DisplayName {
		c.PasskeyDisplayName = text
	}
	if credentials.TOTP.AccountName {
		c.TOTPAccount = text
	}
	if len(f.validate()) == 0 {
		c.addAddresses(f, text)
	}
}

// addAddresses adds the addresses that codes and links are sent to.
func (c *Contents) addAddresses(f found, text string) {
	if code := f.config.Credentials.Code; code.Identifier {
		address := normalizeCode(text, code.Via)
		c.addIdentifier("code", address)
		c.CodeVia[address] = code.Via
	}
	via := f.config.Verification.Via
	isEmail := f.format == "email" || f.format == "" && via == viaEmail
	c.Verifiable = addAddress(c.Verifiable, text, via, isEmail)
	via = f.config.Recovery.Via
	c.Recovery = addAddress(c.Recovery, text, via, via == viaEmail)
}

func (c *Contents) addIdentifier(credential, identifier string) {
	if !slices.Contains(c.Identifiers[credential], identifier) {
		c.Identifiers[credential] = append(c.Identifiers[credential], identifier)
	}
}

// addAddress adds an address that is not in the list, in lower case if it is an email address.
func addAddress(list []Address, value, via string, isEmail bool) []Address {
	value = strings.TrimSpace(value)
	if isEmail {
		value = strings.ToLower(value)
	}
	address := Address{value, via}
	if via == "" || slices.Contains(list, address) {
		return list
	}
	return append(list, address)
}

// normalizeCode returns an address as codes are sent to it: phone numbers have digits alone.
func normalizeCode(s, via string) string {
	switch {
	case via == viaSMS && formats.IsPhone(s):
		return "+" + phoneDigits(s)
	case via == viaEmail && strings.Contains(s, "@"):
		return strings.ToLower(strings.TrimSpace(s))
	}
	return s
}

// phoneDigits returns the digits of a phone number.
func phoneDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
}
