package kratostest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

const optionalIdentifier = `{"type":"object","properties":{"traits":{"type":"object","additionalProperties":false,"properties":{
  "username":{"type":"string","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}},
  "emails":{"type":"array","items":{"type":"string","format":"email"}}}}}}`

// Package kratos finds the member that is not valid in the reason of a response.
func TestReasonsNameTheInvalidMember(t *testing.T) {
	k := kratostest.New(t, kratostest.Schema("default", optionalIdentifier))
	admin := k.Admin()
	create := func(c kratos.CreateIdentity) error {
		_, err := admin.CreateIdentity(t.Context(), c)
		return err
	}
	for name, tc := range map[string]struct {
		err  error
		is   error
		text string
	}{
		"a type":                  {create(kratos.CreateIdentity{Traits: map[string]any{"username": 1}}), kratos.ErrBadRequest, "traits.username: type"},
		"a format, in a list":     {create(kratos.CreateIdentity{Traits: map[string]any{"emails": []string{"x"}}}), kratos.ErrBadRequest, "traits.emails.*: format"},
		"an unknown member":       {create(kratos.CreateIdentity{Traits: map[string]any{"x": 1}}), kratos.ErrBadRequest, "traits: additionalProperties"},
		"an unknown schema":       {create(kratos.CreateIdentity{SchemaID: "x", Traits: map[string]any{}}), kratos.ErrBadRequest, "schema_id: unknown to the server"},
		"an unknown state":        {create(kratos.CreateIdentity{State: "x", Traits: map[string]any{}}), kratos.ErrBadRequest, "state: enum"},
		"a member of later times": {create(kratos.CreateIdentity{ExternalID: "x", Traits: map[string]any{}}), kratos.ErrBadRequest, "external_id: unknown to this version of Kratos"},
		"an empty identifier":     {create(kratos.CreateIdentity{Traits: map[string]any{"username": ""}}), kratos.ErrInvalidArgument, "omitempty in a struct"},
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(tc.err, tc.is) || !strings.HasSuffix(tc.err.Error(), tc.text) {
				t.Errorf("%v, want %v with %q", tc.err, tc.is, tc.text)
			}
		})
	}
}

func TestExternalIDsAreUnique(t *testing.T) {
	k := kratostest.New(t, kratostest.As("v25.4.0"))
	for i, want := range []error{nil, kratos.ErrConflict} {
		_, err := k.Admin().CreateIdentity(t.Context(), kratos.CreateIdentity{ExternalID: "crm", Traits: map[string]string{"email": string(rune('a'+i)) + "@example.org"}})
		if !errors.Is(err, want) {
			t.Errorf("identity %d: %v, want %v", i, err, want)
		}
	}
}
