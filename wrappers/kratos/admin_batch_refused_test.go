package kratos_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// batchServer responds to batches as Kratos does. The trait "is" of an item selects its outcome:
// "good", "bad" (the schema refuses it), "taken" (a conflict), "empty" (an identifier), or
// "unreadable".
type batchServer struct {
	batchFaults
	t *testing.T

	mu       sync.Mutex
	requests int
	created  map[string]bool // by the trait "name"
}

type batchFaults struct {
	atomic  bool // any conflict fails the batch, as with MySQL
	limit   int  // of items
	refuses bool // everything
	breaks  int  // the number of responses before connections break, or -1; 0: all
}

func (s *batchServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		reply{status: 200, body: `[]`}.ServeHTTP(w, r) // v1.3.1 has rolled back the identities
		return
	}
	var body struct {
		Identities []struct {
			Create struct{ Traits struct{ Name, Is string } }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		s.t.Error(err)
	}
	if s.requests++; s.breaks != 0 && s.requests > s.breaks {
		panic(http.ErrAbortHandler)
	}
	refuse := func(status int, reason string) {
		reply{status: status, body: fmt.Sprintf(`{"error":{"code":%d,"message":"m","reason":%q}}`, status, reason)}.ServeHTTP(w, r)
	}
	count := map[string]int{}
	for _, item := range body.Identities {
		count[item.Create.Traits.Is]++
	}
	conflict := count["taken"] > 0
	switch valid := len(body.Identities) - count["bad"]; {
	case s.refuses, count["unreadable"] > 0, s.limit > 0 && len(body.Identities) > s.limit:
		refuse(400, "identity state is not valid")
		return
	case count["empty"] > 0:
		refuse(500, "Unable to create identity credentials with missing or empty identifier.")
		return
	case conflict && (valid == 1 || s.atomic):
		refuse(409, "")
		return
	}
	var results []string
	for _, item := range body.Identities {
		switch item.Create.Traits.Is {
		case "bad":
			results = append(results, `{"action":"error","error":{"code":400,"message":"m"}}`)
		case "taken":
			results = append(results, `{"action":"error","error":{"code":409,"message":"m"}}`)
		default:
			if name := item.Create.Traits.Name; !conflict {
				if s.created[name] {
					s.t.Errorf("%s is created twice", name)
				}
				s.created[name] = true
			}
			results = append(results, `{"action":"create","identity":"`+item.Create.Traits.Name+`"}`)
		}
	}
	reply{status: 200, body: `{"identities":[` + strings.Join(results, ",") + `]}`}.ServeHTTP(w, r)
}

