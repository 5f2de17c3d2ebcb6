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

// What no version so far had is taken in all the same.
func TestUnseenVersions(t *testing.T) {
	t.Parallel()
	const anOperation = "{get: {operationId: listPasskeys, tags: [passkeys], parameters: [{name: id, in: path, required: true, schema: {type: string}}], " +
		"responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/session'}}}}, default: {description: d}}}}"
	for name, tc := range map[string]struct {
		edit  func(t *testing.T, doc *yaml.Node)
		said  []string // in the report
		yaml  []string // in the contract
		gone  []string // not in the contract any more
		parks bool
	}{
		"a new operation with a new tag": {
			edit: func(t *testing.T, doc *yaml.Node) {
				tags := node.Member(doc, "tags")
				tags.Content = append(tags.Content, apitest.ParseYAML(t, "{name: passkeys, description: Their words}"))
				apitest.Put(t, doc, "/paths/~1admin~1identities~1{id}~1passkeys", anOperation)
			},
			said: []string{"New:\n  operation listPasskeys\n", "/tags/passkeys/description", "get/parameters/path id/description", "get/summary\n"},
			yaml: []string{"  - name: passkeys\n    description: 'TODO: what passkeys is, and when it is there.'\n", "  /admin/identities/{id}/passkeys:\n    get:\n      operationId: listPasskeys\n"},
		},
		"an alternative that is there twice": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/updateLoginFlowBody/oneOf", "[{$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithCodeMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}]")
			},
			yaml: []string{"        - $ref: '#/components/schemas/updateLoginFlowWithCodeMethod'\n        - $ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'\n"},
		},
		"a named type that is a reference now": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/identityCredentialsType", "{type: string, enum: [password, oidc]}")
				apitest.Put(t, doc, "/components/schemas/identityCredentials/properties/type", "{$ref: '#/components/schemas/identityCredentialsType'}")
			},
			said:  []string{"it uses the Go type CredentialsType, and nothing has that name"},
			parks: true,
		},
		"a new schema, used by a new property": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/sessionRisk", "{type: object, required: [score], properties: {score: {type: number, format: double, minimum: 0, maximum: 1}, reasons: {type: array, items: {type: string}}}}")
				apitest.Put(t, doc, "/components/schemas/session/properties/risk", "{$ref: '#/components/schemas/sessionRisk'}")
			},
			said: []string{"  schema session › property risk\n", "  schema sessionRisk\n", "/components/schemas/sessionRisk/properties/score/description"},
			yaml: []string{"    sessionRisk:\n      description: 'TODO: what sessionRisk is, and when it is there.'\n      type: object\n      required:\n        - score\n", "          maximum: 1\n"},
		},
		"a new member of a union": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/updateLoginFlowWithSmokeMethod", "{type: object, required: [method], properties: {method: {type: string}}}")
				union := node.Locate(doc, "/components/schemas/updateLoginFlowBody")
				node.Member(union, "oneOf").Content = append(node.Member(union, "oneOf").Content, apitest.ParseYAML(t, "{$ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'}"))
				apitest.Put(t, doc, "/components/schemas/updateLoginFlowBody/discriminator/mapping/smoke", "'#/components/schemas/updateLoginFlowWithSmokeMethod'")
			},
			said: []string{"  schema updateLoginFlowBody › oneOf updateLoginFlowWithSmokeMethod\n", "To be read again"},
			yaml: []string{"        - $ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'\n"},
		},
		"a new value of an enum, which a correction has added before": {
			edit: func(t *testing.T, doc *yaml.Node) {
				list := node.Locate(doc, "/components/schemas/sessionAuthenticationMethod/properties/method/enum")
				list.Content = append(list.Content, node.Text("saml"), node.Text("404"))
			},
			said: []string{"› property method › value saml", "api/corrections.yaml adds what is published: #/components/schemas/sessionAuthenticationMethod/properties/method: the value saml", "To be read again"},
			yaml: []string{"            - saml\n            - '404'\n"},
		},
		"a value that can be null now, and one that cannot": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/session/properties/expires_at/nullable", "true")
				apitest.Put(t, doc, "/components/schemas/NullUUID/nullable", "")
			},
			said: []string{"New:\n  schema session › property expires_at › nullable\n", "schema NullUUID › nullable"},
		},
		"a renamed schema keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Locate(doc, "/components/schemas"), "sessionDevice", "sessionClient")
				apitest.RenameRefs(doc, "#/components/schemas/sessionDevice", "#/components/schemas/sessionClient")
			},
			said: []string{"/components/schemas/sessionDevice is sessionClient now", "its target is not there, sessionDevice is called sessionClient now\n"},
			yaml: []string{"    sessionClient:\n      description: "},
			gone: []string{"sessionDevice:", spec.Gap},
		},
		"a renamed schema among others in a target": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Locate(doc, "/components/schemas"), "identitySchemas", "identitySchemaList")
				apitest.RenameRefs(doc, "#/components/schemas/identitySchemas", "#/components/schemas/identitySchemaList")
			},
			said: []string{"'identitySchemas'], which has identitySchemas, called identitySchemaList now\n"},
			gone: []string{spec.Gap},
		},
		"a renamed path keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.RenameKey(node.Member(doc, "paths"), "/sessions/whoami", "/sessions/me")
			},
			said: []string{"/paths//sessions/whoami is /sessions/me now"},
			yaml: []string{"  /sessions/me:\n    get:\n      operationId: toSession\n"},
			gone: []string{"/sessions/whoami:", spec.Gap}, parks: true,
		},
		"a renamed operation keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/paths/~1sessions~1whoami/get/operationId", "whoAmI")
			},
			said: []string{"New:\n  operation whoAmI\n", "Gone:\n  operation toSession\n"},
			yaml: []string{"      operationId: whoAmI\n      tags:\n"}, gone: []string{spec.Gap},
		},
		"a correction that is published now": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/genericError/properties/details/additionalProperties", "true")
			},
			said: []string{"Actions that are part of the published API (delete them):\n  api/corrections.yaml: $.components.schemas.genericError.properties.details: it changes nothing"},
		},
		"no version, unknown extensions and keywords in another order": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/info/version", "''")
				apitest.Put(t, doc, "/x-ory-new", "{prose: {deep: [Their words]}}")
				apitest.Put(t, doc, "/components/schemas/session/x-ory-new", "Their words")
				apitest.Put(t, doc, "/components/schemas/session/externalDocs", "{url: 'https://example.org', description: Their words}")
			},
			said: []string{"Extensions left out: x-go-enum-desc, x-ory-new."}, gone: []string{"x-ory-new", spec.Gap},
		},
		"a text that YAML would read as something else": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/odd", `{type: string, enum: ["yes", "null", "1e3", "- a", " leading", "a: b", "#c", "tab\tand\nline", "2026-01-01", "é\u2028", "~", "it's", "0x1f", ""], default: "yes"}`)
			},
			yaml: []string{"        - 'null'\n"},
		},
		"an answer, a header and a body that were not there": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/paths/~1version/get/responses/429", "{description: d, headers: {Retry-After: {schema: {type: integer}}}, content: {application/json: {schema: {$ref: '#/components/schemas/errorGeneric'}}}}")
				apitest.Put(t, doc, "/paths/~1sessions/delete/requestBody", "{content: {application/json: {schema: {type: object, properties: {reason: {type: string}}}}}}")
			},
			said: []string{"  operation getVersion › response 429\n", "/paths/~1version/get/responses/429/headers/Retry-After/description", "delete/requestBody/description"},
		},
		"a reference in place of a schema, and the other way round": {
			edit: func(t *testing.T, doc *yaml.Node) {
				apitest.Put(t, doc, "/components/schemas/session/properties/active", "{$ref: '#/components/schemas/nullTime'}")
				apitest.Put(t, doc, "/components/schemas/session/properties/identity", "{type: object}")
			},
			said: []string{"/components/schemas/session/properties/identity/description", "Sentences of ours about what is gone"},
			yaml: []string{"        active:\n          $ref: '#/components/schemas/nullTime'\n", "        identity:\n          description: 'TODO: what identity is, and when it is there.'\n          type: object\n"},
		},
		"half a version's schemas gone with what refers to them": {
			edit: func(t *testing.T, doc *yaml.Node) {
				for _, path := range node.Keys(node.Member(doc, "paths")) {
					if strings.Contains(path, "courier") {
						apitest.Put(t, doc, "/paths/"+strings.ReplaceAll(path, "/", "~1"), "")
					}
				}
				apitest.Put(t, doc, "/components/responses/listCourierMessages", "")
				for _, name := range []string{"message", "messageDispatch", "courierMessageType", "courierMessageStatus"} {
					apitest.Put(t, doc, "/components/schemas/"+name, "")
				}
			},
			said: []string{"  operation listCourierMessages\n", "api/corrections.yaml: $.components.schemas.courierMessageType"},
			gone: []string{"courierMessageType:"}, parks: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			before := apitest.Tree(t, p)
			published := apitest.Publish(t, p, func(doc *yaml.Node) { tc.edit(t, doc) })
			said := apitest.Take(t, p, published, "v1.3.6")
			contract := apitest.Read(t, p.Contract())
			for _, want := range tc.said {
				if !strings.Contains(said, want) {
					t.Errorf("not said: %s\nbut\n%s", want, said)
				}
			}
			for _, want := range tc.yaml {
				if !strings.Contains(contract, want) {
					t.Errorf("not in the contract: %s", want)
				}
			}
			for _, no := range append(tc.gone, "Words of theirs", "Their words") {
				if strings.Contains(contract, no) {
					t.Errorf("in the contract: %s", no)
				}
			}
			if parked, err := overlay.StillParked(p); err != nil || tc.parks && len(parked) == 0 {
				t.Errorf("nothing is parked (%v)", err)
			}
			if err := overlay.WriteEffective(p); err != nil {
				t.Errorf("the effective spec: %v", err)
			}
			if err := applyGolang(p); err != nil {
				t.Errorf("api/golang.yaml: %v", err)
			}
			once := apitest.Tree(t, p)
			if said := apitest.Take(t, p, published, "v1.3.6"); !strings.Contains(said, "nothing is changed") {
				t.Errorf("a second time changes something: %s", said)
			}
			apitest.MustEqual(t, once, apitest.Tree(t, p))
			for _, file := range []string{p.Corrections(), p.Golang()} {
				if string(overlay.Unpark([]byte(apitest.Read(t, file)))) != before[file] {
					t.Errorf("%s is not what it was when nothing is parked", file)
				}
			}
		})
	}
}
