package validate

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// patchIdentity is the operation whose body is a JSON Patch (RFC 6902) of an identity.
const patchIdentity = "patchIdentity"

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// patch reports names that differ in case from those of an identity, in the paths and values of a
// JSON Patch. Kratos applies the patch by exact names, and then decodes the result without regard
// to case: "/State" changes the state, and "/Id" the id, though a change of "/id" is refused.
func (v *validation) patch(identity *openapi3.Schema, text []byte) {
	// Not a struct, which would take names without regard to case as well.
	var operations []map[string]json.RawMessage
	if json.Unmarshal(text, &operations) != nil {
		return // which the description does not allow
	}
	for i, operation := range operations {
		var path string
		if json.Unmarshal(operation["path"], &path) != nil {
			continue
		}
		index := strconv.Itoa(i)
		at := v.patchPath(identity, path, "/"+index+"/path")
		if value := operation["value"]; value != nil && at != nil {
			v.path = []step{{name: index}, {name: "value"}}
			_, _, _ = v.decode(newDecoder(value), at) // for the names; it was read before
			v.path = nil
		}
	}
}

// patchPath reports the first name of a path that differs in case from one of an identity, and
// returns the schema of what the path leads to.
func (v *validation) patchPath(s *openapi3.Schema, path, where string) *openapi3.Schema {
	for i, token := range strings.Split(path, "/") {
		if i == 0 || s == nil {
			continue
		}
		token = unescaped.Replace(token)
		if known := miswritten(s, token); known != "" {
			v.problem(where, "case", "must be written "+known)
			return nil
		}
		if s.Items != nil && token == "-" {
			token = "0"
		}
		s, _ = memberOrItem(s, token)
	}
	return s
}
