package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

const root = "../.."

func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	g, err := read(root)
	if err != nil {
		t.Fatal(err)
	}
	files, err := g.generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if old, err := os.ReadFile(filepath.Join(root, "wrappers", "kratos", name)); err != nil || !bytes.Equal(old, text) {
			t.Errorf("%s is not current: go generate ./... (%v)", name, err)
		}
	}
}

// go doc writes a comment of up to 76 columns in one line, which is enough for one sentence.
func TestCommentsOfModelsAndEnumsAreOneLine(t *testing.T) {
	t.Parallel()
	g, err := read(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]string{g.comments.Models, g.comments.Flows, g.comments.Enums} {
		for _, text := range list {
			line := strings.NewReplacer("[", "", "]", "").Replace(text)
			if !strings.Contains(text, ". ") && !strings.Contains(text, "; ") && len(line) > 76 {
				t.Errorf("%d columns: %s", len(line), line)
			}
		}
	}
}

// The documentation of a model that is named by hand would not show its fields.
func TestModelsAreNamedInWrapperYAML(t *testing.T) {
	t.Parallel()
	g, err := read(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, spec := range g.wrapper.Types {
		if _, isStruct := g.models.Fields(aliased(spec)); isStruct {
			t.Errorf("%s = gen.%s is declared by hand: let api/wrapper.yaml have it", name, aliased(spec))
		}
	}
}

// model is a model of package gen, and sealed the interface of a flow in package kratos.
const (
	model  = "// UpdateLoginFlowWithPigeonMethod Carries a note home.\ntype UpdateLoginFlowWithPigeonMethod struct {\n// Note What it carries.\nNote string `json:\"note\"`; CSRFToken string `json:\"csrf_token,omitempty\"`; Method string `json:\"method\"` }\n"
	sealed = "type LoginMethod interface { loginBody(csrf string) any }\n"
	colour = "// Defines values for Colour.\nconst ( ColourRed Colour = \"red\"; ColourBlue Colour = \"blue\" )\n// Colour Colour of a feather.\ntype Colour string\n"
	bird   = "type Bird struct { Age int `json:\"age\"`; Born Time `json:\"born\"`; Colour Colour `json:\"colour\"`; Eggs []Egg `json:\"eggs\"`; Father *Bird `json:\"father\"`; ID string `json:\"id\"`; Name string `json:\"name\"`; Nests map[string]Egg `json:\"nests\"`; AdditionalProperties map[string]string }\ntype Egg struct{}\ntype Time struct{}\n" + colour
)

// pigeon is the union with the model as its only member.
func pigeon(values ...string) source.Union {
	u := source.Union{Operation: "updateLoginFlow", Discriminator: "method", Members: []string{"updateLoginFlowWithPigeonMethod"}, Values: map[string]string{}}
	for _, value := range values {
		u.Values[value] = u.Members[0]
	}
	return u
}

// Each case generates from a small package gen and a small package kratos, and type-checks all of
// it.
func TestWhatIsGenerated(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		gen, wrapper, comments string
		values                 []string // of the discriminator; "pigeon" if there are none
		want                   []string
		unwanted               string
	}{
		"a method": {
			gen: model, wrapper: sealed,
			want: []string{
				"// LoginPigeon submits the method \"pigeon\" of a login flow. Carries a note home.\ntype LoginPigeon struct {\n\tredacted[LoginPigeon] // fmt, slog and json do not write the fields\n\t// What it carries.\n\tNote string\n}\n",
				"func (m LoginPigeon) loginBody(csrf string) any {\n\treturn gen.UpdateLoginFlowWithPigeonMethod{\n\t\tMethod:    \"pigeon\",\n\t\tCSRFToken: csrf,\n\t\tNote:      m.Note,\n\t}\n}\n",
				"\tkratos.LoginPigeon{},\n",
			},
		},
		"a method with a comment": {
			gen: model, wrapper: sealed, comments: "methods: [LoginPigeon logs in with a bird.]",
			want: []string{"// LoginPigeon logs in with a bird.\ntype LoginPigeon struct {"}, unwanted: "Carries",
		},
		"a field that is a secret": {
			gen: strings.Replace(model, "What it carries.\n", "Secret: what it carries, unless `place` is set.\n", 1), wrapper: sealed,
			want: []string{"\t// Note is a secret: what it carries, unless `place` is set.\n"},
		},
		"a description that names another field": {
			gen: strings.Replace(model, "CSRFToken string", "\n// Place `note` is a value, of the `note` nodes. Absent with `note` or `nest`.\nPlace string `json:\"place\"`; CSRFToken string", 1), wrapper: sealed,
			want: []string{"\t// `note` is a value, of the `note` nodes. Absent with Note or `nest`.\n\tPlace string\n"},
		},
		"a method with another name": {
			gen: model, wrapper: sealed, comments: "names: {UpdateLoginFlowWithPigeonMethod: LoginDove}\nmethods: [LoginDove logs in.]",
			want: []string{"// LoginDove logs in.\ntype LoginDove struct {", "return gen.UpdateLoginFlowWithPigeonMethod{\n", "\tkratos.LoginDove{},\n"}, unwanted: "LoginPigeon",
		},
		"a method with a comment of several paragraphs": {
			gen: model, wrapper: sealed, comments: "methods:\n  - |\n    LoginPigeon logs in\n    with a bird:\n\n        a bird,\n        a note\n\n    It takes an hour.\n",
			want: []string{"// LoginPigeon logs in with a bird:\n//\n//\ta bird,\n//\ta note\n//\n// It takes an hour.\ntype LoginPigeon struct {"},
		},
		"a method whose body is made by hand": {
			gen: model, wrapper: sealed + "func (m LoginPigeon) loginBody(csrf string) any { return m.body(\"pigeon:back\", csrf) }\n",
			want:     []string{"type LoginPigeon struct {", "func (m LoginPigeon) body(method, csrf string) gen.UpdateLoginFlowWithPigeonMethod {\n", "Method:    method,\n", "\tkratos.LoginPigeon{},\n"},
			unwanted: "any {",
		},
		"a method with two values whose body is made by hand": {
			gen: model, wrapper: sealed + "func (m LoginPigeon) loginBody(csrf string) any { return m.body(\"pigeon:back\", csrf) }\n", values: []string{"pigeon", "pigeon:back"},
			want: []string{"the method \"pigeon, pigeon:back\" of a login flow."}, unwanted: "any {",
		},
		"a method by hand": {
			gen: model, wrapper: sealed + "type LoginPigeon struct{}\nfunc (LoginPigeon) loginBody(string) any { return gen.UpdateLoginFlowWithPigeonMethod{} }\n", values: []string{"pigeon", "pigeon:back"},
			want: []string{"\tkratos.LoginPigeon{},\n"}, unwanted: "gen.Update",
		},
		"another type of that name": {
			gen: model, wrapper: sealed + "type LoginPigeon struct{}\n",
			want: []string{"type LoginWithPigeon struct {", "\tkratos.LoginWithPigeon{},\n"}, unwanted: "type LoginPigeon",
		},
		"a schema with another name": {
			gen: strings.ReplaceAll(model, "UpdateLoginFlowWithPigeonMethod", "PigeonBody"), wrapper: sealed,
			want: []string{"type LoginPigeonBody struct {", "return gen.PigeonBody{\n"},
		},
		"a value with quotes and a backslash": {
			gen: model, wrapper: sealed, values: []string{`"a\b"`},
			want: []string{`Method:    "\"a\\b\"",`, `the method "\"a\\b\"" of`},
		},
		"a model without a CSRF token": {
			gen: strings.Replace(model, "csrf_token", "other", 1), wrapper: sealed,
			want: []string{"func (m LoginPigeon) loginBody(string) any {", "CSRFToken string", "CSRFToken: m.CSRFToken,\n"},
		},
		"a model without a CSRF token whose body is made by hand": {
			gen: strings.Replace(model, "csrf_token", "other", 1), wrapper: sealed + "func (m LoginPigeon) loginBody(string) any { return m.body(\"x\") }\n",
			want: []string{"func (m LoginPigeon) body(method string) gen.UpdateLoginFlowWithPigeonMethod {"},
		},
		"a CSRF token that can be null": {
			gen: strings.Replace(model, "CSRFToken string", "CSRFToken *string", 1), wrapper: sealed,
			want: []string{"body := gen.UpdateLoginFlowWithPigeonMethod{\n\t\tMethod: \"pigeon\",\n\t\tNote:   m.Note,\n\t}\n\tif csrf != \"\" {\n\t\tbody.CSRFToken = &csrf\n\t}\n\treturn body\n"},
		},
		"a selector that can be null": {
			gen: strings.Replace(model, "Method string", "Method *string", 1), wrapper: sealed,
			want: []string{`Method:    new("pigeon"),`},
		},
		"a selector that is an enum": {
			gen: strings.Replace(model, "Method string", "Method Colour", 1) + colour, wrapper: sealed,
			want: []string{`Method:    gen.Colour("pigeon"),`},
		},
		"a selector that is an enum or null": {
			gen: strings.Replace(model, "Method string", "Method *Colour", 1) + colour, wrapper: sealed,
			want: []string{`Method:    new(gen.Colour("pigeon")),`},
		},
		"members with other names": {
			gen: strings.Replace(model, "CSRFToken string", "Token string", 1), wrapper: sealed,
			want: []string{"Token:  csrf,\n"},
		},
		"fields of other types": {
			gen:     strings.Replace(model, "Note string", "Note map[string][]*Bird", 1) + bird,
			wrapper: sealed, comments: "models: [Bird is a bird.]",
			want: []string{"Note map[string][]*Bird"},
		},
		"a field of an enum with another name": {
			gen: strings.Replace(model, "Note string", "Note Colour", 1) + colour, wrapper: sealed, comments: "names: {Colour: Hue}",
			want: []string{"Note Hue", "Hue = gen.Colour\n"},
		},
		"a field of a model that package kratos does not name": {
			gen: strings.Replace(model, "Note string", "Note []Bird", 1) + bird, wrapper: sealed,
			want: []string{"Note []gen.Bird"},
		},
		"a field of a model that package kratos names by hand": {
			gen: strings.Replace(model, "Note string", "Note []Bird", 1) + bird, wrapper: sealed + "type Fowl = gen.Bird\n",
			want: []string{"Note []Fowl"},
		},
		"a model with its fields": {
			gen: model + bird, wrapper: sealed, comments: "models: [Bird is a bird.]",
			want: []string{"// Bird is a bird.\n//\n//\tID, Name string; Age int; Born gen.Time; Colour Colour; Eggs []gen.Egg; Father *Bird\n//\tNests map[string]gen.Egg\ntype Bird = gen.Bird\n"},
		},
		"a model with a comment of several paragraphs": {
			gen: model + bird, wrapper: sealed, comments: "models:\n  - |-\n    Bird is a bird.\n\n    It flies.\n",
			want: []string{"// Bird is a bird.\n//\n//\tID, Name string;", "//\tNests map[string]gen.Egg\n//\n// It flies.\ntype Bird = gen.Bird\n"},
		},
		"a model with another name": {
			gen: model + bird, wrapper: sealed, comments: "names: {Bird: Fowl}\nmodels: [Fowl is a bird.]",
			want: []string{"Father *Fowl", "type Fowl = gen.Bird\n"}, unwanted: "type Bird",
		},
		"a model with many fields of a type": {
			gen:     model + "type Bird struct { ID, Long" + strings.Repeat("Name", 10) + ", Other" + strings.Repeat("Name", 10) + " string }\n",
			wrapper: sealed, comments: "models: [Bird is a bird.]",
			want: []string{"//\tID, Long" + strings.Repeat("Name", 10) + ",\n//\tOther" + strings.Repeat("Name", 10) + " string\n"},
		},
		"a flow": {
			gen: model + bird, wrapper: sealed, comments: "flows: [Bird is a bird.]",
			want: []string{"// Bird is a bird.\n//\n//\tID, Name string;", "type Bird struct{ gen.Bird }\n"},
		},
		"an enum": {
			gen: model + colour, wrapper: sealed,
			want: []string{"\t// Colour is an enum of the API. Colour of a feather.\n\tColour = gen.Colour\n", "const (\n\t// Values of Colour.\n\tColourBlue = gen.ColourBlue\n\tColourRed  = gen.ColourRed\n)\n"},
		},
		"an enum with a comment": {
			gen: model + colour, wrapper: sealed, comments: "enums: [Colour is red or blue.]",
			want: []string{"\t// Colour is red or blue.\n\tColour = gen.Colour\n"},
		},
		"an enum without a description": {
			gen: model + strings.Replace(colour, "Colour Colour of a feather.", "Colour defines model for Colour.", 1), wrapper: sealed,
			want: []string{"// Colour is an enum of the API.\n"},
		},
		"an enum with a long description": {
			gen: model + strings.Replace(colour, "a feather", strings.Repeat("one thing and ", 8)+"another", 1), wrapper: sealed,
			want: []string{"// Colour is an enum of the API. Colour of one thing and one thing and one thing and one thing\n\t// and one thing"},
		},
		"an enum and a constant with other names": {
			gen: model + colour, wrapper: sealed, comments: "names: {Colour: Hue, ColourRed: Crimson}",
			want: []string{"\tHue = gen.Colour\n", "\t// Values of Hue.\n\tCrimson = gen.ColourRed\n\tHueBlue = gen.ColourBlue\n"}, unwanted: "HueRed",
		},
		"two enums": {
			gen: model + colour + "type Age string\nconst AgeOld Age = \"old\"\n", wrapper: sealed,
			want: []string{"\t// Values of Age.\n\tAgeOld = gen.AgeOld\n\t// Values of Colour.\n"},
		},
		"an enum of numbers": {
			gen: model + "type Size int\nconst ( SizeN1 Size = 1; SizeN2 Size = 2 )\n", wrapper: sealed,
			want: []string{"\tSizeN1 = gen.SizeN1\n\tSizeN2 = gen.SizeN2\n"},
		},
		"an enum that is not exported": {
			gen: model + "type key string\nconst Scopes key = \"x\"\n", wrapper: sealed,
			unwanted: "Scopes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.values == nil {
				tc.values = []string{"pigeon"}
			}
			union := pigeon(tc.values...)
			if strings.Contains(tc.gen, "PigeonBody") {
				union.Members[0], union.Values["pigeon"] = "pigeonBody", "pigeonBody"
			}
			files, err := fromSources(t, tc.gen, tc.wrapper, tc.comments, union)
			if err != nil {
				t.Fatal(err)
			}
			all := string(files[enumsFile]) + string(files[modelsFile]) + string(files[methodsFile]) + string(files[listFile])
			for _, want := range tc.want {
				if !strings.Contains(all, want) {
					t.Errorf("%s\nis not in\n%s", want, all)
				}
			}
			if tc.unwanted != "" && strings.Contains(all, tc.unwanted) {
				t.Errorf("%s\nis in\n%s", tc.unwanted, all)
			}
			typeCheck(t, tc.gen, tc.wrapper, files)
		})
	}
}

