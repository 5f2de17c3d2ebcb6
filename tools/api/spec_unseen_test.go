package main

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// parseYAML parses a part of a spec, to be put into one.
func parseYAML(t testing.TB, s string) *yaml.Node {
	t.Helper()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(s), doc); err != nil {
		t.Fatal(err)
	}
	return rootOf(doc)
}

// put sets the value at a place; without a value, it removes what is there.
func put(t testing.TB, doc *yaml.Node, where, value string) {
	t.Helper()
	i := strings.LastIndex(where, "/")
	parent, key := locate(doc, where[:i]), strings.ReplaceAll(where[i+1:], "~1", "/")
	if parent == nil {
		t.Fatalf("there is no %s", where[:i])
	}
	at := indexOf(parent, key)
	switch {
	case value == "" && at >= 0:
		parent.Content = append(parent.Content[:at], parent.Content[at+2:]...)
	case at >= 0:
		parent.Content[at+1] = parseYAML(t, value)
	default:
		parent.Content = append(parent.Content, text(key), parseYAML(t, value))
	}
}

// renameRefs replaces a text wherever it is a value.
func renameRefs(n *yaml.Node, old, now string) {
	if n.Kind == yaml.ScalarNode && n.Value == old {
		n.Value = now
	}
	for _, child := range n.Content {
		renameRefs(child, old, now)
	}
}

