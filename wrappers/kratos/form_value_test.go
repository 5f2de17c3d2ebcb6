package kratos_test

import (
	"encoding/json"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestValuesOfNodes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ value, want string }{
		"none":                             {``, ""},
		"null":                             {`null`, ""},
		"a string":                         {`"password"`, "password"},
		"a string with spaces":             {`" a b "`, " a b "},
		"an empty string":                  {`""`, ""},
		"a string that says null":          {`"null"`, "null"},
		"JSON in a string":                 {`"{\"publicKey\":{}}"`, `{"publicKey":{}}`},
		"an escaped backslash":             {`"a\\"`, `a\`},
		"an escaped letter":                {`"\u003c"`, "<"},
		"an escaped surrogate pair":        {`"\ud83d\ude00"`, "😀"},
		"letters beyond ASCII":             {`"Zoë"`, "Zoë"},
		"a delete character":               {"\"a\x7f\"", "a\x7f"},
		"bytes that are not UTF-8":         {"\"a\xff\"", "a\ufffd"},
		"a number":                         {`42`, "42"},
		"a boolean":                        {`true`, "true"},
		"an object":                        {`{"a":1}`, `{"a":1}`},
		"a list of strings":                {`["a","b"]`, `["a","b"]`},
		"a quote alone, which is not JSON": {`"`, `"`},
		"two strings, which are not JSON":  {`"a""b"`, `"a""b"`},
		"a string left open":               {`"a\"`, `"a\"`},
		"a string without its end":         {`"ab`, `"ab`},
		"a line break in a string":         {"\"a\nb\"", "\"a\nb\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node := kratos.UINode{Type: kratos.UINodeTypeInput}
			node.Attributes.Name, node.Attributes.Value = "n", json.RawMessage(tc.value)
			var form kratos.Form
			form.UIContainer.Nodes = []kratos.UINode{node}
			if got := form.Nodes()[0].Value; got != tc.want {
				t.Errorf("Node.Value is %q, want %q", got, tc.want)
			}
			if got := form.Value("n"); got != tc.want {
				t.Errorf("Form.Value is %q, want %q", got, tc.want)
			}
		})
	}
}
