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
		for _, module := range []string{
			"github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema/v6", "go.yaml.in/yaml/v4",
		} {
			if has := strings.Contains("\n"+string(out), "\n"+module+" "); has != wanted {
				t.Errorf("%s: has %s: %v", dir, module, has)
			}
		}
	}
}
