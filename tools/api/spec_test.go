package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// frozen is a small contract with its overlays, of v1.3.6, that these tests are written against: it stays as it is when api/
// gets a new version.
var frozen = project{root: filepath.Join("testdata", "project")}

// copyProject copies the frozen project, and makes its effective spec.
func copyProject(t testing.TB) project {
	t.Helper()
	p := project{root: t.TempDir()}
	if err := os.CopyFS(p.root, os.DirFS(frozen.root)); err != nil {
		t.Fatal(err)
	}
	if err := writeEffective(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func commit(t testing.TB, p project, message string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", message}} {
		if _, err := git(p, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// publish makes a file such as Kratos publishes of the contract: its structure, with the words and extensions of others.
func publish(t testing.TB, p project, edit func(doc *yaml.Node)) []byte {
	t.Helper()
	doc, err := readYAML(p.contract())
	if err != nil {
		t.Fatal(err)
	}
	s, err := structureOf(rootOf(doc))
	if err != nil {
		t.Fatal(err)
	}
	visit(s.doc, "document", "", func(n *yaml.Node, kind, _ string) {
		if n.Kind == yaml.MappingNode && !named(kind) {
			for _, key := range []string{"description", "summary", "title", "x-go-enum-desc"} {
				n.Content = append(n.Content, text(key), text(" Words of theirs. "))
			}
		}
	})
	if edit != nil {
		edit(s.doc)
	}
	out, err := toJSON(s.doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// olderVersion is the difference to v1.3.1.
func olderVersion(t testing.TB) func(*yaml.Node) {
	return func(doc *yaml.Node) {
		if err := apply(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{doc}}, filepath.Join("testdata", "older.yaml")); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tree is the content of all files of api/.
func tree(t testing.TB, p project) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(p.path("api"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// take takes a published file in, and returns what is said about it.
func take(t testing.TB, p project, published []byte, version string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(file, published, 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := takeIn(t.Context(), p, file, version, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// From v1.3.6 to v1.3.1 and back: what both have keeps its sentences and its place, and only what v1.3.6 adds is to be written.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := copyProject(t)
	commit(t, p, "before")
	before := tree(t, p)
	newest, oldest := publish(t, p, nil), publish(t, p, olderVersion(t))

	if said := take(t, p, newest, "v1.3.6"); !strings.Contains(said, "nothing is changed") {
		t.Errorf("the version that is there changes something: %s", said)
	}
	mustEqual(t, before, tree(t, p))

	said := take(t, p, oldest, "v1.3.1")
	for _, want := range []string{
		"  operation createFedcmFlow\n", "  schema uiNode › property group › value captcha\n", "deleted the `query` request parameter `organization_id` (listIdentities)",
		"  /components/schemas/OAuth2LoginRequest/properties/AdditionalProperties/description\n",
		"api/golang.yaml: $.components.schemas.Provider: its target is not there",
		"/components/schemas/Provider/description: One identity provider",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s\nin\n%s", want, said)
		}
	}
	once := tree(t, p)
	take(t, p, oldest, "v1.3.1")
	mustEqual(t, once, tree(t, p))

	said = take(t, p, newest, "v1.3.6")
	if !strings.Contains(said, "of which an earlier version said: Restricts the list to identities which belong to the organization") {
		t.Errorf("an earlier sentence is not found: %s", said)
	}
	after := tree(t, p)
	if gaps := onlyGaps(t, before[p.contract()], after[p.contract()]); gaps == 0 {
		t.Error("no sentence is to be written")
	}
	delete(before, p.contract())
	delete(after, p.contract())
	mustEqual(t, before, after)
}

func mustEqual(t *testing.T, want, got map[string]string) {
	t.Helper()
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s is changed", path)
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d files, not %d", len(got), len(want))
	}
}

// onlyGaps makes sure that two contracts have the same keys, in the same order, and the same values but for gaps, and counts these.
func onlyGaps(t *testing.T, before, after string) int {
	t.Helper()
	var a, b yaml.Node
	if err := yaml.Unmarshal([]byte(before), &a); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(after), &b); err != nil {
		t.Fatal(err)
	}
	gaps := 0
	var compare func(a, b *yaml.Node, where string)
	compare = func(a, b *yaml.Node, where string) {
		if strings.HasPrefix(b.Value, gap) {
			gaps++
			return
		}
		if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
			t.Errorf("%s: %q is %q", where, a.Value, b.Value)
			return
		}
		for i := range a.Content {
			compare(a.Content[i], b.Content[i], where+"/"+a.Content[max(i-1, 0)].Value)
		}
	}
	compare(&a, &b, "")
	comments := func(s string) (lines []string) {
		for _, line := range strings.Split(s, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "# ") {
				lines = append(lines, line)
			}
		}
		return lines
	}
	if want, got := strings.Join(comments(before), "\n"), strings.Join(comments(after), "\n"); want != got {
		t.Errorf("the comments were\n%s\nand are\n%s", want, got)
	}
	return gaps
}
