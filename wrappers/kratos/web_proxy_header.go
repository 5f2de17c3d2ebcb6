package kratos

import (
	"errors"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// WithProxyHeaders makes [Client.Proxy] forward further request headers. What sets such a header, a
// CDN for example, must remove the value of the browser. [NewClient] fails with
// [ErrInvalidArgument] for cookies, credentials, hop-by-hop headers, X-Forwarded-… and others that
// a browser must not set.
func WithProxyHeaders(names ...string) Option {
	return func(s *settings) error {
		for _, name := range names {
			canonical := textproto.CanonicalMIMEHeaderKey(name)
			switch {
			case name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
				return errors.New("WithProxyHeaders: a name is empty, or has a character other than letters, digits and hyphens")
			case isNeverForwarded(canonical):
				return errors.New("WithProxyHeaders: the header " + canonical + " must not come from a browser")
			}
			s.proxyHeaders = append(s.proxyHeaders, canonical)
		}
		return nil
	}
}

// forwardedHeaders are the request headers that are forwarded without an option.
var forwardedHeaders = map[string]bool{
	"Accept": true, "Accept-Language": true, "Content-Type": true, "Origin": true, "Referer": true, "User-Agent": true, "X-Csrf-Token": true,
	headerSessionToken: true, "X-Request-Id": true, "Traceparent": true, "Tracestate": true,
	"If-Match": true, "If-None-Match": true, "If-Modified-Since": true, "If-Unmodified-Since": true,
	"Access-Control-Request-Method": true, "Access-Control-Request-Headers": true, "Access-Control-Request-Private-Network": true,
}

// isForwarded reports whether a header is forwarded without an option.
func isForwarded(name string) bool {
	return forwardedHeaders[name] || strings.HasPrefix(name, "Sec-") && !strings.HasPrefix(name, "Sec-Websocket-") && !strings.Contains(name, "_")
}

// neverForwarded are the request headers that no option can add.
var neverForwarded = map[string]bool{
	"Authorization": true, "Cookie": true, "Cookie2": true, "Set-Cookie": true, "Set-Cookie2": true, "X-Session-Cookie": true, "X-Api-Key": true,
	"Connection": true, "Keep-Alive": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Http2-Settings": true, "Via": true, "Max-Forwards": true,
	"Host": true, "X-Host": true, "Content-Length": true, "Content-Encoding": true, "Content-Range": true, "Content-Location": true, "Accept-Encoding": true, "Expect": true, "Range": true, "If-Range": true,
	"Forwarded": true, "X-Forwarded": true, "X-Real-Ip": true, "X-Client-Ip": true, "Client-Ip": true, "X-Cluster-Client-Ip": true, "True-Client-Ip": true, "Cf-Connecting-Ip": true,
	"Cf-Connecting-Ipv6": true, "Cf-Pseudo-Ipv4": true, "Fastly-Client-Ip": true, "X-Appengine-User-Ip": true, "X-Azure-Clientip": true, "X-Azure-Socketip": true, "X-Envoy-External-Address": true,
	"X-Remote-Ip": true, "X-Remote-Addr": true, "X-Originating-Ip": true, "X-Proxyuser-Ip": true, "Wl-Proxy-Client-Ip": true, "Front-End-Https": true, "X-Url-Scheme": true, "X-Scheme": true,
	"X-Method-Override": true, "X-Http-Method": true, "X-Http-Method-Override": true, "Idempotency-Key": true, "X-Idempotency-Key": true,
}

func isNeverForwarded(name string) bool {
	return neverForwarded[name] || slices.ContainsFunc([]string{"Proxy-", "X-Forwarded-", "X-Original-", "X-Rewrite-", "Ory-", "X-Kratos-", "Sec-Websocket-"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// requestHeader returns the header of the request to Kratos.
func (p *proxy) requestHeader(in *http.Request, route route) http.Header {
	header := http.Header{"User-Agent": {""}} // or net/http would set its own
	hop := hopByHop(in.Header)
	for name, values := range in.Header {
		switch {
		case len(values) == 0, hop[name]:
		case slices.Contains(p.client.settings.proxyHeaders, name):
			header[name] = slices.Clone(values)
		case isForwarded(name):
			header[name] = values[:1:1] // a gateway might read the second, and Kratos reads the first
		}
	}
	p.setForwarded(header, in)
	if bearer := p.client.settings.bearer; bearer != "" {
		header.Set("Authorization", bearer)
	}
	if !hop["Cookie"] && !route.isFile() {
		if cookies := p.cookies(in, route); cookies != "" {
			header.Set("Cookie", cookies)
		}
	}
	return header
}

// setForwarded adds the address of the browser, and the scheme and host of the site.
func (p *proxy) setForwarded(header http.Header, in *http.Request) {
	scheme, host := "http", in.Host
	if in.TLS != nil {
		scheme = "https"
	}
	if site := p.rewriter.site; site != nil {
		scheme, host = site.Scheme, site.Host
	}
	header.Set("X-Forwarded-Proto", scheme)
	if strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-._:[]") == "" && host != "" {
		header.Set("X-Forwarded-Host", host)
	}
	if address := clientAddress(in); address != "" {
		header.Set("X-Forwarded-For", address)
	}
}

// hopByHop returns the names in the header Connection (RFC 9110, 7.6.1).
func hopByHop(h http.Header) map[string]bool {
	hop := map[string]bool{}
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			hop[textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	return hop
}

// cookies returns Kratos' own cookies of a request. Kratos refuses submissions of native flows that
// have a cookie, so a submission without any gets one.
func (p *proxy) cookies(in *http.Request, route route) string {
	var kept []string
	for _, cookie := range in.Cookies() {
		if p.client.isKratosCookie(cookie.Name) {
			kept = append(kept, (&http.Cookie{Name: cookie.Name, Value: cookie.Value, Quoted: cookie.Quoted}).String())
		}
	}
	if len(kept) == 0 && route.isSubmission() {
		kept = []string{"kratos_proxy=1"}
	}
	return strings.Join(kept, "; ")
}

// returnedHeaders are the response headers that browsers get.
var returnedHeaders = [...]string{
	"Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Access-Control-Allow-Private-Network",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Allow", "Content-Language", "Content-Type", "Location", "Ory-Session-Cache-For", "Retry-After", "Set-Cookie", "Vary",
	"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Request-Id", "X-Total-Count",
}

// cacheHeaders are the response headers that browsers get with a file.
var cacheHeaders = [...]string{"Age", "Cache-Control", "Etag", "Expires", "Last-Modified"}

// responseHeader returns the header of the response to the browser.
func responseHeader(resp *http.Response, route route) http.Header {
	header := http.Header{}
	for _, name := range returnedHeaders {
		if values := resp.Header[name]; len(values) > 0 {
			header[name] = values
		}
	}
	header.Set("X-Content-Type-Options", "nosniff")
	if route.isFile() {
		header.Del("Set-Cookie") // Kratos got no cookies, so its own would replace those of the browser
	}
	if !route.isFile() || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotModified {
		header.Set("Cache-Control", "no-store")
		return header
	}
	for _, name := range cacheHeaders {
		if values := resp.Header[name]; len(values) > 0 {
			header[name] = values
		}
	}
	removeVaryCookie(header)
	return header
}

// removeVaryCookie removes Cookie from the header Vary.
func removeVaryCookie(header http.Header) {
	var kept []string
	for _, line := range header["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" && !strings.EqualFold(name, "Cookie") {
				kept = append(kept, name)
			}
		}
	}
	header.Del("Vary")
	if len(kept) > 0 {
		header.Set("Vary", strings.Join(kept, ", "))
	}
}
