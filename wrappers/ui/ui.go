package ui

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// Pages serves the pages. It is safe for concurrent use.
type Pages struct {
	redacted
	client    *kratos.Client
	admin     *kratos.Admin // nil without DeleteAccount
	guard     *sessions.Guard
	templates *templates
	languages languages
	choose    func(*http.Request) string // may be nil
	node      func(kratos.Node, string) (template.HTML, bool)
	csp       func(nonce string) string
	paths     Paths
	name      string
	logo      string
	assets    *assets
	mounted   *atomic.Pointer[Pages] // what Mount has added last, with its paths
}

// redacted keeps the fields out of logs.
type redacted = redact.Struct[Pages]

// Paths are the URL paths of the pages, for links between them.
type Paths struct {
	Login, Registration, Recovery, Verification, Settings, Error string
	Sessions, Account, Logout                                    string
	// Assets is the folder of the style sheet and the script, with a slash at its end.
	Assets string
	// Home is where the name of the site and a deleted account lead to.
	Home string
}

// pathsBelow returns the usual paths below a prefix.
func pathsBelow(prefix string) Paths {
	return Paths{
		Login: prefix + "/login", Registration: prefix + "/registration", Recovery: prefix + "/recovery", Verification: prefix + "/verification",
		Settings: prefix + "/settings", Error: prefix + "/error", Sessions: prefix + "/sessions", Account: prefix + "/account", Logout: prefix + "/logout",
		Assets: prefix + "/assets/", Home: "/",
	}
}

// An Option configures [Pages].
type Option func(*config) error

type config struct {
	*Pages
	overrides  []fs.FS
	catalogues []Catalogue
	theme      string
}

// New returns the pages for a client. It fails if a template, catalogue or other option is invalid.
func New(client *kratos.Client, opts ...Option) (*Pages, error) {
	if client == nil {
		return nil, errors.New("kratos: ui: the client is nil")
	}
	c := &config{Pages: &Pages{client: client, csp: policy, paths: pathsBelow(""), mounted: new(atomic.Pointer[Pages])}}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, fmt.Errorf("kratos: ui: %w", err)
		}
	}
	p := c.Pages
	var err error
	if p.languages, err = newLanguages(c.catalogues); err != nil {
		return nil, fmt.Errorf("kratos: ui: %w", err)
	}
	p.assets = newAssets(c.theme)
	p.guard = sessions.New(client, sessions.LoginPage(p.paths.Login))
	if p.templates, err = parseTemplates(c.overrides); err != nil {
		return nil, fmt.Errorf("kratos: ui: %w", err)
	}
	if err := p.checkTemplates(); err != nil {
		return nil, fmt.Errorf("kratos: ui: %w", err)
	}
	return p, nil
}

// Mount adds all pages to mux, below a prefix: "" or a path such as "/account". Links lead to these
// pages, those of [Pages.ShowRefusal] as well, whatever [WithPaths] says. It panics if the prefix is malformed, as mux.Handle does.
func (p *Pages) Mount(mux *http.ServeMux, prefix string) {
	if prefix != "" && (kratos.LocalPath(prefix) != prefix || strings.HasSuffix(prefix, "/") || strings.ContainsAny(prefix, "?#{}")) {
		panic("ui: the prefix of Mount is a path without a slash at its end")
	}
	mounted := *p
	home := p.paths.Home
	mounted.paths = pathsBelow(prefix)
	mounted.paths.Home = home
	mounted.guard = sessions.New(p.client, sessions.LoginPage(mounted.paths.Login))
	p.mounted.Store(&mounted)
	mux.Handle("GET "+mounted.paths.Login, mounted.Login())
	mux.Handle("GET "+mounted.paths.Registration, mounted.Registration())
	mux.Handle("GET "+mounted.paths.Recovery, mounted.Recovery())
	mux.Handle("GET "+mounted.paths.Verification, mounted.Verification())
	mux.Handle("GET "+mounted.paths.Settings, mounted.Settings())
	mux.Handle("GET "+mounted.paths.Error, mounted.Error())
	mux.Handle(mounted.paths.Sessions, mounted.Sessions())
	mux.Handle(mounted.paths.Account, mounted.Account())
	mux.Handle("POST "+mounted.paths.Logout, mounted.Logout())
	mux.Handle("GET "+mounted.paths.Assets, mounted.Assets())
}