func renameKey(n *yaml.Node, old, now string) { n.Content[indexOf(n, old)].Value = now }

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
				tags := member(doc, "tags")
				tags.Content = append(tags.Content, parseYAML(t, "{name: passkeys, description: Their words}"))
				put(t, doc, "/paths/~1admin~1identities~1{id}~1passkeys", anOperation)
			},
			said: []string{"New:\n  operation listPasskeys\n", "/tags/passkeys/description", "get/parameters/path id/description", "get/summary\n"},
			yaml: []string{"  - name: passkeys\n    description: 'TODO: what passkeys is, and when it is there.'\n", "  /admin/identities/{id}/passkeys:\n    get:\n      operationId: listPasskeys\n"},
		},
		"an alternative that is there twice": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/updateLoginFlowBody/oneOf", "[{$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithCodeMethod'}, {$ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'}]")
			},
			yaml: []string{"        - $ref: '#/components/schemas/updateLoginFlowWithCodeMethod'\n        - $ref: '#/components/schemas/updateLoginFlowWithPasswordMethod'\n"},
		},
		"a named type that is a reference now": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/identityCredentialsType", "{type: string, enum: [password, oidc]}")
				put(t, doc, "/components/schemas/identityCredentials/properties/type", "{$ref: '#/components/schemas/identityCredentialsType'}")
			},
			said:  []string{"it uses the Go type CredentialsType, and nothing has that name"},
			parks: true,
		},
		"a new schema, used by a new property": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/sessionRisk", "{type: object, required: [score], properties: {score: {type: number, format: double, minimum: 0, maximum: 1}, reasons: {type: array, items: {type: string}}}}")
				put(t, doc, "/components/schemas/session/properties/risk", "{$ref: '#/components/schemas/sessionRisk'}")
			},
			said: []string{"  schema session › property risk\n", "  schema sessionRisk\n", "/components/schemas/sessionRisk/properties/score/description"},
			yaml: []string{"    sessionRisk:\n      description: 'TODO: what sessionRisk is, and when it is there.'\n      type: object\n      required:\n        - score\n", "          maximum: 1\n"},
		},
		"a new member of a union": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/updateLoginFlowWithSmokeMethod", "{type: object, required: [method], properties: {method: {type: string}}}")
				union := locate(doc, "/components/schemas/updateLoginFlowBody")
				member(union, "oneOf").Content = append(member(union, "oneOf").Content, parseYAML(t, "{$ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'}"))
				put(t, doc, "/components/schemas/updateLoginFlowBody/discriminator/mapping/smoke", "'#/components/schemas/updateLoginFlowWithSmokeMethod'")
			},
			said: []string{"  schema updateLoginFlowBody › oneOf updateLoginFlowWithSmokeMethod\n", "To be read again"},
			yaml: []string{"        - $ref: '#/components/schemas/updateLoginFlowWithSmokeMethod'\n"},
		},
		"a new value of an enum, which a correction has added before": {
			edit: func(t *testing.T, doc *yaml.Node) {
				list := locate(doc, "/components/schemas/sessionAuthenticationMethod/properties/method/enum")
				list.Content = append(list.Content, text("saml"), text("404"))
			},
			said: []string{"› property method › value saml", "api/corrections.yaml adds what is published: #/components/schemas/sessionAuthenticationMethod/properties/method: the value saml", "To be read again"},
			yaml: []string{"            - saml\n            - '404'\n"},
		},
		"a value that can be null now, and one that cannot": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/session/properties/expires_at/nullable", "true")
				put(t, doc, "/components/schemas/NullUUID/nullable", "")
			},
			said: []string{"New:\n  schema session › property expires_at › nullable\n", "schema NullUUID › nullable"},
		},
		"a renamed schema keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				renameKey(locate(doc, "/components/schemas"), "sessionDevice", "sessionClient")
				renameRefs(doc, "#/components/schemas/sessionDevice", "#/components/schemas/sessionClient")
			},
			said: []string{"/components/schemas/sessionDevice is sessionClient now", "its target is not there, sessionDevice is called sessionClient now\n"},
			yaml: []string{"    sessionClient:\n      description: "},
			gone: []string{"sessionDevice:", gap},
		},
		"a renamed schema among others in a target": {
			edit: func(t *testing.T, doc *yaml.Node) {
				renameKey(locate(doc, "/components/schemas"), "identitySchemas", "identitySchemaList")
				renameRefs(doc, "#/components/schemas/identitySchemas", "#/components/schemas/identitySchemaList")
			},
			said: []string{"'identitySchemas'], which has identitySchemas, called identitySchemaList now\n"},
			gone: []string{gap},
		},
		"a renamed path keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				renameKey(member(doc, "paths"), "/sessions/whoami", "/sessions/me")
			},
			said: []string{"/paths//sessions/whoami is /sessions/me now"},
			yaml: []string{"  /sessions/me:\n    get:\n      operationId: toSession\n"},
			gone: []string{"/sessions/whoami:", gap}, parks: true,
		},
		"a renamed operation keeps its sentences": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/paths/~1sessions~1whoami/get/operationId", "whoAmI")
			},
			said: []string{"New:\n  operation whoAmI\n", "Gone:\n  operation toSession\n"},
			yaml: []string{"      operationId: whoAmI\n      tags:\n"}, gone: []string{gap},
		},
		"a correction that is published now": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/genericError/properties/details/additionalProperties", "true")
			},
			said: []string{"Actions that are part of the published API (delete them):\n  api/corrections.yaml: $.components.schemas.genericError.properties.details: it changes nothing"},
		},
		"no version, unknown extensions and keywords in another order": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/info/version", "''")
				put(t, doc, "/x-ory-new", "{prose: {deep: [Their words]}}")
				put(t, doc, "/components/schemas/session/x-ory-new", "Their words")
				put(t, doc, "/components/schemas/session/externalDocs", "{url: 'https://example.org', description: Their words}")
			},
			said: []string{"x-ory-new (2 times)"}, gone: []string{"x-ory-new", gap},
		},
		"a text that YAML would read as something else": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/odd", `{type: string, enum: ["yes", "null", "1e3", "- a", " leading", "a: b", "#c", "tab\tand\nline", "2026-01-01", "é\u2028", "~", "it's", "0x1f", ""], default: "yes"}`)
			},
			yaml: []string{"        - 'null'\n"},
		},
		"an answer, a header and a body that were not there": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/paths/~1version/get/responses/429", "{description: d, headers: {Retry-After: {schema: {type: integer}}}, content: {application/json: {schema: {$ref: '#/components/schemas/errorGeneric'}}}}")
				put(t, doc, "/paths/~1sessions/delete/requestBody", "{content: {application/json: {schema: {type: object, properties: {reason: {type: string}}}}}}")
			},
			said: []string{"  operation getVersion › answer 429\n", "/paths/~1version/get/responses/429/headers/Retry-After/description", "delete/requestBody/description"},
		},
		"a reference in place of a schema, and the other way round": {
			edit: func(t *testing.T, doc *yaml.Node) {
				put(t, doc, "/components/schemas/session/properties/active", "{$ref: '#/components/schemas/nullTime'}")
				put(t, doc, "/components/schemas/session/properties/identity", "{type: object}")
			},
			said: []string{"/components/schemas/session/properties/identity/description", "Sentences of ours about what is gone"},
			yaml: []string{"        active:\n          $ref: '#/components/schemas/nullTime'\n", "        identity:\n          description: 'TODO: what identity is, and when it is there.'\n          type: object\n"},
		},
		"half a version's schemas gone with what refers to them": {
			edit: func(t *testing.T, doc *yaml.Node) {
				for _, path := range keysOf(member(doc, "paths")) {
					if strings.Contains(path, "courier") {
						put(t, doc, "/paths/"+strings.ReplaceAll(path, "/", "~1"), "")
					}
				}
				put(t, doc, "/components/responses/listCourierMessages", "")
				for _, name := range []string{"message", "messageDispatch", "courierMessageType", "courierMessageStatus"} {
					put(t, doc, "/components/schemas/"+name, "")
				}
			},
			said: []string{"  operation listCourierMessages\n", "api/corrections.yaml: $.components.schemas.courierMessageType"},
			gone: []string{"courierMessageType:"}, parks: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := copyProject(t)
			before := tree(t, p)
			published := publish(t, p, func(doc *yaml.Node) { tc.edit(t, doc) })
			said := take(t, p, published, "v1.3.6")
			contract := read(t, p.contract())
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
			if parked, err := stillParked(p); err != nil || tc.parks && len(parked) == 0 {
				t.Errorf("nothing is parked (%v)", err)
			}
			if err := writeEffective(p); err != nil {
				t.Errorf("the effective spec: %v", err)
			}
			if err := applyGolang(p); err != nil {
				t.Errorf("api/golang.yaml: %v", err)
			}
			once := tree(t, p)
			if said := take(t, p, published, "v1.3.6"); !strings.Contains(said, "nothing is changed") {
				t.Errorf("a second time changes something: %s", said)
			}
			mustEqual(t, once, tree(t, p))
			for _, file := range []string{p.corrections(), p.golang()} {
				if string(unpark([]byte(read(t, file)))) != before[file] {
					t.Errorf("%s is not what it was when nothing is parked", file)
				}
			}
		})
	}
}

func applyGolang(p project) error {
	doc, err := readYAML(p.effective())
	if err != nil {
		return err
	}
	return apply(doc, p.golang())
}
