package node

import (
	"testing"

	"gopkg.in/yaml.v3"
)

func TestToJSON(t *testing.T) {
	t.Parallel()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte("z: 1\na: '2'\n\"404\": {y: true, x: null}\nl: [1.5, <b>, 12345678901234567890]\n"), doc); err != nil {
		t.Fatal(err)
	}
	got, err := ToJSON(doc)
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"z\": 1,\n  \"a\": \"2\",\n  \"404\": {\n    \"y\": true,\n    \"x\": null\n  },\n  \"l\": [\n    1.5,\n    \"<b>\",\n    12345678901234567890\n  ]\n}\n"
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}
