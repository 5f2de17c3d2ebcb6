package kratos

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Handler returns the handler of the page that shows a flow, for the URL that Kratos' configuration
// calls ui_url:
//
//	mux.Handle("GET /login", client.Login.Handler(func(w http.ResponseWriter, r *http.Request, flow *kratos.LoginFlow) {
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
func (f FlowClient[F, M]) Handler(show func(w http.ResponseWriter, r *http.Request, flow *F)) http.Handler {
	if f.operations == nil || f.clientType == browserClient {
		panic("kratos: Page is of the flows of a Client")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, browser := f.client, f.client.Browser(r)
		flows := f.forBrowser(browser.api)
		query := r.URL.Query()
		if query.Has("login_challenge") && !query.Has("flow") {
			disableCaching(w)
			http.Redirect(w, r, client.browserBaseURL()+"/self-service/"+strings.ToLower(f.operations.name)+"/browser?"+query.Encode(), http.StatusSeeOther)
			return
		}
		flow, to, err := flows.showFlow(r)
		switch {
		case errors.Is(err, ErrSessionAlreadyAvailable):
			to, err = client.signedInURL(browser, r)
		case errors.Is(err, ErrAAL2Required):
			to, err = client.stepUpURL(err, "")
		}
		browser.SetCookies(w)
		switch {
		case errors.Is(err, ErrNoSession) && f.operations.name == "Settings":
			query.Del("flow")
			http.Redirect(w, r, client.loginURL(query), http.StatusSeeOther)
		case errors.Is(err, ErrBadRequest): // of the visit: a return_to that is not allowed, for instance
			writeStatus(w, http.StatusBadRequest)
		case err != nil:
			writeStatus(w, http.StatusServiceUnavailable)
		case flow == nil:
			http.Redirect(w, r, to, http.StatusSeeOther)
		default:
			show(w, r, flow)
		}
	})
}

// ErrorHandler returns the handler of the page that shows what went wrong in a flow, for the URL that
// Kratos' configuration calls selfservice.flows.error.ui_url (getFlowError, public port). Show the
// texts of the error as text, not as HTML. An error that Kratos does not know, and a visit without
// the parameter id, are answered with status 404, and a Kratos that fails with 503.
func (c *Client) ErrorHandler(show func(w http.ResponseWriter, r *http.Request, e *FlowError)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		disableCaching(w)
		e, err := c.FlowError(withInteractivePause(r.Context()), r.URL.Query().Get("id"))
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrInvalidArgument), errors.Is(err, ErrForbidden), errors.Is(err, ErrFlowExpired):
			writeStatus(w, http.StatusNotFound)
		case err != nil:
			writeStatus(w, http.StatusServiceUnavailable)
		default:
			show(w, r, e)
		}
	})
}

func disableCaching(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }

// refuse answers with nothing but a status.
func writeStatus(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// restarted is the parameter that says when a visit was made to start anew, in seconds since 1970.
const paramRestart = "restarted"

// justRestarted reports whether a visit was made to start anew so recently that doing so again
// would go round in circles, as it does with a browser that keeps no cookies.
func inRestartLoop(query url.Values) bool {
	at, err := strconv.ParseInt(query.Get(paramRestart), 10, 64)
	return err == nil && time.Since(time.Unix(at, 0)).Abs() < time.Minute
}

// visit returns the flow to show, or where the browser has to go instead.
func (f FlowClient[F, M]) showFlow(r *http.Request) (flow *F, to string, err error) {
	query := r.URL.Query()
	keep := r.URL.Query()
	keep.Del("flow")
	keep.Del(paramRestart)
	if id := query.Get("flow"); id != "" {
		flow, err = f.Get(r.Context(), id)
		gone := errors.Is(err, ErrNotFound) || errors.Is(err, ErrCSRF) || errors.Is(err, ErrFlowExpired) || errors.Is(err, ErrIdentityMismatch)
		if gone && !inRestartLoop(query) {
			restoreParameters(keep, err)
			keep.Set(paramRestart, strconv.FormatInt(time.Now().Unix(), 10))
			return nil, selfURL(r, keep), nil
		}
		return f.redirectFor(r, flow, err)
	}
	flow, err = f.Start(r.Context(), flowQuery(query)...)
	if err != nil {
		return f.redirectFor(r, nil, err)
	}
	keep.Set("flow", f.operations.state(flow).id)
	if query.Has(paramRestart) {
		keep.Set(paramRestart, query.Get(paramRestart))
	}
	return nil, selfURL(r, keep), nil
}

// elsewhereIf returns where the browser has to go if err says so.
func (f FlowClient[F, M]) redirectFor(r *http.Request, flow *F, err error) (*F, string, error) {
	query := r.URL.Query()
	if errors.Is(err, ErrAAL1Required) && query.Has("aal") {
		query.Del("aal") // the first factor comes first
		return nil, selfURL(r, query), nil
	}
	return flow, "", err
}
