package validate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// patchIdentity is the operation whose body is a JSON Patch (RFC 6902) of an identity.
const patchIdentity = "patchIdentity"

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// patch reports names that differ in case from those of an identity, in the paths and values of a
// JSON Patch. Kratos applies the patch by exact names, and then decodes the result without regard
// to case: "/State" changes the state, and "/Id" the id, though a change of "/id" is refused.
func (j *judge) patch(identity *schema, text []byte) {
	var operations []map[string]json.RawMessage // not a struct, which would take names without regard to case as well
	if json.Unmarshal(text, &operations) != nil {
		return // which the description does not allow
	}
	for i, operation := range operations {
		var path string
		if json.Unmarshal(operation["path"], &path) != nil {
			continue
		}
		where := "/" + strconv.Itoa(i)
		at := j.patchPath(identity, path, where+"/path")
		if value := operation["value"]; value != nil {
			j.cursor, j.path = cursor{text: value}, []step{{name: strconv.Itoa(i)}, {name: "value"}}
			j.names(at)
		}
	}
}

// patchPath reports the first name of a path that differs in case from one of an identity, and
// returns the schema of what the path leads to.
func (j *judge) patchPath(s *schema, path, where string) *schema {
	for i, token := range strings.Split(path, "/") {
		if i == 0 || s == nil {
			continue
		}
		token = unescaped.Replace(token)
		if known := s.miswritten(token); known != "" {
			j.problem(where, "case", "must be written "+known)
			return nil
		}
		s, _ = s.member(token)
	}
	return s
}
