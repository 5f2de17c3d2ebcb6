package kratos

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Page returns the handler of the page that shows a flow, for the URL that Kratos' configuration
// calls ui_url:
//
//	mux.Handle("GET /login", client.Login.Page(func(w http.ResponseWriter, r *http.Request, flow *kratos.LoginFlow) {
//		templates.ExecuteTemplate(w, "login.html", flow.Form())
//	}))
//
// A visit without the parameter flow starts one, with what the visit says of it (return_to,
// refresh, aal, login_challenge, organization, via), and comes back with it; a visit to a flow that
// is gone, expired or another browser's starts anew, but not twice within a minute: a browser that
// keeps no cookies gets status 503 instead. Somebody who is signed in already goes to return_to if
// that is a path of the same site, else to "/"; but first to a login with the second factor, if
// Kratos asks for that (toSession). A settings page without a session goes to a login and comes
// back, if there is a [Client.Proxy] or a [WithPublicURL], else to "/login"; for a second factor,
// it goes to Kratos. A visit with a login_challenge goes by way of Kratos, which alone can tell a
// browser that is signed in where to go. Kratos' cookies are passed on in both directions, and
// nothing is cached. Anything else that goes wrong is answered with status 400, if it is the
// visit's fault, or 503.
//
// Page is of the flows of a [Client], not of a [Browser], which is for one request only.
//
// The page's form is to be sent to the form's Action, by the browser itself: to Kratos, or to a
// [Client.Proxy].
func (f Flows[F, M]) Page(show func(w http.ResponseWriter, r *http.Request, flow *F)) http.Handler {
	if f.f == nil || f.mode == browserFlow {
		panic("kratos: Page is of the flows of a Client")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, browser := f.client, f.client.Browser(r)
		flows := f.through(browser.api)
		query := r.URL.Query()
		if query.Has("login_challenge") && !query.Has("flow") {
			noStore(w)
			http.Redirect(w, r, client.forBrowsers()+"/self-service/"+strings.ToLower(f.f.name)+"/browser?"+query.Encode(), http.StatusSeeOther)
			return
		}
		flow, to, err := flows.visit(r)
		switch {
		case errors.Is(err, ErrSessionAlreadyAvailable):
			to, err = client.signedInURL(browser, r)
		case errors.Is(err, ErrAAL2Required):
			to, err = client.stepUpURL(err, "")
		}
		browser.Relay(w)
		switch {
		case errors.Is(err, ErrNoSession) && f.f.name == "Settings":
			query.Del("flow")
			http.Redirect(w, r, client.login(query), http.StatusSeeOther)
		case errors.Is(err, ErrBadRequest): // of the visit: a return_to that is not allowed, for instance
			refuse(w, http.StatusBadRequest)
		case err != nil:
			refuse(w, http.StatusServiceUnavailable)
		case flow == nil:
			http.Redirect(w, r, to, http.StatusSeeOther)
		default:
			show(w, r, flow)
		}
	})
}

// ErrorPage returns the handler of the page that shows what went wrong in a flow, for the URL that
// Kratos' configuration calls selfservice.flows.error.ui_url (getFlowError, public port). Show the
// texts of the error as text, not as HTML. An error that Kratos does not know, and a visit without
// the parameter id, are answered with status 404, and a Kratos that fails with 503.
func (c *Client) ErrorPage(show func(w http.ResponseWriter, r *http.Request, e *FlowError)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noStore(w)
		e, err := c.FlowError(interactive(r.Context()), r.URL.Query().Get("id"))
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrInvalid), errors.Is(err, ErrForbidden), errors.Is(err, ErrFlowExpired):
			refuse(w, http.StatusNotFound)
		case err != nil:
			refuse(w, http.StatusServiceUnavailable)
		default:
			show(w, r, e)
		}
	})
}

func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }

// refuse answers with nothing but a status.
func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// restarted is the parameter that says when a visit was made to start anew, in seconds since 1970.
const restarted = "restarted"

// justRestarted reports whether a visit was made to start anew so recently that doing so again
// would go round in circles, as it does with a browser that keeps no cookies.
func justRestarted(query url.Values) bool {
	at, err := strconv.ParseInt(query.Get(restarted), 10, 64)
	return err == nil && time.Since(time.Unix(at, 0)).Abs() < time.Minute
}

// visit returns the flow to show, or where the browser has to go instead.
func (f Flows[F, M]) visit(r *http.Request) (flow *F, to string, err error) {
	query := r.URL.Query()
	keep := r.URL.Query()
	keep.Del("flow")
	keep.Del(restarted)
	if id := query.Get("flow"); id != "" {
		flow, err = f.Get(r.Context(), id)
		gone := errors.Is(err, ErrNotFound) || errors.Is(err, ErrCSRF) || errors.Is(err, ErrFlowExpired) || errors.Is(err, ErrIdentityMismatch)
		if gone && !justRestarted(query) {
			recall(keep, err)
			keep.Set(restarted, strconv.FormatInt(time.Now().Unix(), 10))
			return nil, here(r, keep), nil
		}
		return f.elsewhereIf(r, flow, err)
	}
	flow, err = f.Start(r.Context(), parameters(query)...)
	if err != nil {
		return f.elsewhereIf(r, nil, err)
	}
	keep.Set("flow", f.f.look(flow).id)
	if query.Has(restarted) {
		keep.Set(restarted, query.Get(restarted))
	}
	return nil, here(r, keep), nil
}

// elsewhereIf returns where the browser has to go if err says so.
func (f Flows[F, M]) elsewhereIf(r *http.Request, flow *F, err error) (*F, string, error) {
	query := r.URL.Query()
	if errors.Is(err, ErrAAL1Required) && query.Has("aal") {
		query.Del("aal") // the first factor comes first
		return nil, here(r, query), nil
	}
	return flow, "", err
}
