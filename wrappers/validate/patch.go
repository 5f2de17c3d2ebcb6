package validate

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// patchIdentity is the operation whose body is a JSON Patch (RFC 6902) of an identity.
const patchIdentity = "patchIdentity"

// validatePatch reports names in the paths and values of a JSON Patch that differ in case from
// those of an identity. Kratos applies the patch by exact names, and then decodes the result
// ignoring case: "/State" changes the state, and "/Id" the id, although Kratos rejects a change of
// "/id".
func (v *validation) validatePatch(identity *openapi3.Schema, body []byte) {
	var operations []map[string]json.RawMessage // a struct would ignore case too
	if json.Unmarshal(body, &operations) != nil {
		return // the schema does not allow it
	}
	for i, operation := range operations {
		var path string
		if json.Unmarshal(operation["path"], &path) != nil {
			continue
		}
		index := strconv.Itoa(i)
		target := v.validatePatchPath(identity, path, inBodyAt("/"+index+"/path"))
		if value := operation["value"]; value != nil && target != nil {
			v.path = []pathToken{{name: index}, {name: "value"}}
			_, _, _ = v.decode(newDecoder(value), target) // to report names: the value was validated before
			v.path = nil
		}
	}
}

// validatePatchPath reports the first name in a path that differs in case from one of an identity,
// and returns the schema of the value at the path.
func (v *validation) validatePatchPath(s *openapi3.Schema, path string, at location) *openapi3.Schema {
	for i, token := range strings.Split(path, "/") {
		if i == 0 || s == nil {
			continue
		}
		token = unescapeToken(token)
		if name := caseVariant(s, token); name != "" {
			v.report(at, "case", "must be spelled "+name)
			return nil
		}
		if s.Items != nil && token == "-" {
			token = "0"
		}
		s, _ = lookUpToken(s, token)
	}
	return s
}
