package kratos

import (
	"errors"
	"hash/maphash"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

const (
	maxPage = 512 << 20 // bytes of one page of a list
	maxItem = maxIdentity
)

var (
	errNextLink = safeError("the link to the next page cannot be parsed, or has no token")
	errSamePage = safeError("the server repeated a page: the list would never end")
)

// Page is one page of a list.
type Page[T any] struct {
	unlogged[Page[T]] `json:"-"` // fmt and slog do not write the fields
	// Items are in the order of the server. There are none after the last item.
	Items []T
	// NextPageToken is the PageToken of the next page; "" after the last. A page without items is
	// the last.
	NextPageToken string
	// PrevPageToken is the PageToken of the previous page; "" on the first page, and where Kratos
	// does not name one, such as for identities: store the tokens of the pages that you have shown.
	PrevPageToken string
	// Header is the header of the response, without Set-Cookie.
	Header http.Header `json:"-"`
}

// pager is a list of Kratos. The response names the next page in a Link header (RFC 8288), or the
// list is paged by number.
type pager[T any] struct {
	operation string
	fetch     func(...gen.RequestEditorFn) (*http.Response, error)
	checks    []check
	// offsetPaged is true for a list with the parameters page and per_page. Its PageToken is the
	// number of a page, counted from firstPage, since the server's links always have the token of
	// the first page.
	offsetPaged bool
	firstPage   int
	// id returns the id of an item.
	id func(*T) string
}

// request fetches one page.
func (l pager[T]) request(opts []RequestOption, budget *transport.Budget) (resp *http.Response, number int, err error) {
	number = l.firstPage
	checks := append(l.checks[:len(l.checks):len(l.checks)], checkPagination)
	if l.offsetPaged {
		checks = append(checks, func(r *http.Request) (err error) {
			number, err = toOffsetParams(r, l.firstPage)
			return err
		})
	}
	checks = append(checks, func(r *http.Request) error {
		*r = *r.WithContext(transport.With(r.Context(), func(o *transport.Options) { o.Budget = budget }))
		return nil
	})
	resp, err = l.fetch(requestEditors(opts, checks...)...)
	return resp, number, err
}

// pageResult is the outcome of reading one page.
type pageResult struct {
	items   int    // number of items that were yielded
	next    string // token of the next page, or ""
	prev    string // token of the previous page, or ""
	stopped bool   // the caller wants no more items

	header http.Header
}

// readPage fetches one page and yields its items while they arrive. A page whose body breaks off
// before the first item is fetched again.
func (l pager[T]) readPage(opts []RequestOption, yield func(T, error) bool) (pageResult, error) {
	budget := new(transport.Budget)
	var lastErr error
	for {
		resp, number, err := l.request(opts, budget)
		if lastErr != nil && errors.Is(err, transport.ErrSpent) {
			return pageResult{}, lastErr
		}
		res := pageResult{}
		res.items, res.stopped, err = decodePage(l.operation, resp, err, yield)
		if err == nil && !res.stopped {
			res.next, err = l.nextToken(resp, number, res.items)
			res.prev, res.header = l.prevToken(resp, number), resp.Header
		}
		if err == nil {
			return res, nil
		}
		if resp == nil || res.items > 0 || !transport.Retryable(errors.Unwrap(err)) {
			return res, asError(l.operation, resp, err)
		}
		lastErr = err
	}
}

// nextToken returns the token of the page after the one in resp, which has this number of items.
func (l pager[T]) nextToken(resp *http.Response, number, items int) (string, error) {
	switch {
	case items == 0: // some lists always name a next page
		return "", nil
	case !l.offsetPaged:
		return pageToken(resp.Header, "next")
	}
	return strconv.Itoa(number + 1), nil
}

// prevToken returns the token of the page before the one in resp, or "".
func (l pager[T]) prevToken(resp *http.Response, number int) string {
	if !l.offsetPaged {
		token, _ := pageToken(resp.Header, "prev")
		return token
	}
	if number <= l.firstPage { // the server names a page before the first one
		return ""
	}
	return strconv.Itoa(number - 1)
}

// all yields the items of all pages.
func (l pager[T]) all(opts []RequestOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := pageLoop{seed: maphash.MakeSeed(), pages: map[uint64]bool{}}
		for pageOpts := opts; ; {
			repeated, started := false, false
			res, err := l.readPage(pageOpts, func(item T, _ error) bool {
				if !started && l.id != nil {
					repeated = seen.seen("id " + l.id(&item))
				}
				started = true
				return !repeated && yield(item, nil)
			})
			if err == nil && (repeated || res.next != "" && seen.seen("token "+res.next)) {
				err, res.stopped = asError(l.operation, nil, errSamePage), false
			}
			if res.stopped {
				return
			}
			if err != nil {
				yield(zero, err)
				return
			}
			if res.next == "" {
				return
			}
			pageOpts = append(opts[:len(opts):len(opts)], Query("page_token", res.next))
		}
	}
}

