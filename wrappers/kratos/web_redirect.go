package kratos

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// own returns what Kratos calls itself.
func (c *Client) publicBaseURL() string {
	if c.settings.publicURL != nil {
		return c.settings.publicURL.String()
	}
	return c.settings.base.String()
}

// forBrowsers returns what the URLs of Kratos begin with for a browser.
func (c *Client) browserBaseURL() string {
	if f := c.rewriter.Load(); f != nil {
		return f.prefix
	}
	return c.publicBaseURL()
}

// login returns where a browser logs in to come back to the settings: at Kratos, if it is known to
// be where browsers reach it; else at the page that most sites have.
func (c *Client) loginURL(settings url.Values) string {
	if c.rewriter.Load() == nil && c.settings.publicURL == nil {
		return "/login"
	}
	back := url.Values{"return_to": {c.publicBaseURL() + "/self-service/settings/browser?" + settings.Encode()}}
	return c.browserBaseURL() + "/self-service/login/browser?" + back.Encode()
}

// recall adds to query what an expired flow says of itself, where the visit does not: Kratos' own
// redirects name the flow only.
func restoreParameters(query url.Values, err error) {
	var e *Error
	if !errors.As(err, &e) {
		return
	}
	began, err := url.Parse(e.RedirectTo)
	if err != nil {
		return
	}
	for _, name := range flowParameters {
		if value := began.Query().Get(name); value != "" && !query.Has(name) {
			query.Set(name, value)
		}
	}
}

// signedInURL returns where a person goes who is signed in and requests a page for people who are
// not: to returnTo, or first to the second factor, without which the site would redirect them back.
func (c *Client) signedInURL(ctx context.Context, b *Browser, returnTo string) (string, error) {
	returnTo = LocalPath(returnTo)
	_, err := b.Whoami(ctx)
	var e *Error
	switch {
	case errors.Is(err, ErrAAL2Required):
		return c.stepUpURL(err, returnTo)
	case errors.Is(err, ErrNoSession) && errors.As(err, &e) && e.StatusCode != 0: // Kratos contradicts itself: no circles
		return "", err
	}
	return returnTo, nil
}

// stepUpURL returns where the browser gives the second factor that err asks for, to come back to
// returnTo unless that is "" or "/".
func (c *Client) stepUpURL(err error, returnTo string) (string, error) {
	var e *Error
	if !errors.As(err, &e) {
		return "", err
	}
	u, parseErr := url.Parse(c.secondFactorURL(e.RedirectTo))
	if parseErr != nil || u.String() == "" {
		return "", err
	}
	if query := u.Query(); returnTo != "" && returnTo != "/" && !query.Has("return_to") {
		query.Set("return_to", returnTo)
		u.RawQuery = query.Encode()
	}
	return u.String(), nil
}

// here is the URL of the page, with another query.
func selfURL(r *http.Request, query url.Values) string {
	path := r.URL.Path
	if whole, err := url.ParseRequestURI(r.RequestURI); err == nil { // what http.StripPrefix took off is in it
		path = whole.Path
	}
	return (&url.URL{Path: LocalPath(path), RawQuery: query.Encode()}).String()
}

// LocalPath returns target if a browser that is redirected to it stays on the same site: a path,
// perhaps with a query and a fragment. Anything else becomes "/", so that nobody can be led
// elsewhere by a link with a return_to.
func LocalPath(target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil, u.Scheme != "", u.Opaque != "", u.Host != "", u.User != nil:
		return "/"
	case !strings.HasPrefix(target, "/"), strings.HasPrefix(target, "//"), strings.HasPrefix(u.Path, "//"):
		return "/"
	}
	for i := range len(target) {
		// Browsers take a backslash for a slash, and drop tabs and line breaks.
		if c := target[i]; c <= ' ' || c == 0x7f || c == '\\' {
			return "/"
		}
	}
	return target
}
