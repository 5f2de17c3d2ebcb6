package kratos

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/transport"
)

const (
	maxProxiedRequest  = 1 << 20 // bytes
	maxProxiedResponse = 8 << 20
)

// Proxy serves Kratos' public API below prefix, "" or a path such as "/auth", on the site's origin,
// so that browsers need not reach Kratos:
//
//	mux.Handle("/auth/", client.Proxy("/auth")) // without http.StripPrefix
//
// A client has one proxy, to which its Browser and Handler lead as well. Set serve.public.base_url
// in Kratos' configuration to the site's URL with the prefix, and [WithPublicURL] if that is not
// the client's URL. Without it, a flow's request_url has the Host of the request: do not trust
// that.
//   - It forwards the paths, methods and headers that browsers need, and Kratos' own cookies:
//     nothing of the admin API or of native clients. [WithProxyHeaders] adds headers.
//   - It forwards r.RemoteAddr, and a body of at most 1 MiB.
//   - It returns JSON, plain text and scripts, at most 8 MiB, with cookies and URLs of the proxy,
//     and no session token.
//
// wrappers/kratos/README.md has the lists, status codes and time-outs. Proxy panics if prefix is
// malformed.
func (c *Client) Proxy(prefix string) http.Handler {
	if prefix != "" && (prefix == "/" || LocalPath(prefix) != prefix || path.Clean(prefix) != prefix || (&url.URL{Path: prefix}).EscapedPath() != prefix) {
		panic("kratos: the prefix of a proxy is a path without a slash at its end")
	}
	f := newURLRewriter(prefix, c.settings.base, c.settings.publicURL)
	c.rewriter.Store(f)
	return &proxy{client: c, rewriter: f}
}

type proxy struct {
	client   *Client
	rewriter *urlRewriter
}

var (
	errBadQuery = errors.New("the query has a space or control character")
	errBadBody  = errors.New("the body is incomplete or malformed")
)

// ServeHTTP forwards a request of a browser, and returns the response.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	deadlines := setDeadlines(w, r, p.client.settings.send.Timeout)
	defer deadlines.release()
	below, found := strings.CutPrefix(r.URL.EscapedPath(), p.rewriter.prefix)
	route, ok := parseRoute(below)
	switch {
	case !found, !ok:
		p.writeStatus(deadlines, http.StatusNotFound)
		return
	case !slices.Contains(route.methods, r.Method):
		w.Header().Set("Allow", strings.Join(route.methods, ", "))
		p.writeStatus(deadlines, http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithDeadline(r.Context(), deadlines.end)
	defer cancel()
	if !route.onlyReads() {
		ctx = withoutRetry(ctx)
	}
	resp, err := p.roundTrip(ctx, deadlines, route)
	if err != nil {
		p.writeStatus(deadlines, statusCode(err, deadlines.end))
		return
	}
	deadlines.respond(resp.status, resp.header, resp.body)
}

// writeStatus responds with a status and its text.
func (p *proxy) writeStatus(deadlines *peerDeadlines, status int) {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}}
	deadlines.respond(status, header, []byte(http.StatusText(status)+"\n"))
}

// statusCode returns the status for an error of roundTrip.
func statusCode(err error, end time.Time) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errNativeFlow):
		return http.StatusForbidden
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), !time.Now().Before(end):
		return http.StatusGatewayTimeout
	case errors.Is(err, ErrInvalidArgument), errors.Is(err, errBadQuery), errors.Is(err, errBadBody):
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// roundTrip sends a browser's request to Kratos, and returns the response for the browser.
func (p *proxy) roundTrip(ctx context.Context, deadlines *peerDeadlines, route route) (*proxyResponse, error) {
	var body []byte
	if deadlines.r.Method == http.MethodPost {
		var err error
		if body, err = deadlines.readBody(maxProxiedRequest); err != nil {
			return nil, errors.Join(errBadBody, err)
		}
	}
	out, err := p.newRequest(ctx, deadlines.r, route, body)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	resp, err := p.client.settings.send.RoundTrip(out)
	var proxied *proxyResponse
	if err == nil {
		defer resp.Body.Close()
		if resp.Request == nil {
			resp.Request = out
		}
		proxied, err = p.newResponse(resp, deadlines.r, route)
	}
	p.client.settings.changed(out, resp, "")
	p.log(transport.Attempt{Context: ctx, Request: out, Number: 1, Response: resp, Err: err, Duration: time.Since(start)}, proxied)
	return proxied, err
}

// log logs a request, and the response for the browser, or nil.
func (p *proxy) log(a transport.Attempt, proxied *proxyResponse) {
	var body []byte
	if proxied != nil {
		body = proxied.body
	}
	p.client.settings.log(a, body)
}

// newRequest returns a browser's request as one to Kratos. It has no GetBody, so that net/http does
// not send a submission a second time.
func (p *proxy) newRequest(ctx context.Context, in *http.Request, route route, body []byte) (*http.Request, error) {
	if strings.ContainsFunc(in.URL.RawQuery, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, errBadQuery
	}
	base := p.client.settings.base
	out := &http.Request{
		Method:     in.Method,
		URL:        &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + route.path, RawPath: base.EscapedPath() + route.escaped, RawQuery: in.URL.RawQuery},
		Host:       base.Host,
		Header:     p.requestHeader(in, route),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Body:       http.NoBody,
	}
	if len(body) > 0 {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return out.WithContext(ctx), nil
}

// proxyResponse is the response to a browser.
type proxyResponse struct {
	status int
	header http.Header
	body   []byte
}

// newResponse returns the response to a browser for a response from Kratos.
func (p *proxy) newResponse(resp *http.Response, in *http.Request, route route) (*proxyResponse, error) {
	if resp.StatusCode < 200 || resp.StatusCode > 599 {
		return nil, safeError("the status is not one of a final response")
	}
	if route.path == "/sessions" && in.Method == http.MethodGet && isAdminSessionList(resp) {
		return nil, errAdminPath
	}
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, safeError("the response has an encoding that was not requested")
	}
	rewrite := newRewriteContext(resp, in.Host)
	rewrite.forScript = true
	if err := p.rewriter.rewriteResponse(rewrite, resp, maxProxiedResponse); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	a := &response{Response: resp}
	out := &proxyResponse{status: resp.StatusCode, header: responseHeader(resp, route), body: body}
	if isAllowedType(a.mediaType()) || len(body) == 0 {
		return out, nil
	}
	if a.succeeded() {
		return nil, safeError("the response has a media type that Kratos does not send")
	}
	out.header.Set("Content-Type", "text/plain; charset=utf-8")
	out.body = []byte(http.StatusText(resp.StatusCode) + "\n")
	return out, nil
}

// isAllowedType reports whether browsers get bodies of this media type. HTML would run scripts in
// the site's origin.
func isAllowedType(mediaType string) bool {
	switch mediaType {
	case "application/json", "text/plain", "text/javascript", "application/javascript", "text/css":
		return true
	}
	return strings.HasSuffix(mediaType, "+json")
}
