package kratosgo

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is the part of a schema that the fields and constants of a struct follow from.
type schema struct {
	Ref        string            `json:"$ref"`
	AllOf      []schema          `json:"allOf"`
	OneOf      []schema          `json:"oneOf"`
	Enum       []any             `json:"enum"`
	Properties map[string]schema `json:"properties"`
}

// target returns the name of the schema that a property refers to, or "".
func (s schema) target() string {
	if len(s.AllOf) == 1 {
		s = s.AllOf[0]
	}
	return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
}

// structs are the unions that api/golang.yaml makes one struct of, and the struct.
var structs = map[string]string{"continueWith": "ContinueWith", "uiNodeAttributes": "UINodeAttributes"}

// missingFields lists what the members of the unions in structs have, and the structs lack.
func missingFields(schemas map[string]schema, generated string) []string {
	var lines []string
	enums := enumsIn(generated)
	var compare func(name, structName string)
	compare = func(name, structName string) {
		fields := fieldsIn(generated, structName)
		for _, property := range sorted(schemas[name].Properties) {
			p := schemas[name].Properties[property]
			typ, there := fields[property]
			if !there {
				lines = append(lines, property+" of "+name+" has no field in api/golang.yaml, in "+structName)
				continue
			}
			if target := p.target(); target != "" {
				compare(target, typ)
			}
			for _, value := range p.Enum {
				if text, ok := value.(string); ok && enums[typ] != nil && !hasValue(enums[typ], text) {
					lines = append(lines, "the value "+text+" of "+property+" of "+name+" has no constant in api/golang.yaml, of "+typ)
				}
			}
		}
	}
	for _, union := range sorted(structs) {
		for _, member := range schemas[union].OneOf {
			compare(member.target(), structs[union])
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func hasValue(constants map[string]string, value string) bool {
	for _, constant := range constants {
		if constant == `"`+value+`"` {
			return true
		}
	}
	return false
}

// fieldsIn returns the types of the fields of a generated struct without pointers, by JSON name.
func fieldsIn(generated, name string) map[string]string {
	_, body, _ := strings.Cut(generated, "\ntype "+name+" struct {\n")
	body, _, _ = strings.Cut(body, "\n}")
	fields := map[string]string{}
	for _, field := range regexp.MustCompile("(?m)^\\t\\w+ +(\\S+) +`json:\"([^\",]+)").FindAllStringSubmatch(body, -1) {
		fields[field[2]] = strings.TrimPrefix(field[1], "*")
	}
	return fields
}

// Each member and value that a struct for a union lacks is named.
func TestMissingFields(t *testing.T) {
	t.Parallel()
	const generated = "\ntype ContinueWithAction string\n\nconst (\n\tContinueWithActionShow ContinueWithAction = \"show\"\n)\n" +
		"\ntype ContinueWith struct {\n\t// Action What to do.\n\tAction ContinueWithAction `json:\"action\"`\n\tFlow   *Flow              `json:\"flow,omitempty\"`\n}\n" +
		"\ntype Flow struct {\n\tID string `json:\"id\"`\n}\n"
	show := schema{Properties: map[string]schema{"action": {Enum: []any{"show"}}, "flow": {Ref: "#/components/schemas/flow"}}}
	flow := schema{Properties: map[string]schema{"id": {}}}
	with := func(s schema, name string, property schema) schema {
		properties := map[string]schema{name: property}
		for name, p := range s.Properties {
			if properties[name].Enum == nil {
				properties[name] = p
			}
		}
		return schema{Properties: properties}
	}
	for name, tc := range map[string]struct {
		show, flow schema
		want       []string
	}{
		"all are there":                {show, flow, nil},
		"a property":                   {with(show, "pin", schema{}), flow, []string{"pin of show has no field in api/golang.yaml, in ContinueWith"}},
		"a property of another struct": {show, with(flow, "url", schema{}), []string{"url of flow has no field in api/golang.yaml, in Flow"}},
		"a value":                      {with(show, "action", schema{Enum: []any{"hide"}}), flow, []string{"the value hide of action of show has no constant in api/golang.yaml, of ContinueWithAction"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemas := map[string]schema{"continueWith": {OneOf: []schema{{Ref: "#/components/schemas/show"}}}, "show": tc.show, "flow": tc.flow}
			if got := missingFields(schemas, generated); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
