package validate

import (
	"errors"
	"net/mail"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// formats are those in which Kratos and the JSON Schema library differ.
func formats() []*jsonschema.Format {
	return []*jsonschema.Format{
		format("email", isEmail), format("tel", isPhone),
		// Kratos does not know these, so that it takes anything.
		format("uuid", anything), format("duration", anything), format("period", anything), format("semver", anything),
	}
}

var errFormat = errors.New("another format")

func format(name string, is func(string) bool) *jsonschema.Format {
	return &jsonschema.Format{Name: name, Validate: func(v any) error {
		if text, ok := v.(string); ok && !is(text) {
			return errFormat
		}
		return nil
	}}
}

func anything(string) bool { return true }

// isEmail reports whether s is an address of a host with a name, and no more, such as a person's
// name before it.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	_, err := mail.ParseAddress(s)
	return err == nil && len(s) <= 254 && at <= 64 && isHost(s[at+1:])
}

func isHost(s string) bool {
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, notInHost) {
			return false
		}
	}
	return true
}

func notInHost(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-')
}

// isPhone reports whether s looks like a phone number with its country; letters stand for digits,
// or for an extension. Kratos also knows which numbers there are.
func isPhone(s string) bool {
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
