package validate_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The validation libraries are in the build list of this module, but not of the SDK.
func TestDependencies(t *testing.T) {
	t.Parallel()
	for dir, wanted := range map[string]bool{root: false, ".": true} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-m", "all")
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, module := range []string{"github.com/getkin/kin-openapi", "go.yaml.in/yaml/v4"} {
			if has := strings.Contains("\n"+string(out), "\n"+module+" "); has != wanted {
				t.Errorf("%s: has %s: %v", dir, module, has)
			}
		}
	}
}

// Programs that import the SDK link no JSON Schema library, which only package kratostest imports.
func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./wrappers/kratos", "./wrappers/sessions", "./wrappers/sessionjwt", "./wrappers/bulk", "./wrappers/hooks")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "kratos-go/wrappers/kratos\n") || strings.Contains(string(out), "jsonschema") {
		t.Error("the SDK imports a JSON Schema library, or its packages were not listed")
	}
}
