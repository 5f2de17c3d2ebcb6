package kratos_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A member that a newer Kratos adds to any object of a response is kept, and encoded again, but
// not printed.
func TestUnknownMembersOfResponsesAreKept(t *testing.T) {
	t.Parallel()
	checked, lost := 0, map[string]string{}
	for _, e := range exchanges(t) {
		if !isJSON(e) {
			continue
		}
		body, err := json.Marshal(withUnknown(parsed(t, []byte(e.Response.Body))))
		if err != nil {
			t.Fatal(err)
		}
		v, paths := encodedAgain(t, e, body)
		if v == nil {
			continue
		}
		checked++
		for _, path := range paths {
			lost[path] = e.String()
		}
		for _, printing := range printed(v) {
			if strings.Contains(printing, "9007199254740993") {
				t.Errorf("%s: the unknown member is printed: %.300s", e, printing)
			}
		}
	}
	for path, where := range lost {
		t.Errorf("lost: %s, for example in %s", path, where)
	}
	if checked < 300 {
		t.Errorf("only %d responses were checked", checked)
	}
}

// printed returns what package fmt and log/slog print of a response; nothing of the text of an
// identity schema, which is not a model.
func printed(v any) (all []string) {
	if _, isText := v.(*json.RawMessage); isText {
		return nil
	}
	value := reflect.ValueOf(v).Elem().Interface()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		all = append(all, fmt.Sprintf(verb, v), fmt.Sprintf(verb, value))
	}
	var text, js strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("", "v", value)
	if reflect.TypeOf(value).Kind() != reflect.Slice { // whose JSON is complete
		slog.New(slog.NewJSONHandler(&js, nil)).Info("", "v", value)
	}
	return append(all, text.String(), js.String())
}

// withUnknown returns v with an unknown member in each object.
func withUnknown(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = withUnknown(value)
		}
		v["from_a_newer_version"] = map[string]any{"n": json.Number("9007199254740993")}
		return v
	case []any:
		for i := range v {
			v[i] = withUnknown(v[i])
		}
	}
	return v
}

// Each model that a method returns, or that one of its fields has, keeps unknown members, also
// those that no recording has.
func TestEveryModelThatIsReturnedKeepsUnknownMembers(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	client := reflect.TypeFor[kratos.Client]()
	roots := []reflect.Type{client, reflect.TypeFor[kratos.Browser](), reflect.TypeFor[kratos.Admin](), reflect.TypeFor[kratos.Error]()}
	for i := range client.NumField() {
		if f := client.Field(i); f.IsExported() {
			roots = append(roots, f.Type) // the flows
		}
	}
	for _, root := range roots {
		for _, root := range []reflect.Type{root, reflect.PointerTo(root)} {
			for i := range root.NumMethod() {
				for out := range root.Method(i).Type.Outs() {
					returnedModels(out, seen)
				}
			}
		}
	}
	count := 0
	for model := range seen {
		if model.PkgPath() != reflect.TypeFor[gen.Session]().PkgPath() {
			continue
		}
		count++
		if f, ok := model.FieldByName("AdditionalProperties"); !ok || f.Type.Kind() != reflect.Map {
			t.Errorf("gen.%s loses unknown members: tools/internal/overlay does not mark it as received", model.Name())
		}
	}
	if count < 30 {
		t.Errorf("only %d models were found", count)
	}
}

// returnedModels adds the struct types of which a value of type t has values.
func returnedModels(t reflect.Type, seen map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		returnedModels(t.Elem(), seen)
	case reflect.Func: // an iterator
		for in := range t.Ins() {
			returnedModels(in, seen)
		}
	case reflect.Struct:
		if seen[t] || !strings.Contains(t.PkgPath(), "kratos-go") {
			return
		}
		seen[t] = true
		for f := range t.Fields() {
			if f.IsExported() {
				returnedModels(f.Type, seen)
			}
		}
	}
}
