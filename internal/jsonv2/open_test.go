package jsonv2_test

import (
	"encoding/json"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// model is an object with the methods that the models of package gen have.
type model struct {
	Name  string          `json:"name"`
	Raw   json.RawMessage `json:"raw,omitempty,omitzero"`
	Parts []part          `json:"parts,omitempty,omitzero"`
	Next  *model          `json:"next,omitempty"`
	Org   string          `json:"org,omitempty,omitzero"`

	AdditionalProperties map[string]json.RawMessage `json:"-"`
}

// part is an object that keeps no unknown members.
type part struct {
	N int `json:"n"`
}

func (a *model) UnmarshalJSONFrom(dec *jsonv2.Decoder) error {
	type open struct {
		Name                 string                     `json:"name"`
		Raw                  json.RawMessage            `json:"raw"`
		Parts                []part                     `json:"parts"`
		Next                 *model                     `json:"next"`
		Org                  string                     `json:"org"`
		AdditionalProperties map[string]json.RawMessage `json:",embed,inline"`
	}
	return jsonv2.UnmarshalDecode(dec, (*open)(a))
}

func (a *model) UnmarshalJSON(b []byte) error { return jsonv2.Unmarshal(b, a) }

func (a *model) MarshalJSONTo(enc *jsonv2.Encoder) error {
	type known model
	return jsonv2.MarshalOpenTo(enc, (*known)(a), a.AdditionalProperties, a.zero())
}

func (a model) MarshalJSON() ([]byte, error) {
	type known model
	return jsonv2.MarshalOpen((*known)(&a), a.AdditionalProperties, a.zero())
}

func (a *model) zero() jsonv2.Zero {
	return jsonv2.Zero{Name: "org", Value: "null", When: a.Name == "o" && a.Org == ""}
}

func TestAnObjectIsEncodedAsItWasDecoded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{ // no want: the text
		"known members":                {`{"name":"a","parts":[{"n":1}],"next":{"name":"b"}}`, ``},
		"unknown members":              {`{"name":"a","x":{"big":12345678901234567890},"y":null}`, ``},
		"unknown members below":        {`{"name":"a","next":{"name":"b","next":{"name":"c","x":[1]}}}`, ``},
		"in the order of their names":  {`{"y":1,"name":"a","x":2}`, `{"name":"a","x":2,"y":1}`},
		"an object that drops members": {`{"name":"a","parts":[{"n":1,"x":2}]}`, `{"name":"a","parts":[{"n":1}]}`},
		"a member that is null":        {`{"name":"o","org":null}`, ``},
		"null, with unknown members":   {`{"name":"o","next":{"name":"o","org":null,"x":1},"org":null}`, ``},
		"nothing known":                {`{"x":1}`, `{"name":"","x":1}`},
		"the name of the field":        {`{"name":"a","AdditionalProperties":1}`, ``},
		"a name with a quotation mark": {`{"name":"a","a\"b":1}`, ``},
		"a name twice":                 {`{"name":"a","x":1,"x":2}`, `{"name":"a","x":2}`},
		"empty raw values":             {`{"name":"a","raw":{}}`, ``},
		"escapes in a raw value":       {`{"name":"a","raw":"\u00e9\u003c/\/"}`, ``},
		"characters of HTML":           {`{"name":"<&\u2028"}`, `{"name":"\u003c\u0026\u2028"}`},
		"bytes that are not UTF-8":     {"{\"name\":\"\xff\"}", `{"name":"` + "\ufffd" + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := tc.want
			if want == "" {
				want = tc.text
			}
			for engine, unmarshal := range map[string]func([]byte, any) error{"encoding/json": json.Unmarshal, "json/v2": jsonv2.Unmarshal} {
				var v model
				if err := unmarshal([]byte(tc.text), &v); err != nil {
					t.Fatal(err)
				}
				for form, v := range map[string]any{"a value": v, "a pointer": &v} {
					if got, err := json.Marshal(v); err != nil || string(got) != want {
						t.Errorf("%s, %s: got %s, %v, want %s", engine, form, got, err, want)
					}
				}
			}
		})
	}
}

// A model without unknown members is decoded without an allocation for them.
func TestUnknownMembersCostNothingWhereThereAreNone(t *testing.T) {
	text := []byte(`{"name":"","next":{"name":"","next":{"name":""}}}`)
	type plain struct {
		Name string `json:"name"`
		Next *plain `json:"next"`
	}
	known := fewestAllocs(func() { _ = jsonv2.Unmarshal(text, new(plain)) })
	if open := fewestAllocs(func() { _ = jsonv2.Unmarshal(text, new(model)) }); open > known {
		t.Errorf("%v allocations, without AdditionalProperties %v", open, known)
	}
}

// fewestAllocs returns the allocations of f if a pool had all that it needs: with the race detector,
// a pool drops some.
func fewestAllocs(f func()) float64 {
	fewest := testing.AllocsPerRun(1, f)
	for range 100 {
		fewest = min(fewest, testing.AllocsPerRun(1, f))
	}
	return fewest
}

// A field that was set after an unknown member of the name was decoded is encoded once.
func TestAFieldTakesPrecedence(t *testing.T) {
	t.Parallel()
	v := model{Name: "o", AdditionalProperties: map[string]json.RawMessage{"name": json.RawMessage(`1`), "org": json.RawMessage(`2`)}}
	if got, err := json.Marshal(v); err != nil || string(got) != `{"name":"o","org":2}` {
		t.Errorf("got %s, %v", got, err)
	}
	v.AdditionalProperties = map[string]json.RawMessage{"x": json.RawMessage(`{`)}
	for _, v := range []any{v, model{Next: &v}} {
		if got, err := json.Marshal(v); err == nil {
			t.Errorf("got %s for a member that is not JSON", got)
		}
	}
}
