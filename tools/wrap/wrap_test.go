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
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if old, err := os.ReadFile(filepath.Join(root, "wrappers", "kratos", name)); err != nil || !bytes.Equal(old, text) {
			t.Errorf("%s is not current: go generate ./... (%v)", name, err)
		}
	}
}

// model is a model of gen, and sealed the interface of a flow in the wrapper.
const (
	model  = "// UpdateLoginFlowWithPigeonMethod Carries a note home.\ntype UpdateLoginFlowWithPigeonMethod struct { CSRFToken string `json:\"csrf_token,omitempty\"`; Method string `json:\"method\"` }\n"
	sealed = "type LoginMethod interface { loginBody(csrf string) any }\n"
	colour = "// Defines values for Colour.\nconst ( ColourRed Colour = \"red\"; ColourBlue Colour = \"blue\" )\n// Colour Colour of a feather.\ntype Colour string\n"
)

// pigeon is the union with the model as its only member.
func pigeon(values ...string) source.Union {
	u := source.Union{Operation: "updateLoginFlow", Discriminator: "method", Members: []string{"updateLoginFlowWithPigeonMethod"}, Values: map[string]string{}}
	for _, value := range values {
		u.Values[value] = u.Members[0]
	}
	return u
}

// Each case generates from a small gen and a small wrapper by hand, and type-checks all of it.
func TestWhatIsGenerated(t *testing.T) {
	t.Parallel()
	method := func(name, parameter, statements string) string {
		return "func (m " + name + ") loginBody(" + parameter + ") any {\n\t" + statements + "\n\treturn gen.UpdateLoginFlowWithPigeonMethod(m)\n}\n"
	}
	filled := `m.Method, m.CSRFToken = "pigeon", csrf`
	for name, tc := range map[string]struct {
		gen, wrapper string
		values       []string // of the discriminator; "pigeon" if there are none
		want         []string
		unwanted     string
	}{
		"a type that is missing": {
			model, sealed, nil,
			[]string{"// LoginPigeon submits the method \"pigeon\" of a login flow. Carries a note home.\ntype LoginPigeon gen.UpdateLoginFlowWithPigeonMethod\n", method("LoginPigeon", "csrf string", filled), "\tkratos.LoginPigeon{},\n"},
			"",
		},
		"a type by hand": {
			model, sealed + "type LoginByPigeon gen.UpdateLoginFlowWithPigeonMethod\n", nil,
			[]string{method("LoginByPigeon", "csrf string", filled), "\tkratos.LoginByPigeon{},\n"}, "\ntype ",
		},
		"two types by hand": {
			model, sealed + "type (\n\tLoginByPigeon gen.UpdateLoginFlowWithPigeonMethod\n\tLoginByDove gen.UpdateLoginFlowWithPigeonMethod\n)\n", nil,
			[]string{method("LoginByPigeon", "csrf string", filled), method("LoginByDove", "csrf string", filled), "\tkratos.LoginByPigeon{},\n\t\tkratos.LoginByDove{},\n"}, "\ntype ",
		},
		"a method by hand": {
			model, sealed + "type LoginByPigeon gen.UpdateLoginFlowWithPigeonMethod\nfunc (LoginByPigeon) loginBody(string) any { return nil }\n", nil,
			[]string{"\tkratos.LoginByPigeon{},\n"}, "gen.Update",
		},
		"a method by hand for a model with two values": {
			model, sealed + "type LoginByPigeon gen.UpdateLoginFlowWithPigeonMethod\nfunc (LoginByPigeon) loginBody(string) any { return nil }\n", []string{"pigeon", "pigeon:back"},
			[]string{"\tkratos.LoginByPigeon{},\n"}, "gen.Update",
		},
		"a struct by hand that embeds the model": {
			model, sealed + "type LoginByPigeon struct { gen.UpdateLoginFlowWithPigeonMethod; Loft string }\nfunc (LoginByPigeon) loginBody(string) any { return nil }\n", nil,
			[]string{"\tkratos.LoginByPigeon{},\n"}, "gen.Update",
		},
		"an alias of the model, which can have no method": {
			model, sealed + "type Pigeon = gen.UpdateLoginFlowWithPigeonMethod\n", nil,
			[]string{method("LoginPigeon", "csrf string", filled)}, "",
		},
		"another type of that name": {
			model, sealed + "type LoginPigeon struct{}\n", nil,
			[]string{method("LoginWithPigeon", "csrf string", filled)}, "",
		},
		"a schema with another name": {
			strings.ReplaceAll(model, "UpdateLoginFlowWithPigeonMethod", "PigeonBody"), sealed, nil,
			[]string{"type LoginPigeonBody gen.PigeonBody\n"}, "",
		},
		"a value with quotes and a backslash": {
			model, sealed, []string{`"a\b"`},
			[]string{`m.Method, m.CSRFToken = "\"a\\b\"", csrf`, `the method "\"a\\b\"" of`}, "",
		},
		"a model without a CSRF token": {
			strings.Replace(model, "csrf_token", "other", 1), sealed, nil,
			[]string{method("LoginPigeon", "string", `m.Method = "pigeon"`)}, "",
		},
		"a CSRF token that can be null": {
			strings.Replace(model, "CSRFToken string", "CSRFToken *string", 1), sealed, nil,
			[]string{method("LoginPigeon", "csrf string", "m.Method = \"pigeon\"\n\tif csrf != \"\" {\n\t\tm.CSRFToken = &csrf\n\t}")}, "",
		},
		"a method that can be null": {
			strings.Replace(model, "Method string", "Method *string", 1), sealed, nil,
			[]string{`m.Method, m.CSRFToken = new("pigeon"), csrf`}, "",
		},
		"a method that is an enum": {
			strings.Replace(model, "Method string", "Method Colour", 1) + colour, sealed, nil,
			[]string{filled, "\tColourRed  = gen.ColourRed\n"}, "",
		},
		"a method that is an enum or null": {
			strings.Replace(model, "Method string", "Method *Colour", 1) + colour, sealed, nil,
			[]string{`m.Method, m.CSRFToken = new(gen.Colour("pigeon")), csrf`}, "",
		},
		"members with other names": {
			strings.Replace(model, "CSRFToken string", "Token string", 1), sealed, nil,
			[]string{`m.Method, m.Token = "pigeon", csrf`}, "",
		},
		"an enum by hand": {
			model + colour, sealed + "// Colour by hand.\ntype Colour = gen.Colour\n", nil,
			[]string{"// Values of [Colour].\nconst (\n\tColourRed  = gen.ColourRed\n\tColourBlue = gen.ColourBlue\n)\n"}, "type Colour",
		},
		"an enum that is missing": {
			model + colour, sealed, nil,
			[]string{"// Colour is an enum of the API. Colour of a feather.\ntype Colour = gen.Colour\n\n// Values of [Colour].\nconst (\n\tColourRed "}, "",
		},
		"an enum of which the spec says nothing": {
			model + strings.Replace(colour, "Colour Colour of a feather.", "Colour defines model for Colour.", 1), sealed, nil,
			[]string{"// Colour is an enum of the API.\ntype"}, "",
		},
		"an enum of which the spec says much": {
			model + strings.Replace(colour, "a feather", strings.Repeat("one thing and ", 8)+"another", 1), sealed, nil,
			[]string{"// Colour is an enum of the API. Colour of one thing and one thing and one thing and one thing and\n// one thing and one thing"}, "",
		},
		"an enum with another name by hand": {
			model + colour, sealed + "type Hue = gen.Colour\n", nil,
			[]string{"// Values of [Hue].\nconst (\n\tHueRed  = gen.ColourRed\n"}, "type Hue",
		},
		"an enum with constants by hand": {
			model + colour, sealed + "type Colour = gen.Colour\nconst Crimson = gen.ColourRed\n", nil,
			nil, "gen.ColourBlue",
		},
		"an enum of numbers": {
			model + "type Size int\nconst ( SizeN1 Size = 1; SizeN2 Size = 2 )\n", sealed, nil,
			[]string{"const (\n\tSizeN1 = gen.SizeN1\n\tSizeN2 = gen.SizeN2\n)"}, "",
		},
		"an enum that is not exported": {
			model + "type key string\nconst Scopes key = \"x\"\n", sealed, nil,
			nil, "Scopes",
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
			files, err := fromSources(t, tc.gen, tc.wrapper, union)
			if err != nil {
				t.Fatal(err)
			}
			all := string(files[enumsFile]) + string(files[submissionsFile]) + string(files[listFile])
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
		gen, wrapper string
		union        source.Union
		want         string
	}{
		"no flow":                   {model, "type LoginMethod interface { other() }\n", pigeon("pigeon"), "has no flow"},
		"a submission without type": {"type Other struct{}\n", sealed, pigeon("pigeon"), "updateLoginFlow: updateLoginFlowWithPigeonMethod: there is no Go type"},
		"no value":                  {model, sealed, pigeon(), "maps 0 values to it"},
		"two values":                {model, sealed, both, "maps 2 values to it, not one: see api/corrections.yaml; or write the type LoginPigeon with a method loginBody by hand"},
		"no member for the value":   {strings.Replace(model, `"method"`, `"way"`, 1), sealed, pigeon("pigeon"), "no member method"},
		"an embedded model":         {model, sealed + "type LoginByPigeon struct { gen.UpdateLoginFlowWithPigeonMethod }\n", pigeon("pigeon"), "LoginByPigeon embeds its model: write the method loginBody by hand"},
		"names that are taken":      {model, sealed + "type ( LoginPigeon struct{}; LoginWithPigeon struct{} )\n", pigeon("pigeon"), "another LoginPigeon"},
		"an enum's name taken":      {model + colour, sealed + "type Colour struct{}\n", pigeon("pigeon"), "another Colour than gen"},
		"a value's name taken":      {model + colour, sealed + "var ColourBlue = 7\n", pigeon("pigeon"), "another ColourBlue than the value of the enum Colour"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := fromSources(t, tc.gen, tc.wrapper, tc.union); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// fromSources generates from packages of one file each.
func fromSources(t *testing.T, gen, wrapper string, union source.Union) (map[string][]byte, error) {
	t.Helper()
	var packages []*source.Package
	for _, text := range []string{"package gen\n" + gen, "package kratos\n" + wrapper} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := source.Parse(dir)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	return write(packages[0], packages[1], []source.Union{union})
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
	check("kratos", "package kratos\nimport \"gen\"\ntype _ gen.T\n"+wrapper, string(files[enumsFile]), string(files[submissionsFile]))
}
