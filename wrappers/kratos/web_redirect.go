package kratos

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/internal/access"
)

// publicBaseURL returns the URL that Kratos is configured with.
func (c *Client) publicBaseURL() string {
	if c.settings.publicURL != nil {
		return c.settings.publicURL.String()
	}
	return c.settings.base.String()
}

// browserBaseURL returns what Kratos' URLs begin with for a browser.
func (c *Client) browserBaseURL() string {
	if rewriter := c.rewriter.Load(); rewriter != nil {
		return rewriter.prefix
	}
	return c.publicBaseURL()
}

// loginURL returns where a browser logs in and returns to the settings: Kratos, if its URL for
// browsers is known, else the usual page of a site.
func (c *Client) loginURL(settings url.Values) string {
	if c.rewriter.Load() == nil && c.settings.publicURL == nil {
		return "/login"
	}
	back := url.Values{"return_to": {c.publicBaseURL() + "/self-service/settings/browser?" + settings.Encode()}}
	return c.browserBaseURL() + "/self-service/login/browser?" + back.Encode()
}

// pageURL returns where a browser starts a flow: at Kratos, if its URL for browsers is known, else
// the usual page of a site.
func (c *Client) pageURL(flow string, query url.Values) string {
	target := "/" + flow
	if c.rewriter.Load() != nil || c.settings.publicURL != nil {
		target = c.browserBaseURL() + "/self-service/" + flow + "/browser"
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target
}

func init() {
	access.PageURL = func(client any, flow string, query url.Values) string {
		return client.(*Client).pageURL(flow, query)
	}
}

// restoreParameters adds the parameters of an expired flow to query, unless it has them: redirects
// from Kratos have only the id of the flow.
func restoreParameters(query url.Values, err error) {
	var e *Error
	if !errors.As(err, &e) {
		return
	}
	requestURL, err := url.Parse(e.RedirectTo)
	if err != nil {
		return
	}
	for _, name := range flowParameters {
		if value := requestURL.Query().Get(name); value != "" && !query.Has(name) {
			query.Set(name, value)
		}
	}
}

// signedInURL returns where a person with a session goes from a page for people without one: to
// returnTo, or first to the second factor, without which the site would redirect back.
func (c *Client) signedInURL(ctx context.Context, b *Browser, returnTo string) (string, error) {
	returnTo = LocalPath(returnTo)
	_, err := b.Whoami(ctx)
	var e *Error
	switch {
	case errors.Is(err, ErrAAL2Required):
		return c.stepUpURL(err, returnTo)
	case errors.Is(err, ErrNoSession) && errors.As(err, &e) && e.StatusCode != 0: // Kratos contradicts itself: avoid a loop
		return "", err
	}
	return returnTo, nil
}

// stepUpURL returns where the browser enters the second factor that err requires, and then
// continues at returnTo unless that is "" or "/".
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

// selfURL returns the URL of the page, with another query.
func selfURL(r *http.Request, query url.Values) string {
	path := r.URL.Path
	if original, err := url.ParseRequestURI(r.RequestURI); err == nil { // before http.StripPrefix
		path = original.Path
	}
	return (&url.URL{Path: LocalPath(path), RawQuery: query.Encode()}).String()
}

// LocalPath returns target if it is a path of the same site, perhaps with a query and a fragment,
// else "/". It protects a return_to from open redirects.
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
