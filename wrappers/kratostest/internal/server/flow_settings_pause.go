package server

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// continuityCookie is the name of the cookie with the ids of forms that were kept until the person
// has authenticated again.
const continuityCookie = "ory_kratos_continuity"

// pauseLifespan is how long a form is kept.
const pauseLifespan = 15 * time.Minute

// pausedForm is a form that was kept.
type pausedForm struct {
	Method    string
	Flow      string
	Identity  *identity
	Form      form
	ExpiresAt time.Time
}

// reauthenticate keeps the form and responds that the session is too old. Native clients keep the
// form themselves, although the method profile gives them the cookie as well.
func (sc *settingsCall) reauthenticate() {
	if method := sc.method(); !sc.resumed && (sc.flow.Type == "browser" || method == "profile") {
		sc.pause(method)
	}
	query := url.Values{"refresh": {"true"}, "return_to": {sc.publicURL + sc.r.URL.RequestURI()}}
	next := sc.publicURL + "/self-service/login/browser?" + query.Encode()
	if sc.flow.Type != "api" && !sc.wantsJSON() {
		sc.redirect(http.StatusSeeOther, next)
		return
	}
	sc.error(newError(http.StatusForbidden, "The authentication of the session is too old to change this.").
		withID("session_refresh_required").with("redirect_browser_to", next))
}

// pause keeps the form. A cookie without a form of the same method does not keep those of others,
// unless the client is not a page.
func (sc *settingsCall) pause(method string) {
	var ids []string
	if sc.wantsJSON() {
		for _, id := range sc.pausedIDs() {
			if p := sc.paused[id]; p != nil && p.Method != method {
				ids = append(ids, id)
			}
		}
	}
	id := newID()
	sc.paused[id] = &pausedForm{
		Method: method, Flow: sc.flow.ID, Identity: sc.flow.Identity, Form: sc.form, ExpiresAt: sc.now().Add(pauseLifespan),
	}
	sc.setPaused(append(ids, id))
}

// resume continues with the first form that was kept for a page, and returns its method.
func (sc *settingsCall) resume() string {
	if sc.flow.Type == "api" || sc.wantsJSON() {
		return ""
	}
	ids := sc.pausedIDs()
	for _, method := range sc.settingsMethods() {
		for _, id := range ids {
			p := sc.paused[id]
			if p == nil || p.Method != method || p.Identity != sc.flow.Identity || !p.ExpiresAt.After(sc.now()) {
				continue
			}
			delete(sc.paused, id)
			sc.setPaused(slices.DeleteFunc(ids, func(other string) bool { return other == id }))
			if p.Flow != sc.flow.ID {
				return ""
			}
			sc.form, sc.resumed = p.Form, true
			return method
		}
	}
	return ""
}

// abandonPaused forgets the forms that were kept: another flow replaces theirs.
func (c *call) abandonPaused() {
	ids := c.pausedIDs()
	if len(ids) == 0 {
		return
	}
	for _, id := range ids {
		delete(c.paused, id)
	}
	c.setPaused(nil)
}

// pausedIDs returns the ids in the cookie.
func (c *call) pausedIDs() []string {
	cookie, err := c.r.Cookie(continuityCookie)
	if err != nil {
		return nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(strings.Split(string(decoded), " "), func(id string) bool { return !isUUID(id) })
}

// setPaused sets the cookie.
func (c *call) setPaused(ids []string) {
	const month = 30 * 24 * 60 * 60
	http.SetCookie(c.w, &http.Cookie{
		Name: continuityCookie, Value: base64.RawURLEncoding.EncodeToString([]byte("paused " + strings.Join(ids, " "))), Path: "/",
		Expires: c.now().Add(month * time.Second), MaxAge: month, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
