package validate

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"time"
)

// scalar returns the rule that the text of a string, number or boolean breaks, and what is allowed; "" if it breaks none.
func (s *schema) scalar(text []byte, openEnum bool) (rule, message string) {
	switch s.kind {
	case "integer":
		return s.integer(text)
	case "boolean":
		if string(text) != "true" && string(text) != "false" {
			return "type", "must be true or false"
		}
		return "", ""
	case "string":
	default:
		return "", ""
	}
	if s.enum != nil && !openEnum && !slices.Contains(s.enum, string(text)) {
		return "enum", "must be one of " + list(s.enum)
	}
	if s.pattern != nil && !s.pattern.Match(text) {
		return "pattern", "must match " + s.pattern.String()
	}
	switch s.format {
	case "uuid", "uuid4":
		if !isUUID(text) {
			return "format", "must be a UUID"
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, string(text)); err != nil {
			return "format", "must be a time such as 2006-01-02T15:04:05Z"
		}
	}
	return "", ""
}

func (s *schema) integer(text []byte) (rule, message string) {
	if bytes.ContainsAny(text, ".eE+") {
		return "type", "must be an integer"
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case err == nil:
	case errors.Is(err, strconv.ErrRange):
		return "format", "must be an integer of 64 bits"
	default:
		return "type", "must be an integer"
	}
	if s.minimum != nil && float64(n) < *s.minimum {
		return "minimum", "must be at least " + strconv.FormatFloat(*s.minimum, 'g', -1, 64)
	}
	if s.maximum != nil && float64(n) > *s.maximum {
		return "maximum", "must be at most " + strconv.FormatFloat(*s.maximum, 'g', -1, 64)
	}
	return "", ""
}

// isUUID reports whether text is 32 hexadecimal digits in the usual five groups.
func isUUID(text []byte) bool {
	if len(text) != 36 {
		return false
	}
	for i, b := range text {
		switch i {
		case 8, 13, 18, 23:
			if b != '-' {
				return false
			}
		default:
			if !('0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F') {
				return false
			}
		}
	}
	return true
}
