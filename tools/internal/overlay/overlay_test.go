package overlay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

func TestOverlays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ actions, want string }{
		"an action with a description applies":  {"{target: $.info, description: why, update: {title: new}}", ""},
		"an action without a description fails": {"{target: $.info, update: {title: new}}", "has no description"},
		"an action that matches nothing fails":  {"{target: $.nothing, description: why, update: {title: new}}", "$.nothing"},
		"a removal that matches nothing fails":  {"{target: $.nothing, description: why, remove: true}", "$.nothing"},
		"an action that changes nothing fails":  {"{target: $.info, description: why, update: {title: old}}", "$.info"},
		"a negation before others fails":        {"{target: '$[?!@.nothing && @.title]', description: why, update: {title: new}}", "put the negation in parentheses"},
		"a negation in parentheses applies":     {"{target: '$[?(!@.nothing) && @.title]', description: why, update: {title: new}}", ""},
		"a negation at the end applies":         {"{target: '$[?@.title && !@.nothing]', description: why, update: {title: new}}", ""},
		"an invalid JSONPath fails":             {"{target: '$.[', description: why, remove: true}", "overlay.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "overlay.yaml")
			text := "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions: [" + tc.actions + "]\n"
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			doc := new(yaml.Node)
			if err := yaml.Unmarshal([]byte("info: {title: old}"), doc); err != nil {
				t.Fatal(err)
			}
			err := Apply(doc, path)
			if tc.want == "" {
				out, _ := node.ToJSON(doc)
				if err != nil || !strings.Contains(string(out), `"title": "new"`) {
					t.Errorf("got %s, %v", out, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}
