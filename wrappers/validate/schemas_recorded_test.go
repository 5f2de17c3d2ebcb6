package validate_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The schemas of a real server can be used, and what it took for an identity's traits is taken
// here; what it refused because of them, is refused.
func TestTraitsThatARealServerJudged(t *testing.T) {
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
	s, _ := schemas(t, served)
	taken, refused := 0, 0
	for _, e := range all {
		if e.Op != "createIdentity" && e.Op != "updateIdentity" {
			continue
		}
		var identity kratos.CreateIdentity
		if json.Unmarshal([]byte(e.Request.Body), &identity) != nil || served[identity.SchemaID] == "" {
			continue
		}
		err := s.ValidateIdentity(t.Context(), identity)
		switch said := e.Response.Body; {
		case e.Response.Status < 300:
			if taken++; err != nil {
				t.Errorf("%s: %v", e, err)
			}
		case e.Response.Status == http.StatusBadRequest && strings.Contains(said, "#/traits"):
			if refused++; err == nil {
				t.Errorf("%s: the server said %s", e, said)
			}
		}
	}
	if len(served) < 5 || taken < 10 || refused < 2 {
		t.Errorf("%d schemas, %d traits taken, %d refused", len(served), taken, refused)
	}
}
