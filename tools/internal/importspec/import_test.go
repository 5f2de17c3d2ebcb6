package importspec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/importspec"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// Importing v1.3.1 into v1.3.6 keeps the common parts, and importing v1.3.6 again restores all
// files.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	apitest.Commit(t, p, "before")
	before := apitest.ReadAPI(t, p)
	newest, oldest := apitest.Publish(t, p, nil), apitest.Publish(t, p, apitest.ToOlderVersion(t))

	if report := apitest.Import(t, p, newest, "v1.3.6"); !strings.Contains(report, "no file is changed") {
		t.Errorf("importing the present version changes something: %s", report)
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))

	report := apitest.Import(t, p, oldest, "v1.3.1")
	for _, want := range []string{
		"  operation createFedcmFlow\n", "  schema uiNode › property group › value captcha\n", "deleted the `query` request parameter `organization_id` (listIdentities)",
		"  /components/schemas/OAuth2LoginRequest/properties/AdditionalProperties/description\n",
		"api/golang.yaml: $.components.schemas.Provider: its target does not exist",
		"/components/schemas/Provider/description: One identity provider",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("missing: %s\nin\n%s", want, report)
		}
	}
	once := apitest.ReadAPI(t, p)
	apitest.Import(t, p, oldest, "v1.3.1")
	apitest.ExpectEqual(t, once, apitest.ReadAPI(t, p))

	report = apitest.Import(t, p, newest, "v1.3.6")
	for _, want := range []string{
		"Restored descriptions (from an earlier version of the contract: review them):\n", "/paths/~1admin~1identities/get/parameters/query organization_id/description\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("missing: %s\nin\n%s", want, report)
		}
	}
	if strings.Contains(report, "To write") {
		t.Errorf("restored descriptions have to be written again: %s", report)
	}
	apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
}

func applyGolang(p project.Project) error {
	doc, err := node.ReadFile(p.Effective())
	if err != nil {
		return err
	}
	return overlay.Apply(doc, p.Golang())
}

// Parts that were removed by imports are restored with descriptions, line breaks and order.
func TestRoundTripOfParts(t *testing.T) {
	t.Parallel()
	type edit = func(t *testing.T, doc *yaml.Node)
	without := func(places ...string) edit {
		return func(t *testing.T, doc *yaml.Node) {
			for _, place := range places {
				apitest.Set(t, doc, place, "")
			}
		}
	}
	with := func(place, value string) edit {
		return func(t *testing.T, doc *yaml.Node) { apitest.Set(t, doc, place, value) }
	}
	older := func(t *testing.T, doc *yaml.Node) { apitest.ToOlderVersion(t)(doc) }
	for name, versions := range map[string][]edit{
		"a path":                            {without("/paths/~1sessions")},
		"a schema that only a path needs":   {without("/paths/~1self-service~1fed-cm~1parameters", "/components/schemas/Provider", "/components/schemas/createFedcmFlowResponse")},
		"a property":                        {without("/components/schemas/sessionDevice/properties/location")},
		"keywords":                          {without("/components/schemas/identity/properties/state/enum", "/components/schemas/sessionDevice/required", "/paths/~1admin~1identities/get/parameters/query page_token/schema/default", "/paths/~1admin~1identities/get/parameters/query page_token/schema/minimum")},
		"a response and a header":           {without("/paths/~1sessions~1whoami/get/responses/403"), without("/paths/~1sessions~1whoami/get/responses/401")},
		"all parameters":                    {without("/paths/~1admin~1identities/get/parameters")},
		"a reference instead of a property": {with("/components/schemas/identity/properties/state", "{$ref: '#/components/schemas/authenticatorAssuranceLevel'}")},
		"a property instead of a reference": {with("/components/schemas/loginFlow/properties/ui", "{type: object}")},
		"a reference, then nothing":         {with("/components/schemas/identity/properties/state", "{$ref: '#/components/schemas/authenticatorAssuranceLevel'}"), without("/components/schemas/identity/properties/state")},
		"other values":                      {with("/components/schemas/identity/properties/state/enum", "[active]"), with("/paths/~1admin~1identities/get/parameters/query page_token/schema", "{type: integer, default: 5}")},
		"an older version":                  {older},
		"an older version, and less of it":  {older, without("/components/schemas/sessionDevice/properties/location", "/paths/~1sessions"), older},
		"a property, then its schema, then only the property again": {
			without("/components/schemas/message/properties/status"),
			without("/paths/~1admin~1courier~1messages", "/components/responses/listCourierMessages", "/components/schemas/message", "/components/schemas/messageDispatch", "/components/schemas/courierMessageType", "/components/schemas/courierMessageStatus"),
			without("/components/schemas/message/properties/status"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			apitest.Commit(t, p, "before")
			before, newest := apitest.ReadAPI(t, p), apitest.Publish(t, p, nil)
			var published [][]byte
			for _, edit := range versions {
				published = append(published, apitest.Publish(t, p, func(doc *yaml.Node) { edit(t, doc); apitest.Set(t, doc, "/info/version", "''") }))
			}
			for _, text := range published {
				apitest.Import(t, p, text, "v1.3.1")
			}
			report := apitest.Import(t, p, newest, "v1.3.6")
			apitest.ExpectEqual(t, before, apitest.ReadAPI(t, p))
			if strings.Contains(report, "To write") {
				t.Errorf("descriptions have to be written again: %s", report)
			}
		})
	}
}

// The same holds for random parts. Package tools/api tries it with the contract of this repository.
func TestRoundTripOfRandomParts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			apitest.RoundTrip(t, apitest.CopyProject(t), "v1.3.6", seed)
		})
	}
}

// importFile imports a published file, and returns the report or the error.
func importFile(t *testing.T, p project.Project, published []byte, version string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(file, published, 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := importspec.Import(t.Context(), p, file, version, &out)
	return out.String(), err
}
