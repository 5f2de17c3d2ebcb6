package kratos

import (
	"net/http"
	"net/url"
	"strings"
)

// server is a URL by which Kratos is known.
type server struct {
	origin origin
	path   string // escaped, without a slash at its end
	isSite bool   // it is the URL of the proxy on the site
}

// newURLRewriter returns the rewriter for Kratos at base, whose configured URL is public if that is
// not nil.
func newURLRewriter(prefix string, base, public *url.URL) *urlRewriter {
	f := &urlRewriter{prefix: prefix}
	for _, u := range []*url.URL{base, public} {
		if u == nil {
			continue
		}
		host, _ := parseOrigin(u.Host)
		path := strings.TrimRight(u.EscapedPath(), "/")
		isSite := u == public && path == prefix
		if isSite {
			f.site = public
		}
		f.servers = append(f.servers, server{host, path, isSite})
	}
	return f
}

// rewriteContext has what the references in a response depend on.
type rewriteContext struct {
	path      string // at Kratos, escaped
	site      origin // at which the browser is; the zero origin if that is not known
	forScript bool   // the response goes to a browser, which must not get a session token
}

// destination is where a reference leads a browser.
type destination int

const (
	external   destination = iota // a page of the site, a provider, an app
	viaProxy                      // a path of the proxy
	bypass                        // a path on the host of Kratos that the proxy does not have
	adminAPI                      // the admin API
	unreadable                    // no browser can follow it
)

// resolve returns where a reference in the response to r leads, and the URL on the site if that is
// a path of the proxy.
func (f *urlRewriter) resolve(r rewriteContext, raw string) (to string, p destination) {
	ref := parseReference(raw)
	switch ref.form {
	case absoluteURL:
		return f.resolveURL(r, ref)
	case absolutePath:
		return f.resolvePath(ref)
	case relativePath:
		if ref.path == "" {
			ref.path = r.path
		} else {
			ref.path = removeDotSegments(r.path[:strings.LastIndexByte(r.path, '/')+1] + ref.path)
		}
		return f.resolveAt(f.servers[0], ref)
	case malformed:
		return "", unreadable
	case ambiguous:
		return "", bypass
	}
	return raw, external
}

// resolveURL resolves a URL with a host. On Kratos' host, browsers need only the paths of the
// proxy, unless it is also the host of the site.
func (f *urlRewriter) resolveURL(r rewriteContext, ref reference) (to string, p destination) {
	for _, s := range f.servers {
		if ref.to.host != s.origin.host {
			continue
		}
		onSite := ref.to == r.site || s.isSite && ref.to == s.origin
		if ref.to != s.origin {
			if !onSite && isAdmin(unescapeLeniently(ref.path)) {
				p = adminAPI // on its own port
			}
			continue
		}
		to, found := f.resolveAt(s, ref)
		if found == viaProxy {
			return to, viaProxy
		}
		if !onSite || isBelow(ref.path, s.path) && isKratosPath(unescapeLeniently(strings.TrimPrefix(ref.path, s.path))) {
			p = max(p, found)
		}
	}
	return "", p
}

// resolvePath resolves a path without a host. It is one of Kratos, with or without the path of its
// base URL, if Kratos has such a path; else it is one of the site, such as a relative ui_url.
func (f *urlRewriter) resolvePath(ref reference) (string, destination) {
	bases := []string{""}
	for _, s := range f.servers {
		bases = append([]string{s.path}, bases...)
	}
	for _, base := range bases {
		below := strings.TrimPrefix(ref.path, base)
		if !isBelow(ref.path, base) || !isKratosPath(unescapeLeniently(below)) {
			continue
		}
		return f.resolveAt(server{path: base}, ref)
	}
	return "", external
}

// resolveAt resolves a path on the host of Kratos.
func (f *urlRewriter) resolveAt(s server, ref reference) (string, destination) {
	if isBelow(ref.path, s.path) {
		if route, ok := parseRoute(strings.TrimPrefix(ref.path, s.path)); ok {
			return f.prefix + route.escaped + ref.query, viaProxy
		}
		if isAdmin(unescapeLeniently(strings.TrimPrefix(ref.path, s.path))) {
			return "", adminAPI
		}
	}
	if isAdmin(unescapeLeniently(ref.path)) {
		return "", adminAPI
	}
	return "", bypass
}

func isBelow(path, base string) bool { return strings.HasPrefix(path, base+"/") }

// newRewriteContext returns the context of resp, from a browser that sent this Host.
func newRewriteContext(resp *http.Response, host string) rewriteContext {
	r := rewriteContext{path: "/", site: siteOrigin(host)}
	if resp.Request != nil && resp.Request.URL != nil && resp.Request.URL.Path != "" {
		r.path = resp.Request.URL.EscapedPath()
	}
	return r
}
