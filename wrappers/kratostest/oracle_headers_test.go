package kratostest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// headers compares the headers that matter.
func (c *comparison) headers(r, a http.Header) {
	for _, name := range []string{"Content-Type", "Cache-Control", "Ory-Session-Cache-For"} {
		if rv, av := strings.Join(r[http.CanonicalHeaderKey(name)], ", "), strings.Join(a[http.CanonicalHeaderKey(name)], ", "); rv != av {
			c.differ("header %s %q≠%q", name, rv, av)
		}
	}
	if rv, av := vary(r), vary(a); rv != av {
		c.differ("header Vary %q≠%q", rv, av)
	}
	for _, name := range []string{"X-Kratos-Authenticated-Identity-Id", "X-Total-Count", "Ory-Error-Id"} {
		_, rok := r[http.CanonicalHeaderKey(name)]
		_, aok := a[http.CanonicalHeaderKey(name)]
		if rok != aok {
			c.differ("header %s %v≠%v", name, rok, aok)
		}
	}
	if rv, av := locationShape(r), locationShape(a); rv != av {
		c.differ("header Location %q≠%q", rv, av)
	}
	if rv, av := cookieShape(r), cookieShape(a); rv != av {
		c.differ("header Set-Cookie %q≠%q", rv, av)
	}
	if rv, av := slices.Sorted(maps.Keys(linksOf(r))), slices.Sorted(maps.Keys(linksOf(a))); !slices.Equal(rv, av) {
		c.differ("header Link %q≠%q", rv, av)
	}
}

// vary returns the sorted fields of the Vary header.
func vary(h http.Header) string {
	fields := strings.Split(strings.ReplaceAll(strings.Join(h["Vary"], ","), " ", ""), ",")
	slices.Sort(fields)
	return strings.Join(slices.Compact(fields), ",")
}

// locationShape returns the path of the Location header and the names of its query parameters.
func locationShape(h http.Header) string {
	location := h.Get("Location")
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return location
	}
	shape := uuidPattern.ReplaceAllString(u.Path, "<id>")
	if names := slices.Sorted(maps.Keys(u.Query())); len(names) > 0 {
		shape += "?" + strings.Join(names, "&")
	}
	return shape
}

// cookieShape returns the names of the cookies that are set, and which of them are deleted.
func cookieShape(h http.Header) string {
	var cookies []string
	for _, line := range h["Set-Cookie"] {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			cookies = append(cookies, "malformed")
			continue
		}
		name := csrfPattern.ReplaceAllString(c.Name, "csrf_token")
		if name == "ory_kratos_continuity" { // of the methods that are out of scope
			continue
		}
		if c.MaxAge < 0 || c.Value == "" {
			name += " deleted"
		}
		cookies = append(cookies, name)
	}
	slices.Sort(cookies)
	return strings.Join(cookies, ", ")
}
