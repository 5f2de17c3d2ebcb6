package kratos_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestBatchResults(t *testing.T) {
	t.Parallel()
	var looked atomic.Int64
	ids := func(n int) []kratos.IdentityPatch {
		items := make([]kratos.IdentityPatch, n)
		for i := range items {
			items[i] = kratos.IdentityPatch{PatchID: fmt.Sprintf("p%d", i), Create: kratos.CreateIdentity{Traits: ada}}
		}
		return items
	}
	ok := func(i int) string { return fmt.Sprintf(`{"action":"create","identity":"i%d","patch_id":"p%d"}`, i, i) }
	failed := func(i, code int) string {
		return fmt.Sprintf(`{"action":"error","patch_id":"p%d","error":{"code":%d,"message":"m","reason":"r"}}`, i, code)
	}
	for name, tc := range map[string]struct {
		n       int
		results []string
		created string // ids that exist afterwards
		want    string // of the call
		items   string // of each item
	}{
		"all created": {2, []string{ok(0), ok(1)}, "", "", "ok ok"},
		"one does not match the schema, the others are not created": {3, []string{ok(0), failed(1, 400), ok(2)}, "", "ErrBatchItems", "ok ErrBadRequest ok"},
		"the only item fails":                    {1, []string{failed(0, 409)}, "", "ErrBatchItems", "ErrConflict"},
		"a conflict, the others are created":     {3, []string{ok(0), failed(1, 409), ok(2)}, "i0 i2", "ErrBatchItems", "ok ErrConflict ok"},
		"a conflict, the others are rolled back": {3, []string{ok(0), failed(1, 409), ok(2)}, "i2", "ErrBatchItems", "ErrRolledBack ErrConflict ok"},
		"an item failed without a reason":        {1, []string{`{"action":"error","patch_id":"p0"}`}, "", "ErrBatchItems", "ErrUnexpectedResponse"},
		"an action of a later release":           {1, []string{`{"action":"queued","patch_id":"p0","identity":"i0"}`}, "", "ErrBatchItems", "ErrUnexpectedResponse"},
		"too few results":                        {2, []string{ok(0)}, "", "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnconfirmed"},
		"a null for a result":                    {2, []string{ok(0), "null"}, "", "ErrUnexpectedResponse", "ok ErrUnconfirmed"},
		"a patch id in capitals":                 {1, []string{`{"action":"create","identity":"i0","patch_id":"P0"}`}, "", "", "ok"},
		"results in another order":               {2, []string{ok(1), ok(0)}, "", "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnconfirmed"},
		"too many results":                       {1, []string{ok(0), ok(1)}, "", "ErrUnexpectedResponse", "ErrUnconfirmed"},
		"an identifier is empty":                 {2, []string{ok(0), `{"action":"error","patch_id":"p1","error":{"code":500,"message":"m","reason":"Unable to create identity credentials with missing or empty identifier."}}`}, "", "ErrBatchItems", "ok ErrInvalidArgument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, admin := serve(t, routes{
				"PATCH /admin/identities": reply{status: 200, body: `{"identities":[` + strings.Join(tc.results, ",") + `]}`},
				"GET /admin/identities": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					looked.Add(1)
					var found []string
					for _, id := range r.URL.Query()["ids"] {
						if strings.Contains(tc.created, id) {
							found = append(found, `{"id":"`+id+`"}`)
						}
					}
					reply{status: 200, body: "[" + strings.Join(found, ",") + "]"}.ServeHTTP(w, r)
				}),
			})
			results, err := admin.BatchPatchIdentities(t.Context(), ids(tc.n))
			if matches(err) != tc.want {
				t.Errorf("is %q (%v), want %q", matches(err), err, tc.want)
			}
			var items []string
			for i, r := range results {
				switch {
				case r.Err == nil && r.IdentityID == fmt.Sprintf("i%d", i):
					items = append(items, "ok")
				case r.IdentityID == "":
					items = append(items, strings.Fields(matches(r.Err) + " ?")[0])
				default:
					items = append(items, "an id and an error")
				}
			}
			if got := strings.Join(items, " "); got != tc.items {
				t.Errorf("items %q, want %q", got, tc.items)
			}
		})
	}
}

// outcomes returns the outcome of each item: "ok", or the first sentinel that matches its error. The
// outcomes of a large batch are run-length encoded.
func outcomes(results []kratos.BatchResult) string {
	var all []string
	for _, r := range results {
		outcome := "ok"
		if r.Err != nil {
			outcome = strings.Fields(matches(r.Err) + " ?")[0]
		}
		all = append(all, outcome)
	}
	if len(all) <= 10 {
		return strings.Join(all, " ")
	}
	var runs []string
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n] == all[0] {
			n++
		}
		runs = append(runs, fmt.Sprintf("%s×%d", all[0], n))
		all = all[n:]
	}
	return strings.Join(runs, " ")
}

