package kratos

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const maxPage = 512 << 20 // bytes of one page of a list

var (
	errNextLink = errors.New("the link to the next page cannot be parsed, or has no token")
	errSamePage = errors.New("the list names a page as the one after itself")
)

// Page is one page of a list.
type Page[T any] struct {
	// Items are in the order of the server. There may be none, though a page follows.
	Items []T
	// Next is the token of the next page, for [PageToken]; "" after the last.
	Next string
}

// lister is one of Kratos' lists. It names its next page in a Link header, or counts its pages.
type lister[T any] struct {
	operation string
	fetch     func(...gen.RequestEditorFn) (*http.Response, error)
	checks    []check
	// counted says that the list only knows the parameters page and per_page, and first is the number of its first page. The
	// page_token of such a list is the number of a page here: those that the server names in its links lead back to the first.
	counted bool
	first   int
}

// request fetches one page.
func (l lister[T]) request(opts []CallOption) (resp *http.Response, number int, err error) {
	number = l.first
	checks := append(l.checks[:len(l.checks):len(l.checks)], paged)
	if l.counted {
		checks = append(checks, func(r *http.Request) (err error) {
			number, err = countPages(r, l.first)
			return err
		})
	}
	resp, err = l.fetch(edit(opts, checks...)...)
	return resp, number, err
}

// next returns the token of the page after the one in resp.
func (l lister[T]) next(resp *http.Response, number, items int) (string, error) {
	if !l.counted {
		return nextToken(resp.Header)
	}
	if items == 0 {
		return "", nil
	}
	return strconv.Itoa(number + 1), nil
}

// all yields the items of all pages.
func (l lister[T]) all(opts []CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var token string
		for first := opts; ; opts = append(first[:len(first):len(first)], PageToken(token)) {
			resp, number, err := l.request(opts)
			items, more, err := page(l.operation, resp, err, yield)
			if !more {
				return
			}
			var next string
			if err == nil {
				next, err = l.next(resp, number, items)
			}
			if err == nil && next != "" && next == token {
				err = errSamePage
			}
			if err != nil {
				var zero T
				yield(zero, asError(l.operation, resp, err))
				return
			}
			if next == "" || items == 0 { // an empty page of some lists names a next one for ever
				return
			}
			token = next
		}
	}
}

// page returns one page.
func (l lister[T]) page(opts []CallOption) (*Page[T], error) {
	resp, number, err := l.request(opts)
	p := new(Page[T])
	items, _, err := page(l.operation, resp, err, func(item T, _ error) bool {
		p.Items = append(p.Items, item)
		return true
	})
	if err == nil {
		p.Next, err = l.next(resp, number, items)
	}
	if err != nil {
		return nil, asError(l.operation, resp, err)
	}
	if items == 0 {
		p.Next = ""
	}
	return p, nil
}

// countPages replaces the parameters page_size and page_token by those that older lists know.
func countPages(r *http.Request, first int) (number int, err error) {
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

// asError makes an [Error] of what is wrong with a page, unless it is one.
func asError(operation string, resp *http.Response, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return (&answer{operation: operation, Response: resp}).unexpected(err)
}

// page yields the items of one answer while they arrive. more is false if the caller has seen enough.
func page[T any](operation string, resp *http.Response, err error, yield func(T, error) bool) (items int, more bool, _ error) {
	if err != nil {
		return 0, true, failed(operation, err)
	}
	a := &answer{operation: operation, Response: resp}
	if !a.ok() {
		return 0, true, read(operation, resp, nil, func(a *answer) error { return a.failure() })
	}
	defer resp.Body.Close()
	if !a.json() {
		return 0, true, a.unexpected(nil)
	}
	body := &limitedBody{r: resp.Body, left: maxPage}
	dec := jsonv2.NewDecoder(body)
	switch dec.PeekKind() {
	case '[':
	case 'n': // a page after the last of some lists is null
		drain(resp.Body)
		return 0, true, nil
	default:
		return 0, true, a.broken(body.err)
	}
	if _, err := dec.ReadToken(); err != nil {
		return 0, true, a.broken(body.err)
	}
	var item, zero T
	for dec.PeekKind() != ']' {
		null := dec.PeekKind() == 'n' // lists may have nulls
		item = zero                   // or what is absent would be that of the item before
		if err := jsonv2.UnmarshalDecode(dec, &item); err != nil {
			return items, true, a.broken(body.err)
		}
		items++
		if !null && !yield(item, nil) {
			return items, false, nil
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return items, true, a.broken(body.err)
	}
	drain(resp.Body)
	return items, true, nil
}

// limitedBody reads a body up to a limit, and remembers why reading ended.
type limitedBody struct {
	r    io.Reader
	left int64
	err  error
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.err != nil { // the first reason is the telling one
		return 0, b.err
	}
	if b.left <= 0 {
		b.err = errTooLarge
		return 0, b.err
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// nextToken returns the page_token of the link to the next page, or "" if there is none.
func nextToken(h http.Header) (string, error) {
	for link := range links(h.Values("Link")) {
		if !link.rel("next") {
			continue
		}
		u, err := url.Parse(link.target)
		if err != nil {
			return "", errNextLink
		}
		if token := u.Query().Get("page_token"); token != "" {
			return token, nil
		}
		return "", errNextLink
	}
	return "", nil
}

// link is one link of a Link header.
type link struct{ target, params string }

// rel reports whether the link is of this relation; a link can have several.
func (l link) rel(name string) bool {
	for param := range strings.SplitSeq(l.params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if !strings.EqualFold(strings.TrimSpace(key), "rel") {
			continue
		}
		for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(rel, name) {
				return true
			}
		}
	}
	return false
}

// links yields the links of Link headers (RFC 8288): <target>; param=value; …, <target>; …
func links(headers []string) iter.Seq[link] {
	return func(yield func(link) bool) {
		for _, rest := range headers {
			for {
				_, after, found := strings.Cut(rest, "<")
				if !found {
					break
				}
				target, after, found := strings.Cut(after, ">")
				if !found {
					break
				}
				params := after
				if i := strings.IndexByte(after, '<'); i >= 0 {
					params = after[:i]
				}
				rest = after
				if !yield(link{target, strings.TrimRight(params, ", \t")}) {
					return
				}
			}
		}
	}
}
