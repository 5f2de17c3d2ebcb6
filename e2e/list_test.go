package e2e

import (
	"net/http"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Kratos counts the pages of some lists, and names the next page of others by its first item.
func TestNeighboursOfPages(t *testing.T) { onBothServers(t, testNeighboursOfPages) }

func testNeighboursOfPages(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, admin := clients(t, be.shared(t))
	p := newPerson()
	me := register(t, client, p)
	token := kratos.SessionToken(me.SessionToken)
	for range 5 {
		must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	}
	pageThrough(t, "my sessions", true, func(next string) (*kratos.Page[kratos.Session], error) {
		return client.MySessionsPage(ctx, kratos.ListMySessions{PageSize: 2, PageToken: next}, token)
	}, func(s kratos.Session) string { return s.ID })
	pageThrough(t, "sessions of an identity", true, func(next string) (*kratos.Page[kratos.Session], error) {
		return admin.IdentitySessionsPage(ctx, me.Identity.ID, kratos.ListIdentitySessions{PageSize: 2, PageToken: next})
	}, func(s kratos.Session) string { return s.ID })
	pageThrough(t, "all sessions", false, func(next string) (*kratos.Page[kratos.Session], error) {
		return admin.SessionsPage(ctx, kratos.ListSessions{PageSize: 2, PageToken: next})
	}, func(s kratos.Session) string { return s.ID })
	for range 5 {
		must(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: newPerson().traits}))(t)
	}
	pageThrough(t, "identities", false, func(next string) (*kratos.Page[kratos.Identity], error) {
		return admin.IdentitiesPage(ctx, kratos.ListIdentities{PageSize: 2, PageToken: next})
	}, func(i kratos.Identity) string { return i.ID })
}

// pageThrough goes to the third page of a list with pages of two items, and back if the list counts
// its pages.
func pageThrough[T any](t *testing.T, list string, counts bool, fetch func(token string) (*kratos.Page[T], error), id func(T) string) {
	t.Helper()
	var ids []string
	var page *kratos.Page[T]
	token := ""
	for n := range 3 {
		page = must(fetch(token))(t)
		if (page.PrevPageToken != "") != (counts && n > 0) {
			t.Errorf("%s: page %d has the previous page %q", list, n, page.PrevPageToken)
		}
		if page.Header.Get("Link") == "" || page.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: page %d has the header %v", list, n, page.Header)
		}
		if len(page.Items) == 0 {
			t.Fatalf("%s: page %d is empty", list, n)
		}
		ids = append(ids, id(page.Items[0]))
		token = page.NextPageToken
	}
	for n := 1; counts && n >= 0; n-- {
		page = must(fetch(page.PrevPageToken))(t)
		if got := id(page.Items[0]); got != ids[n] {
			t.Errorf("%s: back on page %d, which begins with %s, not %s", list, n, got, ids[n])
		}
	}
	if counts && page.PrevPageToken != "" {
		t.Errorf("%s: back on the first page, which has the previous page %q", list, page.PrevPageToken)
	}
}

func TestHeaderOfASuccess(t *testing.T) { onBothServers(t, testHeaderOfASuccess) }

func testHeaderOfASuccess(t *testing.T, be backend) {
	t.Parallel()
	client, _ := clients(t, be.shared(t))
	me := register(t, client, newPerson())
	var header http.Header
	must(client.Whoami(t.Context(), kratos.SessionToken(me.SessionToken), kratos.ResponseHeader(&header)))(t)
	if header.Get("X-Kratos-Authenticated-Identity-Id") != me.Identity.ID {
		t.Errorf("the header is %v", header)
	}
}
