package importspec_test

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// Changes that no version of Kratos had so far can be imported.
func TestUnseenChanges(t *testing.T) {
	t.Parallel()
	const anOperation = "{get: {operationId: listPasskeys, tags: [passkeys], parameters: [{name: id, in: path, required: true, schema: {type: string}}], " +
		"responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/session'}}}}, default: {description: d}}}}"
	for name, tc := range map[string]struct {
		edit     func(t *testing.T, doc *yaml.Node)
		report   []string // in the report
		yaml     []string // in the contract
		removed  []string // not in the contract any more
		disables bool
	}{
		"a new operation with a new tag": {
			edit: func(t *testing.T, doc *yaml.Node) {
				tags := node.Member(doc, "tags")
				tags.Content = append(tags.Content, apitest.ParseYAML(t, "{name: passkeys, description: Text of the publisher}"))
				apitest.Set(t, doc, "/paths/~1admin~1identities~1{id}~1passkeys", anOperation)
			},
			report: []string{"Added:\n  operation listPasskeys\n", "/tags/passkeys/description", "get/parameters/path id/description", "get/summary\n"},
			yaml:   []string{"  - name: passkeys\n    description: 'TODO: what passkeys is, and when it is there.'\n", "  /admin/identities/{id}/passkeys:\n    get:\n      operationId: listPasskeys\n"},
		},
		"a duplicate alternative": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/updateLoginFlowBody/oneOf", "[{$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithCodeMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}]")
			},
			yaml: []string{"        - $ref: '#/components/schemas/updateLoginFlowWithCodeMethod'\n        - $ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'\n"},
		},
		"a named type that becomes a reference": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/identityCredentialsType", "{type: string, enum: [password, oidc]}")
				apitest.Set(t, doc, "/components/schemas/identityCredentials/properties/type", "{$ref: '#/components/schemas/identityCredentialsType'}")
			},
			report: []string{
				"properties['credentials']: it uses the Go type CredentialsType, which does not exist",
				"properties.active: it uses the Go type CredentialsType, which does not exist",
			},
			disables: true,
		},
		"a new schema, used by a new property": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/sessionRisk", "{type: object, required: [score], properties: {score: {type: number, format: double, minimum: 0, maximum: 1}, reasons: {type: array, items: {type: string}}}}")
				apitest.Set(t, doc, "/components/schemas/session/properties/risk", "{$ref: '#/components/schemas/sessionRisk'}")
			},
			report: []string{"  schema session › property risk\n", "  schema sessionRisk\n", "/components/schemas/sessionRisk/properties/score/description"},
			yaml:   []string{"    sessionRisk:\n      description: 'TODO: what sessionRisk is, and when it is there.'\n      type: object\n      required:\n        - score\n", "          maximum: 1\n"},
		},
		"a new member of a union": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/updateLoginFlowWithSmokeMethod", "{type: object, required: [method], properties: {method: {type: string}}}")
				union := node.Find(doc, "/components/schemas/updateLoginFlowBody")
				node.Member(union, "oneOf").Content = append(node.Member(union, "oneOf").Content, apitest.ParseYAML(t, "{$ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'}"))
				apitest.Set(t, doc, "/components/schemas/updateLoginFlowBody/discriminator/mapping/smoke", "'#/components/schemas/updateLoginFlowWithSmokeMethod'")
			},
			report: []string{"  schema updateLoginFlowBody › oneOf updateLoginFlowWithSmokeMethod\n", "To review"},
			yaml:   []string{"        - $ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'\n"},
		},
		"a new value of an enum that a correction adds too": {
			edit: func(t *testing.T, doc *yaml.Node) {
				list := node.Find(doc, "/components/schemas/sessionAuthenticationMethod/properties/method/enum")
				list.Content = append(list.Content, node.NewString("saml"), node.NewString("404"))
			},
			report: []string{"› property method › value saml", "api/corrections.yaml adds what is published: #/components/schemas/sessionAuthenticationMethod/properties/method: the value saml", "To review"},
			yaml:   []string{"            - saml\n            - '404'\n"},
		},
		"a value that becomes nullable, and one that does not remain so": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/session/properties/expires_at/nullable", "true")
				apitest.Set(t, doc, "/components/schemas/NullUUID/nullable", "")
			},
			report: []string{"Added:\n  schema session › property expires_at › nullable\n", "schema NullUUID › nullable"},
		},
		"a renamed schema keeps its descriptions": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Find(doc, "/components/schemas"), "sessionDevice", "sessionClient")
				apitest.RenameRefs(doc, "#/components/schemas/sessionDevice", "#/components/schemas/sessionClient")
			},
			report:  []string{"/components/schemas/sessionDevice is now sessionClient", "its target does not exist, sessionDevice is now called sessionClient\n"},
			yaml:    []string{"    sessionClient:\n      description: "},
			removed: []string{"sessionDevice:", spec.Todo},
		},
		"a renamed schema among others in a target": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Find(doc, "/components/schemas"), "identitySchemas", "identitySchemaList")
				apitest.RenameRefs(doc, "#/components/schemas/identitySchemas", "#/components/schemas/identitySchemaList")
			},
			report:  []string{"'identitySchemas'], which has identitySchemas, now called identitySchemaList\n"},
			removed: []string{spec.Todo},
		},
		"a renamed path keeps its descriptions": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Member(doc, "paths"), "/sessions/whoami", "/sessions/me")
			},
			report:  []string{"/paths//sessions/whoami is now /sessions/me"},
			yaml:    []string{"  /sessions/me:\n    get:\n      operationId: toSession\n"},
			removed: []string{"/sessions/whoami:", spec.Todo}, disables: true,
		},
		"a renamed operation keeps its descriptions": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/paths/~1sessions~1whoami/get/operationId", "whoAmI")
			},
			report: []string{"Added:\n  operation whoAmI\n", "Removed:\n  operation toSession\n"},
			yaml:   []string{"      operationId: whoAmI\n      tags:\n"}, removed: []string{spec.Todo},
		},
		"a correction that is published now": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/genericError/properties/details/additionalProperties", "true")
			},
			report: []string{"Overlay actions that are published now (delete them):\n  api/corrections.yaml: $.components.schemas.genericError.properties.details: it changes nothing"},
		},
		"no version, unknown extensions and keywords in another order": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/info/version", "''")
				apitest.Set(t, doc, "/x-ory-new", "{prose: {deep: [Text of the publisher]}}")
				apitest.Set(t, doc, "/components/schemas/session/x-ory-new", "Text of the publisher")
				apitest.Set(t, doc, "/components/schemas/session/externalDocs", "{url: 'https://example.org', description: Text of the publisher}")
			},
			report: []string{"Omitted extensions: x-go-enum-desc, x-ory-new."}, removed: []string{"x-ory-new", spec.Todo},
		},
		"strings that YAML would parse as something else": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/odd", `{type: string, enum: ["yes", "null", "1e3", "- a", " leading", "a: b", "#c", "tab\tand\nline", "2026-01-01", "é\u2028", "~", "it's", "0x1f", ""], default: "yes"}`)
			},
			yaml: []string{"        - 'null'\n"},
		},
		"a new response, header and body": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/paths/~1version/get/responses/429", "{description: d, headers: {Retry-After: {schema: {type: integer}}}, content: {application/json: {schema: {$ref: '#/components/schemas/errorGeneric'}}}}")
				apitest.Set(t, doc, "/paths/~1sessions/delete/requestBody", "{content: {application/json: {schema: {type: object, properties: {reason: {type: string}}}}}}")
			},
			report: []string{"  operation getVersion › response 429\n", "/paths/~1version/get/responses/429/headers/Retry-After/description", "delete/requestBody/description"},
		},
		"values without the example": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/genericError/properties/status/enum", "[Bad Request]")
				apitest.Set(t, doc, "/components/schemas/genericError/properties/code/type", "string")
				apitest.Set(t, doc, "/paths/~1sessions~1whoami/get/parameters/header X-Session-Token/schema/enum", "[none]")
			},
			report: []string{
				"  /components/schemas/genericError/properties/status/example: Not Found\n", "  /components/schemas/genericError/properties/code/example: 404\n",
				"/parameters/header X-Session-Token/example: MP2",
			},
			removed: []string{"example: Not Found", "example: 404", "MP2YWEMeM8MxjkGKpH4dqOQ4Q4DlSPaj\n          schema:\n            type: string\n            enum"},
		},
		"a reference instead of a schema, and the reverse": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Set(t, doc, "/components/schemas/session/properties/active", "{$ref: '#/components/schemas/nullTime'}")
				apitest.Set(t, doc, "/components/schemas/session/properties/identity", "{type: object}")
			},
			report: []string{"/components/schemas/session/properties/identity/description", "Removed descriptions"},
			yaml:   []string{"        active:\n          $ref: '#/components/schemas/nullTime'\n", "        identity:\n          description: 'TODO: what identity is, and when it is there.'\n          type: object\n"},
		},
		"removed schemas with what refers to them": {
			edit: func(t *testing.T, doc *yaml.Node) {
				for _, path := range node.Keys(node.Member(doc, "paths")) {
					if strings.Contains(path, "courier") {
						apitest.Set(t, doc, "/paths/"+strings.ReplaceAll(path, "/", "~1"), "")
					}
				}
				apitest.Set(t, doc, "/components/responses/listCourierMessages", "")
				for _, name := range []string{"message", "messageDispatch", "courierMessageType", "courierMessageStatus"} {
					apitest.Set(t, doc, "/components/schemas/"+name, "")
				}
			},
			report:  []string{"  operation listCourierMessages\n", "api/corrections.yaml: $.components.schemas.courierMessageType"},
			removed: []string{"courierMessageType:"}, disables: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			before := apitest.ReadAPI(t, p)
			published := apitest.Publish(t, p, func(doc *yaml.Node) { tc.edit(t, doc) })
			report := apitest.Import(t, p, published, "v1.3.6")
			contract := apitest.ReadFile(t, p.Contract())
			for _, want := range tc.report {
				if !strings.Contains(report, want) {
					t.Errorf("missing: %s\nin\n%s", want, report)
				}
			}
			for _, want := range tc.yaml {
				if !strings.Contains(contract, want) {
					t.Errorf("not in the contract: %s", want)
				}
			}
			for _, no := range append(tc.removed, "Text of the publisher", "Text of the publisher") {
				if strings.Contains(contract, no) {
					t.Errorf("in the contract: %s", no)
				}
			}
			if disabled, err := overlay.Disabled(p); err != nil || tc.disables && len(disabled) == 0 {
				t.Errorf("no action is disabled (%v)", err)
			}
			if err := overlay.WriteEffective(p); err != nil {
				t.Errorf("the effective spec: %v", err)
			}
			if err := applyGolang(p); err != nil {
				t.Errorf("api/golang.yaml: %v", err)
			}
			once := apitest.ReadAPI(t, p)
			if report := apitest.Import(t, p, published, "v1.3.6"); !strings.Contains(report, "no file is changed") {
				t.Errorf("importing again changes something: %s", report)
			}
			apitest.ExpectEqual(t, once, apitest.ReadAPI(t, p))
			for _, file := range []string{p.Corrections(), p.Golang()} {
				if string(overlay.EnableAll([]byte(apitest.ReadFile(t, file)))) != before[file] {
					t.Errorf("%s differs from before if all actions are enabled", file)
				}
			}
		})
	}
}
