package importspec_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// From v1.3.6 to v1.3.1 and back: what both have keeps its sentences and its place, and what comes back is what it was, byte for byte.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	apitest.Commit(t, p, "before")
	before := apitest.Tree(t, p)
	newest, oldest := apitest.Publish(t, p, nil), apitest.Publish(t, p, apitest.OlderVersion(t))

	if said := apitest.Take(t, p, newest, "v1.3.6"); !strings.Contains(said, "nothing is changed") {
		t.Errorf("the version that is there changes something: %s", said)
	}
	apitest.MustEqual(t, before, apitest.Tree(t, p))

	said := apitest.Take(t, p, oldest, "v1.3.1")
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
	once := apitest.Tree(t, p)
	apitest.Take(t, p, oldest, "v1.3.1")
	apitest.MustEqual(t, once, apitest.Tree(t, p))

	said = apitest.Take(t, p, newest, "v1.3.6")
	for _, want := range []string{
		"Sentences that are back (an earlier version of the contract had them: read them again):\n", "/paths/~1admin~1identities/get/parameters/query organization_id/description\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s\nin\n%s", want, said)
		}
	}
	if strings.Contains(said, "To be written") {
		t.Errorf("what comes back is to be written again: %s", said)
	}
	apitest.MustEqual(t, before, apitest.Tree(t, p))
}

func applyGolang(p project.Project) error {
	doc, err := node.Read(p.Effective())
	if err != nil {
		return err
	}
	return overlay.Apply(doc, p.Golang())
}

// importPlan takes a published file in, and returns the report or the error.
func importPlan(t *testing.T, p project.Project, published []byte, version string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(file, published, 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := importspec.Import(t.Context(), p, file, version, &out)
	return out.String(), err
}
