// Package message makes the [messages to users] that a Kratos in memory puts in flows: the numbers,
// types and contexts of Kratos, with texts of this project.
//
// [messages to users]: https://www.ory.sh/docs/kratos/concepts/ui-messages
package message

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Message is a message as Kratos encodes it.
type Message struct {
	ID      int64          `json:"id"`
	Text    string         `json:"text"`
	Type    string         `json:"type"`
	Context map[string]any `json:"context,omitempty"`
}

// New returns the message with a number. Its context has those of the names and values in pairs
// that Kratos sends; the others are for its text alone:
//
//	message.New(kratos.MessageTooShort, "min_length", 3, "actual_length", 1)
//
// Members that Kratos derives from others need no pair: the seconds of a time ("expired_at_unix" of
// "expired_at"), and the older spelling of a name ("newLoginUrl" of "new_login_url"). A number
// without a text gets a general one.
func New(id int64, pairs ...any) Message {
	values := values(pairs)
	m := Message{ID: id, Type: typeOf(id), Text: generalText(id)}
	t, ok := find(id)
	if !ok {
		return m
	}
	m.Text = t.fill(values)
	for name, value := range values {
		if slices.Contains(t.context, name) {
			if m.Context == nil {
				m.Context = map[string]any{}
			}
			m.Context[name] = value
		}
	}
	return m
}

// Known reports whether Kratos sends messages with a number.
func Known(id int64) bool {
	_, ok := find(id)
	return ok
}

// Context returns the names of the members that the context of a message with a number can have.
func Context(id int64) []string {
	t, _ := find(id)
	return slices.Clone(t.context)
}

func find(id int64) (text, bool) {
	if t, ok := texts[id]; ok {
		return t, true
	}
	t, ok := errorTexts[id]
	return t, ok
}

// typeOf returns the type of a message: errors have numbers from 4000000 on.
func typeOf(id int64) string {
	switch {
	case id >= 4000000:
		return "error"
	case id == kratos.MessageSettingsSaved, id == kratos.MessageRecoverySuccessful, id == kratos.MessageVerified:
		return "success"
	}
	return "info"
}

func generalText(id int64) string {
	if typeOf(id) == "error" {
		return fmt.Sprintf("This did not work (%d).", id)
	}
	return fmt.Sprintf("Message %d", id)
}

// spellings are the older names that Kratos sends beside the new ones.
var spellings = map[string]string{
	"duplicate_identifier": "duplicateIdentifier", "new_login_url": "newLoginUrl",
	"privileged_session_expires_at": "privilegedSessionExpiresAt",
}

// values returns pairs as a map, with the members that are derived from others.
func values(pairs []any) map[string]any {
	all := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := fmt.Sprint(pairs[i]), pairs[i+1]
		if at, ok := value.(time.Time); ok {
			all[name+"_unix"] = at.Unix()
			value = at.UTC().Format(time.RFC3339Nano)
		}
		all[name] = value
		if older, ok := spellings[name]; ok {
			all[older] = value
		}
	}
	return all
}

// text is the text of a message, in which "{name}" stands for a value, and the members of its
// context.
type text struct {
	text    string
	context []string
}

// fill returns the text with values; those that are missing are "…".
func (t text) fill(values map[string]any) string {
	var b strings.Builder
	rest := t.text
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, tail, _ := strings.Cut(after, "}")
		b.WriteString(format(values[name]))
		rest = tail
	}
}

// format returns a value as a text has it: lists are separated by commas.
func format(value any) string {
	switch v := value.(type) {
	case nil:
		return "…"
	case []Message:
		all := make([]string, len(v))
		for i, m := range v {
			all[i] = m.Text
		}
		return strings.Join(all, ", ")
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(value)
}
