package kratosgo

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spec is the part of the effective spec that the wrapper has to keep up with.
type spec struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Parameters  []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
	text string
}

func readSpec(t *testing.T) spec {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("gen", "spec", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := spec{text: string(text)}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// What the API has and the wrapper lacks, and what the wrapper has and the API lacks, is named
// here, one by one, when a new version of the API is taken in. The code is read, not compiled: it
// may not compile then.
func TestNothingOfTheAPIIsMissing(t *testing.T) {
	t.Parallel()
	s := readSpec(t)
	wrapper := readPackage(t, filepath.Join("wrappers", "kratos"))
	generated := readPackage(t, "gen")

	known := calledOperations(t)
	for _, path := range sorted(s.Paths) {
		for method, op := range s.Paths[path] {
			if !known[op.OperationID] {
				t.Errorf("operation %s (%s %s) has no method", op.OperationID, method, path)
				continue
			}
			delete(known, op.OperationID)
			for _, name := range unsent(t, op.OperationID, func(yield func(string)) {
				for _, p := range op.Parameters {
					if p.In == "query" {
						yield(p.Name)
					}
				}
			}) {
				t.Error(name)
			}
		}
	}
	for _, op := range sorted(known) {
		t.Errorf("operation %s is not in the API any more", op)
	}

	for _, union := range sorted(s.Components.Schemas) {
		for _, member := range s.Components.Schemas[union].OneOf {
			name := member.target()
			if strings.HasPrefix(union, "update") && !strings.Contains(strings.ToLower(wrapper.text), "gen."+strings.ToLower(name)+"{") {
				t.Errorf("%s, a member of %s, has no type", name, union)
			}
		}
	}
	for _, line := range missingFields(s.Components.Schemas, generated.text) {
		t.Error(line)
	}

	for _, id := range regexp.MustCompile("`((?:session|self_service_flow|security|browser|identity)_[a-z0-9_]+)`").FindAllStringSubmatch(s.text, -1) {
		if !notErrors[id[1]] && !strings.Contains(wrapper.text, `case "`+id[1]+`":`) {
			t.Errorf("the error id %s has no Err… variable", id[1])
		}
	}

	for _, loose := range []string{"map[string]interface{}", "map[string]any", "[]interface{}"} {
		if line := regexp.MustCompile(`(?m)^.* \**` + regexp.QuoteMeta(loose) + ".*$").FindString(generated.text); line != "" {
			t.Errorf("free JSON is to be any where it is sent, and json.RawMessage where it is received; see api/golang.yaml: %s", strings.TrimSpace(line))
		}
	}

	for _, name := range regexp.MustCompile(`(?m)^type (\w+) = (?:string|bool|u?int\d*|float\d*|time\.Time|\[\]\w+)$`).FindAllStringSubmatch(generated.text, -1) {
		if name[1] != "JSONPatchDocument" {
			t.Errorf("gen.%s is a name of a basic type: remove it in api/golang.yaml, and set the x-go-type of what refers to it", name[1])
		}
	}

	for _, line := range missingEnums(enumsIn(generated.text), wrapper) {
		t.Error(line)
	}

	for _, name := range sorted(wrapper.selected) {
		if !generated.declared[name] {
			t.Errorf("gen.%s is not generated any more, and %s has it", name, wrapper.selected[name])
		}
	}
}

// enumsIn returns the values of each enum in generated code: names of constants, and what these
// are.
func enumsIn(text string) map[string]map[string]string {
	enums := map[string]map[string]string{}
	for _, enum := range regexp.MustCompile(`(?m)^type (\w+) string$`).FindAllStringSubmatch(text, -1) {
		enums[enum[1]] = map[string]string{}
		for _, value := range regexp.MustCompile(`(?m)^\t(\w+)\s+`+enum[1]+` *= (".*")$`).FindAllStringSubmatch(text, -1) {
			enums[enum[1]][value[1]] = value[2]
		}
	}
	return enums
}

// missingEnums says which enums and values the wrapper lacks, with a line for each cause: an enum
// without an alias lacks all of its constants.
func missingEnums(enums map[string]map[string]string, wrapper goPackage) []string {
	var lines []string
	for _, enum := range sorted(enums) {
		if !strings.Contains(wrapper.text, " = gen."+enum+"\n") {
			line := "the enum " + enum + " has no alias"
			for _, other := range sorted(enums) {
				if other != enum && similarValues(enums[enum], enums[other]) {
					line += ": it has values of " + other + ", so give it x-go-type " + other + " in api/golang.yaml"
					break
				}
			}
			lines = append(lines, line)
			continue
		}
		var missing []string
		for _, value := range sorted(enums[enum]) {
			if wrapper.selected[value] == "" {
				missing = append(missing, value)
			}
		}
		if len(missing) > 0 {
			lines = append(lines, "values of the enum "+enum+" have no constant: "+strings.Join(missing, ", "))
		}
	}
	return lines
}

// similarValues reports whether all values of a are among those of b, more than one of them.
func similarValues(a, b map[string]string) bool {
	for _, value := range a {
		if !slices.Contains(slices.Collect(maps.Values(b)), value) {
			return false
		}
	}
	return len(a) > 1
}

// Each cause is named once.
func TestMissingEnums(t *testing.T) {
	t.Parallel()
	const generated = "type Kind string\n\nconst (\n\tKindA Kind = \"a\"\n\tKindB Kind = \"b\"\n\tKindC Kind = \"c\"\n)\n"
	const sameValues = "\ntype Include string\n\nconst (\n\tIncludeA Include = \"a\"\n\tIncludeB Include = \"b\"\n)\n"
	const otherValues = "\ntype Mood string\n\nconst (\n\tMoodX Mood = \"x\"\n\tMoodY Mood = \"y\"\n)\n"
	alias := goPackage{text: "type Kind = gen.Kind\n", selected: map[string]string{"KindA": "here", "KindB": "here", "KindC": "here"}}
	for name, tc := range map[string]struct {
		text    string
		wrapper goPackage
		want    []string
	}{
		"all are there":                       {generated, alias, nil},
		"values are missing":                  {generated, goPackage{text: alias.text, selected: map[string]string{"KindA": "here"}}, []string{"values of the enum Kind have no constant: KindB, KindC"}},
		"an enum is missing":                  {generated + otherValues, alias, []string{"the enum Mood has no alias"}},
		"an enum with the values of another":  {generated + sameValues, alias, []string{"the enum Include has no alias: it has values of Kind, so give it x-go-type Kind in api/golang.yaml"}},
		"two are missing, one for each cause": {generated + otherValues, goPackage{}, []string{"the enum Kind has no alias", "the enum Mood has no alias"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := missingEnums(enumsIn(tc.text), tc.wrapper); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// notErrors are names in the texts of the spec that look like ids of errors.
var notErrors = map[string]bool{
	"session_token": true, "session_token_exchange_code": true, "identity_id": true, "identity_schema": true, "session_id": true,
}

// neverSent are query parameters without an argument or field, by operation, or for all of them.
var neverSent = map[string][]string{
	"":                         {"page", "per_page", "page_size", "page_token"}, // each list has its own two of them
	"createNativeSettingsFlow": {"return_to"},                                   // without effect: native flows return nowhere
	"updateRecoveryFlow":       {"token"},                                       // of links, which browsers follow
	"updateVerificationFlow":   {"token"},                                       // of links, which browsers follow
}

// unsent compares the query parameters of an operation with those of its wire request in testdata.
func unsent(t *testing.T, op string, parameters func(yield func(string))) []string {
	t.Helper()
	var sent, found []string
	for _, file := range requestsOf(t, op) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if name, _, ok := strings.Cut(line, "="); ok && strings.HasPrefix(name, "?") {
				sent = append(sent, name[1:])
			}
		}
	}
	slices.Sort(sent)
	there := map[string]bool{}
	parameters(func(name string) {
		there[name] = true
		if !slices.Contains(sent, name) && !slices.Contains(neverSent[op], name) && !slices.Contains(neverSent[""], name) {
			found = append(found, "parameter "+name+" of "+op+" has no argument or field that testdata/requests shows")
		}
	})
	for _, name := range slices.Compact(sent) {
		if !there[name] {
			found = append(found, "parameter "+name+" of "+op+" is not in the API any more")
		}
	}
	return found
}

// calledOperations returns the operations with a wire request in testdata, which the wrapper's
// calls write.
func calledOperations(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, file := range requestsOf(t, "*") {
		op, _, _ := strings.Cut(filepath.Base(file), ".")
		known[op] = true
	}
	return known
}

// requestsOf returns the files with the wire requests of an operation: one, and others for
// parameters that exclude each other.
func requestsOf(t *testing.T, op string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "requests", op+".*txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("operation %s has no wire request: %v", op, err)
	}
	return files
}

// goPackage is what the code of a package has, without its tests.
type goPackage struct {
	text     string
	declared map[string]bool   // at package level
	selected map[string]string // names of package gen, and where they are used
}

func readPackage(t *testing.T, dir string) goPackage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	pkg := goPackage{declared: map[string]bool{}, selected: map[string]string{}}
	set := token.NewFileSet()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pkg.text += string(text)
		parsed, err := parser.ParseFile(set, file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			pkg.declare(decl)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := s.X.(*ast.Ident); ok && of.Name == "gen" {
					pkg.selected[s.Sel.Name] = set.Position(s.Pos()).String()
				}
			}
			return true
		})
	}
	return pkg
}

func (pkg goPackage) declare(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			pkg.declared[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				pkg.declared[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, name := range s.Names {
					pkg.declared[name.Name] = true
				}
			}
		}
	}
}
