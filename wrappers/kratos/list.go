package kratos

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const maxPage = 512 << 20 // bytes of one page of a list

var (
	errNextLink = errors.New("the link to the next page cannot be parsed")
	errSamePage = errors.New("the list names a page as the one after itself")
)

// list yields the items of all pages. fetch asks for one page: the first for nil, any other for the token that the page
// before named.
func list[T any](operation string, fetch func(token *string) (*http.Response, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var token *string
		for {
			resp, err := fetch(token)
			items, more, err := page(operation, resp, err, yield)
			if !more {
				return
			}
			var next string
			if err == nil {
				next, err = nextToken(resp.Header)
			}
			if err == nil && token != nil && next == *token {
				err = errSamePage
			}
			if err != nil {
				var zero T
				yield(zero, asError(operation, resp, err))
				return
			}
			if next == "" || items == 0 { // an empty page of some lists names a next one for ever
				return
			}
			token = &next
		}
	}
}

// asError makes an [Error] of what is wrong with a page, unless it is one.
func asError(operation string, resp *http.Response, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Operation: operation, StatusCode: resp.StatusCode, Header: resp.Header, kind: ErrUnexpectedAnswer, cause: err}
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
	if dec.PeekKind() != '[' {
		return 0, true, a.broken(body.err)
	}
	if _, err := dec.ReadToken(); err != nil {
		return 0, true, a.broken(body.err)
	}
	for dec.PeekKind() != ']' {
		var item *T // nil where the list has a null
		if err := jsonv2.UnmarshalDecode(dec, &item); err != nil {
			return items, true, a.broken(body.err)
		}
		items++
		if item != nil && !yield(*item, nil) {
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
		return u.Query().Get("page_token"), nil
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
