package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

const root = "../.."

func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		if old, err := os.ReadFile(filepath.Join(root, path)); err != nil || !bytes.Equal(old, text) {
			t.Errorf("%s is not current: go generate ./... (%v)", path, err)
		}
	}
}

// Each type of package kratos gets the methods that it needs, and no others.
func TestMethodsOfAType(t *testing.T) {
	t.Parallel()
	models := parse(t, "package gen\n"+secretBody+"type Session struct { Token string `json:\"token\" log:\"-\"` }\ntype Version struct { Version string `json:\"version\"` }\ntype Kind string\nconst KindA Kind = \"a\"\n")
	m, err := newModels(models, []source.Union{{Members: []string{"login"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ code, want string }{
		"a struct":                           {"type T struct { Name string }", "Format MarshalJSON"},
		"a struct with a JSON form":          {"type T struct { Name string `json:\"name\"` }", "Format LogValue"},
		"a struct with its own JSON":         {"type T struct { Name string }\nfunc (T) MarshalJSON() ([]byte, error) { return nil, nil }", "Format LogValue"},
		"a struct without exported fields":   {"type T struct { name string }", "Format"},
		"a struct left out of JSON":          {"type T struct { Name string `json:\"-\"` }", "Format"},
		"a struct of such structs":           {"type T struct { In inner; embedded }\ntype inner struct { name string }\ntype embedded struct { name string }", "Format"},
		"a struct that embeds one with JSON": {"type T struct { embedded }\ntype embedded struct { Name string }", "Format MarshalJSON"},
		"a struct of another package":        {"type T struct { Raw json.RawMessage }", "Format MarshalJSON"},
		"a generic struct":                   {"type T[E any] struct { Items []E }", "Format LogValue"},
		"a struct of a model":                {"type T struct{ gen.Session }", ""},
		"a struct of a model and a field":    {"type T struct { gen.Session; Name string }", "Format MarshalJSON"},
		"a struct of a model without secret": {"type T struct{ gen.Version }", "Format MarshalJSON"},
		"ids and an error":                   {"type T struct { PatchID, ID string; Err error }", ""},
		"enums, numbers and a page":          {"type T struct { Kind Kind; Kinds []Kind; Active *bool; Size int; Age time.Duration; PageToken string }\ntype Kind = gen.Kind", ""},
		"texts of no known values":           {"type T struct { Kind Kind }\ntype Kind string", "Format MarshalJSON"},
		"a list of ids":                      {"type T struct { IDs []string }", "Format MarshalJSON"},
		"an id with the tag":                 {"type T struct { PatchID string `log:\"-\"` }", "Format MarshalJSON"},
		"an id and a text":                   {"type T struct { ID, Name string }", "Format MarshalJSON"},
		"an empty struct":                    {"type T struct{}", "Format"},
		"an error":                           {"type T struct { Name string }\nfunc (*T) Error() string { return \"\" }", "Format MarshalJSON"},
		"a map":                              {"type T map[string]any", "Format MarshalJSON"},
		"a slice of models":                  {"type T []Session\ntype Session = gen.Session", "Format LogValue"},
		"a slice of anything":                {"type T []any", "Format MarshalJSON"},
		"a text":                             {"type T string", ""},
		"a function":                         {"type T func()", ""},
		"an interface":                       {"type T interface{ f() }", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wrapper{parse(t, "package kratos\n"+tc.code), m}
			if got := strings.Join(w.methodsOf("T"), " "); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestWhatCannotBeGeneratedIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code        string
		submissions []string
		want        string
	}{
		"a submission that has no type":       {"type Other struct{}", []string{"login"}, "no Go type for the submission login"},
		"a body that marshals itself":         {secretBody + "func (Login) MarshalJSON() ([]byte, error) { return nil, nil }", []string{"login"}, "has a MarshalJSON already"},
		"a body with a pointer to secrets":    {secretBody + "type Outer struct { In *Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
		"a body with a map of secrets":        {secretBody + "type Outer struct { In map[string]Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
		"a body with a list of such pointers": {secretBody + "type Outer struct { In []*Login }", []string{"outer"}, "Outer.In is neither a Login nor a list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := newModels(parse(t, "package gen\n"+tc.code), []source.Union{{Members: tc.submissions}})
			if err == nil {
				_, err = m.write()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

const secretBody = "type Login struct { Password string `json:\"password\" log:\"-\"` }\n"

func parse(t *testing.T, code string) *source.Package {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.go"), code)
	p, err := source.Parse(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
