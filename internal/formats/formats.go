// Package formats has the formats of identity schemas, as Kratos validates them.
package formats

import (
	"errors"
	"net/mail"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// All returns the formats that Kratos validates differently than the JSON Schema library.
func All() []*jsonschema.Format {
	return []*jsonschema.Format{
		format("email", IsEmail), format("tel", IsPhone),
		// Kratos does not validate these.
		format("uuid", anyString), format("duration", anyString), format("period", anyString), format("semver", anyString),
	}
}

var errMismatch = errors.New("format mismatch")

func format(name string, valid func(string) bool) *jsonschema.Format {
	return &jsonschema.Format{Name: name, Validate: func(v any) error {
		if s, ok := v.(string); ok && !valid(s) {
			return errMismatch
		}
		return nil
	}}
}

func anyString(string) bool { return true }

// IsEmail reports whether s is an email address with a host name, and without a display name.
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	_, err := mail.ParseAddress(s)
	return err == nil && len(s) <= 254 && at <= 64 && isHost(s[at+1:])
}

func isHost(s string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, isNotHostChar) {
			return false
		}
	}
	return true
}

func isNotHostChar(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-')
}

// IsPhone reports whether s is an international phone number, in which letters stand for digits or
// begin an extension. Kratos also validates that such a number can exist.
func IsPhone(s string) bool {
	number, international := strings.CutPrefix(strings.TrimPrefix(s, "tel:"), "+")
	digits, letters := 0, 0
	for _, c := range number {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			letters++
		case !strings.ContainsRune(" ()-./,;=#", c):
			return false
		}
	}
	return international && digits <= 17 && 5 <= digits+letters && digits+letters <= 24
}
