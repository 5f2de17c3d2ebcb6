package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/redact"
)

const uuid = "7C3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01"

type (
	state string
	inner struct {
		ID    string `json:"id"`
		State state  `json:"state,omitempty"`
		Text  string `json:"text"`
	}
	outer struct {
		ID       string `json:"id"`
		OtherID  string
		HiddenID string `json:"-" log:"-"`
		Inner    inner  `json:"inner"`
		Pointer  *inner `json:"pointer"`
		State    state  `json:"state" log:"-"`
		Text     string
		Plain    struct{ ID string }
		ids      struct{ ID string }

		AdditionalProperties map[string]json.RawMessage `json:"-"`
	}
	generic[T any] struct{ ID T }
	list           []inner
	table          map[string]string
)

func known(v any) bool { return v == state("active") || v == state("") }

func (v inner) Format(f fmt.State, _ rune)      { redact.Format(f, v, known) }
func (v inner) LogValue() slog.Value            { return redact.LogValue(v, known) }
func (v inner) MarshalJSON() ([]byte, error)    { return redact.MarshalJSON(v, known) }
func (v outer) Format(f fmt.State, _ rune)      { redact.Format(f, v, known) }
func (v outer) LogValue() slog.Value            { return redact.LogValue(v, known) }
func (v outer) MarshalJSON() ([]byte, error)    { return redact.MarshalJSON(v, known) }
func (v generic[T]) Format(f fmt.State, _ rune) { redact.Format(f, v, nil) }
func (v generic[T]) LogValue() slog.Value       { return redact.LogValue(v, nil) }
func (v generic[T]) MarshalJSON() ([]byte, error) {
	return redact.MarshalJSON(v, nil)
}
func (v list) Format(f fmt.State, _ rune)    { redact.Format(f, v, nil) }
func (v list) LogValue() slog.Value          { return redact.LogValue(v, nil) }
func (v list) MarshalJSON() ([]byte, error)  { return redact.MarshalJSON(v, nil) }
func (v table) Format(f fmt.State, _ rune)   { redact.Format(f, v, nil) }
func (v table) LogValue() slog.Value         { return redact.LogValue(v, nil) }
func (v table) MarshalJSON() ([]byte, error) { return redact.MarshalJSON(v, nil) }

func TestAValueIsPrintedByItsTypeAndIDs(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		v         any
		text, log string
	}{
		"nothing":                        {inner{}, "inner", `"inner"`},
		"an id":                          {inner{ID: uuid}, "inner{id: " + uuid + "}", `{"id":"` + uuid + `"}`},
		"an id of another form":          {inner{ID: "s3cret"}, "inner", `"inner"`},
		"an id as long as a UUID":        {inner{ID: strings.Repeat("a", 36)}, "inner", `"inner"`},
		"an id with hyphens and letters": {inner{ID: "ory_st_a-bbbb-cccc-dddd-eeeeeeeeeeee"}, "inner", `"inner"`},
		"an unknown member":              {outer{ID: uuid, AdditionalProperties: map[string]json.RawMessage{"s3cret_id": json.RawMessage(`"s3cret"`), "id": json.RawMessage(`"s3cret"`)}}, "outer{id: " + uuid + "}", `{"id":"` + uuid + `"}`},
		"an id without a JSON name":      {outer{OtherID: uuid}, "outer{OtherID: " + uuid + "}", `{"OtherID":"` + uuid + `"}`},
		"a known value of an enum":       {inner{State: "active"}, "inner{state: active}", `{"state":"active"}`},
		"an unknown value of an enum":    {inner{State: "s3cret"}, "inner", `"inner"`},
		"a text that is a UUID":          {inner{Text: uuid}, "inner", `"inner"`},
		"fields with the tag":            {outer{HiddenID: uuid, State: "active"}, "outer", `"outer"`},
		"another value":                  {outer{ID: uuid, Inner: inner{State: "active"}}, "outer{id: " + uuid + ", inner: {state: active}}", `{"id":"` + uuid + `","inner":{"state":"active"}}`},
		"a pointer to another value":     {outer{Pointer: &inner{ID: uuid}}, "outer{pointer: {id: " + uuid + "}}", `{"pointer":{"id":"` + uuid + `"}}`},
		"another value without ids":      {outer{Pointer: &inner{Text: "s3cret"}, Text: "s3cret"}, "outer", `"outer"`},
		"a struct that is not redacted":  {outer{Plain: struct{ ID string }{uuid}}, "outer", `"outer"`},
		"a field that is not exported":   {outer{ids: struct{ ID string }{uuid}}, "outer", `"outer"`},
		"a generic type":                 {generic[string]{uuid}, "generic{ID: " + uuid + "}", `{"ID":"` + uuid + `"}`},
		"an enum of no known values":     {generic[state]{"active"}, "generic", `"generic"`},
		"a slice":                        {list{{State: "active"}, {Text: "s3cret"}}, "[inner{state: active} inner]", `"[inner{state: active} inner]"`},
		"an empty slice":                 {list{}, "[]", `"[]"`},
		"a map":                          {table{"s3cret": uuid}, "table", `"table"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				t.Run(verb, func(t *testing.T) {
					if got := fmt.Sprintf(verb, tc.v); got != tc.text {
						t.Errorf("got %s, want %s", got, tc.text)
					}
				})
			}
			if got, err := json.Marshal(tc.v); err != nil || string(got) != `"`+tc.text+`"` {
				t.Errorf("got %s, %v", got, err)
			}
			if got := logged(tc.v); got != tc.log {
				t.Errorf("got %s, want %s", got, tc.log)
			}
		})
	}
}

type (
	hidden struct {
		redact.Struct[hidden]
		Text string
	}
	stored[T any] struct {
		redact.Data[stored[T]] `json:"-"`
		Text                   T `json:"text"`
	}
)

func TestAStructThatEmbedsIsPrintedByItsType(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		v               any
		text, json, log string
	}{
		"a struct":               {hidden{Text: "s3cret"}, "hidden", `"hidden"`, `"hidden"`},
		"a pointer to a struct":  {&hidden{Text: "s3cret"}, "hidden", `"hidden"`, `"hidden"`},
		"data":                   {stored[string]{Text: "s3cret"}, "stored", `{"text":"s3cret"}`, `"stored"`},
		"a pointer to data":      {&stored[string]{Text: "s3cret"}, "stored", `{"text":"s3cret"}`, `"stored"`},
		"a struct inside a list": {[]hidden{{Text: "s3cret"}}, "[hidden]", `["hidden"]`, `["hidden"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%s", "%d"} {
				if got := fmt.Sprintf(verb, tc.v); got != tc.text {
					t.Errorf("%s: got %s, want %s", verb, got, tc.text)
				}
			}
			if got, err := json.Marshal(tc.v); err != nil || string(got) != tc.json {
				t.Errorf("got %s, %v", got, err)
			}
			if got := logged(tc.v); got != tc.log {
				t.Errorf("got %s, want %s", got, tc.log)
			}
		})
	}
	if got := (stored[int]{}).String(); got != "stored" {
		t.Errorf("got %s", got)
	}
}

func TestStringIsWhatFormatPrints(t *testing.T) {
	t.Parallel()
	v := outer{ID: uuid, Text: "s3cret"}
	if got, want := redact.String(v, known), fmt.Sprint(v); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// logged returns what log/slog writes of v as JSON.
func logged(v any) string {
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("", "v", v)
	_, value, _ := strings.Cut(b.String(), `"v":`)
	return strings.TrimSuffix(value, "}\n")
}
