package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// With files that Kratos publishes, TestRoundTrip uses these instead of making them from the contract:
//
//	go test ./api -run RoundTrip -args -older v1.3.1.json -newer v1.3.6.json
var (
	older = flag.String("older", "", "published file of v1.3.1")
	newer = flag.String("newer", "", "published file of v1.3.6")
)

// copyProject copies what taking a version in reads, and commits it where git is to know about it.
func copyProject(t testing.TB, dirs ...string) project {
	t.Helper()
	p := project{root: t.TempDir()}
	for _, dir := range append(dirs, "api", "gen") {
		if err := os.CopyFS(p.path(dir), os.DirFS(here.path(dir))); err != nil {
			t.Fatal(err)
		}
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
// After each step the code is generated and compiles, and the completeness test names what is new or gone.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := copyProject(t, "wrappers", "internal", "testdata/requests")
	for _, file := range []string{"go.mod", "go.sum", "completeness_test.go"} {
		if err := writeFile(p.path(file), []byte(read(t, here.path(file)))); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, p, "before")
	before := tree(t, p)
	newest, oldest := publish(t, p, nil), publish(t, p, olderVersion(t))
	if *older != "" || *newer != "" {
		newest, oldest = []byte(read(t, *newer)), []byte(read(t, *older))
	}
	generator := buildGenerator(t)

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
	missing := generate(t, p, generator)
	for _, want := range []string{
		"operation createFedcmFlow is not in the API any more", "operation updateFedcmFlow is not in the API any more",
		"parameter organization_id of listIdentities is not in the API any more", "gen.UINodeGroupCaptcha is not generated any more",
	} {
		if !strings.Contains(missing, want) {
			t.Errorf("the completeness test does not say: %s\nbut\n%s", want, missing)
		}
	}
	once := tree(t, p)
	take(t, p, oldest, "v1.3.1")
	mustEqual(t, once, tree(t, p))

	said = take(t, p, newest, "v1.3.6")
	if !strings.Contains(said, "of which an earlier version said: Restricts the list to identities which belong to the organization") {
		t.Errorf("an earlier sentence is not found: %s", said)
	}
	if missing := generate(t, p, generator); !strings.Contains(missing, "ok  \t") {
		t.Error(missing)
	}
	after := tree(t, p)
	if gaps := onlyGaps(t, before[p.contract()], after[p.contract()]); gaps != 34 {
		t.Errorf("%d sentences are to be written, not 34", gaps)
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

func buildGenerator(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "oapi-codegen")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// generate does what make generate does, compiles the result, and returns what the completeness test says.
func generate(t *testing.T, p project, generator string) string {
	t.Helper()
	if err := writeEffective(p); err != nil {
		t.Fatal(err)
	}
	run := func(dir, name string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		return out.String(), err
	}
	if out, err := run(p.path("api"), generator, "-config", "../api/oapi-codegen.yaml", "../gen/spec/openapi.json"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run(here.path("tools"), "go", "run", "./redact", p.root); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run(p.root, "go", "build", "./gen"); err != nil {
		t.Fatalf("what is generated does not compile: %v: %s", err, out)
	}
	out, _ := run(p.root, "go", "test", "-run", "TestNothingOfTheAPIIsMissing", ".")
	return out
}
