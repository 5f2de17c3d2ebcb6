package kratos

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// urlRewriter replaces Kratos' URLs and cookies with those of a [Client.Proxy], so that browsers
// stay on the site.
type urlRewriter struct {
	prefix  string // on the site; "" or a path without a slash at its end
	servers []server
	site    *url.URL // the public URL of Kratos if that is the site's, with the prefix; else nil
}

var (
	// errAdminPath: browsers must not be led there.
	errAdminPath = safeError("the response leads to the admin API, or to Kratos past the proxy")
	// errNativeFlow: scripts must not get a session token.
	errNativeFlow = safeError("the response has a session token")
)

// rewriteLocation rewrites the header Location, which browsers follow with some statuses and
// scripts with others.
func (f *urlRewriter) rewriteLocation(r rewriteContext, header http.Header) error {
	raw := header.Get("Location")
	if strings.TrimSpace(raw) == "" {
		header.Del("Location")
		return nil
	}
	switch to, p := f.resolve(r, raw); p {
	case bypass, adminAPI, unreadable:
		return errAdminPath
	case viaProxy:
		raw = to
	}
	header.Set("Location", raw)
	return nil
}

// rewriteResponse rewrites a response from Kratos to a browser: its cookies, its Location, and the
// URLs in its JSON. It reads at most limit bytes of the body, and always closes it.
func (f *urlRewriter) rewriteResponse(r rewriteContext, resp *http.Response, limit int64) error {
	defer transport.Discard(resp.Body)
	cookies := resp.Header["Set-Cookie"]
	for i := range cookies {
		cookies[i] = rewriteCookie(cookies[i])
	}
	if err := f.rewriteLocation(r, resp.Header); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return err
	case int64(len(body)) > limit:
		return transport.ErrTooLarge
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		body = nil // it repeats the Location as it was
	case (&response{Response: resp}).isJSON():
		if body, err = f.rewriteBody(r, body); err != nil {
			return err
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength, resp.TransferEncoding = int64(len(body)), nil
	resp.Header.Del("Content-Length")
	if resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusNotModified && (resp.Request == nil || resp.Request.Method != http.MethodHead) {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return nil
}

// rewriteCookie makes a cookie from Kratos one of the site: without a domain, and for all paths.
func rewriteCookie(line string) string {
	parts := strings.Split(line, ";")
	kept := parts[:1]
	for _, attribute := range parts[1:] {
		name, _, _ := strings.Cut(strings.TrimSpace(attribute), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "Domain") && !strings.EqualFold(strings.TrimSpace(name), "Path") {
			kept = append(kept, attribute)
		}
	}
	return strings.Join(append(kept, " Path=/"), ";")
}

// urlMembers are the members of JSON responses that are URLs for the browser.
var urlMembers = map[string]bool{"action": true, "href": true, "src": true, "url": true, "logout_url": true, "redirect_browser_to": true, "redirect_to": true, "return_to": true}

// opaqueMembers are the members with data of the person or the operator, which are not rewritten.
var opaqueMembers = map[string]bool{"traits": true, "metadata_public": true, "metadata_admin": true, "transient_payload": true}

// rewriteBody rewrites the URLs in JSON, and changes no other byte.
func (f *urlRewriter) rewriteBody(r rewriteContext, data []byte) ([]byte, error) {
	dec := jsonv2.NewDecoder(bytes.NewBuffer(data))
	var out []byte
	var name string
	written := 0
	for {
		within, items := dec.StackIndex(dec.StackDepth())
		switch {
		case within != '{' || items%2 == 0: // a name, an item of a list, or the text itself
			token, err := dec.ReadToken()
			if err == io.EOF {
				return append(out, data[written:]...), nil
			}
			if err != nil {
				return nil, errMalformed
			}
			if name = ""; within == '{' && token.Kind() == '"' {
				name = token.String()
			}
		case opaqueMembers[name]:
			if err := dec.SkipValue(); err != nil {
				return nil, errMalformed
			}
		case dec.PeekKind() != '"' || !urlMembers[name]:
			token, err := dec.ReadToken()
			if err != nil {
				return nil, errMalformed
			}
			isToken := name == "ory_session_token" || name == "session_token" && dec.StackDepth() == 1
			if isToken && r.forScript && token.Kind() == '"' && token.String() != "" {
				return nil, errNativeFlow
			}
		default:
			value, err := dec.ReadValue()
			if err != nil {
				return nil, errMalformed
			}
			end := int(dec.InputOffset())
			changed, err := f.rewriteMember(r, name, value)
			if err != nil {
				return nil, err
			}
			out = append(append(out, data[written:end-len(value)]...), changed...)
			written = end
		}
	}
}

// rewriteMember rewrites the value of a URL member. One that leads past the proxy becomes empty,
// since no browser can use it; one that leads to the admin API is an error.
func (f *urlRewriter) rewriteMember(r rewriteContext, name string, value []byte) ([]byte, error) {
	var raw string
	if err := jsonv2.Unmarshal(value, &raw); err != nil {
		return nil, errMalformed
	}
	form := parseReference(raw).form
	to, p := f.resolve(r, raw)
	isReturnTo := name == "return_to" // it was sent by the browser, and goes back to Kratos
	switch {
	case p == adminAPI && !isReturnTo:
		return nil, errAdminPath
	case form == relativePath, isReturnTo && form == absolutePath: // of a page of the site
		return value, nil
	case p == bypass, p == adminAPI:
		return []byte(`""`), nil
	case p != viaProxy, isReturnTo, to == raw:
		return value, nil
	}
	return json.Marshal(to)
}
