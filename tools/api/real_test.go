package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/lint"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
	"github.com/kratoskit/kratos-go/tools/internal/release"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// realProjects returns api/ of the repository, and the result of importing a version that differs
// in its number only.
func realProjects(t *testing.T) map[string]project.Project {
	t.Helper()
	bumped := copyReal(t)
	next := release.NextVersion(versionIn(t, apitest.Repository), "major")
	if report := apitest.Import(t, bumped, publishVersion(t, bumped, next), next); !strings.Contains(report, "Kratos "+next+" is imported") {
		t.Fatal(report)
	}
	if err := overlay.WriteEffective(bumped); err != nil {
		t.Fatal(err)
	}
	return map[string]project.Project{"the present version": apitest.Repository, "the next version": bumped}
}

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

func publishVersion(t *testing.T, p project.Project, version string) []byte {
	t.Helper()
	return apitest.Publish(t, p, func(doc *yaml.Node) { apitest.Set(t, doc, "/info/version", version) })
}

func recordedFiles(t *testing.T, p project.Project) []string {
	t.Helper()
	files, err := filepath.Glob(p.Path("testdata", "recorded", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

// The check passes, and recorded responses and golden requests are valid, also after an import.
func TestRealProject(t *testing.T) {
	t.Parallel()
	for name, p := range realProjects(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("check", func(t *testing.T) { mustCheck(t, p) })
			t.Run("recorded", func(t *testing.T) {
				if err := recordings.Validate(p, recordedFiles(t, p), new(strings.Builder)); err != nil {
					t.Error(err)
				}
			})
			t.Run("requests", func(t *testing.T) { goldenRequestsAreValid(t, p) })
		})
	}
}

func mustCheck(t *testing.T, p project.Project) {
	t.Helper()
	var out strings.Builder
	if err := lint.Check(p, &out); err != nil {
		t.Error(err)
	}
	doc, err := node.ReadFile(p.Contract())
	if err != nil {
		t.Fatal(err)
	}
	contract, err := spec.Load(doc, "contract")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d operations, %d schemas", len(spec.Operations(contract)), len(contract.Components.Schemas)); !strings.Contains(out.String(), want) {
		t.Errorf("got %s, want %s", &out, want)
	}
}

// After importing a version without the first path, the generated code compiles, and the
// completeness test names what was removed. Importing the present version again restores all files.
func TestImportIntoRealProject(t *testing.T) {
	t.Parallel()
	p := copyReal(t, "wrappers", "internal")
	for _, file := range []string{"go.mod", "go.sum", "completeness_test.go"} {
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
		paths := node.Member(doc, "paths")
		path = paths.Content[0].Value
		for _, method := range node.Keys(paths.Content[1]) {
			operation = cmp.Or(operation, node.Value(node.Member(node.Member(paths.Content[1], method), "operationId")))
		}
		apitest.Set(t, doc, "/paths/"+node.Escape(path), "")
	})
	generator := buildGenerator(t)

	report := apitest.Import(t, p, reduced, "v0.0.1")
	if want := "  operation " + operation + "\n"; !strings.Contains(report, want) {
		t.Errorf("missing: %s\nin\n%s", want, report)
	}
	if report, want := generate(t, p, generator), "operation "+operation+" is not in the API any more"; !strings.Contains(report, want) {
		t.Errorf("missing: %s\nin the output of the completeness test\n%s", want, report)
	}
	apitest.Import(t, p, full, version)
	if report := generate(t, p, generator); !strings.Contains(report, "ok  \t") {
		t.Error(report)
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
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
	for _, fault := range []string{
		"updateLoginFlow: 422: /error/error: required",
		"updateLoginFlow: 400: /ui: required",
		"updateRegistrationFlow: 200: /identity: required",
		"updateLoginFlow: 200: /continue_with: nullable",
		"createNativeLoginFlow: 200: /ui/nodes: nullable",
		"listSessions: 200: /*/identity: nullable",
		"listSessions: 200: /*/devices: nullable",
		"getCourierMessage: 200: /dispatches/*/error: nullable",
		"batchPatchIdentities: 200: /identities/*: nullable",
		"listCourierMessages: 200: /*/type: enum",
		"getLoginFlow: 200: /active: enum",
		"/error/details: properties: property \"reject_reason\"",
		"isReady: 503: /errors: required",
		"getWebAuthnJavaScript: 200: content type text/javascript",
		"getVersion: 404: the spec lacks this status",
		"createBrowserLogoutFlow: 303: the spec lacks this status",
		"createBrowserRecoveryFlow: 302: content type text/html",
		"updateLoginFlow: 410: /: properties: property \"use_flow_id\"",
		"listIdentities: 200: the spec lacks the header Link",
	} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("not found: %s", fault)
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
	return out
}

// A new submission method gets the types of the existing ones, and no generated type is a
// map[string]interface{}.
func TestTypesOfNewSubmissions(t *testing.T) {
	t.Parallel()
	if strings.Contains(apitest.ReadFile(t, apitest.Repository.Path("gen", "kratos.gen.go")), "map[string]interface{}") {
		t.Error("gen has a map[string]interface{} that has no type in api/golang.yaml")
	}
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
