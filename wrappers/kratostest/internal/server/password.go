package server

import (
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// The [password policy] of Kratos. Lengths are in bytes.
//
// [password policy]: https://www.ory.sh/docs/kratos/concepts/security#password-policy
const (
	minPassword      = 8
	maxPassword      = 72  // of bcrypt
	minDistance      = 5   // edits that make an identifier of a password
	maxCommonPortion = 0.5 // of the password that is also in an identifier
)

// checkPassword returns what is wrong with a new password of an identity with identifiers, or nil.
func checkPassword(password string, identifiers []string) *message.Message {
	var m message.Message
	switch {
	case len(password) < minPassword:
		m = message.New(kratos.MessagePasswordTooShort, "min_length", minPassword, "actual_length", len(password))
	case isSimilarToAny(password, identifiers):
		m = message.New(kratos.MessagePasswordTooSimilar)
	case len(password) > maxPassword:
		m = message.New(kratos.MessagePasswordTooLong, "max_length", maxPassword, "actual_length", len(password))
	default:
		return nil
	}
	return &m
}

func isSimilarToAny(password string, identifiers []string) bool {
	for _, identifier := range identifiers {
		if identifier != "" && isSimilar(strings.ToLower(password), strings.ToLower(identifier)) {
			return true
		}
	}
	return false
}

// isSimilar compares no more of a text than the policy does of any password and address.
func isSimilar(password, identifier string) bool {
	const enough = 1024
	password, identifier = password[:min(len(password), enough)], identifier[:min(len(identifier), enough)]
	common := float64(commonLength(password, identifier)) / float64(len(password))
	return common > maxCommonPortion || distance([]rune(password), []rune(identifier)) < minDistance
}

// commonLength returns the length of the longest text that is in both texts.
func commonLength(a, b string) int {
	longest := 0
	previous := make([]int, len(b)+1)
	for i := range len(a) {
		row := make([]int, len(b)+1)
		for j := range len(b) {
			if a[i] == b[j] {
				row[j+1] = previous[j] + 1
				longest = max(longest, row[j+1])
			}
		}
		previous = row
	}
	return longest
}

// distance returns the Levenshtein distance of two texts.
func distance(a, b []rune) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i, x := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j, y := range b {
			replaced := previous[j]
			if x != y {
				replaced++
			}
			row[j+1] = min(replaced, previous[j+1]+1, row[j]+1)
		}
		previous = row
	}
	return previous[len(b)]
}
