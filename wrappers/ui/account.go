package ui

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

const (
	maxBody   = 4096            // bytes of a form
	freshness = 5 * time.Minute // since the login, to delete an account
)

// Sessions serves the person's sessions (toSession, listMySessions), and ends one or all others
// (disableMySession, disableMyOtherSessions): its form has the id of a session, or others=true.
func (p *Pages) Sessions() http.Handler {
	return p.signedIn(map[string]http.HandlerFunc{"GET": p.showSessions, "POST": p.endSessions})
}

// Account serves the person's data as a file, and deletes the account if [DeleteAccount] is set
// (deleteIdentity, admin port): after a login of the last five minutes, and a typed confirmation.
func (p *Pages) Account() http.Handler {
	return p.signedIn(map[string]http.HandlerFunc{"GET": p.showAccount, "POST": p.changeAccount})
}

// signedIn serves methods for people with a session, and rejects requests of other sites.
func (p *Pages) signedIn(methods map[string]http.HandlerFunc) http.Handler {
	required := p.guard.Require()
	return p.withErrorPage(sameSite(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		handler := methods[method]
		if handler == nil {
			w.Header().Set("Allow", "GET, HEAD, POST")
			p.writeError(w, r, http.StatusMethodNotAllowed, nil)
			return
		}
		required(handler).ServeHTTP(w, r)
	})))
}

// readForm parses a posted form.
func (p *Pages) readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		p.writeError(w, r, http.StatusBadRequest, nil)
		return false
	}
	return true
}

// newAccountPage returns a page for a person with a session, which says what was done before: one
// of outcomes.
func (p *Pages) newAccountPage(r *http.Request, name string, outcomes ...string) *Page {
	page := p.newPage(r, name)
	page.SignedIn = true
	if what := r.URL.Query().Get("done"); slices.Contains(outcomes, what) {
		page.Note = &Note{Text: page.t.text(name + "." + what), Success: true}
	}
	return page
}

func (p *Pages) showSessions(w http.ResponseWriter, r *http.Request) {
	page := p.newAccountPage(r, "sessions", "ended", "others")
	browser := p.client.Browser(r)
	devices, err := devices(r.Context(), browser)
	browser.SetCookies(w)
	if err != nil {
		p.writeError(w, r, http.StatusServiceUnavailable, nil)
		return
	}
	page.Sessions = devices
	p.write(w, http.StatusOK, page)
}

func (p *Pages) endSessions(w http.ResponseWriter, r *http.Request) {
	if !p.readForm(w, r) {
		return
	}
	browser := p.client.Browser(r)
	what := "ended"
	var err error
	switch id, others := r.PostForm.Get("id"), r.PostForm.Get("others"); {
	case id != "" && others == "":
		err = browser.DisableMySession(r.Context(), id)
	case id == "" && others == "true":
		what = "others"
		_, err = browser.DisableMyOtherSessions(r.Context())
	default:
		p.writeError(w, r, http.StatusBadRequest, nil)
		return
	}
	browser.SetCookies(w)
	switch {
	case errors.Is(err, kratos.ErrBadRequest), errors.Is(err, kratos.ErrInvalidArgument):
		p.writeError(w, r, http.StatusBadRequest, nil)
	case err != nil:
		p.writeError(w, r, http.StatusServiceUnavailable, nil)
	default:
		http.Redirect(w, r, p.paths.Sessions+"?done="+what, http.StatusSeeOther)
	}
}

// The steps of the account page: the parameter step.
const (
	stepDelete      = "delete"
	stepUnconfirmed = "unconfirmed"
)

func (p *Pages) showAccount(w http.ResponseWriter, r *http.Request) {
	page := p.newAccountPage(r, "account")
	page.CanDelete = p.admin != nil
	step := r.URL.Query().Get("step")
	if !page.CanDelete || step != stepDelete && step != stepUnconfirmed {
		p.write(w, http.StatusOK, page)
		return
	}
	p.guard.Require(sessions.Fresh(freshness))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page.Confirmation = page.t.text("account.confirmation")
		if step == stepUnconfirmed {
			page.Note = &Note{Text: page.t.text("account.unconfirmed"), Error: true}
		}
		p.write(w, http.StatusOK, page)
	})).ServeHTTP(w, r)
}

