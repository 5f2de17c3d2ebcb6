package kratos_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// pageOf is what a page says of its neighbours, and its header.
type pageOf struct {
	next, prev string
	header     http.Header
}

func neighbours[T any](p *kratos.Page[T], err error) (pageOf, error) {
	if err != nil {
		return pageOf{}, err
	}
	return pageOf{p.NextPageToken, p.PrevPageToken, p.Header}, nil
}

func TestPreviousPages(t *testing.T) {
	t.Parallel()
	identities := func(token string) func(context.Context, *kratos.Client, *kratos.Admin) (pageOf, error) {
		return func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) (pageOf, error) {
			return neighbours(a.IdentitiesPage(ctx, kratos.ListIdentities{PageToken: token}))
		}
	}
	schemas := func(token string) func(context.Context, *kratos.Client, *kratos.Admin) (pageOf, error) {
		return func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) (pageOf, error) {
			return neighbours(c.IdentitySchemasPage(ctx, kratos.ListIdentitySchemas{PageToken: token}))
		}
	}
	sessions := func(token string) func(context.Context, *kratos.Client, *kratos.Admin) (pageOf, error) {
		return func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) (pageOf, error) {
			return neighbours(c.MySessionsPage(ctx, kratos.ListMySessions{PageToken: token}, kratos.SessionToken("t")))
		}
	}
	counted := `</sessions?page=-1&page_token=x>; rel="prev",</sessions?page=7&page_token=y>; rel="next"`
	for name, tc := range map[string]struct {
		link string
		call func(context.Context, *kratos.Client, *kratos.Admin) (pageOf, error)
		want string
	}{
		"a link to the previous page":                        {`</i?page_token=a>; rel="first",</i?page_token=b%2Bc>; rel="prev"`, identities(""), "b+c"},
		"no link to the previous page":                       {`</i?page_token=a>; rel="first",</i?page_token=b>; rel="next"`, identities("x"), ""},
		"a link to the previous page without a token":        {`</i?page=0>; rel="prev"`, identities(""), ""},
		"a link to the previous page that is malformed":      {`<http://h/%zz?page_token=b>; rel="prev"`, identities(""), ""},
		"the first page of a list that counts from 0":        {counted, schemas(""), ""},
		"the second page of a list that counts from 0":       {counted, schemas("1"), "0"},
		"the first page of a list that counts from 1":        {counted, sessions(""), ""},
		"the first page of a list that counts from 1, by id": {counted, sessions("1"), ""},
		"the third page of a list that counts from 1":        {counted, sessions("3"), "2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Link": {tc.link}, "X-Total-Count": {"9"}, "Set-Cookie": {"a=s3cret"}}
			client, admin := serve(t, reply{status: 200, header: header, body: `[{"id":"a"}]`})
			got, err := tc.call(t.Context(), client, admin)
			if err != nil {
				t.Fatal(err)
			}
			if got.prev != tc.want {
				t.Errorf("PrevPageToken is %q, want %q", got.prev, tc.want)
			}
			if got.header.Get("X-Total-Count") != "9" || got.header.Get("Set-Cookie") != "" {
				t.Errorf("the header is %v", got.header)
			}
		})
	}
}

// The Link headers of real servers: Kratos names a previous page of lists that it counts, also where
// there is none, and no other.
func TestNeighboursOfRecordedPages(t *testing.T) {
	t.Parallel()
	calls := map[string]func(ctx context.Context, c *kratos.Client, a *kratos.Admin, token string) (pageOf, error){
		"listIdentities": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin, token string) (pageOf, error) {
			return neighbours(a.IdentitiesPage(ctx, kratos.ListIdentities{PageToken: token}))
		},
		"listSessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin, token string) (pageOf, error) {
			return neighbours(a.SessionsPage(ctx, kratos.ListSessions{PageToken: token}))
		},
		"listCourierMessages": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin, token string) (pageOf, error) {
			return neighbours(a.CourierMessagesPage(ctx, kratos.ListCourierMessages{PageToken: token}))
		},
		"listIdentitySchemas": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin, token string) (pageOf, error) {
			return neighbours(c.IdentitySchemasPage(ctx, kratos.ListIdentitySchemas{PageToken: token}))
		},
		"listMySessions": func(ctx context.Context, c *kratos.Client, _ *kratos.Admin, token string) (pageOf, error) {
			return neighbours(c.MySessionsPage(ctx, kratos.ListMySessions{PageToken: token}, kratos.SessionToken("t")))
		},
		"listIdentitySessions": func(ctx context.Context, _ *kratos.Client, a *kratos.Admin, token string) (pageOf, error) {
			return neighbours(a.IdentitySessionsPage(ctx, idA, kratos.ListIdentitySessions{PageToken: token}))
		},
	}
	firstPage := map[string]int{"listIdentitySchemas": 0, "listMySessions": 1, "listIdentitySessions": 1}
	pages := map[string]int{}
	for _, e := range exchanges(t) {
		call := calls[e.Op]
		if call == nil || e.Response.Status != 200 || e.Response.Headers.Get("Link") == "" {
			continue
		}
		u, err := url.Parse(e.Request.URL)
		if err != nil {
			t.Fatal(err)
		}
		first, counts := firstPage[e.Op]
		token := ""
		want := pageOf{}
		if counts {
			page, err := strconv.Atoi(u.Query().Get("page"))
			if err != nil || page < first {
				page = first
			} else {
				token = strconv.Itoa(page)
			}
			if page > first {
				want.prev = strconv.Itoa(page - 1)
			}
		} else if u.Query().Has("page") {
			continue // this client does not ask for it by number
		}
		transport := canned{e.Response.Status, http.Header(e.Response.Headers).Clone(), e.Response.Body}
		hc := kratos.WithHTTPClient(&http.Client{Transport: transport})
		got, err := call(t.Context(), kratos.Must(kratos.NewClient("http://kratos.invalid", hc)), kratos.Must(kratos.NewAdmin("http://kratos.invalid", hc)), token)
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		pages[e.Op]++
		if got.prev != want.prev {
			t.Errorf("%s: PrevPageToken is %q, want %q: %s", e, got.prev, want.prev, e.Response.Headers.Get("Link"))
		}
		if got.header.Get("Link") == "" || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: the header is %v", e, got.header)
		}
	}
	t.Logf("pages: %v", pages)
	if len(pages) != len(calls) {
		t.Errorf("only these lists were recorded: %v", pages)
	}
}
