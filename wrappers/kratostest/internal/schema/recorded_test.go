package schema_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

var recordings = flag.String(recorded.Flag, recorded.Kept("../../../.."), recorded.Usage)

// recordedFlow is a recorded response with a flow, or with an identity.
type recordedFlow struct {
	IdentitySchema string `json:"identity_schema"`
	Identity       struct {
		SchemaID   string           `json:"schema_id"`
		Traits     any              `json:"traits"`
		Verifiable []schema.Address `json:"verifiable_addresses"`
		Recovery   []schema.Address `json:"recovery_addresses"`
	} `json:"identity"`
	UI *struct{ Nodes []recordedNode } `json:"ui"`
}

type recordedNode struct {
	Attributes struct {
		Name, Type, Autocomplete, Pattern string
		Required                          bool
	}
	Messages []struct {
		ID      int64
		Context map[string]any
	}
	Meta struct{ Label struct{ Text string } }
}

// The fields and violations of recorded flows, and the addresses of recorded identities, are those
// that their traits have by the recorded schemas.
func TestRecordedFlows(t *testing.T) {
	t.Parallel()
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	schemas := recordedSchemas(t, all)
	compared := map[string]int{}
	for _, e := range all {
		var flow recordedFlow
		if json.Unmarshal([]byte(e.Response.Body), &flow) != nil {
			continue
		}
		s := schemas[schemaID(flow)]
		if s == nil {
			continue
		}
		what, got, want := compare(e, flow, s)
		compared[what]++
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the %s are\n%v, want\n%v", e, what, got, want)
		}
	}
	for what, atLeast := range map[string]int{"fields": 8, "violations": 8, "addresses": 8} {
		if compared[what] < atLeast {
			t.Errorf("only %d %s were compared", compared[what], what)
		}
	}
}

func schemaID(flow recordedFlow) string {
	for _, id := range []string{flow.Identity.SchemaID, flow.IdentitySchema} {
		if id != "" {
			return id
		}
	}
	return "default"
}

// compare returns what is compared of a response, what this package makes of its request, and what
// was recorded.
func compare(e *recorded.Exchange, flow recordedFlow, s *schema.Schema) (what string, got, want any) {
	var body struct {
		Method string
		Traits json.RawMessage
	}
	isJSON := json.Unmarshal([]byte(e.Request.Body), &body) == nil
	updated := e.Op == "updateRegistrationFlow" || e.Op == "updateSettingsFlow" && body.Method == "profile"
	switch {
	case e.Response.Status == 200 && strings.HasPrefix(e.Op, "create") && strings.HasSuffix(e.Op, "RegistrationFlow"):
		if recordedFields(flow) == nil {
			return "", nil, nil // of an organization: the users of a provider have no form
		}
		return "fields", fields(s), recordedFields(flow)
	case updated && isJSON && e.Response.Status == 400 && flow.UI != nil && body.Method != "oidc":
		return "violations", violations(s, body.Traits), recordedViolations(flow)
	case updated && isJSON && e.Response.Status == 200 && flow.Identity.Traits != nil:
		traits, _ := json.Marshal(flow.Identity.Traits)
		c := s.Read(traits)
		return "addresses", append(violations(s, traits), sorted(c.Verifiable, c.Recovery)), []string{sorted(flow.Identity.Verifiable, flow.Identity.Recovery)}
	}
	return "", nil, nil
}

func recordedSchemas(t *testing.T, all []*recorded.Exchange) map[string]*schema.Schema {
	t.Helper()
	schemas := map[string]*schema.Schema{}
	for _, e := range all {
		var list []struct {
			ID     string
			Schema json.RawMessage
		}
		if e.Op != "listIdentitySchemas" || e.Response.Status != 200 || json.Unmarshal([]byte(e.Response.Body), &list) != nil {
			continue
		}
		for _, item := range list {
			s, err := schema.Parse(item.ID, item.Schema)
			if err != nil {
				t.Fatal(err)
			}
			schemas[item.ID] = s
		}
	}
	return schemas
}

func fields(s *schema.Schema) []schema.Field {
	all := s.Fields()
	for i := range all {
		all[i].Identifier, all[i].List, all[i].Item = false, false, "" // nodes do not say
	}
	return all
}

func recordedFields(flow recordedFlow) []schema.Field {
	var all []schema.Field
	for _, n := range flow.UI.Nodes {
		if a := n.Attributes; strings.HasPrefix(a.Name, "traits.") {
			all = append(all, schema.Field{
				Name: a.Name, Type: a.Type, Title: n.Meta.Label.Text, Required: a.Required, Autocomplete: a.Autocomplete, Pattern: a.Pattern,
			})
		}
	}
	return all
}

func violations(s *schema.Schema, traits json.RawMessage) []string {
	var all []string
	for _, v := range s.Validate(traits) {
		all = append(all, describe(v.Field, v.Message.ID, v.Message.Context))
	}
	return all
}

func recordedViolations(flow recordedFlow) []string {
	var all []string
	for _, n := range flow.UI.Nodes {
		for _, m := range n.Messages {
			if strings.HasPrefix(n.Attributes.Name, "traits") && m.ID >= 4000000 { // others are of a web hook
				all = append(all, describe(n.Attributes.Name, m.ID, m.Context))
			}
		}
	}
	return all
}

// sorted returns addresses as text; the order of those that Kratos sends is random.
func sorted(verifiable, recovery []schema.Address) string {
	compare := func(a, b schema.Address) int { return strings.Compare(a.Value, b.Value) }
	slices.SortFunc(verifiable, compare)
	slices.SortFunc(recovery, compare)
	return fmt.Sprint(verifiable, recovery)
}

// describe returns a message as text, without its reason.
func describe(field string, id int64, context map[string]any) string {
	members := map[string]any{}
	for name, value := range context {
		if name != "reason" {
			members[name] = value
		}
	}
	data, _ := json.Marshal(members)
	return fmt.Sprintf("%s %d %s", field, id, data)
}
