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

// isEmail reports whether s is an address and no more, such as a name before it; of a host with a name.
func isEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || len(s) > 254 {
		return false
	}
	at := strings.LastIndexByte(s, '@')
	return at <= 64 && isHost(s[at+1:])
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

// isPhone reports whether s looks like a phone number with its country. Kratos also knows which of them there are.
func isPhone(s string) bool {
	number, international := strings.CutPrefix(s, "+")
	digits := 0
	for _, c := range number {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case !strings.ContainsRune(" ()-./", c):
			return false
		}
	}
	return international && 5 <= digits && digits <= 17
}
