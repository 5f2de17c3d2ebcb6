package validate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/gen/spec"
)

// Lists in messages, which a new version of the API extends.
var (
	methods    = described("components/schemas/updateLoginFlowBody/discriminator/mapping")
	types      = described("components/schemas/identityCredentials/properties/type/enum")
	nodeTypes  = described("components/schemas/uiNodeAttributes/discriminator/mapping")
	inputTypes = described("components/schemas/uiNodeInputAttributes/properties/type/enum")
	screens    = described("components/schemas/updateRegistrationFlowWithProfileMethod/properties/screen/enum")
	states     = described("components/schemas/identity/properties/state/enum")
	ofCreate   = described("components/schemas/createIdentityBody/properties")
	ofSession  = described("components/schemas/session/properties")
	duration   = described("components/schemas/createRecoveryCodeForIdentityBody/properties/expires_in/pattern")
)

// described returns the members, values or text at a place in the API description, as a message
// lists them.
func described(place string) string {
	var at any
	if err := json.Unmarshal([]byte(spec.OpenAPI), &at); err != nil {
		panic(err)
	}
	for key := range strings.SplitSeq(place, "/") {
		members, _ := at.(map[string]any)
		at = members[key]
	}
	switch at := at.(type) {
	case map[string]any:
		return strings.Join(slices.Sorted(maps.Keys(at)), ", ")
	case []any:
		var values []string
		for _, value := range at {
			values = append(values, fmt.Sprint(value))
		}
		return strings.Join(values, ", ")
	case string:
		return at
	}
	panic("the API description has no " + place)
}
