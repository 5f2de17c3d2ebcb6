package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A copy of the project gets a new submission for each flow, a response, and types of package kratos.
// No code is written by hand for the submissions.
func TestNewSubmissionsAndSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"api", "internal", "tools", "wrappers/kratos", "go.mod", "go.sum", "generate.go"} {
		copyFiles(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	added := map[string]string{"    updateLoginFlowWithCodeMethod:": read(t, "testdata/schemas.yaml")}
	for _, submission := range []struct{ before, value, schema string }{
		{"code: '#/components/schemas/updateLoginFlowWithCodeMethod'", "pigeon", "updateLoginFlowWithPigeonMethod"},
		{"code: '#/components/schemas/updateRegistrationFlowWithCodeMethod'", "owl", "updateRegistrationFlowWithOwlMethod"},
		{"lookup_secret: '#/components/schemas/updateSettingsFlowWithLookupMethod'", "swan", "updateSettingsFlowWithSwanMethod"},
		{"code: '#/components/schemas/updateRecoveryFlowWithCodeMethod'", "crow", "updateRecoveryFlowWithCrowMethod"},
		{"code: '#/components/schemas/updateVerificationFlowWithCodeMethod'", "gull", "updateVerificationFlowWithGullMethod"},
	} {
		_, ref, _ := strings.Cut(submission.before, ": ")
		added["          "+submission.before] = "          " + submission.value + ": '#/components/schemas/" + submission.schema + "'\n"
		added["        - $ref: "+ref] = "        - $ref: '#/components/schemas/" + submission.schema + "'\n"
	}
	insertBefore(t, filepath.Join(dir, "api/openapi.yaml"), added)
	write(t, filepath.Join(dir, "wrappers/kratos/birds.go"), read(t, "testdata/wrapper.go"))
	write(t, filepath.Join(dir, "birds/main.go"), read(t, "testdata/birds/main.go"))
	for _, file := range []string{"zz_generated_enums.go", "zz_generated_models.go", "zz_generated_methods.go"} {
		if err := os.Remove(filepath.Join(dir, "wrappers/kratos", file)); err != nil {
			t.Fatal(err)
		}
	}

	command(t, dir, "go", "generate", "./...")
	command(t, dir, "go", "vet", "./gen/...", "./wrappers/kratos")
	out := command(t, dir, "go", "run", "./birds")
	if strings.Contains(out, "s3cret") {
		t.Error(out)
	}
	for _, want := range []string{
		"fmt: LoginPigeon LoginPigeon\n", "fmt: Ring{id: 6c2f6ba3-6b6c-4b43-8d3d-0a8a3e9f5b11}", "fmt: Feather Feather\n", "fmt: Loft Loft\n",
		"fmt: RegistrationOwl RegistrationOwl\n", "fmt: SettingsSwan SettingsSwan\n", "fmt: RecoveryCrow RecoveryCrow\n", "fmt: VerificationGull VerificationGull\n",
		`json: {"V":"LoginPigeon"}`, `json: {"V":"RegistrationOwl"}`, `json: {"V":"SettingsSwan"}`, `json: {"V":"RecoveryCrow"}`, `json: {"V":"VerificationGull"}`,
		`json: {"V":"Loft"}`, `json: {"V":"UpdateLoginFlowWithPigeonMethod"}`, `"msg":"m","v":"LoginPigeon"}`,
		`sent: {"method":"pigeon","note":"s-e-c-r-e-t"}`,
		`sent: {"colour":"snow","csrf_token":"t-o-k-e-n","method":"owl","traits":{"email":"s-e-c-r-e-t"}}`,
		`sent: {"csrf_token":"t-o-k-e-n","feathers":[{"colour":"s-e-c-r-e-t"}],"method":"swan"}`,
		`sent: {"csrf_token":"t-o-k-e-n","email":"s-e-c-r-e-t","grip":"claws","method":"crow"}`,
		`sent: {"csrf_token":"t-o-k-e-n","method":"gull"}`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		write(t, filepath.Join(to, rel), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// insertBefore inserts texts before the first line that begins with each key.
func insertBefore(t *testing.T, path string, texts map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := string(text)
	for line, added := range texts {
		before, after, found := strings.Cut(all, "\n"+line)
		if !found {
			t.Fatalf("%s has no line %s", path, line)
		}
		all = before + "\n" + added + line + after
	}
	write(t, path, all)
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
