package sessions

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Status returns the HTTP status for an error of a guard: 401, 403, 429 or 503.
func Status(err error) int {
	switch {
	case errors.Is(err, kratos.ErrNoSession):
		return http.StatusUnauthorized
	case errors.Is(err, kratos.ErrAAL2Required), errors.As(err, new(*NeedError)):
		return http.StatusForbidden
	case errors.Is(err, kratos.ErrRateLimited):
		return http.StatusTooManyRequests
	}
	return http.StatusServiceUnavailable
}

// RedirectTo returns where a browser fulfils what an error of a guard lacks, or "": the URL of a
// [NeedError], or that from Kratos for a second factor.
func RedirectTo(err error) string {
	var need *NeedError
	if errors.As(err, &need) {
		return need.RedirectTo
	}
	var e *kratos.Error
	if errors.Is(err, kratos.ErrAAL2Required) && errors.As(err, &e) {
		return e.RedirectTo
	}
	return ""
}

// Refuse is the response to a request that a guard refused with err, as the package documentation
// describes, for programs that call [Guard.CheckRequest] themselves.
func (g *Guard) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := Status(err)
	target := RedirectTo(err)
	if status == http.StatusUnauthorized {
		target = g.loginURL()
	}
	header := w.Header()
	header["Cache-Control"] = noStore
	header.Add("Vary", "Accept, Cookie, Authorization, X-Session-Token")
	if target != "" && navigates(r) {
		http.Redirect(w, r, withReturnTo(target, r), http.StatusSeeOther)
		return
	}
	switch status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header.Set("Retry-After", strconv.Itoa(retryAfter(err)))
	}
	if prefersHTML(r) {
		http.Error(w, http.StatusText(status), status)
		return
	}
	writeProblem(w, status, err, target)
}

// loginURL returns where a browser without a session logs in.
func (g *Guard) loginURL() string {
	if g.loginPage != "" {
		return g.loginPage
	}
	return access.PageURL(g.client, "login", nil)
}

// retryAfter returns the seconds after which a client tries again.
func retryAfter(err error) int {
	var e *kratos.Error
	if errors.As(err, &e) && e.RetryAfter > time.Second {
		return int(math.Ceil(e.RetryAfter.Seconds()))
	}
	return 1
}

// problem is the body of a refusal, https://www.rfc-editor.org/rfc/rfc9457.
type problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Code       string `json:"code"`
	Need       string `json:"need,omitempty"`
	RedirectTo string `json:"redirect_to,omitempty"`
}

func writeProblem(w http.ResponseWriter, status int, err error, target string) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code(err), RedirectTo: target}
	var need *NeedError
	if errors.As(err, &need) {
		p.Need = need.Need
	}
	body, _ := json.Marshal(p) // strings and a number
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s\n", body)
}

// code returns what a script distinguishes the refusals by.
func code(err error) string {
	switch {
	case errors.Is(err, kratos.ErrNoSession):
		return "no_session"
	case errors.Is(err, kratos.ErrAAL2Required):
		return "aal2_required"
	case errors.Is(err, kratos.ErrRefreshRequired):
		return "refresh_required"
	case errors.Is(err, kratos.ErrAddressNotVerified):
		return "address_not_verified"
	case errors.As(err, new(*NeedError)):
		return "need_not_fulfilled"
	case errors.Is(err, kratos.ErrRateLimited):
		return "rate_limited"
	}
	return "session_not_checked"
}

// navigates reports whether a browser sent the request to show a page. Scripts, also with the Accept
// of a page, do not follow a redirect to a login usefully.
func navigates(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !prefersHTML(r) {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return r.Header.Get("X-Requested-With") == "" && r.Header.Get("HX-Request") == "" && r.Header.Get("Upgrade") == ""
}

// prefersHTML reports whether the client accepts pages, and does not prefer JSON: by the weights of
// the header Accept (RFC 9110, 12.5.1), then by its order.
func prefersHTML(r *http.Request) bool {
	var html, json float64 // the highest weights
	htmlFirst := false
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, params, _ := strings.Cut(entry, ";")
		q := weight(params)
		switch mediaType = strings.ToLower(strings.TrimSpace(mediaType)); {
		case mediaType == "text/html", mediaType == "application/xhtml+xml":
			htmlFirst = htmlFirst || json == 0
			html = max(html, q)
		case strings.HasSuffix(mediaType, "json"):
			json = max(json, q)
		}
	}
	return html > json || html > 0 && html == json && htmlFirst
}

// weight returns the parameter q of a media type, which is 1 without one, and 0 if it is malformed.
func weight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}

// withReturnTo adds the path of the request to a URL, so that the browser comes back.
func withReturnTo(target string, r *http.Request) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	page := r.URL.RequestURI()
	if original, err := url.ParseRequestURI(r.RequestURI); err == nil { // before http.StripPrefix
		page = original.RequestURI()
	}
	query := u.Query()
	if page = kratos.LocalPath(page); page != "/" && !query.Has("return_to") {
		query.Set("return_to", page)
		u.RawQuery = query.Encode()
	}
	return u.String()
}
