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

// front is where browsers reach Kratos through a [Client.Proxy]: what Kratos says of its own URLs
// and cookies is rewritten to that, so that browsers stay on the site that has the proxy.
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

// location rewrites the header Location, which matters with every status.
func (f *urlRewriter) rewriteLocation(r request, header http.Header) error {
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

// answer rewrites a response from Kratos to a browser: its cookies, its Location, and the URLs in
// it. It reads at most limit bytes of the body, and closes it in every case.
func (f *urlRewriter) rewriteResponse(r request, resp *http.Response, limit int64) error {
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

// ofTheSite makes a cookie of Kratos' one of the site: of no other domain, and for all its paths.
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

// opaqueMembers are the members that are the person's or the operator's own, whatever is in them.
var opaqueMembers = map[string]bool{"traits": true, "metadata_public": true, "metadata_admin": true, "transient_payload": true}

// body rewrites the URLs in a JSON text, and leaves every other byte of it as it is.
func (f *urlRewriter) rewriteBody(r request, text []byte) ([]byte, error) {
	dec := jsonv2.NewDecoder(bytes.NewBuffer(text))
	var out []byte
	var name string
	written := 0
	for {
		within, items := dec.StackIndex(dec.StackDepth())
		switch {
		case within != '{' || items%2 == 0: // a name, an item of a list, or the text itself
			token, err := dec.ReadToken()
			if err == io.EOF {
				return append(out, text[written:]...), nil
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
			if isToken && r.script && token.Kind() == '"' && token.String() != "" {
				return nil, errNativeFlow
			}
		default:
			quoted, err := dec.ReadValue()
			if err != nil {
				return nil, errMalformed
			}
			end := int(dec.InputOffset())
			changed, err := f.rewriteMember(r, name, quoted)
			if err != nil {
				return nil, err
			}
			out = append(append(out, text[written:end-len(quoted)]...), changed...)
			written = end
		}
	}
}

// member rewrites the value of a URL member. One that leads past the proxy becomes empty, since no
// browser can follow it; one that leads to the admin API is an error.
func (f *urlRewriter) rewriteMember(r request, name string, quoted []byte) ([]byte, error) {
	var raw string
	if err := jsonv2.Unmarshal(quoted, &raw); err != nil {
		return nil, errMalformed
	}
	form := parseReference(raw).form
	to, p := f.resolve(r, raw)
	visitors := name == "return_to" // the visitor's own, which goes back to Kratos
	switch {
	case p == adminAPI && !visitors:
		return nil, errAdminPath
	case form == relativePath, visitors && form == absolutePath: // of a page of the site
		return quoted, nil
	case p == bypass, p == adminAPI:
		return []byte(`""`), nil
	case p != viaProxy, visitors, to == raw:
		return quoted, nil
	}
	return json.Marshal(to)
}
