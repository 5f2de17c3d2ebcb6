package server

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// writeKeysetLinks sets the header of a page of a list whose pages have tokens of elements.
func (c *call) writeKeysetLinks(size int, first, next string) {
	var links []string
	for _, l := range []struct{ rel, token string }{{"first", first}, {"next", next}} {
		if l.token == "" {
			continue
		}
		q := c.r.URL.Query()
		q.Set("page_size", strconv.Itoa(size))
		q.Set("page_token", l.token)
		links = append(links, "<"+c.relativeURL(q)+`>; rel="`+l.rel+`"`)
	}
	c.w.Header().Set("Link", strings.Join(links, ","))
}

// keysetSize returns the size of a page. It has responded with an error if that is not a number.
func (c *call) keysetSize(byDefault int, wrong *apiError) (int, bool) {
	text := c.query("page_size")
	if text == "" {
		return byDefault, true
	}
	size, err := strconv.Atoi(text)
	if err != nil {
		c.error(wrong)
		return 0, false
	}
	if size < 0 && !c.since("v25.4.0") {
		panic(http.ErrAbortHandler) // as Kratos does
	}
	if size <= 0 {
		return byDefault, true
	}
	if c.since("v25.4.0") {
		return min(size, maxPageSize/2), true
	}
	return min(size, maxPageSize), true
}

// firstID is the id in the token of the first page.
const firstID = "00000000-0000-0000-0000-000000000000"

// keysetToken returns the token of the page after an element. Those of the courier are encrypted
// since v25.4.0, and much longer than others.
func keysetToken(id string, created time.Time, long bool) string {
	text := "id=" + id + "/created_at=" + created.UTC().Format("2006-01-02 15:04:05.999999")
	if long {
		text += "/" + strings.Repeat("-", 256)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// firstToken is the token of the first page, which ends in the future.
func firstToken(long bool) string {
	return keysetToken(firstID, time.Date(2200, 12, 31, 23, 59, 59, 0, time.UTC), long)
}

// keysetID returns the id in a token; ok is false if it is not one.
func keysetID(token string) (id string, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", false
	}
	id, _, found := strings.Cut(strings.TrimPrefix(string(text), "id="), "/created_at=")
	return id, found && isUUID(id)
}

// keysetPage returns the elements of a newest-first list after the element with an id, and the
// element that the next page begins after.
func keysetPage[T any](list []T, id func(T) string, after string, size int) (page []T, last *T) {
	start := 0
	for n := range list {
		if id(list[n]) == after {
			start = n + 1
		}
	}
	end := min(start+size, len(list))
	page = list[start:end]
	if end < len(list) && len(page) > 0 {
		last = &page[len(page)-1]
	}
	return page, last
}
