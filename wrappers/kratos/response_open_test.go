package kratos_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// Members that a later Kratos sends can be read, and are encoded again as they were decoded, by
// both JSON engines.
func TestUnknownMembersOfUnionsSurvive(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		v    any
	}{
		"a step of a later release":      {`{"action":"show_pin_entry_ui","pin":{"length":4},"big":12345678901234567890}`, new(gen.ContinueWith)},
		"a known step":                   {`{"action":"show_settings_ui","flow":{"id":"f","url":"u"}}`, new(gen.ContinueWith)},
		"a step with an unknown member":  {`{"action":"redirect_browser_to","redirect_browser_to":"u","why":null}`, new(gen.ContinueWith)},
		"a node of a later release":      {`{"node_type":"div","class":"a","data":{"a":"1"},"a\"b":1}`, new(gen.UINodeAttributes)},
		"an input":                       {`{"node_type":"input","name":"n","type":"text","value":"v","required":true}`, new(gen.UINodeAttributes)},
		"an input of a later kind":       {`{"node_type":"input","name":"n","type":"hologram","value":{"x":1},"options":[1]}`, new(gen.UINodeAttributes)},
		"nothing known":                  {`{"x":1}`, new(gen.UINodeAttributes)},
		"a value that is a large number": {`{"node_type":"input","value":12345678901234567890}`, new(gen.UINodeAttributes)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for engine, unmarshal := range map[string]func([]byte, any) error{"encoding/json": json.Unmarshal, "json/v2": jsonv2.Unmarshal} {
				t.Run(engine, func(t *testing.T) {
					if err := unmarshal([]byte(tc.text), tc.v); err != nil {
						t.Fatal(err)
					}
					again, err := json.Marshal(tc.v)
					if err != nil {
						t.Fatal(err)
					}
					if !maps.Equal(members(t, again), members(t, []byte(tc.text))) {
						t.Errorf("got %s", again)
					}
				})
			}
		})
	}
}

// members returns the members of a JSON object, without those that say no more than their absence.
func members(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out := map[string]string{}
	for name, value := range raw {
		switch string(value) {
		case `""`, `false`:
		default:
			out[name] = string(value)
		}
	}
	return out
}

func TestAnUnknownMemberIsReachable(t *testing.T) {
	t.Parallel()
	var c gen.ContinueWith
	if err := jsonv2.Unmarshal([]byte(`{"action":"show_pin_entry_ui","pin":{"length":4}}`), &c); err != nil {
		t.Fatal(err)
	}
	if string(c.AdditionalProperties["pin"]) != `{"length":4}` {
		t.Errorf("got %s", c.AdditionalProperties)
	}
}
