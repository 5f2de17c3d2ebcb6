package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// addressServer has one identity whose addresses are in another order in each request. It applies
// patches as Kratos does: it rebuilds the list from the traits, with the first entry of each value.
type addressServer struct {
	t         *testing.T
	traits    []string
	addresses []map[string]any
	meanwhile func(*addressServer) // a concurrent change, before the patch
	ignores   bool                 // responds to a patch without applying it
}

func newAddressServer(t *testing.T, values ...string) *addressServer {
	s := &addressServer{t: t, traits: values}
	s.follow(nil)
	return s
}

// follow rebuilds the list of addresses from the traits, with the entries of list that have their
// values.
func (s *addressServer) follow(list []map[string]any) {
	s.addresses = nil
	for i, value := range s.traits {
		entry := map[string]any{"id": fmt.Sprintf("a%d", i), "value": value, "via": "email", "verified": false, "status": "pending"}
		if at := slices.IndexFunc(list, func(e map[string]any) bool { return e["value"] == value && e["via"] == "email" }); at >= 0 {
			entry = list[at]
		}
		s.addresses = append(s.addresses, entry)
	}
}

func (s *addressServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The last becomes the first, so that no index is that of the response before.
	if n := len(s.addresses); n > 0 {
		s.addresses = append(s.addresses[n-1:n:n], s.addresses[:n-1]...)
	}
	if r.Method == http.MethodPatch {
		if s.meanwhile != nil {
			s.meanwhile(s)
		}
		var ops []struct {
			Op, Path string
			Value    map[string]any
		}
		err := json.NewDecoder(r.Body).Decode(&ops)
		switch {
		case err != nil:
			s.t.Errorf("patch: %v", err)
		case len(ops) != 1:
			s.t.Errorf("%d operations: %+v", len(ops), ops)
		case ops[0].Op != "add", ops[0].Path != "/verifiable_addresses/0":
			s.t.Errorf("%s at %s", ops[0].Op, ops[0].Path)
		case !s.ignores:
			s.follow(append([]map[string]any{ops[0].Value}, s.addresses...))
		}
	}
	body, _ := json.Marshal(map[string]any{"id": idA, "schema_id": "person", "traits": map[string]any{"emails": s.traits}, "verifiable_addresses": s.addresses})
	reply{status: 200, body: string(body)}.ServeHTTP(w, r)
}

