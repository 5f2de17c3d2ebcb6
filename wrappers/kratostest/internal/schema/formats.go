package schema

import (
	"errors"
	"net/mail"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// formats returns the formats that Kratos validates differently than the JSON Schema library.
func formats() []*jsonschema.Format {
	all := []*jsonschema.Format{format("email", isEmail), format("tel", isPhone)}
	for _, name := range []string{"uuid", "duration", "period", "semver"} { // Kratos does not validate these
		all = append(all, format(name, func(string) bool { return true }))
	}
	return all
}

var errFormat = errors.New("format mismatch")

func format(name string, valid func(string) bool) *jsonschema.Format {
	return &jsonschema.Format{Name: name, Validate: func(v any) error {
		if s, ok := v.(string); ok && !valid(s) {
			return errFormat
		}
		return nil
	}}
}

// isEmail reports whether s is an email address with a host name.
func isEmail(s string) bool {
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

// isPhone reports whether s is an international phone number of 7 to 15 digits ([E.164]). Kratos
// also validates that such a number can exist.
//
// [E.164]: https://www.itu.int/rec/T-REC-E.164
func isPhone(s string) bool {
	s = strings.TrimPrefix(s, "tel:")
	digits := len(phoneDigits(s))
	return strings.HasPrefix(s, "+") && 7 <= digits && digits <= 15 && strings.Trim(s[1:], "0123456789 ()-./") == ""
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
