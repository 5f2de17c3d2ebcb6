package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
	"github.com/kratoskit/kratos-go/tools/internal/release"
)

func copyReal(t *testing.T, more ...string) project.Project {
	t.Helper()
	p := project.Project{Root: t.TempDir()}
	for _, dir := range append(more, "api", "gen", "testdata/recorded", "testdata/requests") {
		if err := os.CopyFS(p.Path(dir), os.DirFS(apitest.Repository.Path(dir))); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func versionIn(t *testing.T, p project.Project) string {
	t.Helper()
	doc, err := node.ReadFile(p.Contract())
	if err != nil {
		t.Fatal(err)
	}
	version := node.Value(node.Resolve(node.Root(doc), "#/info/version"))
	if !semver.IsValid(version) {
		t.Fatalf("the contract has the version %q", version)
	}
	return version
}

func recordedFiles(t *testing.T, p project.Project) []string {
	t.Helper()
	files, err := filepath.Glob(p.Path("testdata", "recorded", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

// An import of a version that differs in its number only adds nothing that make check reports.
func TestCheckAfterImport(t *testing.T) {
	t.Parallel()
	p := copyReal(t)
	if err := project.WriteFile(p.Path("CHANGELOG.md"), []byte(apitest.ReadFile(t, apitest.Repository.Path("CHANGELOG.md")))); err != nil {
		t.Fatal(err)
	}
	want := checkOutput(p)
	next := release.NextVersion(versionIn(t, p), "major")
	published := apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Set(t, doc, "/info/version", next) })
	if report := apitest.Import(t, p, published, next); !strings.Contains(report, "Kratos "+next+" is imported") {
		t.Fatal(report)
	}
	if err := overlay.WriteEffective(p); err != nil {
		t.Fatal(err)
	}
	if got := checkOutput(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// checkOutput returns the output and the error of make check.
func checkOutput(p project.Project) string {
	var out strings.Builder
	err := check(p, &out)
	return fmt.Sprintf("%s%v", &out, err)
}

// The check validates recorded responses and golden requests, and counts what is in the contract.
func TestCheck(t *testing.T) {
	t.Parallel()
	const validRequest = "GET /version\n"
	const validResponse = `{"op":"getVersion","response":{"status":200,"headers":{"Content-Type":"application/json"},"body":"{\"version\":\"v1.3.6\"}"}}`
	for name, tc := range map[string]struct{ response, request, want string }{
		"both are valid":              {validResponse, validRequest, "1 golden requests are valid"},
		"the contract is counted":     {validResponse, validRequest, "11 operations, 36 schemas"},
		"a response that lacks a key": {strings.Replace(validResponse, `{\"version\":\"v1.3.6\"}`, "{}", 1), validRequest, "getVersion: 200: /version: required"},
		"a message that is unknown":   {strings.Replace(validResponse, `{\"version\"`, `{\"ui\":{\"id\":1099999},\"version\"`, 1), validRequest, "getVersion: message 1099999 is not in api/messages.yaml"},
		"a message without constant":  {strings.Replace(validResponse, `{\"version\"`, `{\"x\":{\"id\":1010020},\"version\"`, 1), validRequest, "1 recorded responses, 0 differences"},
		"a parameter that is unknown": {validResponse, validRequest + "?colour=red\n", "testdata/requests/getVersion.txt: the spec lacks the parameter colour"},
		"another path":                {validResponse, "GET /versions\n", "testdata/requests/getVersion.txt: no matching operation was found"},
		"a path of another operation": {validResponse, "GET /sessions/whoami\n", "testdata/requests/getVersion.txt: is a request of toSession"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			files := map[string]string{
				"testdata/recorded/version.jsonl": tc.response + "\n", "testdata/requests/getVersion.txt": tc.request,
				"api/messages.yaml": "unnamed: [1010020]\nmessages: [{id: 1010001, name: Login}]\n",
			}
			for file, text := range files {
				if err := project.WriteFile(p.Path(file), []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if got := checkOutput(p); !strings.Contains(got, tc.want) {
				t.Errorf("got\n%s\nwant %s", got, tc.want)
			}
		})
	}
}

// After importing a version without a path, the generated code compiles, and the
// completeness test also names what was removed. Importing the present version again restores all
// files.
func TestImportIntoRealProject(t *testing.T) {
	t.Parallel()
	p := copyReal(t, "wrappers", "internal")
	for _, file := range []string{"go.mod", "go.sum", "completeness_test.go", "completeness_unions_test.go"} {
		if err := project.WriteFile(p.Path(file), []byte(apitest.ReadFile(t, apitest.Repository.Path(file)))); err != nil {
			t.Fatal(err)
		}
	}
	apitest.Commit(t, p, "before")
	before, version := apitest.ReadAPI(t, p), versionIn(t, p)
	full := apitest.Publish(t, p, nil)
	var operation, path string
	reduced := apitest.Publish(t, p, func(doc *yaml.Node) {
		apitest.Set(t, doc, "/info/version", "v0.0.1")
		path, operation = pathWithRequest(doc)
		apitest.Set(t, doc, "/paths/"+node.Escape(path), "")
	})
	generator := buildGenerator(t)
	want := generate(t, p, generator)

	report := apitest.Import(t, p, reduced, "v0.0.1")
	if want := "  operation " + operation + "\n"; !strings.Contains(report, want) {
		t.Errorf("missing: %s\nin\n%s", want, report)
	}
	if report, want := generate(t, p, generator), "operation "+operation+" is not in the API any more"; !strings.Contains(report, want) {
		t.Errorf("missing: %s\nin the output of the completeness test\n%s", want, report)
	}
	apitest.Import(t, p, full, version)
	if got := generate(t, p, generator); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
}

// pathWithRequest returns the first path with an operation that package kratos has, and that
// operation.
func pathWithRequest(doc *yaml.Node) (path, operation string) {
	paths := node.Member(doc, "paths")
	for _, path := range node.Keys(paths) {
		item := node.Member(paths, path)
		for _, method := range node.Keys(item) {
			operation := node.Value(node.Member(node.Member(item, method), "operationId"))
			if _, err := os.Stat(apitest.Repository.Path("testdata", "requests", operation+".txt")); operation != "" && err == nil {
				return path, operation
			}
		}
	}
	return "", ""
}

// Without corrections, recorded responses are invalid.
func TestRecordedResponsesNeedCorrections(t *testing.T) {
	t.Parallel()
	doc, err := node.ReadFile(apitest.Repository.Contract())
	if err != nil {
		t.Fatal(err)
	}
	text, err := node.ToJSON(doc)
	if err != nil {
		t.Fatal(err)
	}
	p := project.Project{Root: t.TempDir()}
	if err := project.WriteFile(p.Effective(), text); err != nil {
		t.Fatal(err)
	}
	err = recordings.Validate(p, recordedFiles(t, apitest.Repository), new(bytes.Buffer))
	if err == nil {
		t.Fatal("the recordings are valid against the published API")
	}
	for _, kind := range []string{
		": required", ": nullable", ": enum", ": properties: property", "content type text/javascript", "the spec lacks this status", "the spec lacks the header Link",
	} {
		if !strings.Contains(err.Error(), kind) {
			t.Errorf("not found: %s", kind)
		}
	}
}

func buildGenerator(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "oapi-codegen")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// duration matches what differs between two runs of a test.
var duration = regexp.MustCompile(`\(cached\)|\(?\d+\.\d+s\)?`)

// generate runs the generators, compiles the result, and returns the output of the completeness
// test.
func generate(t *testing.T, p project.Project, generator string) string {
	t.Helper()
	if err := overlay.WriteEffective(p); err != nil {
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
	if out, err := run(p.Path("api"), generator, "-config", "../api/oapi-codegen.yaml", "../gen/spec/openapi.json"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run(apitest.Repository.Path("tools"), "go", "run", "./redact", p.Root); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := run(p.Root, "go", "build", "./gen"); err != nil {
		t.Fatalf("the generated code does not compile: %v: %s", err, out)
	}
	out, _ := run(p.Root, "go", "test", "-run", "TestNothingOfTheAPIIsMissing", ".")
	return duration.ReplaceAllString(out, "")
}

// A new submission method gets the types of the existing ones.
func TestTypesOfNewSubmissions(t *testing.T) {
	t.Parallel()
	doc, err := node.ReadFile(apitest.Repository.Effective())
	if err != nil {
		t.Fatal(err)
	}
	free := "{type: object}"
	for name, properties := range map[string]string{
		"updateLoginFlowWithSmokeMethod":   "method: {type: string}, transient_payload: " + free + ", upstream_parameters: " + free,
		"updateSettingsFlowWithSmokeBody":  "csrf_token: {type: string}, traits: " + free + ", transient_payload: " + free,
		"updateSmokeFlowBodyWithoutMethod": "csrf_token: {type: string}, transient_payload: " + free,
		"replaceIdentityBody":              "schema_id: {type: string}, credentials: " + free + ", traits: " + free + ", metadata_admin: " + free,
		"smokeFlow":                        "ui: " + free + ", issued_at: {type: string}, transient_payload: " + free,
	} {
		apitest.Set(t, node.Root(doc), "/components/schemas/"+name, "{type: object, properties: {"+properties+"}}")
		if err := applyTo(t, doc, name); err != nil {
			t.Fatal(err)
		}
	}
}

// applyTo applies api/golang.yaml to a copy of doc, and checks that the free-form properties of a
// schema get a type.
func applyTo(t *testing.T, doc *yaml.Node, name string) error {
	t.Helper()
	doc = node.Clone(doc)
	if err := overlay.Apply(doc, apitest.Repository.Golang()); err != nil {
		return err
	}
	properties := node.Find(node.Root(doc), "/components/schemas/"+name+"/properties")
	for _, property := range []string{"traits", "transient_payload", "upstream_parameters", "metadata_admin"} {
		if p := node.Member(properties, property); p != nil && node.Member(p, "x-go-type") == nil {
			t.Errorf("%s of %s has no type", property, name)
		}
	}
	return nil
}
