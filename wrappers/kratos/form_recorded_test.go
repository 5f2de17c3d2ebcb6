package kratos_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// formOfExchange returns the form in a recorded response.
func formOfExchange(t *testing.T, e *recorded.Exchange) (form kratos.Form, identity *kratos.Identity, ok bool) {
	t.Helper()
	var flow struct {
		UI       *kratos.Form     `json:"ui"`
		Identity *kratos.Identity `json:"identity"`
	}
	if !strings.HasPrefix(e.Response.Headers.Get("Content-Type"), "application/json") || !strings.HasPrefix(e.Response.Body, "{") {
		return form, nil, false
	}
	if err := jsonv2.Unmarshal([]byte(e.Response.Body), &flow); err != nil || flow.UI == nil {
		return form, nil, false
	}
	return *flow.UI, flow.Identity, true
}

// The traits of a form have the values of its inputs, at the paths of their names.
func TestTraitsOfRecordedForms(t *testing.T) {
	t.Parallel()
	forms, shown := 0, 0
	for _, e := range exchanges(t) {
		form, _, ok := formOfExchange(t, e)
		if !ok {
			continue
		}
		forms++
		traits, values := form.Traits(), form.Values()
		rest := leaves(traits)
		for _, n := range form.UIContainer.Nodes {
			name, isTrait := strings.CutPrefix(n.Attributes.Name, "traits.")
			if !isTrait || string(n.Attributes.Value) == "" || string(n.Attributes.Value) == `""` {
				continue
			}
			shown, rest = shown+1, rest-1
			if got, err := json.Marshal(at(traits, name)); err != nil || string(got) != string(n.Attributes.Value) {
				t.Errorf("%s: %s is %s, want %s", e, n.Attributes.Name, got, n.Attributes.Value)
			}
			if got := values.Get(n.Attributes.Name); got != form.Value(n.Attributes.Name) {
				t.Errorf("%s: the value of %s is %q, want %q", e, n.Attributes.Name, got, form.Value(n.Attributes.Name))
			}
		}
		if rest != 0 {
			t.Errorf("%s: %d traits that the form does not show: %v", e, rest, traits)
		}
	}
	t.Logf("%d forms, which show %d traits", forms, shown)
	if forms < 100 || shown < 50 {
		t.Error("these are too few")
	}
}

// The form of settings has exactly the traits of the identity, except for empty objects and lists.
func TestTraitsOfRecordedSettings(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, e := range exchanges(t) {
		form, identity, ok := formOfExchange(t, e)
		if !ok || identity == nil || form.HasErrors() || !strings.Contains(form.Action, "/self-service/settings") {
			continue
		}
		compared++
		if got, want := decoded(t, form.Traits()), withoutEmpty(decoded(t, identity.RawTraits)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: traits %v, want %v", e, got, want)
		}
	}
	t.Logf("%d forms of settings", compared)
	if compared < 10 {
		t.Error("these are too few")
	}
}

// The form after an accepted step of a registration has the traits of that step.
func TestTraitsOfRecordedRegistrations(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, e := range exchanges(t) {
		form, _, ok := formOfExchange(t, e)
		accepted := func(m kratos.Message) bool {
			return m.ID == kratos.MessageChooseCredentials || m.ID == kratos.MessageRegistrationCodeSent
		}
		var sent struct{ Traits map[string]any }
		if !ok || !slices.ContainsFunc(form.Messages, accepted) || json.Unmarshal([]byte(e.Request.Body), &sent) != nil || sent.Traits == nil {
			continue
		}
		compared++
		got := decoded(t, form.Traits()).(map[string]any)
		for name, want := range withoutEmpty(sent.Traits).(map[string]any) {
			if !reflect.DeepEqual(got[name], want) {
				t.Errorf("%s: %s is %v, want %v", e, name, got[name], want)
			}
		}
	}
	t.Logf("%d steps", compared)
	if compared < 2 {
		t.Error("these are too few")
	}
}

// The values of a form can be submitted again by each of its methods.
func TestRecordedFormValuesCanBeSubmitted(t *testing.T) {
	t.Parallel()
	submitted := 0
	for _, e := range exchanges(t) {
		form, _, ok := formOfExchange(t, e)
		if !ok || form.Method != http.MethodPost {
			continue
		}
		for _, group := range form.Groups() {
			values := form.Values()
			values.Set("method", string(group))
			body, err := form.Submission(values)
			if err != nil {
				t.Errorf("%s, %s: %v", e, group, err)
				continue
			}
			submitted++
			for name := range values {
				if body[name] == nil && name != "csrf_token" {
					t.Errorf("%s, %s: %s is not sent", e, group, name)
				}
			}
		}
	}
	t.Logf("%d submissions", submitted)
	if submitted < 100 {
		t.Error("these are too few")
	}
}

// at returns the member at a path of names with dots.
func at(members map[string]any, name string) any {
	first, rest, nested := strings.Cut(name, ".")
	inner, isObject := members[first].(map[string]any)
	if !nested || !isObject {
		return members[first]
	}
	return at(inner, rest)
}

// leaves counts the members that are not objects.
func leaves(members map[string]any) int {
	n := 0
	for _, value := range members {
		if inner, isObject := value.(map[string]any); isObject {
			n += leaves(inner)
		} else {
			n++
		}
	}
	return n
}

// decoded encodes a value as JSON and decodes it.
func decoded(t *testing.T, v any) (again any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// withoutEmpty returns decoded JSON without empty texts, objects and lists in objects.
func withoutEmpty(v any) any {
	members, isObject := v.(map[string]any)
	if !isObject {
		return v
	}
	kept := map[string]any{}
	for name, value := range members {
		switch value = withoutEmpty(value); {
		case reflect.DeepEqual(value, ""), reflect.DeepEqual(value, map[string]any{}), reflect.DeepEqual(value, []any{}):
		default:
			kept[name] = value
		}
	}
	return kept
}
