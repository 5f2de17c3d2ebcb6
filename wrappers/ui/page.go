package ui

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Page is the data of page.html and of the content of pages.
type Page struct {
	redact.Struct[Page]
	// Name is login, registration, recovery, verification, settings, error, sessions, or account.
	Name  string
	Title string
	Lead  string // a sentence below the title, or ""
	Lang  string
	Site  string // see [Name]
	Logo  string // see [Logo]
	Nonce string // of the Content-Security-Policy, for script elements
	// Style and Script are URLs. Script is "" for pages that need none.
	Style, Script string
	Paths         Paths
	Links         []Link // to other pages, below the content
	// SignedIn is whether the page has the navigation of a person with a session.
	SignedIn bool
	Form     *Form  // of a flow
	Note     *Note  // what was done, or what is wrong
	Error    *Error // on the error page
	// Sessions are those of the person, the current one first.
	Sessions []Device
	// CanDelete is whether people can delete their accounts. Confirmation is what the person enters
	// to do so, or "" before that step.
	CanDelete    bool
	Confirmation string
	t            translator
	templates    *templates
}

// Link leads to another page.
type Link struct{ Href, Text, TestID string }

// Error is what went wrong. Message and Reason are texts from Kratos, in English.
type Error struct {
	redact.Struct[Error]
	Status          int
	Message, Reason string
	ID              string // of the error, for the site's support
}

// Device is a session. Name is the browser and system, such as "Firefox, Windows", or "" if it is not
// known. Agent is the User-Agent.
type Device struct {
	redact.Struct[Device]
	ID, Name, Agent, Address, Location string
	At                                 time.Time
	Current                            bool
}

// Text returns a text of the catalogue in the language of the page.
func (p *Page) Text(key string) string { return p.t.text(key) }

// Time returns a time in the format of the language.
func (p *Page) Time(at time.Time) string { return p.t.time(at) }

// Content renders the content of the page.
func (p *Page) Content() (template.HTML, error) {
	other := "flow"
	switch {
	case p.Error != nil:
		other = "message"
	case p.Name == "sessions", p.Name == "account":
		other = p.Name
	}
	return p.templates.render(p, p.Name, other)
}

// HTML renders the form.
func (f *Form) HTML() (template.HTML, error) { return f.layout.templates.render(f, "form") }

// newPage returns a page in the language of the request.
func (p *Pages) newPage(r *http.Request, name string) *Page {
	t := p.translator(r)
	return &Page{
		Name: name, Title: t.text(name + ".title"), Lead: t.optional(name + ".lead"), Lang: t.chosen.Tag(), Site: p.name, Logo: p.logo, Nonce: newNonce(),
		Style: p.paths.Assets + p.assets.style.name, Paths: p.paths, t: t, templates: p.templates,
	}
}