// Every item has a result, whatever Kratos refuses, and only the identities of results exist.
func TestRefusedBatches(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		server batchFaults
		items  string
		want   string // of each item
		call   string
		sent   int // requests
	}{
		"one item that conflicts":                                 {items: "taken", want: "ErrConflict", call: "ErrBatchItems", sent: 1},
		"one item that does not match the schema":                 {items: "bad", want: "ErrBadRequest", call: "ErrBatchItems", sent: 1},
		"one item that is unreadable":                             {items: "unreadable", want: "ErrBadRequest", call: "ErrBatchItems", sent: 1},
		"one item with an empty identifier":                       {items: "empty", want: "ErrInvalidArgument", call: "ErrBatchItems", sent: 1},
		"all but one do not match the schema, and that conflicts": {items: "bad taken", want: "ErrBadRequest ErrConflict", call: "ErrBatchItems", sent: 3},
		"all but one do not match the schema":                     {items: "bad bad good", want: "ErrBadRequest ErrBadRequest ok", call: "ErrBatchItems", sent: 1},
		"all do not match the schema":                             {items: "bad bad", want: "ErrBadRequest ErrBadRequest", call: "ErrBatchItems", sent: 1},
		"all do not match the schema, or conflict":                {items: "bad bad bad taken", want: "ErrBadRequest ErrBadRequest ErrBadRequest ErrConflict", call: "ErrBatchItems", sent: 5},
		"a conflict rolls back the other items":                   {items: "good taken good", want: "ErrRolledBack ErrConflict ErrRolledBack", call: "ErrBatchItems", sent: 1},
		"one of many is unreadable":                               {items: "good good good unreadable good", want: "ok ok ok ErrBadRequest ok", call: "ErrBatchItems", sent: 7},
		"the last of many is unreadable":                          {items: "good good good good good unreadable", want: "ok ok ok ok ok ErrBadRequest", call: "ErrBatchItems", sent: 7},
		"all are unreadable":                                      {items: "unreadable unreadable", want: "ErrBadRequest ErrBadRequest", call: "ErrBatchItems", sent: 3},
		"one of many has an empty identifier":                     {items: "good empty good good", want: "ok ErrInvalidArgument ok ok", call: "ErrBatchItems", sent: 5},
		"each has another error":                                  {items: "unreadable taken bad empty", want: "ErrBadRequest ErrConflict ErrBadRequest ErrInvalidArgument", call: "ErrBatchItems", sent: 7},
		"a conflict that fails the batch, as in MySQL":            {server: batchFaults{atomic: true}, items: "good good taken good", want: "ok ok ErrConflict ok", call: "ErrBatchItems", sent: 5},
		"conflicts that fail the batch":                           {server: batchFaults{atomic: true}, items: "taken taken good", want: "ErrConflict ErrConflict ok", call: "ErrBatchItems", sent: 5},
		"two of a thousand are unreadable":                        {items: strings.Repeat("good ", 400) + "unreadable " + strings.Repeat("good ", 300) + "unreadable " + strings.Repeat("good ", 298), want: "ok×400 ErrBadRequest×1 ok×300 ErrBadRequest×1 ok×298", call: "ErrBatchItems", sent: 39},
		"a server with a lower limit":                             {server: batchFaults{limit: 30}, items: strings.Repeat("good ", 100), want: "ok×100", call: "", sent: 7},
		"a server that refuses everything":                        {server: batchFaults{refuses: true}, items: strings.Repeat("good ", 100), want: "ErrBadRequest×31 ErrRolledBack×69", call: "ErrBatchItems", sent: 64},
		"the connection breaks after one half":                    {server: batchFaults{breaks: 2}, items: "good good unreadable good", want: "ok ok ErrUnconfirmed ErrUnconfirmed", call: "ErrUnreachable", sent: 3},
		"the connection breaks before the other half":             {server: batchFaults{breaks: 1}, items: "good good unreadable good", want: "ErrUnconfirmed ErrUnconfirmed ErrRolledBack ErrRolledBack", call: "ErrUnreachable", sent: 2},
		"the connection breaks at once":                           {server: batchFaults{breaks: -1}, items: "good good", want: "ErrUnconfirmed ErrUnconfirmed", call: "ErrUnreachable", sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &batchServer{batchFaults: tc.server, t: t, created: map[string]bool{}}
			_, admin := serve(t, server)
			var items []kratos.IdentityPatch
			for i, is := range strings.Fields(tc.items) {
				items = append(items, kratos.IdentityPatch{Create: kratos.CreateIdentity{Traits: map[string]string{"name": fmt.Sprintf("i%d", i), "is": is}}})
			}
			results, err := admin.BatchPatchIdentities(t.Context(), items)
			server.mu.Lock()
			defer server.mu.Unlock()
			if matches(err) != tc.call {
				t.Errorf("is %q (%v), want %q", matches(err), err, tc.call)
			}
			if len(results) != len(items) {
				t.Fatalf("%d results of %d items", len(results), len(items))
			}
			for i, r := range results {
				switch name := fmt.Sprintf("i%d", i); {
				case (r.Err == nil) != server.created[name]:
					t.Errorf("item %d: %v, created: %v", i, r.Err, server.created[name])
				case r.Err == nil && r.IdentityID != name:
					t.Errorf("item %d: id %q, want %q", i, r.IdentityID, name)
				}
			}
			if got := outcomes(results); got != tc.want {
				t.Errorf("items %s, want %s", got, tc.want)
			}
			if server.requests != tc.sent {
				t.Errorf("sent %d requests, want %d", server.requests, tc.sent)
			}
		})
	}
}
