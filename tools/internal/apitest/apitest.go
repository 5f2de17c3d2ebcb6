// Package apitest has what the tests of the tools share: a small frozen contract with its overlays,
// and ways to publish and take in versions of it.
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

// Repository is the repository that these tools are part of.
var Repository = project.Project{Root: filepath.Join(dir(), "..", "..", "..")}

// dir is the directory of this file.
func dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// SoundSpec is a spec without faults; the cases below put one in.
const SoundSpec = `
openapi: 3.0.3
info: {title: T, version: v1.2.3, description: What the whole is about.}
tags: [{name: pets, description: Animals that live with people.}]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      tags: [pets]
      summary: Return what barks or purrs.
      description: Admin port. Answers one of all animals that are known.
      parameters:
        - {name: id, in: path, required: true, description: Number on the collar., schema: {type: string, example: x1}}
      responses:
        "200": {description: The animal with this number., content: {application/json: {schema: {$ref: '#/components/schemas/animal'}}}}
        default: {description: Nobody has such an animal.}
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

// frozen is a small contract with its overlays, of v1.3.6, that these tests are written against: it
// stays as it is when api/ gets a new version.
var frozen = project.Project{Root: filepath.Join(dir(), "testdata", "project")}

// CopyProject copies the frozen project, and makes its effective spec.
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

func Commit(t testing.TB, p project.Project, message string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", message}} {
		if _, err := project.Git(p, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// Publish makes a file such as Kratos publishes of the contract: its structure, with the words and
// extensions of others.
func Publish(t testing.TB, p project.Project, edit func(doc *yaml.Node)) []byte {
	t.Helper()
	doc, err := node.Read(p.Contract())
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.StripProse(node.Root(doc))
	if err != nil {
		t.Fatal(err)
	}
	spec.Visit(s.Doc, "document", "", func(n *yaml.Node, kind, _ string) {
		if n.Kind == yaml.MappingNode && !spec.Named(kind) {
			for _, key := range []string{"description", "summary", "title", "x-go-enum-desc"} {
				n.Content = append(n.Content, node.Text(key), node.Text(" Words of theirs. "))
			}
		}
	})
	if edit != nil {
		edit(s.Doc)
	}
	out, err := node.JSON(s.Doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// OlderVersion is the difference to v1.3.1.
func OlderVersion(t testing.TB) func(*yaml.Node) {
	return func(doc *yaml.Node) {
		if err := overlay.Apply(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{doc}}, filepath.Join(dir(), "testdata", "older.yaml")); err != nil {
			t.Fatal(err)
		}
	}
}

func Read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Tree is the content of all files of api/ but the hashes of published sentences.
func Tree(t testing.TB, p project.Project) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(p.Path("api"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != p.Published() {
			files[path] = Read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Take takes a published file in, and returns what is said about it.
func Take(t testing.TB, p project.Project, published []byte, version string) string {
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

func MustEqual(t *testing.T, want, got map[string]string) {
	t.Helper()
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s is changed: %s", path, cmp.Diff(strings.Split(text, "\n"), strings.Split(got[path], "\n")))
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d files, not %d", len(got), len(want))
	}
}

// ParseYAML parses a part of a spec, to be put into one.
func ParseYAML(t testing.TB, s string) *yaml.Node {
	t.Helper()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(s), doc); err != nil {
		t.Fatal(err)
	}
	return node.Root(doc)
}

// Put sets the value at a place; without a value, it removes what is there.
func Put(t testing.TB, doc *yaml.Node, where, value string) {
	t.Helper()
	i := strings.LastIndex(where, "/")
	parent, key := node.Locate(doc, where[:i]), strings.ReplaceAll(where[i+1:], "~1", "/")
	if parent == nil {
		t.Fatalf("there is no %s", where[:i])
	}
	at := node.Index(parent, key)
	switch {
	case value == "" && at >= 0:
		parent.Content = append(parent.Content[:at], parent.Content[at+2:]...)
	case at >= 0:
		parent.Content[at+1] = ParseYAML(t, value)
	default:
		parent.Content = append(parent.Content, node.Text(key), ParseYAML(t, value))
	}
}

// RenameRefs replaces a text wherever it is a value.
func RenameRefs(n *yaml.Node, old, now string) {
	if n.Kind == yaml.ScalarNode && n.Value == old {
		n.Value = now
	}
	for _, child := range n.Content {
		RenameRefs(child, old, now)
	}
}

func RenameKey(n *yaml.Node, old, now string) { n.Content[node.Index(n, old)].Value = now }