// verified lists the addresses that are verified.
func (s *addressServer) verified() string {
	var all []string
	for _, a := range s.addresses {
		if a["verified"] == true {
			all = append(all, a["value"].(string))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestSetVerified(t *testing.T) {
	t.Parallel()
	verify := func(value string) func(*addressServer) {
		return func(s *addressServer) {
			for _, a := range s.addresses {
				if a["value"] == value {
					a["verified"], a["status"] = true, "completed"
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		values    string
		before    func(*addressServer)
		meanwhile func(*addressServer)
		ignores   bool
		address   string
		want      string // verified afterwards
		err       string
		requests  int64
	}{
		"the first":                            {values: "a b c", address: "a", want: "a", requests: 2},
		"the second":                           {values: "a b c", address: "b", want: "b", requests: 2},
		"the last":                             {values: "a b c", address: "c", want: "c", requests: 2},
		"the only one":                         {values: "a", address: "a", want: "a", requests: 2},
		"beside one that is verified":          {values: "a b c", before: verify("c"), address: "a", want: "a c", requests: 2},
		"in another case":                      {values: "a@b.example c", address: " A@B.example ", want: "a@b.example", requests: 2},
		"one that is verified already":         {values: "a b", before: verify("a"), address: "a", want: "a", requests: 1},
		"one that the identity does not have":  {values: "a b", address: "x", err: "ErrNotFound", requests: 1},
		"an identity without addresses":        {address: "a", err: "ErrNotFound", requests: 1},
		"another is verified at the same time": {values: "a b c", meanwhile: verify("b"), address: "a", want: "a b", requests: 2},
		"another is removed at the same time": {values: "a b c", meanwhile: func(s *addressServer) {
			s.traits = []string{"a", "c"}
			s.follow(s.addresses)
		}, address: "c", want: "c", requests: 2},
		"another is added at the same time": {values: "a b", meanwhile: func(s *addressServer) {
			s.traits = []string{"x", "a", "b"}
			s.follow(s.addresses)
		}, address: "b", want: "b", requests: 2},
		"it is removed at the same time": {values: "a b c", meanwhile: func(s *addressServer) {
			s.traits = []string{"a", "c"}
			s.follow(s.addresses)
		}, address: "b", err: "ErrNotFound", requests: 2},
		"the server does not apply it": {values: "a b", ignores: true, address: "b", err: "ErrUnexpectedResponse", requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newAddressServer(t, strings.Fields(tc.values)...)
			if tc.before != nil {
				tc.before(server)
			}
			server.meanwhile, server.ignores = tc.meanwhile, tc.ignores
			var n atomic.Int64
			_, admin := serve(t, counted(&n, server))
			identity, err := admin.SetVerified(t.Context(), idA, tc.address)
			if matches(err) != tc.err || (identity == nil) != (err != nil) {
				t.Errorf("%v, want %q", err, tc.err)
			}
			if got := server.verified(); got != tc.want {
				t.Errorf("verified %q, want %q", got, tc.want)
			}
			if n.Load() != tc.requests {
				t.Errorf("%d requests, want %d", n.Load(), tc.requests)
			}
		})
	}
}

func TestPatchesOfAddressLists(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		reply{status: 200, body: `{"id":"` + idA + `"}`}.ServeHTTP(w, r)
	}))
	patch := kratos.JSONPatch{}
	for name, tc := range map[string]struct {
		patch   kratos.JSONPatch
		refused bool
		names   string // what the error names instead
	}{
		"verified":                         {patch.Replace("/verifiable_addresses/0/verified", true), true, "SetVerified"},
		"status":                           {patch.Replace("/verifiable_addresses/12/status", "completed"), true, "SetVerified"},
		"an address":                       {patch.Replace("/verifiable_addresses/1", map[string]string{}), true, "SetVerified"},
		"an address to remove":             {patch.Remove("/verifiable_addresses/0"), true, "SetVerified"},
		"an address at the front":          {patch.Add("/verifiable_addresses/0", map[string]string{}), true, "SetVerified"},
		"an address at the end":            {patch.Add("/verifiable_addresses/-", map[string]string{}), true, "SetVerified"},
		"an index from the end":            {patch.Replace("/verifiable_addresses/-1/verified", true), true, "SetVerified"},
		"an index with zeros":              {patch.Replace("/verifiable_addresses/00/verified", true), true, "SetVerified"},
		"no index":                         {patch.Replace("/verifiable_addresses/", true), true, "SetVerified"},
		"an index from names":              {patch.Replace(kratos.JSONPointer("verifiable_addresses", "0", "verified"), true), true, "SetVerified"},
		"after another operation":          {patch.Replace("/state", "active").Replace("/verifiable_addresses/0/verified", true), true, "SetVerified"},
		"a recovery address":               {patch.Replace("/recovery_addresses/0/value", "a"), true, "SetTraits"},
		"an added recovery address":        {patch.Add("/recovery_addresses/-", map[string]string{}), true, "SetTraits"},
		"a removed recovery address":       {patch.Remove("/recovery_addresses/1"), true, "SetTraits"},
		"all addresses, by their values":   {patch.Replace("/verifiable_addresses", []any{}), false, ""},
		"a list in the traits":             {patch.Replace("/traits/emails/0", "a"), false, ""},
		"the end of a list in the traits":  {patch.Add("/traits/emails/-", "a"), false, ""},
		"a trait with the name of another": {patch.Replace("/traits/verifiable_addresses/0", "a"), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := admin.PatchIdentity(t.Context(), idA, tc.patch)
			switch {
			case errors.Is(err, kratos.ErrInvalidArgument) != tc.refused:
				t.Errorf("%v, want ErrInvalidArgument: %v", err, tc.refused)
			case (err != nil) != tc.refused:
				t.Errorf("%v, want an error: %v", err, tc.refused)
			case tc.refused && !strings.Contains(err.Error(), tc.names):
				t.Errorf("%v, want it to name %q", err, tc.names)
			}
		})
	}
}
