package hooks_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A registration is only for addresses of a company, and gets metadata.
func ExampleHandler() {
	caller := hooks.APIKey("X-Kratos-Key", "key-from-a-secret-store")
	handler := hooks.Handler(caller, func(_ context.Context, c *hooks.Call) hooks.Response {
		traits, err := kratos.Traits[struct {
			Email string `json:"email"`
		}](c.Identity)
		if err != nil {
			return hooks.Fail(err)
		}
		if !strings.HasSuffix(traits.Email, "@example.org") {
			return hooks.Refuse(hooks.Message{Field: "traits.email", ID: 4900001, Text: "Please use your work address."})
		}
		return hooks.Change(hooks.IdentityChange{MetadataPublic: map[string]string{"plan": "team"}})
	})

	for _, email := range []string{"ada@example.org", "eve@example.net"} {
		call := &hooks.Call{
			Flow:     hooks.Flow{Name: hooks.FlowRegistration},
			Identity: &kratos.Identity{RawTraits: []byte(`{"email":"` + email + `"}`)},
		}
		outcome, err := hookstest.Decide(handler, hookstest.NewRequest(caller, call))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, m := range outcome.Messages["traits.email"] {
			fmt.Println(email, m.Text)
		}
		if outcome.Identity != nil {
			fmt.Println(email, string(outcome.Identity["metadata_public"]))
		}
	}
	// Output:
	// ada@example.org {"plan":"team"}
	// eve@example.net Please use your work address.
}
