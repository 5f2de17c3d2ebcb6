package validate_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// Each part of a request has its own value of In, and the pointer is relative to the part.
func TestLocationOfViolations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line, headers, body string
		want                validate.Violation // without its message
	}{
		"an unknown path":             {"GET /no", "", "", validate.Violation{In: "path", Keyword: "path"}},
		"an unknown method":           {"PUT /sessions", "", "", validate.Violation{In: "method", Keyword: "method"}},
		"a path parameter":            {"GET /schemas/a%2Fb", "", "", validate.Violation{In: "path", Name: "id", Keyword: "traversal"}},
		"the query":                   {"GET /sessions/whoami?a=%zz", "", "", validate.Violation{In: "query", Keyword: "syntax"}},
		"a query parameter":           {"GET /admin/identities?page_size=0", "", "", validate.Violation{In: "query", Name: "page_size", Keyword: "minimum"}},
		"the second value of a query": {"GET " + identity + "?include_credential=oidc&include_credential=x", "", "", validate.Violation{In: "query", Name: "include_credential", Pointer: "/1", Keyword: "enum"}},
		"a header":                    {create, "Content-Type: text/plain", "{}", validate.Violation{In: "header", Name: "Content-Type", Keyword: "media-type"}},
		"the body":                    {create, asJSON, "[]", validate.Violation{In: "body", Keyword: "type"}},
		"a property of the body":      {create, asJSON, `{"traits":{},"recovery_addresses":[5]}`, validate.Violation{In: "body", Pointer: "/recovery_addresses/0", Keyword: "type"}},
		"a form field":                {login, asForm, "method=password&password=p", validate.Violation{In: "body", Pointer: "/identifier", Keyword: "required"}},
		"a name that is not declared": {create, asJSON, `{"traits":{"a":1,"a":2}}`, validate.Violation{In: "body", Pointer: "/traits/*", Keyword: "duplicate"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := violations(t, validate.Request(newRequest(t, c.line, c.headers, c.body)))
			c.want.Message = got[0].Message
			if len(got) != 1 || got[0] != c.want || c.want.Message == "" {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
	got := violations(t, validate.Response(newResponse(t, "GET /self-service/logout/browser", 418, asJSON, kratosError)))
	if len(got) != 1 || got[0].In != "status" || got[0].Keyword != "status" || got[0].Name+got[0].Pointer != "" {
		t.Errorf("a status: %+v", got)
	}
}

// A Pointer is a JSON Pointer: its tokens are escaped, and it is cut between two of them.
func TestPointersOfViolations(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 150)
	v, _ := newValidator(t, map[string]string{"x": `{"properties":{"traits":{"type":"object","required":["e~/f"],"properties":{
		"a/b":{"type":"object","properties":{"c~d":{"type":"string"}}},
		"` + long + `":{"type":"object","properties":{"` + long + `":{"type":"string"}}}}}}}`})
	err := v.ValidateTraits(t.Context(), "x", map[string]any{"a/b": map[string]any{"c~d": 5}, long: map[string]any{long: 5}})
	want := []string{"/traits/a~1b/c~0d", "/traits/e~0~1f", "/traits/" + long + "/…"}
	got := violations(t, err)
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, pointer := range want {
		if got[i].Pointer != pointer {
			t.Errorf("got %s, want %s", got[i].Pointer, pointer)
		}
	}
}

// The JSON of a violation has the body's pointer also if it is empty, and the name only if there is
// one.
func TestJSONOfViolations(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]validate.Violation{
		`{"in":"body","pointer":"","keyword":"type","message":"must be an object"}`:           {In: "body", Keyword: "type", Message: "must be an object"},
		`{"in":"query","name":"id","pointer":"","keyword":"required","message":"is missing"}`: {In: "query", Name: "id", Keyword: "required", Message: "is missing"},
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if string(data) != want {
			t.Errorf("got  %s\nwant %s", data, want)
		}
	}
}
