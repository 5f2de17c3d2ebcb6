package message_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

const root = "../../../.."

var recordings = flag.String(recorded.Flag, recorded.Kept(root), recorded.Usage)

func TestNew(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 16, 16, 59, 91609421, time.FixedZone("", 3600))
	tests := []struct {
		name string
		got  message.Message
		want string
	}{
		{"a message without a context", message.New(kratos.MessageLogin), `{"id":1010001,"text":"Log in","type":"info"}`},
		{"a success", message.New(kratos.MessageVerified), `{"id":1080002,"text":"Your address is verified.","type":"success"}`},
		{
			"values are in the text and the context", message.New(kratos.MessageTooShort, "min_length", 3, "actual_length", 1),
			`{"id":4000003,"text":"Enter 3 or more characters, not 1.","type":"error","context":{"actual_length":1,"min_length":3}}`,
		},
		{
			"a time has its seconds as well", message.New(kratos.MessageLoginExpired, "expired_at", at),
			`{"id":4010001,"text":"Start again: the login took too long.","type":"error",
			"context":{"expired_at":"2026-11-23T15:16:59.091609421Z","expired_at_unix":1795447019}}`,
		},
		{
			"a renamed member has both names", message.New(kratos.MessageRecoverySuccessful, "privileged_session_expires_at", at.Truncate(time.Second)),
			`{"id":1060001,"text":"Your account is recovered. Set a new password before 2026-11-23T15:16:59Z.","type":"success",
			"context":{"privilegedSessionExpiresAt":"2026-11-23T15:16:59Z","privileged_session_expires_at":"2026-11-23T15:16:59Z",
			"privileged_session_expires_at_unix":1795447019}}`,
		},
		{
			"a member that later versions have can be left out", message.New(kratos.MessageLabelTrait, "title", "E-Mail"),
			`{"id":1070002,"text":"E-Mail","type":"info","context":{"title":"E-Mail"}}`,
		},
		{
			"a value for the text alone is not in the context", message.New(1070000, "masked_address", "jo****@example.org"),
			`{"id":1070000,"text":"jo****@example.org","type":"info"}`,
		},
		{
			"messages in a context are listed in the text",
			message.New(kratos.MessageLookupCodeList, "secrets", []message.Message{message.New(kratos.MessageLookupCode, "secret", "one"), message.New(kratos.MessageLookupCode, "secret", "two")}),
			`{"id":1050015,"text":"one, two","type":"info","context":{"secrets":[
			{"id":1050009,"text":"one","type":"info","context":{"secret":"one"}},{"id":1050009,"text":"two","type":"info","context":{"secret":"two"}}]}}`,
		},
		{"a missing value is a gap in the text", message.New(kratos.MessageRequired), `{"id":4000002,"text":"Enter a value for ….","type":"error"}`},
		{"an unknown number has a general text", message.New(4999999, "property", "x"), `{"id":4999999,"text":"This did not work (4999999).","type":"error"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, want := encode(t, test.got), compact(t, test.want); got != want {
				t.Errorf("got\n%s, want\n%s", got, want)
			}
		})
	}
}

// The table has the numbers, types and contexts of api/messages.yaml.
func TestMessagesOfTheAPI(t *testing.T) {
	t.Parallel()
	described := readDescribed(t)
	for id, want := range described {
		if !message.Known(id) {
			t.Errorf("%d has no text", id)
		}
		if got := message.New(id).Type; got != want.typ {
			t.Errorf("%d has the type %q, want %q", id, got, want.typ)
		}
		if got := message.Context(id); !slices.Equal(got, want.context) {
			t.Errorf("%d has the context %q, want %q", id, got, want.context)
		}
	}
	if len(described) < 140 {
		t.Errorf("only %d messages are described", len(described))
	}
}

// A recorded message has the type and context that New gives it, but another text: that of Kratos
// is not in this project.
func TestRecordedMessages(t *testing.T) {
	t.Parallel()
	hooks := []int64{1234} // numbers that a web hook sent
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[int64]bool{}
	for _, e := range all {
		for _, m := range messages([]byte(e.Response.Body)) {
			if slices.Contains(hooks, m.ID) {
				continue
			}
			numbers[m.ID] = true
			if problem := compare(m); problem != "" {
				t.Errorf("%s: %d %s", e, m.ID, problem)
			}
		}
	}
	if len(numbers) < 60 {
		t.Errorf("only %d numbers were recorded", len(numbers))
	}
}

// compare returns how a recorded message differs from what New makes of its context.
func compare(m message.Message) string {
	var pairs []any
	for name, value := range m.Context {
		pairs = append(pairs, name, value)
	}
	got := message.New(m.ID, pairs...)
	missing := slices.DeleteFunc(message.Context(m.ID), func(name string) bool {
		_, ok := m.Context[name]
		return ok || name == "name" // from v25.4.0 on
	})
	switch {
	case !message.Known(m.ID):
		return "is not in the table"
	case got.Type != m.Type:
		return fmt.Sprintf("has the type %q, not %q", m.Type, got.Type)
	case !maps.EqualFunc(got.Context, m.Context, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }):
		return fmt.Sprintf("has a member that is not in the table: %q", slices.Sorted(maps.Keys(m.Context)))
	case len(missing) > 0:
		return fmt.Sprintf("does not have %q", missing)
	case got.Text == m.Text && len(strings.Fields(got.Text)) > 2 && !isValue(got.Text, m.Context):
		return "has the same text"
	}
	return ""
}

// isValue reports whether a text is a value of a context, or a list of those.
func isValue(text string, context map[string]any) bool {
	for _, value := range context {
		if value == text {
			return true
		}
		if _, list := value.([]any); list {
			return true
		}
	}
	return false
}

// messages returns the messages anywhere in a body.
func messages(body []byte) []message.Message {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	return appendMessages(nil, v)
}

func appendMessages(all []message.Message, v any) []message.Message {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = appendMessages(all, item)
		}
	case map[string]any:
		id, isNumber := v["id"].(float64)
		text, isText := v["text"].(string)
		if isNumber && isText {
			typ, _ := v["type"].(string)
			context, _ := v["context"].(map[string]any)
			all = append(all, message.Message{ID: int64(id), Text: text, Type: typ, Context: context})
		}
		for _, member := range v {
			all = appendMessages(all, member)
		}
	}
	return all
}

type description struct {
	typ     string
	context []string
}

// readDescribed reads api/messages.yaml as far as its lines have a number, type or context.
func readDescribed(t *testing.T) map[int64]description {
	t.Helper()
	f, err := os.Open(root + "/api/messages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[int64]description{}
	var id int64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, _ := strings.Cut(strings.TrimLeft(lines.Text(), " -"), ": ")
		d := all[id]
		switch name {
		case "id":
			if id, err = strconv.ParseInt(value, 10, 64); err != nil {
				t.Fatal(err)
			}
			continue
		case "type":
			d.typ = value
		case "context":
			d.context = strings.Split(strings.Trim(value, "[]"), ", ")
		default:
			continue
		}
		all[id] = d
	}
	return all
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return compact(t, string(data))
}

// compact returns JSON with sorted members and without white space.
func compact(t *testing.T, data string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
