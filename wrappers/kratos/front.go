package kratos

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// front is where browsers reach Kratos through a [Client.Proxy]: what Kratos says of its own URLs and cookies is rewritten to
// that, so that browsers stay on the site that has the proxy.
type front struct {
	prefix string     // on the site; "" or a path without a slash at its end
	kratos []*url.URL // what Kratos may call itself
}

// methodsAt returns the methods with which browsers may ask for this path of the public API, for a header Allow; "" if there are
// none. The path is taken literally: nothing in it is a way of writing another path.
func methodsAt(path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, s := range segments {
		if s == "" || s == "." || s == ".." || strings.ContainsFunc(s, unusual) {
			return ""
		}
	}
	switch {
	case segments[0] == "self-service" && len(segments) > 1:
		return "GET, HEAD, POST, DELETE, OPTIONS"
	case path == "/sessions":
		return "GET, DELETE, OPTIONS"
	case path == "/sessions/whoami", path == "/sessions/token-exchange":
		return "GET, OPTIONS"
	case segments[0] == "sessions" && len(segments) == 2:
		return "DELETE, OPTIONS"
	case segments[0] == ".well-known" && len(segments) == 3 && segments[1] == "ory":
		return "GET, HEAD, OPTIONS"
	}
	return ""
}

// unusual reports whether no path of Kratos' has this character: escapes and backslashes, above all.
func unusual(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-._~", c)
}

// rewrite returns the URL on the site for a URL of Kratos', and any other as it is. An error means that Kratos names a page
// of its own that browsers must not see.
func (f *front) rewrite(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return raw, nil // and no browser can follow it
	}
	path, own := f.path(u)
	switch {
	case !own:
		return raw, nil
	case methodsAt(path) != "":
		return f.onSite(path, u), nil
	case admin(path):
		return "", errAdminPath
	}
	return raw, nil
}

// onSite is where the site has a path of Kratos', with the query and fragment of u.
func (f *front) onSite(path string, u *url.URL) string {
	return (&url.URL{Path: f.prefix + path, RawQuery: u.RawQuery, Fragment: u.Fragment}).String()
}

func admin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }

var errAdminPath = errors.New("the answer leads to the admin API")

// path returns the path of a URL below Kratos' base URL, and whether it is one.
func (f *front) path(u *url.URL) (string, bool) {
	for _, base := range f.kratos {
		if !strings.EqualFold(u.Scheme, base.Scheme) || !strings.EqualFold(u.Host, base.Host) || u.User != nil {
			continue
		}
		if path, below := strings.CutPrefix(u.EscapedPath(), strings.TrimSuffix(base.EscapedPath(), "/")); below && strings.HasPrefix(path, "/") {
			return path, true
		}
	}
	return "", false
}

// location rewrites where an answer leads. What has no host is one of Kratos' own paths, if Kratos has such a path.
func (f *front) location(resp *http.Response) error {
	raw := resp.Header.Get("Location")
	u, err := url.Parse(raw)
	if raw == "" || err != nil {
		return nil
	}
	if u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, "/") {
		path := strings.TrimPrefix(u.EscapedPath(), strings.TrimSuffix(f.kratos[0].EscapedPath(), "/"))
		// The admin port sends what it does not know to /admin, with these.
		if moved := resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusMovedPermanently; moved && admin(path) {
			return errAdminPath
		}
		if methodsAt(path) != "" {
			resp.Header.Set("Location", f.onSite(path, u))
		}
		return nil
	}
	to, err := f.rewrite(raw)
	if err != nil {
		return err
	}
	resp.Header.Set("Location", to)
	return nil
}

// answer rewrites an answer of Kratos' to a browser: its cookies, its Location, and the URLs in it. It reads at most limit bytes.
func (f *front) answer(resp *http.Response, limit int64) error {
	cookies := resp.Header["Set-Cookie"]
	for i := range cookies {
		cookies[i] = ofTheSite(cookies[i])
	}
	if err := f.location(resp); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return err
	case int64(len(body)) > limit:
		return transport.ErrTooLarge
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		body = nil // it repeats the Location as it was
	case (&answer{Response: resp}).json():
		if body, err = f.body(body); err != nil {
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
func ofTheSite(line string) string {
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

// urls are the members of Kratos' answers that are URLs for the browser.
var urls = map[string]bool{"action": true, "href": true, "src": true, "url": true, "logout_url": true, "redirect_browser_to": true, "redirect_to": true}

// data are the members that are the person's or the operator's own, whatever is in them.
var data = map[string]bool{"traits": true, "metadata_public": true, "metadata_admin": true, "transient_payload": true}

// body rewrites the URLs in a JSON text, and leaves every other byte of it as it is.
func (f *front) body(text []byte) ([]byte, error) {
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
				return nil, errBroken
			}
			if name = ""; within == '{' && token.Kind() == '"' {
				name = token.String()
			}
		case data[name]:
			if err := dec.SkipValue(); err != nil {
				return nil, errBroken
			}
		case dec.PeekKind() != '"' || !urls[name]:
			if _, err := dec.ReadToken(); err != nil {
				return nil, errBroken
			}
		default:
			quoted, err := dec.ReadValue()
			if err != nil {
				return nil, errBroken
			}
			end := int(dec.InputOffset())
			changed, err := f.quoted(quoted)
			if err != nil {
				return nil, err
			}
			out = append(append(out, text[written:end-len(quoted)]...), changed...)
			written = end
		}
	}
}

// quoted rewrites one URL that is written as JSON.
func (f *front) quoted(text []byte) ([]byte, error) {
	var raw string
	if err := jsonv2.Unmarshal(text, &raw); err != nil {
		return nil, errBroken
	}
	to, err := f.rewrite(raw)
	if err != nil || to == raw {
		return text, err
	}
	return json.Marshal(to)
}
