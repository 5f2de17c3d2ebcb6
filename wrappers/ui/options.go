package ui

import (
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Name is the name of the site, on each page and in its title.
func Name(name string) Option {
	return func(c *config) error { c.name = name; return nil }
}

// Logo is the URL of the site's logo, which is shown instead of the name.
func Logo(url string) Option {
	return func(c *config) error {
		if safeURL(url) == "" {
			return errors.New("the URL of the logo is neither http, https nor relative")
		}
		c.logo = url
		return nil
	}
}

// Theme is CSS that is appended to the style sheet. It usually sets custom properties, such as
// :root{--accent:#0a7d4f}; assets/ui.css lists them.
func Theme(css string) Option {
	return func(c *config) error { c.theme += css + "\n"; return nil }
}

// Templates replaces templates by those of the same name in fsys; see the package documentation.
// An unknown name is an error of [New].
func Templates(fsys fs.FS) Option {
	return func(c *config) error { c.overrides = append(c.overrides, fsys); return nil }
}

// Languages are the languages of the pages. The first one is used for people who read none of them,
// and where another one lacks a text. The default is [English] and [German].
func Languages(catalogues ...Catalogue) Option {
	return func(c *config) error { c.catalogues = catalogues; return nil }
}

// Language chooses the language of a request, for example by a cookie. For "" and unknown
// languages, Accept-Language counts.
func Language(choose func(*http.Request) string) Option {
	return func(c *config) error { c.choose = choose; return nil }
}

// Node renders a node instead of the templates if f returns true: one of an unknown type, or one
// that looks different on the site.
func Node(f func(n kratos.Node, lang string) (template.HTML, bool)) Option {
	return func(c *config) error { c.node = f; return nil }
}

// CSP replaces the Content-Security-Policy of the pages. Scripts have the nonce. Without a
// form-action that lists the origins of providers, or without any, social sign-in fails.
func CSP(policy func(nonce string) string) Option {
	return func(c *config) error { c.csp = policy; return nil }
}

// DeleteAccount lets people delete their accounts, after a fresh login, with the admin API.
func DeleteAccount(admin *kratos.Admin) Option {
	return func(c *config) error { c.admin = admin; return nil }
}

// WithPaths sets the paths of pages that are not mounted by [Pages.Mount]. Empty ones keep their
// default, such as /login.
func WithPaths(paths Paths) Option {
	return func(c *config) error {
		defaults := &c.paths
		for _, path := range []struct{ to, from *string }{
			{&defaults.Login, &paths.Login}, {&defaults.Registration, &paths.Registration}, {&defaults.Recovery, &paths.Recovery},
			{&defaults.Verification, &paths.Verification}, {&defaults.Settings, &paths.Settings}, {&defaults.Error, &paths.Error},
			{&defaults.Sessions, &paths.Sessions}, {&defaults.Account, &paths.Account}, {&defaults.Logout, &paths.Logout},
			{&defaults.Assets, &paths.Assets}, {&defaults.Home, &paths.Home},
		} {
			if *path.from == "" {
				continue
			}
			if kratos.LocalPath(*path.from) != *path.from || strings.ContainsAny(*path.from, "?#") {
				return errors.New("a path is not one of the site")
			}
			*path.to = *path.from
		}
		if !strings.HasSuffix(defaults.Assets, "/") {
			return errors.New("the path of the assets has no slash at its end")
		}
		return nil
	}
}