func (p *Pages) changeAccount(w http.ResponseWriter, r *http.Request) {
	if !p.readForm(w, r) {
		return
	}
	action := r.PostForm.Get("action")
	switch {
	case action == "download":
		p.download(w, r)
	case action == "delete" && p.admin != nil:
		p.deleteAccount(w, r)
	default:
		p.writeError(w, r, http.StatusBadRequest, nil)
	}
}

// download writes what Kratos returns about the person as a file: the identity and its sessions.
func (p *Pages) download(w http.ResponseWriter, r *http.Request) {
	browser := p.client.Browser(r)
	var data struct {
		Identity *kratos.Identity `json:"identity"`
		Sessions []kratos.Session `json:"sessions"`
	}
	session := kratos.SessionFromContext(r.Context())
	data.Identity = session.Identity
	current := *session
	current.Identity = nil
	data.Sessions = append(data.Sessions, current)
	var failed error
	for session, err := range browser.MySessions(r.Context(), kratos.ListMySessions{}) {
		if failed = err; err != nil {
			break
		}
		session.Identity = nil
		data.Sessions = append(data.Sessions, session)
	}
	browser.SetCookies(w)
	body, err := json.MarshalIndent(data, "", "  ")
	if failed != nil || err != nil {
		p.writeError(w, r, http.StatusServiceUnavailable, nil)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="account.json"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body)
}

// deleteAccount deletes the account of a person who has logged in recently and entered the
// confirmation.
func (p *Pages) deleteAccount(w http.ResponseWriter, r *http.Request) {
	page := p.newPage(r, "account")
	step := ""
	if _, err := p.guard.CheckRequest(w, r, sessions.Fresh(freshness)); err != nil {
		step = stepDelete // which asks for a login
	} else if !strings.EqualFold(strings.TrimSpace(r.PostForm.Get("confirmation")), page.t.text("account.confirmation")) {
		step = stepUnconfirmed
	}
	if step != "" {
		http.Redirect(w, r, p.paths.Account+"?step="+step, http.StatusSeeOther)
		return
	}
	browser := p.client.Browser(r)
	logout, logoutErr := browser.CreateLogoutFlow(r.Context(), "")
	err := p.admin.DeleteIdentity(r.Context(), kratos.SessionFromContext(r.Context()).Identity.ID)
	if err == nil && logoutErr == nil {
		_ = browser.Logout(r.Context(), logout.LogoutToken) // the session has ended: this deletes the cookie
	}
	browser.SetCookies(w)
	if err != nil {
		p.writeError(w, r, http.StatusServiceUnavailable, nil)
		return
	}
	page.Title, page.Lead = page.t.text("account.deleted.title"), page.t.text("account.deleted.lead")
	page.Name, page.Error = "deleted", &Error{}
	page.Links = []Link{{Href: p.paths.Home, Text: page.t.text("link.home")}}
	p.write(w, http.StatusOK, page)
}

// Logout ends the session of the browser (updateLogoutFlow). It accepts POST only, and no requests
// of other sites.
func (p *Pages) Logout() http.Handler {
	return p.withErrorPage(sameSite(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			p.writeError(w, r, http.StatusMethodNotAllowed, nil)
			return
		}
		browser := p.client.Browser(r)
		flow, err := browser.CreateLogoutFlow(r.Context(), "")
		if err == nil {
			err = browser.Logout(r.Context(), flow.LogoutToken)
		}
		browser.SetCookies(w)
		if err != nil && !errors.Is(err, kratos.ErrNoSession) {
			p.writeError(w, r, http.StatusServiceUnavailable, nil)
			return
		}
		http.Redirect(w, r, p.paths.Login, http.StatusSeeOther)
	})))
}
