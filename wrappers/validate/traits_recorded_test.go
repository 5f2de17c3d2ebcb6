package validate_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Traits that a real server accepted are valid against its schemas, and those that it rejected are
// not.
func TestRecordedTraits(t *testing.T) {
	t.Parallel()
	all := exchanges(t)
	served := map[string]string{}
	for _, e := range all {
		if e.Op != "listIdentitySchemas" || e.Response.Status != http.StatusOK {
			continue
		}
		var list []kratos.IdentitySchema
		if err := json.Unmarshal([]byte(e.Response.Body), &list); err != nil {
			t.Fatal(err)
		}
		for _, schema := range list {
			served[schema.ID] = string(schema.Schema)
		}
	}
	s, _ := newValidator(t, served)
	accepted, rejected := 0, 0
	for _, e := range all {
		if e.Op != "createIdentity" && e.Op != "updateIdentity" {
			continue
		}
		var identity kratos.CreateIdentity
		if json.Unmarshal([]byte(e.Request.Body), &identity) != nil || served[identity.SchemaID] == "" {
			continue
		}
		err := s.ValidateIdentity(t.Context(), identity)
		switch body := e.Response.Body; {
		case e.Response.Status < 300:
			if accepted++; err != nil {
				t.Errorf("%s: %v", e, err)
			}
		case e.Response.Status == http.StatusBadRequest && strings.Contains(body, "#/traits"):
			if rejected++; err == nil {
				t.Errorf("%s: valid, but the server responded %s", e, body)
			}
		}
	}
	if len(served) < 5 || accepted < 10 || rejected < 2 {
		t.Errorf("%d schemas, %d traits accepted, %d rejected", len(served), accepted, rejected)
	}
}
