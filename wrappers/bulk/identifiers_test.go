package bulk_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	const schema = `{"properties":{"traits":{"properties":{
		"mails":{"type":"array","items":{"ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}}},
		"contact":{"properties":{"phone":{"ory.sh/kratos":{"verification":{"via":"sms"}}}}},
		"email":{"ory.sh/kratos":{"credentials":{"totp":{"account_name":true}}}}}}}}`
	bySchema, err := bulk.SchemaIdentifiers([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		f      func(kratos.CreateIdentity) []string
		traits any
		want   []string
	}{
		"an email address and a user name": {bulk.Identifiers, json.RawMessage(`{"email":" Ada@Example.org","username":"ada","phone":"1"}`), []string{"ada", "ada@example.org"}},
		"a struct":                         {bulk.Identifiers, struct{ Email string }{"a"}, nil},
		"traits that are not strings":      {bulk.Identifiers, map[string]any{"email": 1, "username": ""}, nil},
		"traits that are not an object":    {bulk.Identifiers, "x", nil},
		"no traits":                        {bulk.Identifiers, nil, nil},
		"those of a schema":                {bySchema, map[string]any{"mails": []string{"A", "b"}, "contact": map[string]string{"phone": "+1", "x": "y"}, "email": "c", "z": map[string]any{"mails": "d"}}, []string{"+1", "a", "b"}},
		"other types than in the schema":   {bySchema, map[string]any{"mails": map[string]any{"x": 1}, "contact": []any{"x", nil}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.f(kratos.CreateIdentity{Traits: tc.traits})
			slices.Sort(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	got := bulk.Identifiers(kratos.CreateIdentity{ExternalID: "e", Credentials: kratos.Credentials(kratos.OIDCLink("google", "s"), kratos.SAMLLink("acme", "n"))})
	if want := []string{"external_id e", "google:s", "saml acme:n"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, text := range []string{"", "{}", `{"properties":{}}`, "[]"} {
		if _, err := bulk.SchemaIdentifiers([]byte(text)); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}
