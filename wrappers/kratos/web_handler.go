package kratos

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

// Handler serves the page of a flow, at the flow's ui_url in Kratos' configuration: it starts or
// fetches the flow, and render writes the form. It makes the [Browser] of each request, passes on
// Kratos' cookies in both directions, forbids caching, and redirects:
//   - Without the parameter flow, to a flow with the parameters of the query, then of With. With a
//     login_challenge, to Kratos.
//   - From an unknown or expired flow, or another browser's, to another flow, at most once a
//     minute. A second time is status 503, because the browser apparently keeps no cookies.
//   - With a session, if the flow is for people without one, to return_to if that is a path of the
//     site, else to "/"; first to the second factor if Kratos requires it.
//   - From settings without a session, to a login and back if there is a [Client.Proxy] or
//     [WithPublicURL], else to "/login".
//
// Other errors are status 400 if the request is wrong, else 503. The browser posts the form to its
// Action: Kratos, or a Proxy. Handler panics for the flow of a [Browser], and for parameters of
// native clients.
func (f FlowClient[F, M, P]) Handler(render func(w http.ResponseWriter, r *http.Request, flow *F)) http.Handler {
	if f.flowCore == nil || f.clientType == browserClient {
		panic("kratos: Handler needs the flow of a Client")
	}
	defaults, err := f.startQuery()
	if err != nil {
		panic("kratos: Handler: " + err.Error())
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, browser := f.client, f.client.Browser(r)
		flows := f.forBrowser(browser.api)
		query := withDefaults(r.URL.Query(), defaults)
		if query.Has("login_challenge") && !query.Has("flow") {
			disableCaching(w)
			http.Redirect(w, r, client.browserBaseURL()+"/self-service/"+strings.ToLower(f.operations.name)+"/browser?"+query.Encode(), http.StatusSeeOther)
			return
		}
		flow, to, err := flows.showFlow(r, defaults)
		switch {
		case errors.Is(err, ErrSessionAlreadyAvailable):
			to, err = client.signedInURL(r.Context(), browser, query.Get("return_to"))
		case errors.Is(err, ErrAAL2Required):
			to, err = client.stepUpURL(err, "")
		}
		browser.SetCookies(w)
		switch {
		case errors.Is(err, ErrNoSession) && f.operations.name == "Settings":
			query.Del("flow")
			http.Redirect(w, r, client.loginURL(query), http.StatusSeeOther)
		case errors.Is(err, ErrBadRequest): // of the browser, for example a return_to that is not allowed
			writeStatus(w, http.StatusBadRequest)
		case err != nil:
			writeStatus(w, http.StatusServiceUnavailable)
		case flow == nil:
			http.Redirect(w, r, to, http.StatusSeeOther)
		default:
			render(w, r, flow)
		}
	})
}

// ErrorHandler returns the handler of the page for FlowError (error.ui_url in Kratos'
// configuration). Unknown ids are status 404, failures 503.
func (c *Client) ErrorHandler(render func(w http.ResponseWriter, r *http.Request, e *FlowError)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		disableCaching(w)
		e, err := c.FlowError(withInteractivePause(r.Context()), r.URL.Query().Get("id"))
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrInvalidArgument), errors.Is(err, ErrForbidden), errors.Is(err, ErrFlowExpired):
			writeStatus(w, http.StatusNotFound)
		case err != nil:
			writeStatus(w, http.StatusServiceUnavailable)
		default:
			render(w, r, e)
		}
	})
}

func disableCaching(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }

// writeStatus responds with a status and its text.
func writeStatus(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// paramRestart is the parameter with the time at which a flow was restarted, in seconds since 1970.
const paramRestart = "restarted"

// inRestartLoop reports whether a flow was restarted within the last minute: with a browser that
// keeps no cookies, another restart would loop.
func inRestartLoop(query url.Values) bool {
	at, err := strconv.ParseInt(query.Get(paramRestart), 10, 64)
	return err == nil && time.Since(time.Unix(at, 0)).Abs() < time.Minute
}

// startQuery returns the query with which a browser starts this flow.
func (f FlowClient[F, M, P]) startQuery() (query url.Values, err error) {
	notSent := errors.New("not sent")
	_, err = f.operations.browser(context.Background(), f.api, f.parameters(), []gen.RequestEditorFn{func(_ context.Context, r *http.Request) error {
		query = r.URL.Query()
		return notSent
	}})
	if errors.Is(err, notSent) {
		return query, nil
	}
	return nil, err
}

// showFlow returns the flow to show, or the URL to redirect the browser to.
func (f FlowClient[F, M, P]) showFlow(r *http.Request, defaults url.Values) (flow *F, to string, err error) {
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
		return f.redirectFor(r, defaults, flow, err)
	}
	flow, err = f.Start(r.Context(), func(start *http.Request) {
		start.URL.RawQuery = withDefaults(flowQuery(query), start.URL.Query()).Encode()
	})
	if err != nil {
		return f.redirectFor(r, defaults, nil, err)
	}
	keep.Set("flow", f.operations.state(flow).id)
	if query.Has(paramRestart) {
		keep.Set(paramRestart, query.Get(paramRestart))
	}
	return nil, selfURL(r, keep), nil
}

// redirectFor returns the URL to redirect the browser to if err requires it: to the first factor
// where the second was requested.
func (f FlowClient[F, M, P]) redirectFor(r *http.Request, defaults url.Values, flow *F, err error) (*F, string, error) {
	query := r.URL.Query()
	first, asked := query.Get("aal") == string(AAL1), query.Has("aal")
	switch {
	case !errors.Is(err, ErrAAL1Required):
		return flow, "", err
	case defaults.Has("aal") && !first:
		query.Set("aal", string(AAL1))
	case !defaults.Has("aal") && asked:
		query.Del("aal")
	default:
		return flow, "", err
	}
	return nil, selfURL(r, query), nil
}
