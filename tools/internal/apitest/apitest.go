// Package apitest has helpers for tests of the tools: a small contract with overlays, and functions
// that publish and import versions of it.
package apitest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// Repository is the repository of these tools.
var Repository = project.Project{Root: filepath.Join(thisDir(), "..", "..", "..")}

// thisDir returns the directory of this file.
func thisDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// ValidSpec is a description without faults.
const ValidSpec = `
openapi: 3.0.3
info: {title: T, version: v1.2.3, description: What this is about.}
tags: [{name: pets, description: Animals that live with people.}]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      tags: [pets]
      summary: Return what barks or purrs.
      description: Admin port. Returns one of all known animals.
      parameters:
        - {name: id, in: path, required: true, description: Number on the collar., schema: {type: string, example: x1}}
      responses:
        "200": {description: The animal with this number., content: {application/json: {schema: {$ref: '#/components/schemas/animal'}}}}
        default: {description: There is no such animal.}
components:
  securitySchemes: {}
  schemas:
    animal:
      description: Either of the two.
      oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/dog'}]
      discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/cat', dog: '#/components/schemas/dog'}}
    cat: {description: It purrs when fed., type: object, required: [kind], properties: {kind: {description: Always the same word., type: string, enum: [cat]}}}
    dog:
      description: It barks at strangers.
      type: object
      required: [kind]
      properties:
        kind: {description: Always the same word., type: string}
        size: {description: Height of the shoulder in metres., type: number, minimum: 0, maximum: 2, default: 0.5, example: 0.4}
        mood: {description: What it wants right now., type: string, enum: [hungry, tired], default: tired}
`

// frozen is a small contract of v1.3.6 with overlays. It does not change when api/ does.
var frozen = project.Project{Root: filepath.Join(thisDir(), "testdata", "project")}

// CopyProject copies the frozen project, and writes its effective spec.
func CopyProject(t testing.TB) project.Project {
	t.Helper()
	p := project.Project{Root: t.TempDir()}
	if err := os.CopyFS(p.Root, os.DirFS(frozen.Root)); err != nil {
		t.Fatal(err)
	}
	if err := overlay.WriteEffective(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// Commit commits all files of a project to git.
func Commit(t testing.TB, p project.Project, message string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", message}} {
		if _, err := project.Git(p, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// Publish returns the contract as Kratos would publish it: with other texts, and with extensions.
func Publish(t testing.TB, p project.Project, edit func(doc *yaml.Node)) []byte {
	t.Helper()
	doc, err := node.ReadFile(p.Contract())
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.StripProse(node.Root(doc))
	if err != nil {
		t.Fatal(err)
	}
	spec.Walk(s.Doc, "document", "", func(n *yaml.Node, kind, _ string) {
		if n.Kind == yaml.MappingNode && !spec.IsMap(kind) {
			for _, key := range []string{"description", "summary", "title", "x-go-enum-desc"} {
				n.Content = append(n.Content, node.NewString(key), node.NewString(" Text of the publisher. "))
			}
		}
	})
	if edit != nil {
		edit(s.Doc)
	}
	out, err := node.ToJSON(s.Doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ToOlderVersion returns an edit that turns v1.3.6 into v1.3.1.
func ToOlderVersion(t testing.TB) func(*yaml.Node) {
	return func(doc *yaml.Node) {
		if err := overlay.Apply(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{doc}}, filepath.Join(thisDir(), "testdata", "older.yaml")); err != nil {
			t.Fatal(err)
		}
	}
}

// ReadFile returns the content of a file.
func ReadFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ReadAPI returns the contents of the files in api/, except the checksums of published texts.
func ReadAPI(t testing.TB, p project.Project) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(p.Path("api"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != p.Published() {
			files[path] = ReadFile(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Import imports a published file, and returns the report.
func Import(t testing.TB, p project.Project, published []byte, version string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(file, published, 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := importspec.Import(t.Context(), p, file, version, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// ExpectEqual compares the results of two calls of [ReadAPI].
func ExpectEqual(t *testing.T, want, got map[string]string) {
	t.Helper()
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s was changed: %s", path, cmp.Diff(strings.Split(text, "\n"), strings.Split(got[path], "\n")))
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d files, not %d", len(got), len(want))
	}
}

// ParseYAML parses a YAML value.
func ParseYAML(t testing.TB, s string) *yaml.Node {
	t.Helper()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(s), doc); err != nil {
		t.Fatal(err)
	}
	return node.Root(doc)
}

// Set sets the value at a location, or removes it if the value is "".
func Set(t testing.TB, doc *yaml.Node, location, value string) {
	t.Helper()
	i := strings.LastIndex(location, "/")
	parent, key := node.Find(doc, location[:i]), strings.ReplaceAll(location[i+1:], "~1", "/")
	if parent == nil {
		t.Fatalf("%s does not exist", location[:i])
	}
	at := node.KeyIndex(parent, key)
	switch {
	case value == "" && at >= 0:
		parent.Content = append(parent.Content[:at], parent.Content[at+2:]...)
	case at >= 0:
		parent.Content[at+1] = ParseYAML(t, value)
	default:
		parent.Content = append(parent.Content, node.NewString(key), ParseYAML(t, value))
	}
}

// RenameRefs replaces all scalar values that equal old.
func RenameRefs(n *yaml.Node, old, now string) {
	if n.Kind == yaml.ScalarNode && n.Value == old {
		n.Value = now
	}
	for _, child := range n.Content {
		RenameRefs(child, old, now)
	}
}

// RenameKey renames a key of a mapping.
func RenameKey(n *yaml.Node, old, now string) { n.Content[node.KeyIndex(n, old)].Value = now }
