package apitest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// keywords are the keywords of a schema without which it is still valid.
var keywords = strings.Fields("format nullable enum default minimum maximum minItems maxItems pattern required")

// RemoveAtRandom removes about one in n of the parts of a description that another version may
// lack: paths, parameters, properties, keywords and values. It replaces others by references.
func RemoveAtRandom(doc *yaml.Node, random *rand.Rand, n int) {
	remove := func() bool { return random.IntN(n) == 0 }
	names := simpleSchemas(doc)
	spec.Walk(doc, "document", "", func(n *yaml.Node, kind, _ string) {
		switch kind {
		case "paths":
			removeKeys(n, func(string) bool { return remove() })
		case "properties":
			removeKeys(n, func(string) bool { return remove() })
			for i := 1; i < len(n.Content); i += 2 {
				if remove() {
					n.Content[i] = node.NewMapping(node.NewString("$ref"), node.NewString("#/components/schemas/"+names[random.IntN(len(names))]))
				}
			}
		case "schema", "namedSchema":
			removeKeys(n, func(key string) bool { return slices.Contains(keywords, key) && remove() })
			for _, key := range []string{"enum", "required"} {
				removeItems(node.Member(n, key), func(*yaml.Node) bool { return remove() })
			}
		case "operation":
			removeItems(node.Member(n, "parameters"), func(item *yaml.Node) bool {
				return node.Value(node.Member(item, "in")) != "path" && remove()
			})
			removeKeys(node.Member(n, "responses"), func(status string) bool { return status >= "3" && status < "6" && remove() })
		}
	})
}

func removeKeys(n *yaml.Node, remove func(key string) bool) {
	for i := 0; n != nil && i+1 < len(n.Content); {
		if !remove(n.Content[i].Value) {
			i += 2
			continue
		}
		n.Content = slices.Delete(n.Content, i, i+2)
	}
}

// removeItems removes items of a list, but not all.
func removeItems(n *yaml.Node, remove func(item *yaml.Node) bool) {
	for i := 0; n != nil && len(n.Content) > 1 && i < len(n.Content); {
		if !remove(n.Content[i]) {
			i++
			continue
		}
		n.Content = slices.Delete(n.Content, i, i+1)
	}
}

// simpleSchemas returns the names of the schemas without members.
func simpleSchemas(doc *yaml.Node) []string {
	schemas := node.Resolve(doc, "#/components/schemas")
	return slices.DeleteFunc(node.Keys(schemas), func(name string) bool {
		schema := node.Member(schemas, name)
		return slices.ContainsFunc(schema.Content, func(n *yaml.Node) bool { return n.Kind == yaml.MappingNode || slices.Contains(compositions, n.Value) })
	})
}

var compositions = strings.Fields("oneOf anyOf allOf $ref")

// RoundTrip imports one to three versions of a project's contract without random parts, and then
// the present version: see [RoundTripOf].
func RoundTrip(t *testing.T, p project.Project, version string, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	var others []Version
	for range 1 + random.IntN(3) {
		others = append(others, Version{"v0.0.1", Publish(t, p, func(doc *yaml.Node) {
			RemoveAtRandom(doc, random, 10)
			Set(t, doc, "/info/version", "''")
		})})
	}
	RoundTripOf(t, p, version, others...)
}

// Version is a published version of an API.
type Version struct {
	Name      string
	Published []byte
}

// RoundTripOf commits a project, imports other versions, and then its present version again, which
// must restore every file in api/. No description may have to be written.
func RoundTripOf(t *testing.T, p project.Project, present string, others ...Version) {
	t.Helper()
	Commit(t, p, "before")
	before, published := ReadAPI(t, p), Publish(t, p, nil)
	for _, other := range others {
		Import(t, p, other.Published, other.Name)
	}
	if report := Import(t, p, published, present); strings.Contains(report, "To write") {
		t.Errorf("descriptions have to be written again: %s", report)
	}
	ExpectEqual(t, before, ReadAPI(t, p))
}
