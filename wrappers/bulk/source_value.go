package bulk

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// text is a string that some exports write as a number.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && (data[0] == '-' || '0' <= data[0] && data[0] <= '9') {
		*t = text(data)
		return nil
	}
	if n := len(data); n > 1 && data[0] == '"' && !bytes.ContainsRune(data, '\\') {
		*t = text(data[1 : n-1])
		return nil
	}
	var s string // null leaves it empty
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New("neither a string nor a number")
	}
	*t = text(s)
	return nil
}

// flag is a boolean that some exports write as a string.
type flag bool

// UnmarshalJSON implements [json.Unmarshaler].
func (f *flag) UnmarshalJSON(data []byte) error {
	b, err := parseFlag(strings.Trim(string(data), `"`))
	*f = flag(b)
	return err
}

func parseFlag(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "null", "false", "f", "0":
		return false, nil
	case "true", "t", "1":
		return true, nil
	}
	return false, errors.New("neither true nor false")
}

// flagOf is [parseFlag] for a column. The error names the column.
func (r csvRow) flagOf(column string) (bool, error) {
	b, err := parseFlag(r[column])
	if err != nil {
		return false, errors.New(strconv.Quote(column) + " is neither true nor false")
	}
	return b, nil
}

// stringMember returns a member of an object that is a string, or "".
func stringMember(object json.RawMessage, name string) string {
	var members map[string]json.RawMessage
	var s string
	if json.Unmarshal(object, &members) != nil || json.Unmarshal(members[name], &s) != nil {
		return ""
	}
	return s
}

// parseUint32 returns 0 for a string that is not a number, which is invalid in every hash.
func parseUint32(s string) uint32 {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func fullName(given, family string) string { return strings.TrimSpace(given + " " + family) }

func asBytes(s string) ([]byte, error) { return []byte(s), nil }

func decodeHex(s string) ([]byte, error) { return hex.DecodeString(strings.TrimSpace(s)) }