func TestWhatCannotBeGeneratedIsRefused(t *testing.T) {
	t.Parallel()
	both := pigeon("pigeon", "pigeon:back")
	for name, tc := range map[string]struct {
		gen, wrapper, comments string
		union                  source.Union
		want                   string
	}{
		"no flow":                       {model, "type LoginMethod interface { other() }\n", "", pigeon("pigeon"), "has no flow"},
		"a submission without a type":   {"type Other struct{}\n", sealed, "", pigeon("pigeon"), "updateLoginFlow: updateLoginFlowWithPigeonMethod: there is no Go type"},
		"no value":                      {model, sealed, "", pigeon(), "maps 0 values to it"},
		"two values":                    {model, sealed, "", both, "maps 2 values to it, not one: see api/corrections.yaml; or write the method loginBody of LoginPigeon by hand"},
		"no member for the value":       {strings.Replace(model, `"method"`, `"way"`, 1), sealed, "", pigeon("pigeon"), "no member method"},
		"names that are taken":          {model, sealed + "type ( LoginPigeon struct{}; LoginWithPigeon struct{} )\n", "", pigeon("pigeon"), "another LoginPigeon"},
		"an enum's name that is taken":  {model + colour, sealed + "type Colour struct{}\n", "", pigeon("pigeon"), "another Colour than gen.Colour"},
		"a value's name that is taken":  {model + colour, sealed + "var ColourBlue = 7\n", "", pigeon("pigeon"), "another ColourBlue than gen.ColourBlue"},
		"a model's name that is taken":  {model + bird, sealed + "type Bird struct{}\n", "models: [Bird is a bird.]", pigeon("pigeon"), "another Bird than gen.Bird"},
		"two comments of the same type": {model, sealed, "enums: [A is a., A is b.]", pigeon("pigeon"), "two comments begin with A"},
		"a list of another name":        {model, sealed, "enum: [A is a.]", pigeon("pigeon"), "field enum not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := fromSources(t, tc.gen, tc.wrapper, tc.comments, tc.union); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// A comment or name of what the API does not have any more is named.
func TestUnusedCommentsAreNamed(t *testing.T) {
	t.Parallel()
	c, err := parseComments([]byte("names: {ColourRed: Crimson, Gone: Away}\nmethods: [LoginDove logs in., LoginPigeon logs in.]\nmodels: [Dove is a bird.]\nenums: [Colour is a colour.]"))
	if err != nil {
		t.Fatal(err)
	}
	g := &generator{parse(t, "package gen\n"+model+colour), parse(t, "package kratos\n"+sealed), []source.Union{pigeon("pigeon")}, nil, nil, c}
	if _, err := g.generate(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.unused(), " "); got != "Dove Gone LoginDove" {
		t.Errorf("got %s", got)
	}
}

// fromSources generates from packages of one file each.
func fromSources(t *testing.T, gen, wrapper, comments string, union source.Union) (map[string][]byte, error) {
	t.Helper()
	c, err := parseComments([]byte("{}\n"))
	if comments != "" {
		c, err = parseComments([]byte(comments))
	}
	if err != nil {
		return nil, err
	}
	g := &generator{parse(t, "package gen\n"+gen), parse(t, "package kratos\n"+wrapper), []source.Union{union}, nil, nil, c}
	return g.generate()
}

func parse(t *testing.T, text string) *source.Package {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := source.Parse(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// imports makes a package known to a type checker by the last part of its path.
type imports map[string]*types.Package

func (i imports) Import(path string) (*types.Package, error) { return i[filepath.Base(path)], nil }

// typeCheck checks what was generated together with what it was generated from.
func typeCheck(t *testing.T, gen, wrapper string, files map[string][]byte) {
	t.Helper()
	known := imports{}
	check := func(name string, texts ...string) {
		set := token.NewFileSet()
		var parsed []*ast.File
		for _, text := range texts {
			file, err := parser.ParseFile(set, "x.go", text, 0)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, file)
		}
		config := types.Config{Importer: known, Error: func(err error) { t.Errorf("%v in\n%s", err, strings.Join(texts, "\n")) }}
		known[name], _ = config.Check(name, set, parsed, nil)
	}
	check("gen", "package gen\ntype T int\n"+gen)
	check("kratos", "package kratos\nimport \"gen\"\ntype _ gen.T\ntype redacted[T any] struct{}\n"+wrapper, string(files[enumsFile]), string(files[modelsFile]), string(files[methodsFile]))
}

func TestMessages(t *testing.T) {
	t.Parallel()
	const first = "messages:\n  - {id: 1010001, name: Login, type: info, since: v1.3.1, says: A login.}\n"
	messages, err := parseMessages([]byte(first + "  - {id: 1010000, name: Sent, type: info, since: v25.4.0, context: [address, sent_at, sent_at_unix, sentAt], says: A code was sent.}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "// A code was sent. Context: address, sent_at. From Kratos v25.4.0 on.\n\tMessageSent = 1010000\n// A login.\n\tMessageLogin = 1010001\n"
	if got := writeMessages(messages); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it", got, want)
	}
	for name, row := range map[string]string{
		"a number twice":     "{id: 1010001, name: Other, since: v1.3.1, says: x}",
		"a name twice":       "{id: 1010002, name: Login, since: v1.3.1, says: x}",
		"no sentence":        "{id: 1010002, name: Other, since: v1.3.1}",
		"no version":         "{id: 1010002, name: Other, says: x}",
		"a name in two":      "{id: 1010002, name: Other one, since: v1.3.1, says: x}",
		"a number in letter": "{id: one, name: Other, since: v1.3.1, says: x}",
	} {
		if _, err := parseMessages([]byte(first + "  - " + row)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