// write writes the page. An error of a template that New did not find is status 500.
func (p *Pages) write(w http.ResponseWriter, status int, page *Page) {
	if page.Form != nil && page.Form.layout.needsScript() {
		page.Script = p.paths.Assets + p.assets.script.name
	}
	var buf bytes.Buffer
	if err := p.templates.byName["page"].Execute(&buf, page); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	p.secure(w, page.Nonce)
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

// Form renders the form of a flow for a page of the caller's, in a language of the catalogues. The
// page needs the form's [Pages.Scripts] as well.
func (p *Pages) Form(flow Flow, lang string) (template.HTML, error) {
	t := translator{p.languages[0], p.languages[0]}
	if c := p.languages.find(lang); c != nil {
		t.chosen = c
	}
	_, settings := flow.(*kratos.SettingsFlow)
	return p.newForm(flow.Form(), t, "", settings).HTML()
}

// writeFlow writes the page of a flow with its form.
func (p *Pages) writeFlow(w http.ResponseWriter, r *http.Request, status int, name string, flow Flow, form kratos.Form) {
	page := p.newPage(r, name)
	page.SignedIn = name == "settings"
	page.Form = p.newForm(form, page.t, page.Nonce, name == "settings")
	page.Links = p.links(r, page, name, flow)
	if login, ok := flow.(*kratos.LoginFlow); ok {
		page.setLogin(login)
	}
	p.write(w, status, page)
}

// setLogin adapts the page to a login of a person with a session, who can only log out instead:
// Kratos refuses recovery and registration with a session.
func (p *Page) setLogin(flow *kratos.LoginFlow) {
	kind := ""
	switch {
	case flow.RequestedAAL == kratos.AAL2:
		kind = "login.aal2"
	case flow.Refresh:
		kind = "login.refresh"
	default:
		return
	}
	p.Title, p.Lead = p.t.text(kind+".title"), p.t.optional(kind+".lead")
	p.Links, p.SignedIn = nil, true
}

// nextQuery returns the parameters with which another flow continues where this one does. After a
// submission, the URL of a page has only the flow, so that the query is the second choice.
func nextQuery(r *http.Request, flow Flow) url.Values {
	returnTo, challenge := "", ""
	switch f := flow.(type) {
	case *kratos.LoginFlow:
		returnTo, challenge = f.ReturnTo, f.OAuth2LoginChallenge
	case *kratos.RegistrationFlow:
		returnTo, challenge = f.ReturnTo, f.OAuth2LoginChallenge
	case *kratos.RecoveryFlow:
		returnTo = f.ReturnTo
	}
	query := url.Values{}
	for key, value := range map[string]string{"return_to": returnTo, "login_challenge": challenge} {
		if value = cmp.Or(value, r.URL.Query().Get(key)); value != "" {
			query.Set(key, value)
		}
	}
	return query
}

// links returns the links from a page to others, with where the person goes afterwards.
func (p *Pages) links(r *http.Request, page *Page, name string, flow Flow) []Link {
	query := nextQuery(r, flow)
	suffix := ""
	if len(query) > 0 {
		suffix = "?" + query.Encode()
	}
	login := Link{Href: p.paths.Login + suffix, Text: page.t.text("link.login"), TestID: "login-link"}
	switch name {
	case "login":
		return []Link{
			{Href: p.paths.Recovery, Text: page.t.text("link.recovery"), TestID: "forgot-password-link"},
			{Href: p.paths.Registration + suffix, Text: page.t.text("link.registration"), TestID: "signup-link"},
		}
	case "registration", "recovery":
		return []Link{login}
	}
	return nil
}

// Login serves the login (updateLoginFlow and others; see [kratos.FlowClient.Handler]).
func (p *Pages) Login() http.Handler { return flowPage(p, "login", p.client.Login) }

// Registration serves the registration; see [kratos.FlowClient.Handler].
func (p *Pages) Registration() http.Handler {
	return flowPage(p, "registration", p.client.Registration)
}

// Recovery serves the recovery of an account; see [kratos.FlowClient.Handler].
func (p *Pages) Recovery() http.Handler { return flowPage(p, "recovery", p.client.Recovery) }

// Verification serves the verification of an address; see [kratos.FlowClient.Handler].
func (p *Pages) Verification() http.Handler {
	return flowPage(p, "verification", p.client.Verification)
}

// Settings serves the settings; see [kratos.FlowClient.Handler].
func (p *Pages) Settings() http.Handler { return flowPage(p, "settings", p.client.Settings) }

// handled is a FlowClient, whose type parameters differ.
type handled[F any] interface {
	Handler(render func(w http.ResponseWriter, r *http.Request, flow *F)) http.Handler
}

func flowPage[F any](p *Pages, name string, client handled[F]) http.Handler {
	return p.withErrorPage(client.Handler(func(w http.ResponseWriter, r *http.Request, flow *F) {
		shown := any(flow).(Flow)
		p.writeFlow(w, r, http.StatusOK, name, shown, shown.Form())
	}))
}

// Assets serves the style sheet and the script. Their names have a hash, so that browsers keep
// them; ui.css and ui.js are the same without one.
func (p *Pages) Assets() http.Handler { return p.assets }
