package overlay

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// The object schema "thing" is marked if clients receive it.
func TestMarkReceived(t *testing.T) {
	t.Parallel()
	const thing = "{$ref: '#/components/schemas/thing'}"
	for name, tc := range map[string]struct {
		response, body, outer string // schemas; outer is another component
		marked                bool
	}{
		"a response":                          {response: thing, marked: true},
		"a list":                              {response: "{type: array, items: " + thing + "}", marked: true},
		"a map":                               {response: "{type: object, additionalProperties: " + thing + "}", marked: true},
		"a member":                            {response: "{properties: {a: {properties: {b: " + thing + "}}}}", marked: true},
		"a member of another schema":          {response: "{$ref: '#/components/schemas/outer'}", outer: "{properties: {a: " + thing + "}}", marked: true},
		"a member of a schema with itself":    {response: "{$ref: '#/components/schemas/outer'}", outer: "{properties: {a: {$ref: '#/components/schemas/outer'}, b: " + thing + "}}", marked: true},
		"an alternative":                      {response: "{oneOf: [{type: string}, " + thing + "]}", marked: true},
		"a part":                              {response: "{allOf: [" + thing + "]}", marked: true},
		"a request":                           {body: thing},
		"a member of a request":               {body: "{properties: {a: " + thing + "}}"},
		"a request and a response":            {body: thing, response: "{properties: {a: " + thing + "}}", marked: true},
		"no operation":                        {marked: true},
		"a schema that no operation has":      {body: thing, outer: "{properties: {a: " + thing + "}}", marked: true},
		"a part of a request besides another": {body: "{properties: {a: {$ref: '#/components/schemas/outer'}, b: " + thing + "}}", outer: "{type: object}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			or := func(schema string) string {
				if schema == "" {
					return "{type: string}"
				}
				return schema
			}
			doc := new(yaml.Node)
			text := "paths: {/a: {parameters: [{in: query, name: q}], post: {requestBody: {content: {application/json: {schema: " + or(tc.body) + "}}}, " +
				"responses: {'200': {$ref: '#/components/responses/r'}, '204': {description: none}}}}}\n" +
				"components: {responses: {r: {content: {application/json: {schema: " + or(tc.response) + "}}}}, " +
				"schemas: {thing: {type: object, properties: {n: {type: string}}}, outer: " + or(tc.outer) + "}}\n"
			if err := yaml.Unmarshal([]byte(text), doc); err != nil {
				t.Fatal(err)
			}
			MarkReceived(doc)
			if mark := node.Find(node.Root(doc), "/components/schemas/thing/"+received); (mark != nil) != tc.marked {
				t.Errorf("marked: %v", mark != nil)
			}
		})
	}
}

// Only objects with members of a known name are marked: a map keeps all its members, and so does an
// object that says which members it has besides.
func TestOnlyObjectsAreMarked(t *testing.T) {
	t.Parallel()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(`components: {schemas: {text: {type: string}, free: {type: object}, map: {type: object, additionalProperties: {properties: {n: {type: string}}}},
  both: {properties: {n: {type: string}}, additionalProperties: false}, object: {properties: {n: {properties: {m: {type: string}}}}}}}`), doc); err != nil {
		t.Fatal(err)
	}
	MarkReceived(doc)
	var marked []string
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		for i, key := range node.Keys(n) {
			if key == received {
				marked = append(marked, path)
			}
			walk(n.Content[2*i+1], path+"/"+key)
		}
	}
	walk(node.Find(node.Root(doc), "/components/schemas"), "")
	if got := strings.Join(marked, " "); got != "/map/additionalProperties /object/properties/n /object" {
		t.Errorf("got %s", got)
	}
}

// The objects of a new response keep unknown members, and a new body has none, without a change of
// api/golang.yaml.
func TestNewResponsesKeepUnknownMembers(t *testing.T) {
	t.Parallel()
	p := project.Project{Root: "../../.."}
	doc, err := node.ReadFile(p.Effective())
	if err != nil {
		t.Fatal(err)
	}
	added := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(`
path: {post: {operationId: smoke, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/smokeBody'}}}},
  responses: {'200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/smoke'}}}}}}}}
smoke: {type: object, properties: {a: {type: array, items: {type: object, properties: {b: {type: string}}}}}}
smokeBody: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}
`), added); err != nil {
		t.Fatal(err)
	}
	for location, key := range map[string][2]string{"/paths": {"/smoke", "path"}, "/components/schemas": {"smoke", "smoke"}, "/components/schemas ": {"smokeBody", "smokeBody"}} {
		parent := node.Find(node.Root(doc), strings.TrimSpace(location))
		parent.Content = append(parent.Content, node.NewString(key[0]), node.Member(node.Root(added), key[1]))
	}
	MarkReceived(doc)
	if err := Apply(doc, p.Golang()); err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]bool{"smoke": true, "smoke/properties/a/items": true, "smokeBody": false, "smokeBody/properties/a": false} {
		kept := node.Find(node.Root(doc), "/components/schemas/"+location+"/additionalProperties/x-go-type")
		if (kept != nil) != want {
			t.Errorf("%s keeps unknown members: %v", location, kept != nil)
		}
	}
}