// pageLoop remembers the ids and tokens of the pages of a list, in a few bytes for each.
type pageLoop struct {
	seed  maphash.Seed
	pages map[uint64]bool
}

// seen reports whether there was a page with this id or token before.
func (s pageLoop) seen(key string) bool {
	hash := maphash.String(s.seed, key)
	defer func() { s.pages[hash] = true }()
	return s.pages[hash]
}

// page returns one page.
func (l pager[T]) page(opts []RequestOption) (*Page[T], error) {
	p := new(Page[T])
	res, err := l.readPage(opts, func(item T, _ error) bool {
		p.Items = append(p.Items, item)
		return true
	})
	if err != nil {
		return nil, err
	}
	p.NextPageToken, p.PrevPageToken, p.Header = res.next, res.prev, withoutSetCookie(res.header)
	return p, nil
}

// toOffsetParams replaces the parameters page_size and page_token by per_page and page.
func toOffsetParams(r *http.Request, first int) (number int, err error) {
	q := r.URL.Query()
	number = first
	if q.Has("page_token") {
		if number, err = strconv.Atoi(q.Get("page_token")); err != nil || number < first {
			return 0, argumentError("the page token is not one of this list")
		}
		q.Set("page", strconv.Itoa(number))
	}
	if size := q.Get("page_size"); size != "" {
		q.Set("per_page", size)
	}
	q.Del("page_token")
	q.Del("page_size")
	r.URL.RawQuery = q.Encode()
	return number, nil
}

// asError returns err as an [Error].
func asError(operation string, resp *http.Response, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if resp == nil {
		return &Error{Operation: operation, sentinel: ErrUnexpectedResponse, cause: err}
	}
	return (&response{operation: operation, Response: resp}).unexpectedError(err)
}

// decodePage yields the items of one response while they arrive. It is stopped if the caller wants
// no more of them.
func decodePage[T any](operation string, resp *http.Response, err error, yield func(T, error) bool) (items int, stopped bool, _ error) {
	if err != nil {
		return 0, false, wrapError(operation, err)
	}
	a := &response{operation: operation, Response: resp}
	if !a.succeeded() {
		if a, err = readResponse(operation, resp, nil); err != nil {
			return 0, false, err
		}
		defer a.Body.Close()
		return 0, false, a.responseError()
	}
	defer resp.Body.Close()
	if !a.isJSON() {
		return 0, false, a.unexpectedError(nil)
	}
	body := &transport.LimitedReader{R: &transport.LimitedReader{R: resp.Body, Left: maxPage}, Left: maxItem}
	dec := jsonv2.NewDecoder(body)
	switch dec.PeekKind() {
	case '[':
	case 'n': // a page after the last of some lists is null
		transport.Discard(resp.Body)
		return 0, false, nil
	default:
		return 0, false, a.readError(body.Err)
	}
	if _, err := dec.ReadToken(); err != nil {
		return 0, false, a.readError(body.Err)
	}
	var item, zero T
	for dec.PeekKind() != ']' {
		null := dec.PeekKind() == 'n' // lists may have nulls
		item = zero                   // else absent members keep the values of the item before
		if err := jsonv2.UnmarshalDecode(dec, &item); err != nil {
			return items, false, a.readError(body.Err)
		}
		body.Left = maxItem
		if null {
			continue
		}
		items++
		if !yield(item, nil) {
			return items, true, nil
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return items, false, a.readError(body.Err)
	}
	transport.Discard(resp.Body)
	return items, false, nil
}

// pageToken returns the page_token of the link with this relation, or "" if there is none.
func pageToken(h http.Header, rel string) (string, error) {
	target, ok := transport.Link(h.Values("Link"), rel)
	if !ok {
		return "", nil
	}
	u, err := url.Parse(target)
	if err != nil || u.Query().Get("page_token") == "" {
		return "", errNextLink
	}
	return u.Query().Get("page_token"), nil
}
