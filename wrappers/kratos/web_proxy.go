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
	maxProxiedRequest = 1 << 20 // bytes
	maxProxiedAnswer  = 8 << 20
)

// Proxy serves Kratos' public API below prefix on the site's own origin, so that its cookies are
// the site's own, and browsers need not reach Kratos itself:
//
//	mux.Handle("/auth/", client.Proxy("/auth"))
//
// From then on, what [Client.Browser] returns and [FlowClient.Handler] shows leads to the proxy as
// well: a client has one proxy. It removes the prefix itself, so do not add [http.StripPrefix].
// Kratos makes recovery and verification links, and OIDC callbacks, from its serve.public.base_url:
// let that be the site's URL with the prefix. If it differs from the client's base URL, say so with
// [WithPublicURL]. A prefix that is neither "" nor a path such as "/auth" panics.
//
// Requests. Kratos gets
//
//   - the paths that browsers need: /self-service/…, /sessions, /sessions/… and /.well-known/ory/…,
//     without those of native clients (paths that end in /api, and /sessions/token-exchange). The
//     provider in an OIDC callback may have any id that Kratos accepts;
//   - the headers Accept, Accept-Language, Content-Type, Origin, Referer, User-Agent, X-CSRF-Token,
//     X-Session-Token, X-Request-Id, traceparent, tracestate, If-Match, If-None-Match,
//     If-Modified-Since, If-Unmodified-Since, Access-Control-Request-… and Sec-…, and those of
//     [WithProxyHeaders]. X-Session-Token is for scripts that were given a token by other means,
//     such as in the web view of an app, and ask for its session;
//   - Kratos' own cookies, and no others;
//   - r.RemoteAddr as X-Forwarded-For, and the scheme and host of the site as X-Forwarded-Proto and
//     X-Forwarded-Host: those of [WithPublicURL] if its path is prefix, else those of the request.
//     Kratos keeps them in a flow's request_url, so do not trust the host in it;
//   - the body of a POST after all of it has arrived, at most 1 MiB.
//
// Responses. The browser gets
//
//   - Kratos' cookies as cookies of the site;
//   - Location, and the URLs in JSON (a form's action, for instance), with the proxy's URL for that
//     of Kratos. Whatever else is on Kratos' host is not passed on: such a Location is a 502, and
//     such a URL in JSON is "", or a 502 if it is of the admin API. All other URLs are unchanged;
//   - JSON, plain text and scripts, at most 8 MiB. An error with another body, such as the HTML
//     page of a gateway, comes with its status only;
//   - "Cache-Control: no-store", except with files below /.well-known/ory/, which set no cookies;
//   - no informational responses (1xx), no trailers, and no headers that describe Kratos or what is
//     in front of it.
//
// A native flow that is submitted through the proxy is refused: scripts get no session token.
//
// The proxy itself responds with 404 and 405 to what it does not let through; 400 to a malformed
// query or body, and if the caller's transport refuses the request with [ErrInvalidArgument]; 403
// instead of a session token; 413 to a body that is too large; and 502 if Kratos cannot be reached
// or its response is not passed on. The client's time-out (30 s, see [WithHTTPClient]) covers
// reading the browser's request and Kratos' response, and ends in a 504; the browser then has
// another second to read the response before the connection is closed. It is enforced with the
// deadlines of the [http.ResponseWriter], if that has any; a shorter time-out of the [http.Server]
// is kept.
func (c *Client) Proxy(prefix string) http.Handler {
	if prefix != "" && (prefix == "/" || LocalPath(prefix) != prefix || path.Clean(prefix) != prefix || (&url.URL{Path: prefix}).EscapedPath() != prefix) {
		panic("kratos: the prefix of a proxy is a path without a slash at its end")
	}
	f := newURLRewriter(prefix, c.settings.base, c.settings.publicURL)
	c.rewriter.Store(f)
	return &proxy{client: c, front: f}
}

type proxy struct {
	client *Client
	front  *urlRewriter
}

var (
	errBadQuery = errors.New("the query has a space or control character")
	errBadBody  = errors.New("the body is incomplete or malformed")
)

// ServeHTTP passes a browser's request on, and the response back.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limits := limitPeer(w, r, p.client.settings.send.Timeout)
	defer limits.release()
	below, found := strings.CutPrefix(r.URL.EscapedPath(), p.front.prefix)
	route, ok := parseRoute(below)
	switch {
	case !found, !ok:
		p.writeStatus(limits, http.StatusNotFound)
		return
	case !slices.Contains(route.methods, r.Method):
		w.Header().Set("Allow", strings.Join(route.methods, ", "))
		p.writeStatus(limits, http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithDeadline(r.Context(), limits.end)
	defer cancel()
	if !route.onlyReads() {
		ctx = withoutRetry(ctx)
	}
	resp, err := p.roundTrip(ctx, limits, route)
	if err != nil {
		p.writeStatus(limits, statusCode(err, limits.end))
		return
	}
	limits.respond(resp.status, resp.header, resp.body)
}

// refuse responds with a status and its text.
func (p *proxy) writeStatus(limits *peerDeadlines, status int) {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}}
	limits.respond(status, header, []byte(http.StatusText(status)+"\n"))
}

// statusOf returns the status for an error of ask.
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

// ask sends a browser's request to Kratos, and returns what the browser is to get.
func (p *proxy) roundTrip(ctx context.Context, limits *peerDeadlines, route route) (*proxyResponse, error) {
	var body []byte
	if limits.r.Method == http.MethodPost {
		var err error
		if body, err = limits.readBody(maxProxiedRequest); err != nil {
			return nil, errors.Join(errBadBody, err)
		}
	}
	out, err := p.newRequest(ctx, limits.r, route, body)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	resp, err := p.client.settings.send.RoundTrip(out)
	var passed *proxyResponse
	if err == nil {
		defer resp.Body.Close()
		if resp.Request == nil {
			resp.Request = out
		}
		passed, err = p.newResponse(resp, limits.r, route)
	}
	p.log(transport.Attempt{Context: ctx, Request: out, Number: 1, Response: resp, Err: err, Duration: time.Since(start)}, passed)
	return passed, err
}

// log logs a request, and the response that is passed on, or nil.
func (p *proxy) log(a transport.Attempt, passed *proxyResponse) {
	var body []byte
	if passed != nil {
		body = passed.body
	}
	p.client.settings.log(a, body)
}

// newRequest makes a request to Kratos of a browser's. It has no GetBody, so that net/http does not
// send a submission a second time.
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

// proxiedResponse is what a browser gets.
type proxyResponse struct {
	status int
	header http.Header
	body   []byte
}

// newResponse makes a response of the site's own of one from Kratos.
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
	asked := newRequest(resp, in.Host)
	asked.script = true
	if err := p.front.rewriteResponse(asked, resp, maxProxiedAnswer); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	a := &response{Response: resp}
	out := &proxyResponse{status: resp.StatusCode, header: responseHeader(resp, route), body: body}
	if isPassed(a.mediaType()) || len(body) == 0 {
		return out, nil
	}
	if a.succeeded() {
		return nil, safeError("the response has a media type that Kratos does not send")
	}
	out.header.Set("Content-Type", "text/plain; charset=utf-8")
	out.body = []byte(http.StatusText(resp.StatusCode) + "\n")
	return out, nil
}

// isPassed reports whether a browser may get a body of this media type. HTML would run scripts with
// the site's own origin.
func isPassed(mediaType string) bool {
	switch mediaType {
	case "application/json", "text/plain", "text/javascript", "application/javascript", "text/css":
		return true
	}
	return strings.HasSuffix(mediaType, "+json")
}
