package server

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// Phrases of Kratos by which package kratos recognizes what is not valid. All other texts are those
// of this package.
const (
	unknownSchema   = "Unable to find JSON Schema ID"
	invalidState    = "identity state is not valid"
	unknownHash     = "does not match any known hash format"
	emptyIdentifier = "missing or empty identifier"
)

// errUnknownMember returns the error of a decoder for a member that a version does not have.
func errUnknownMember(name string) error {
	return errors.New("json: unknown field " + strconv.Quote(name))
}

// violationsError returns the error of traits that are not valid. Each line of the reason has the
// pointers to the value and to the keyword of the schema.
func violationsError(violations []schema.Violation) *apiError {
	var lines []string
	for _, v := range violations {
		lines = append(lines, violationLine(v))
	}
	return newError(http.StatusBadRequest, strings.Join(lines, "\n"))
}

func violationLine(v schema.Violation) string {
	path, text := fieldPath(v.Field), v.Message.Text
	if v.Keyword == "required" {
		text = "missing properties: " + strconv.Quote(path[len(path)-1])
		path = path[:len(path)-1]
	}
	var value, rule strings.Builder
	for _, name := range path {
		escaped := "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
		value.WriteString(escaped)
		if _, err := strconv.Atoi(name); err == nil {
			rule.WriteString("/items")
			continue
		}
		rule.WriteString("/properties" + escaped)
	}
	return "I[#" + value.String() + "] S[#" + rule.String() + "/" + v.Keyword + "] " + text
}

// fieldPath returns the names in the name of a field. Those of members have a backslash before a
// dot.
func fieldPath(field string) []string {
	if field == "#" {
		return nil
	}
	var path []string
	for name := range strings.SplitSeq(strings.ReplaceAll(field, `\.`, "\x00"), ".") {
		path = append(path, strings.ReplaceAll(name, "\x00", "."))
	}
	return path
}

// checkIdentifiers returns an error if an identifier is empty. Kratos fails to store it.
func (i *identity) checkIdentifiers() *apiError {
	for _, c := range i.Credentials {
		for _, identifier := range c.Identifiers {
			if identifier == "" {
				return newError(http.StatusInternalServerError, "Credentials have a "+emptyIdentifier+".")
			}
		}
	}
	return nil
}
