package kratos

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
)

const (
	maxProxiedRequest = 1 << 20 // bytes, as Kratos itself takes
	maxProxiedAnswer  = 8 << 20
)

// Proxy serves Kratos' public API below prefix on the site's own origin, so that its cookies are the site's own, and browsers
// need not reach Kratos itself:
//
//	mux.Handle("/auth/", client.Proxy("/auth"))
//
// Only the paths that browsers need are there: /self-service/…, /sessions… and /.well-known/ory/…; no path of the admin API
// is. Kratos gets its own cookies and no others, the X-Session-Token of the browser but not its Authorization, the address in
// r.RemoteAddr, and at most 1 MiB of body. Its answers, at most 8 MiB of them, come back with cookies that belong to the site,
// and with Location and the URLs in JSON (a form's action, for instance) that lead to the proxy; nothing else in them is changed.
//
// From then on, what [Client.Browser] returns and [Flows.Page] shows leads to the proxy as well: a client has one proxy. It
// takes the prefix off itself, so that [http.StripPrefix] is not for it. Links in mails, and the way back from providers, are made
// by Kratos of its serve.public.base_url: let that be the site's URL with the prefix. If it is another URL than the client's base
// URL, say so with [WithPublicURL].
//
// It answers 404 and 405 for what is not let through, 413 to bodies that are too large, 502 where Kratos cannot be reached, answers
// too much, or leads to the admin API, and 504 if it takes too long; and 400 if a transport of the caller's refuses the request. A
// prefix that is neither "" nor a path such as "/auth" panics.
func (c *Client) Proxy(prefix string) http.Handler {
	if prefix != "" && (prefix == "/" || LocalPath(prefix) != prefix || path.Clean(prefix) != prefix || (&url.URL{Path: prefix}).EscapedPath() != prefix) {
		panic("kratos: the prefix of a proxy is a path without a slash at its end")
	}
	f := &front{prefix: prefix, kratos: []*url.URL{c.settings.base}}
	if c.settings.publicURL != nil {
		f.kratos = append(f.kratos, c.settings.publicURL)
	}
	c.front.Store(f)
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { c.forward(r, prefix) },
		ModifyResponse: func(resp *http.Response) error { return proxied(f, resp) },
		ErrorHandler:   refuseProxied,
		ErrorLog:       log.New(io.Discard, "", 0), // its lines have URLs in them
		Transport:      &c.settings.send,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, below := strings.CutPrefix(r.URL.EscapedPath(), prefix)
		methods := methodsAt(path)
		switch {
		case !below, !strings.HasPrefix(path, "/"), methods == "":
			http.NotFound(w, r)
		case !slices.Contains(strings.Split(methods, ", "), r.Method):
			w.Header().Set("Allow", methods)
			refuse(w, http.StatusMethodNotAllowed)
		default:
			ctx, cancel := context.WithTimeout(r.Context(), c.settings.send.Timeout)
			defer cancel()
			r = r.WithContext(ctx)
			if r.Body != nil {
				r.Body = http.MaxBytesReader(w, r.Body, maxProxiedRequest)
			}
			proxy.ServeHTTP(w, r)
		}
	})
}

// notForwarded are headers that mean something else to Kratos than to the site: credentials of the site's own; a change of the
// protocol, compression and parts, since answers have to be read; and what only a proxy may say of a browser and its address.
var notForwarded = [...]string{
	"Authorization", "Cookie", "Connection", "Upgrade", "Te", "Accept-Encoding", "Range",
	"True-Client-Ip", "X-Real-Ip", "Cf-Connecting-Ip", "Cf-Ipcity", "Cf-Region-Code", "Cf-Ipcountry", "Cf-Iplatitude", "Cf-Iplongitude",
	"X-Forwarded-Prefix", "X-Forwarded-Port", "X-Original-Url", "Ory-Base-Url-Rewrite", "Ory-Base-Url-Rewrite-Token", "Ory-No-Custom-Domain-Redirect",
}

// forward makes of a browser's request one to Kratos.
func (c *Client) forward(r *httputil.ProxyRequest, prefix string) {
	base := c.settings.base
	below := strings.TrimPrefix(r.In.URL.Path, prefix)
	r.Out.URL = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + below, RawQuery: r.Out.URL.RawQuery}
	if base.RawPath != "" {
		r.Out.URL.RawPath = base.RawPath + below
	}
	r.Out.Host = base.Host
	r.SetXForwarded()
	if address := clientAddress(r.In); address != "" {
		r.Out.Header.Set("X-Forwarded-For", address)
	}
	for _, name := range notForwarded {
		r.Out.Header.Del(name)
	}
	for _, cookie := range r.In.Cookies() {
		if c.isKratos(cookie.Name) {
			r.Out.AddCookie(cookie)
		}
	}
	if c.settings.bearer != "" {
		r.Out.Header.Set("Authorization", c.settings.bearer)
	}
}

// proxied makes of an answer of Kratos' one of the site's own.
func proxied(f *front, resp *http.Response) error {
	path := resp.Request.URL.Path
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return errors.New("a protocol that nobody asked for")
	}
	for _, name := range []string{"Link", "Content-Location", "Refresh"} {
		resp.Header.Del(name)
	}
	if strings.HasSuffix(path, "/sessions") && resp.Request.Method == http.MethodGet && ofEverybody(resp) {
		return errAdminPath
	}
	if !strings.Contains(path, "/.well-known/") {
		resp.Header.Set("Cache-Control", "no-store")
	}
	return f.answer(resp, maxProxiedAnswer)
}

// refuseProxied answers a browser whose request could not be passed on.
func refuseProxied(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusBadGateway
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrInvalid): // by a transport that checks requests
		status = http.StatusBadRequest
	case errors.Is(err, context.DeadlineExceeded):
		status = http.StatusGatewayTimeout
	}
	noStore(w)
	refuse(w, status)
}
