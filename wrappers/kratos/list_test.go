package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// first returns the first error of a list.
func first[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func sorted(words []string) string {
	slices.Sort(words)
	return strings.Join(words, " ")
}

// listed returns the ids that a list of identities yields, and the error that it ends with.
func listed(admin *kratos.Admin, t *testing.T) (ids string, err error) {
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{PageSize: 2}) {
		if err != nil {
			return ids, err
		}
		ids += identity.ID
	}
	return ids, nil
}

func TestPages(t *testing.T) {
	t.Parallel()
	paged := func(pages map[string]reply) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page_size") != "2" {
				t.Errorf("query %s lost the page size", r.URL.RawQuery)
			}
			page, ok := pages[r.URL.Query().Get("page_token")]
			if !ok {
				page = reply{status: 400, body: `{"error":{"code":400,"message":"no such token"}}`}
			}
			page.ServeHTTP(w, r)
		})
	}
	next := func(links ...string) http.Header { return http.Header{"Link": links} }
	one, two := `[{"id":"a"},{"id":"b"}]`, `[{"id":"c"}]`
	for name, tc := range map[string]struct {
		pages map[string]reply
		ids   string
		is    string
	}{
		"one page":      {map[string]reply{"": {status: 200, body: one}}, "ab", ""},
		"an empty list": {map[string]reply{"": {status: 200, body: `[]`}}, "", ""},
		"two pages":     {map[string]reply{"": {status: 200, header: next(`</admin/identities?page_size=2&page_token=x%2By>; rel="next"`), body: one}, "x+y": {status: 200, body: two}}, "abc", ""},
		"several links in one header, in any order":         {map[string]reply{"": {status: 200, header: next(`</admin/identities?page_token=0>; rel="first",</admin/identities?page_token=x>; rel="next"`), body: one}, "x": {status: 200, header: next(`</admin/identities?page_token=0>; rel="first"`), body: two}}, "abc", ""},
		"several headers, absolute URLs, several relations": {map[string]reply{"": {status: 200, header: next(`<https://h/admin/identities?page_token=0>; rel=first`, `<https://h/admin/identities?page_token=x>; title="a, b"; REL="last next"`), body: one}, "x": {status: 200, body: two}}, "abc", ""},
		"nulls are left out":                                {map[string]reply{"": {status: 200, body: `[null,{"id":"a"},null]`}}, "a", ""},
		"an empty page ends a list that never ends":         {map[string]reply{"": {status: 200, header: next(`</?page_token=x>; rel="next"`), body: one}, "x": {status: 200, header: next(`</?page_token=y>; rel="next"`), body: `[]`}}, "ab", ""},
		"a page that names itself is an error":              {map[string]reply{"": {status: 200, header: next(`</?page_token=x>; rel="next"`), body: one}, "x": {status: 200, header: next(`</?page_token=x>; rel="next"`), body: two}}, "abc", "ErrUnexpectedResponse"},
		"a refused token is an error":                       {map[string]reply{"": {status: 200, header: next(`</?page_token=gone>; rel="next"`), body: one}}, "ab", "ErrBadRequest"},
		"a link that is no URL is an error":                 {map[string]reply{"": {status: 200, header: next(`<http://h/%zz?page_token=x>; rel="next"`), body: one}}, "ab", "ErrUnexpectedResponse"},
		"garbage for a link is no link":                     {map[string]reply{"": {status: 200, header: next(`next`, `<`, `<>;rel`, `>;rel="next"<`), body: one}}, "ab", ""},
		"a truncated list yields what arrived":              {map[string]reply{"": {status: 200, body: `[{"id":"a"},{"id":"b"},{"i`}}, "ab", "ErrUnexpectedResponse"},
		"an object instead of a list is an error":           {map[string]reply{"": {status: 200, body: `{"id":"a"}`}}, "", "ErrUnexpectedResponse"},
		"an item of another type is an error":               {map[string]reply{"": {status: 200, body: `[{"id":"a"},7]`}}, "a", "ErrUnexpectedResponse"},
		"a page of a proxy is an error":                     {map[string]reply{"": {status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: one}}, "", "ErrUnexpectedResponse"},
		"the public port is an error":                       {map[string]reply{"": {status: 404, header: http.Header{"Content-Type": {"text/plain"}}, body: "404 page not found"}}, "", "ErrUnexpectedResponse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, admin := serve(t, paged(tc.pages))
			ids, err := listed(admin, t)
			if ids != tc.ids || matches(err) != tc.is {
				t.Errorf("got %q and %q (%v), want %q and %q", ids, matches(err), err, tc.ids, tc.is)
			}
		})
	}
}

func TestTheFirstItemDoesNotWaitForThePage(t *testing.T) {
	t.Parallel()
	seen := make(chan struct{})
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"id":"a"},`)
		w.(http.Flusher).Flush()
		<-seen
		fmt.Fprint(w, `{"id":"b"}]`)
	}))
	var ids string
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
		if err != nil {
			t.Fatal(err)
		}
		if ids += identity.ID; ids == "a" {
			close(seen)
		}
	}
	if ids != "ab" {
		t.Errorf("got %q", ids)
	}
}

func TestBreakingOffFetchesNoMore(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	_, admin := serve(t, counted(&n, reply{status: 200, header: http.Header{"Link": {`</?page_token=x>; rel="next"`}}, body: `[{"id":"a"},{"id":"b"}]`}))
	for _, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if n.Load() != 1 {
		t.Errorf("%d requests", n.Load())
	}
}

func TestAPageThatBreaksOff(t *testing.T) {
	t.Parallel()
	_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4000")
		_, _ = io.WriteString(w, `[{"id":"a"}`)
	}))
	ids, err := listed(admin, t)
	if ids != "a" || !errors.Is(err, kratos.ErrUnexpectedResponse) {
		t.Errorf("got %q and %v", ids, err)
	}
}

// The time-out is for the server, not for what the caller does with an item.
func TestAListWaitsForItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		big := strings.Repeat("x", 1<<20)
		page := fmt.Sprintf(`[{"id":"a","schema_id":%q},{"id":"b","schema_id":%q},{"id":"c"}]`, big, big)
		admin, err := kratos.NewAdmin("http://kratos.invalid", kratos.WithHTTPClient(&http.Client{Timeout: time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			header := http.Header{"Content-Type": {"application/json"}}
			return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(page)), Request: r}, nil
		})}))
		if err != nil {
			t.Fatal(err)
		}
		var ids string
		for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
			if err != nil {
				t.Fatal(err)
			}
			ids += identity.ID
			time.Sleep(time.Minute)
		}
		if ids != "abc" {
			t.Errorf("got %q", ids)
		}
	})
}

func TestAListDoesNotWaitForAServerThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	for name, first := range map[string]string{"before the response": "", "within a page": `[{"id":"a"},`} {
		t.Run(name, func(t *testing.T) {
			_, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if first != "" {
					fmt.Fprint(w, first)
					w.(http.Flusher).Flush()
				}
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}), kratos.WithHTTPClient(&http.Client{Timeout: 200 * time.Millisecond}), kratos.WithRetries(0))
			_, err := listed(admin, t)
			if !errors.Is(err, kratos.ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want ErrUnreachable and context.DeadlineExceeded", err)
			}
		})
	}
}
