package kratos_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestCountedPages(t *testing.T) {
	t.Parallel()
	var asked []string
	client, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		page := r.URL.Query().Get("page")
		if page == "" {
			page = map[bool]string{true: "0", false: "1"}[r.URL.Path == "/schemas"]
		}
		body := map[string]string{"0": `[{"id":"zero"}]`, "1": `[{"id":"one"}]`, "2": `[{"id":"two"}]`, "9": "null\n"}[page]
		if body == "" {
			body = `[]`
		}
		// Such lists name a next page for ever, and one that is the first again.
		reply{status: 200, header: http.Header{"X-Total-Count": {"2"}, "Link": {`</sessions?page=1&page_token=abc>; rel="next"`}}, body: body}.ServeHTTP(w, r)
	}))
	var got string
	for s, err := range client.MySessions(t.Context(), kratos.ListMySessions{PageSize: 1}, kratos.SessionToken("t")) {
		if err != nil {
			t.Fatal(err)
		}
		got += s.ID + " "
	}
	for s, err := range admin.IdentitySessions(t.Context(), idA, kratos.ListIdentitySessions{PageToken: "2"}) {
		if err != nil {
			t.Fatal(err)
		}
		got += s.ID + " "
	}
	for s, err := range client.IdentitySchemas(t.Context(), kratos.ListIdentitySchemas{}) {
		if err != nil {
			t.Fatal(err)
		}
		got += s.ID + " "
	}
	if got != "one two two zero one two " {
		t.Errorf("got %q after asking %q", got, asked)
	}
	if want := "per_page=1 page=2&per_page=1 page=3&per_page=1 page=2 page=3  page=1 page=2 page=3"; strings.Join(asked, " ") != want {
		t.Errorf("asked %q", strings.Join(asked, " "))
	}
	page, err := client.IdentitySchemasPage(t.Context(), kratos.ListIdentitySchemas{PageToken: "9"})
	switch {
	case err != nil:
		t.Errorf("the page after the last: %v", err)
	case len(page.Items) != 0:
		t.Errorf("the page after the last: len(page.Items) = %d, want 0", len(page.Items))
	case page.NextPageToken != "":
		t.Errorf("the page after the last: page.NextPageToken = %q, want none", page.NextPageToken)
	}
	for _, token := range []string{"abc", "-1", "0x1"} {
		t.Run(token, func(t *testing.T) {
			if _, err := client.IdentitySchemasPage(t.Context(), kratos.ListIdentitySchemas{PageToken: token}); !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("token %s: %v", token, err)
			}
		})
	}
}

func TestPagesOneByOne(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page_token") == "x" {
			reply{status: 200, body: `[{"id":"c"}]`}.ServeHTTP(w, r)
			return
		}
		reply{status: 200, header: http.Header{"Link": {`</admin/identities?page_token=x>; rel="next"`}}, body: `[{"id":"a"},{"id":"b"}]`}.ServeHTTP(w, r)
	}))
	page, err := admin.IdentitiesPage(t.Context(), kratos.ListIdentities{})
	switch {
	case err != nil:
		t.Fatal(err)
	case len(page.Items) != 2:
		t.Fatalf("len(page.Items) = %d, want 2", len(page.Items))
	case page.NextPageToken != "x":
		t.Fatalf(`page.NextPageToken = %q, want "x"`, page.NextPageToken)
	}
	page, err = admin.IdentitiesPage(t.Context(), kratos.ListIdentities{PageToken: page.NextPageToken})
	switch {
	case err != nil:
		t.Fatal(err)
	case len(page.Items) != 1:
		t.Fatalf("len(page.Items) = %d, want 1", len(page.Items))
	case page.NextPageToken != "":
		t.Fatalf("page.NextPageToken = %q, want none", page.NextPageToken)
	}
	var got string
	for i, err := range admin.Identities(t.Context(), kratos.ListIdentities{PageToken: "x"}) {
		if err != nil {
			t.Fatal(err)
		}
		got += i.ID
	}
	if got != "c" {
		t.Errorf("resumed with %q", got)
	}
}

// An iterator holds no state: it may be ranged over again, also while another goroutine does.
func TestAListIsRangedOverAgain(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page_token") == "x" {
			reply{status: 200, body: `[{"id":"c"}]`}.ServeHTTP(w, r)
			return
		}
		reply{status: 200, header: http.Header{"Link": {`</admin/identities?page_token=x>; rel="next"`}}, body: `[{"id":"a"},{"id":"b"}]`}.ServeHTTP(w, r)
	}))
	list := admin.Identities(t.Context(), kratos.ListIdentities{})
	var wait sync.WaitGroup
	for _, name := range []string{"the first time", "the second time", "the third time"} {
		loop := func() {
			var got string
			for i, err := range list {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				got += i.ID
			}
			if got != "abc" {
				t.Errorf("%s: got %q, want %q", name, got, "abc")
			}
		}
		loop()
		wait.Go(loop)
	}
	wait.Wait()
}