// A failed batch is not retried, and each result says whether the identity may have been created.
func TestFailedBatches(t *testing.T) {
	t.Parallel()
	good := `{"identities":[{"action":"create","identity":"i0"},{"action":"create","identity":"i1"}]}`
	html := http.Header{"Content-Type": {"text/html"}}
	kratosError := func(status int) reply {
		return reply{status: status, body: fmt.Sprintf(`{"error":{"code":%d,"message":"m"}}`, status)}
	}
	abort := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	for name, tc := range map[string]struct {
		server http.Handler
		call   string
		item   string
	}{
		"the connection breaks":                 {abort, "ErrUnreachable", "ErrUnconfirmed ErrUnreachable"},
		"the response is cut short":             {reply{status: 200, header: http.Header{"Content-Length": {"4000"}}, body: good}, "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnexpectedResponse"},
		"the response is truncated JSON":        {reply{status: 200, body: good[:50]}, "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnexpectedResponse"},
		"the response is HTML":                  {reply{status: 200, header: html, body: "<html>"}, "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnexpectedResponse"},
		"the response is null":                  {reply{status: 200, body: `null`}, "ErrUnexpectedResponse", "ErrUnconfirmed ErrUnexpectedResponse"},
		"a proxy lost its connection to Kratos": {reply{status: 502, header: html, body: "<html>"}, "ErrServer ErrUnexpectedResponse", "ErrServer ErrUnconfirmed ErrUnexpectedResponse"},
		"a proxy times out":                     {reply{status: 504, header: html, body: "<html>"}, "ErrServer ErrUnexpectedResponse", "ErrServer ErrUnconfirmed ErrUnexpectedResponse"},
		"the database fails":                    {kratosError(500), "ErrServer", "ErrServer ErrUnconfirmed"},
		"the server is busy":                    {kratosError(503), "ErrServer", "ErrServer ErrUnconfirmed"},
		"the request took too long to arrive":   {kratosError(408), "", "ErrUnconfirmed"},
		"the key has expired":                   {kratosError(401), "ErrUnauthorized", "ErrUnauthorized"},
		"the key is wrong":                      {kratosError(403), "ErrForbidden", "ErrForbidden"},
		"it is the wrong port":                  {kratosError(404), "ErrNotFound", "ErrNotFound"},
		"there were too many calls":             {kratosError(429), "ErrRateLimited", "ErrRateLimited"},
		"a proxy has a lower limit on bodies":   {reply{status: 413, header: html, body: "<html>"}, "ErrUnexpectedResponse", "ErrUnexpectedResponse"},
		"a proxy's page, with status 400":       {reply{status: 400, header: html, body: "<html>"}, "ErrUnexpectedResponse", "ErrUnexpectedResponse"},
		"a redirect":                            {reply{status: 307, header: http.Header{"Location": {"https://example.org/"}}}, "ErrUnexpectedResponse", "ErrUnexpectedResponse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			_, admin := serve(t, counted(&n, tc.server))
			checkFailure(t, admin, tc.call, tc.item)
			if n.Load() != 1 {
				t.Errorf("sent %d times", n.Load())
			}
		})
	}
	t.Run("the connection is refused", func(t *testing.T) {
		t.Parallel()
		admin, err := kratos.NewAdmin("http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		checkFailure(t, admin, "ErrUnreachable", "ErrUnreachable")
	})
	t.Run("an unconfirmed identity cannot be read", func(t *testing.T) {
		t.Parallel()
		_, admin := serve(t, routes{
			"PATCH /admin/identities": reply{status: 200, body: `{"identities":[{"action":"create","identity":"i0"},{"action":"error","error":{"code":409,"message":"m"}}]}`},
			"GET /admin/identities":   kratosError(403),
		})
		results, err := admin.BatchPatchIdentities(t.Context(), twoItems())
		switch {
		case matches(err) != "ErrBatchItems":
			t.Errorf(`matches(err) = %q, want "ErrBatchItems"`, matches(err))
		case outcomes(results) != "ErrForbidden ErrConflict":
			t.Errorf(`outcomes(results) = %q, want "ErrForbidden ErrConflict"`, outcomes(results))
		case !errors.Is(results[0].Err, kratos.ErrUnconfirmed):
			t.Errorf("%v, want ErrUnconfirmed", results[0].Err)
		case results[0].IdentityID != "i0":
			t.Errorf(`results[0].IdentityID = %q, want "i0"`, results[0].IdentityID)
		}
	})
}

func twoItems() []kratos.IdentityPatch {
	return []kratos.IdentityPatch{{Create: kratos.CreateIdentity{Traits: ada}}, {Create: kratos.CreateIdentity{Traits: ada}}}
}

func checkFailure(t *testing.T, admin *kratos.Admin, call, item string) {
	t.Helper()
	results, err := admin.BatchPatchIdentities(t.Context(), twoItems())
	switch {
	case err == nil:
		t.Error("no error")
	case matches(err) != call:
		t.Errorf("is %q (%v), want %q", matches(err), err, call)
	case len(results) != 2:
		t.Errorf("len(results) = %d, want 2", len(results))
	}
	for i, r := range results {
		switch {
		case r.Err == nil:
			t.Errorf("item %d: no error", i)
		case matches(r.Err) != item:
			t.Errorf("item %d is %q (%v), want %q", i, matches(r.Err), r.Err, item)
		case r.IdentityID != "":
			t.Errorf("item %d: id %q", i, r.IdentityID)
		}
	}
}
