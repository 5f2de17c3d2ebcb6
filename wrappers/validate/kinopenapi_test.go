package validate_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/kratoskit/kratos-go/gen/spec"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// This package and kin-openapi, which is slower, agree on which bodies are valid.
func TestAgreesWithKinOpenAPI(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(spec.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122))
	bodySchemas := map[string]*openapi3.Schema{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				bodySchemas[op.OperationID] = op.RequestBody.Value.Content.Get("application/json").Schema.Value
			}
		}
	}
	valid, invalid := 0, 0
	for operation, golden := range goldenRequests(t) {
		schema := bodySchemas[operation]
		if schema == nil {
			continue
		}
		original := readAll(t, golden().Body)
		for _, body := range append(bodies(t, original), variations(t, original)...) {
			var v any
			if json.Unmarshal([]byte(body), &v) != nil {
				continue
			}
			r := golden()
			r.Body, r.GetBody = io.NopCloser(strings.NewReader(body)), nil
			err := validate.Request(r)
			if err != nil && slices.ContainsFunc(violations(t, err), func(p validate.Violation) bool { return p.Keyword == "duplicate" }) {
				continue // encoding/json ignores all but the last one
			}
			if err == nil {
				valid++
			} else {
				invalid++
			}
			if kin := schema.VisitJSON(v, openapi3.EnableFormatValidation()); (kin == nil) != (err == nil) {
				t.Errorf("%s: %s\nthis package: %v\nkin-openapi:  %v", operation, body, err, errors.Unwrap(kin))
			}
		}
	}
	if valid < 50 || invalid < 200 {
		t.Errorf("%d valid, %d invalid", valid, invalid)
	}
}

// variations returns JSON texts that differ from body in a single value.
func variations(t testing.TB, body string) (all []string) {
	t.Helper()
	if body == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	for _, other := range []any{nil, true, 5, 1.5, "", "active", "7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01", "1h", "2026-11-23T16:00:00Z", []any{}, map[string]any{}} {
		forEachValue(v, func(set func(any)) {
			set(other)
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(data))
		})
	}
	return all
}
