package validate_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Only this package brings along what it needs: no other has these modules among its dependencies.
func TestOnlyThisPackageHasItsDependencies(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	const this = "github.com/kratoskit/kratos-go/wrappers/validate"
	packages := 0
	for line := range strings.Lines(string(out)) {
		name, deps, _ := strings.Cut(strings.TrimSpace(line), " ")
		packages++
		for _, module := range []string{"github.com/getkin/kin-openapi/", "github.com/santhosh-tekuri/jsonschema/", "go.yaml.in/yaml/", "golang.org/x/text/"} {
			if has := strings.Contains(" "+deps, " "+module); has != (name == this) {
				t.Errorf("%s: depends on %s: %v", name, module, has)
			}
		}
	}
	if packages < 4 {
		t.Errorf("only %d packages", packages)
	}
}
