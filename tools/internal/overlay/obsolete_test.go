package overlay

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestObsolete(t *testing.T) {
	t.Parallel()
	const published = "{a: {enum: [x, y], type: string}, b: {enum: [z], nullable: true}, c: {required: [v, w]}, d: {type: integer}}"
	for name, tc := range map[string]struct {
		actions []string
		want    []string // in each line
	}{
		"a pair that sets what is published": {
			[]string{"{target: $.a.enum, remove: true}", "{target: $.a, update: {enum: [x, y]}}"},
			[]string{"2 actions together change nothing: $.a.enum, $.a"},
		},
		"a pair that sets it in another order": {
			[]string{"{target: $.c.required, remove: true}", "{target: $.c, update: {required: [w, v]}}"},
			[]string{"2 actions together change nothing: $.c.required, $.c"},
		},
		"a removal of several, and an update for each": {
			[]string{"{target: '$[''a'',''b''].enum', remove: true}", "{target: $.a, update: {enum: [y, x]}}", "{target: $.b, update: {enum: [z]}}"},
			[]string{"3 actions together change nothing: $['a','b'].enum, $.a, $.b"},
		},
		"a pair among others": {
			[]string{"{target: $.d, update: {format: int64}}", "{target: $.c.required, remove: true}", "{target: $.c, update: {required: [v, w]}}", "{target: $.d, update: {minimum: 1}}"},
			[]string{"2 actions together change nothing: $.c.required, $.c"},
		},
		"two pairs": {
			[]string{"{target: $.a.enum, remove: true}", "{target: $.a, update: {enum: [x, y]}}", "{target: $.c.required, remove: true}", "{target: $.c, update: {required: [v, w]}}"},
			[]string{"nothing: $.a.enum, $.a", "nothing: $.c.required, $.c"},
		},
		"a pair that sets something else": {[]string{"{target: $.a.enum, remove: true}", "{target: $.a, update: {enum: [x]}}"}, nil},
		"a pair that changes a type":      {[]string{"{target: $.d.type, remove: true}", "{target: $.d, update: {type: 'integer'}}"}, []string{"$.d.type, $.d"}},
		"single actions":                  {[]string{"{target: $.d, update: {format: int64}}", "{target: $.b.nullable, remove: true}"}, nil},
		"half of a pair":                  {[]string{"{target: '$[''a'',''b''].enum', remove: true}", "{target: $.a, update: {enum: [x, y]}}"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := new(yaml.Node)
			if err := yaml.Unmarshal([]byte(published), doc); err != nil {
				t.Fatal(err)
			}
			text := "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n  - " + strings.Join(tc.actions, "\n  - ") + "\n"
			got, err := Obsolete(doc, []byte(text), "overlay.yaml")
			if err != nil || len(got) != len(tc.want) {
				t.Fatalf("got %v, %v; want %v", got, err, tc.want)
			}
			for i, want := range tc.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %s, want %s", got[i], want)
				}
			}
		})
	}
}
