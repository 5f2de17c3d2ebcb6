package server

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// defaultPageSize and maxPageSize are numbers of elements on a page.
const (
	defaultPageSize = 250
	maxPageSize     = 1000
)

// numberedPage is a page of a list whose pages have numbers.
type numberedPage struct{ number, size int }

// numberedPage returns the page that a request asks for by a token, or by a number from 0. What
// cannot be parsed is ignored.
func (c *call) numberedPage() numberedPage {
	size := firstNumber(c.query("page_size"), c.query("per_page"))
	if size <= 0 || size > maxPageSize {
		size = defaultPageSize
	}
	number := max(firstNumber(c.query("page")), 0)
	if raw, err := base64.RawURLEncoding.DecodeString(c.query("page_token")); err == nil {
		var token struct {
			Offset string `json:"offset"`
		}
		if json.Unmarshal(raw, &token) == nil && token.Offset != "" {
			number = max(firstNumber(token.Offset), 0) / size
		}
	}
	return numberedPage{min(number, 1<<31/size), size}
}

// firstNumber returns the first of some texts that is a number, or 0.
func firstNumber(texts ...string) int {
	for _, text := range texts {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return 0
}

// offsetToken returns the token of a page that begins with an offset.
func offsetToken(offset int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"offset":"%d","v":2}`, offset))
}

// writeOffsetLinks sets the headers of a page. An empty list has a next page, and so has each of
// its pages.
func (c *call) writeOffsetLinks(total int, page numberedPage, write func(q url.Values, number, size int)) {
	var links []string
	link := func(rel string, number, size int) {
		q := c.r.URL.Query()
		write(q, number, size)
		links = append(links, "<"+c.relativeURL(q)+`>; rel="`+rel+`"`)
	}
	last := (total+page.size-1)/page.size - 1
	switch number, size := page.number, page.size; {
	case total == 0:
		link("first", 0, size)
		link("next", number+1, size)
		link("prev", number-1, size)
	case total <= size:
		link("first", 0, total)
	case number >= last:
		link("first", 0, size)
		link("prev", last-1, size)
	case number == 0:
		link("next", 1, size)
		link("last", last, size)
	default:
		link("first", 0, size)
		link("next", number+1, size)
		link("prev", number-1, size)
		link("last", last, size)
	}
	c.w.Header().Set("X-Total-Count", strconv.Itoa(total))
	c.w.Header().Set("Link", strings.Join(links, ","))
}

// bothLinks are links with the parameters of tokens, and those of older versions.
func bothLinks(q url.Values, number, size int) {
	q.Set("page", strconv.Itoa(number))
	q.Set("per_page", strconv.Itoa(size))
	q.Set("page_size", strconv.Itoa(size))
	q.Set("page_token", offsetToken(number*size))
}

// numberLinks are links with the parameters of older versions.
func numberLinks(q url.Values, number, size int) {
	q.Set("page", strconv.Itoa(number))
	q.Set("per_page", strconv.Itoa(size))
}

// pageOf returns the elements of a page.
func pageOf[T any](list []T, page numberedPage) []T {
	start := min(page.number*page.size, len(list))
	return list[start:min(start+page.size, len(list))]
}

// offsetPage sets the headers of a page of sessions, and returns which of them are on it. Kratos
// counts the pages of sessions from 1, although the links to them count from 0: the pages 0 and 1
// are the same.
func (c *call) offsetPage(total int) (from, to int) {
	page := c.numberedPage()
	c.writeOffsetLinks(total, page, bothLinks)
	if number := firstNumber(c.query("page")); number > 0 {
		page.number = number
	}
	from = min(max(min(page.number, 1<<31)-1, 0)*page.size, total)
	return from, min(from+page.size, total)
}
