package kratos

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/kratoskit/kratos-go/gen"
)

// Browser calls Kratos' public API for the person whose browser sent a request: a server's own
// pages, or the backend of a single-page application. It sends Kratos' cookies of that request, and
// no other; the cookies that Kratos sets have to go back to the browser with [Browser.SetCookies]
// or [Browser.Cookies], whatever the call returned. Make one for each request, with
// [Client.Browser], or with [Client.BrowserWithCookies] where there is no [http.Request].
type Browser struct {
	// Login is the login flow (createBrowserLoginFlow, getLoginFlow, updateLoginFlow).
	Login FlowClient[LoginFlow, LoginMethod, StartLogin]
	// Registration is the registration flow (createBrowserRegistrationFlow, getRegistrationFlow,
	// updateRegistrationFlow).
	Registration FlowClient[RegistrationFlow, RegistrationMethod, StartRegistration]
	// Settings is the settings flow (createBrowserSettingsFlow, getSettingsFlow,
	// updateSettingsFlow).
	Settings FlowClient[SettingsFlow, SettingsMethod, StartSettings]
	// Recovery is the recovery flow (createBrowserRecoveryFlow, getRecoveryFlow,
	// updateRecoveryFlow).
	Recovery FlowClient[RecoveryFlow, RecoveryMethod, StartRecovery]
	// Verification is the flow that verifies an address (createBrowserVerificationFlow,
	// getVerificationFlow, updateVerificationFlow).
	Verification FlowClient[VerificationFlow, VerificationMethod, StartVerification]

	selfService
	*browserCore
}

// browserCore has nothing but pointers; see clientCore.
type browserCore struct {
	client  *Client
	cookies *cookieTransport
}

// Browser returns a client for the person whose browser sent r. The address (r.RemoteAddr) and
// agent of the browser are passed on, for Kratos' record of devices; behind a load balancer, let
// what knows the address set r.RemoteAddr, or say it with Header("X-Forwarded-For", …). A nil r is
// that of a browser without cookies.
func (c *Client) Browser(r *http.Request) *Browser {
	if r == nil {
		return c.BrowserWithCookies(nil)
	}
	b := c.BrowserWithCookies(r.Cookies())
	b.cookies.site = r.Host
	b.cookies.token, b.cookies.bearer = r.Header.Get(headerSessionToken), bearer(r)
	b.cookies.header.Set("User-Agent", r.UserAgent())
	if address := clientAddress(r); address != "" {
		b.cookies.header.Set("X-Forwarded-For", address)
	}
	return b
}

// BrowserWithCookies returns a client for the person whose browser has these cookies, for programs
// that hold cookies as values and have no [http.Request]. [http.ParseCookie] reads a Cookie header:
//
//	cookies, err := http.ParseCookie(line)
//	browser := client.BrowserWithCookies(cookies)
//	session, err := browser.ActiveSession(ctx)
//	renewed := browser.Cookies()
//
// Cookies that are not of Kratos are left out. Of two with the same name the first counts, as it
// does for servers; one without a value, or with a negative MaxAge, is a cookie that was deleted:
// so append(renewed, cookies...) is what the browser has afterwards. The browser's address and
// agent are said with Header("X-Forwarded-For", …) and Header("User-Agent", …) at each call.
// Without a session cookie, calls that act for a person fail with [ErrNoSession], and nothing is
// sent.
func (c *Client) BrowserWithCookies(cookies []*http.Cookie) *Browser {
	jar := &cookieTransport{front: c.rewriter.Load(), isSession: c.isSessionCookie, cookies: map[string]string{}, header: http.Header{}}
	seen := map[string]bool{}
	for _, cookie := range cookies {
		if cookie == nil || seen[cookie.Name] || !c.isKratosCookie(cookie.Name) {
			continue
		}
		seen[cookie.Name] = true
		if !isDeletion(cookie) {
			jar.cookies[cookie.Name] = cookie.Value
		}
	}
	api := c.api.Wrap(func(next gen.HTTPDoer) gen.HTTPDoer {
		jar.next = next
		return jar
	})
	return &Browser{
		Login:        c.Login.forBrowser(api),
		Registration: c.Registration.forBrowser(api),
		Settings:     c.Settings.forBrowser(api),
		Recovery:     c.Recovery.forBrowser(api),
		Verification: c.Verification.forBrowser(api),
		selfService:  selfService{api: api, requireCredentials: jar.hasSessionCookie},
		browserCore:  &browserCore{client: c, cookies: jar},
	}
}

// isDeletion reports whether setting a cookie deletes it.
func isDeletion(c *http.Cookie) bool { return c.MaxAge < 0 || c.Value == "" }

// clientAddress returns the address of the browser, with a port in RemoteAddr or, as some
// middleware leaves it, without.
func clientAddress(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	if address, err := netip.ParseAddr(r.RemoteAddr); err == nil {
		return address.String()
	}
	return ""
}

// isKratos reports whether a cookie is one of Kratos' own.
func (c *Client) isKratosCookie(name string) bool {
	if hash, csrf := strings.CutPrefix(name, csrfCookiePrefix); csrf {
		return hash != "" && strings.Trim(hash, "0123456789abcdef") == ""
	}
	return c.isSessionCookie(name) || strings.HasPrefix(name, "ory_kratos_")
}

// isSession reports whether a cookie is a session of Kratos, or of Ory Network. Where the name of
// the cookie is known, one with another name is not: it may be that of another project on the same
// domain.
func (c *Client) isSessionCookie(name string) bool {
	if known := c.settings.sessionCookie; known != "" {
		return name == known
	}
	return name == "ory_kratos_session" || strings.HasPrefix(name, "ory_session_")
}

// SetCookies adds the cookies that Kratos has set since the last Relay to the header of the answer
// to the browser, and tells caches not to keep that answer. Call it after the calls, whether they
// failed or not, and before w.WriteHeader.
func (b *Browser) SetCookies(w http.ResponseWriter) {
	b.cookies.mu.Lock()
	defer b.cookies.mu.Unlock()
	for _, cookie := range b.cookies.set {
		w.Header().Add("Set-Cookie", cookie)
	}
	b.cookies.set = nil
	disableCaching(w)
}

// Cookies returns the cookies that Kratos has set since the last [Browser.SetCookies], for programs
// whose responses are not an [http.ResponseWriter]: each has to be set in the response to the
// browser, which caches must not keep. They are those that a Relay would add, but for the ones that
// Kratos set again later; a cookie with a negative MaxAge is to be deleted. Calling it again
// returns the same ones, and those of later calls.
func (b *Browser) Cookies() []*http.Cookie {
	b.cookies.mu.Lock()
	defer b.cookies.mu.Unlock()
	var cookies []*http.Cookie
	for _, line := range slices.Backward(b.cookies.set) {
		cookie, err := http.ParseSetCookie(line)
		if err != nil { // browsers ignore it
			continue
		}
		again := func(c *http.Cookie) bool {
			return c.Name == cookie.Name && c.Path == cookie.Path && c.Domain == cookie.Domain
		}
		if !slices.ContainsFunc(cookies, again) {
			cookies = append(cookies, cookie)
		}
	}
	slices.Reverse(cookies)
	return cookies
}

// CreateLogoutFlow returns the URL that logs the person out, for a link on a page, and the token
// for [Browser.Logout] (createBrowserLogoutFlow, public port). The link leads to returnTo, or to
// the URL in Kratos' configuration if it is empty. It fails with [ErrNoSession] if no one is signed
// in.
func (b *Browser) CreateLogoutFlow(ctx context.Context, returnTo string, opts ...RequestOption) (*LogoutFlow, error) {
	resp, err := b.api.CreateBrowserLogoutFlow(ctx, &gen.CreateBrowserLogoutFlowParams{ReturnTo: optional(returnTo)}, requestEditors(opts, b.requireCredentials)...)
	return decodeValid("createBrowserLogoutFlow", resp, err, func(f *LogoutFlow) bool { return f.LogoutToken != "" })
}

// Logout ends the session of the browser (updateLogoutFlow, public port), with the token of
// [Browser.CreateLogoutFlow]. It fails with [ErrForbidden] if the token is another's.
func (b *Browser) Logout(ctx context.Context, token string, opts ...RequestOption) error {
	const op = "updateLogoutFlow"
	if token == "" {
		return newArgumentError(op, "the logout token is empty")
	}
	resp, err := b.api.UpdateLogoutFlow(withoutRetry(ctx), &gen.UpdateLogoutFlowParams{Token: &token}, requestEditors(opts, checkBrowserRequest)...)
	return expectNoContent(op, resp, err)
}

// CreateFedCMFlow returns what a browser needs to ask its own identity providers (createFedcmFlow,
// public port). Only Ory Network has this; other servers answer 404, which is
// [ErrUnexpectedResponse].
func (b *Browser) CreateFedCMFlow(ctx context.Context, opts ...RequestOption) (*FedCMFlow, error) {
	resp, err := b.api.CreateFedCMFlow(ctx, requestEditors(opts, checkBrowserRequest)...)
	return decode[FedCMFlow]("createFedcmFlow", resp, err)
}

// UpdateFedCMFlow logs a person in with the token that the browser got from its provider
// (updateFedcmFlow, public port). What [Browser.CreateFedCMFlow] says of servers holds here too.
func (b *Browser) UpdateFedCMFlow(ctx context.Context, body FedCMToken, opts ...RequestOption) (*FlowResult[LoginFlow], error) {
	const op = "updateFedcmFlow"
	if body.Token == "" {
		return nil, newArgumentError(op, "the token is empty")
	}
	resp, err := b.api.UpdateFedCMFlow(ctx, body, requestEditors(opts, checkBrowserRequest)...)
	return b.Login.readSubmission(op, resp, err)
}

// relay sends requests with the cookies of a browser, and keeps those that come back.
type cookieTransport struct {
	next      gen.HTTPDoer
	front     *urlRewriter // nil if browsers go to Kratos itself
	site      string       // the Host at which the browser is
	isSession func(cookie string) bool
	header    http.Header
	token     string // of the header X-Session-Token
	bearer    string // of the header Authorization

	mu      sync.Mutex
	cookies map[string]string
	set     []string // as Kratos sent them
}

func (j *cookieTransport) Do(r *http.Request) (*http.Response, error) {
	r = r.WithContext(withInteractivePause(r.Context()))
	for name := range j.header {
		if r.Header.Get(name) == "" {
			r.Header.Set(name, j.header.Get(name))
		}
	}
	r.Header.Del("Cookie")
	j.mu.Lock()
	names := make([]string, 0, len(j.cookies))
	for name := range j.cookies {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r.AddCookie(&http.Cookie{Name: name, Value: j.cookies[name]})
	}
	j.mu.Unlock()

	resp, err := j.next.Do(r)
	if err != nil {
		return nil, err
	}
	if j.front != nil {
		if err := j.front.rewriteResponse(newRequest(resp, j.site), resp, maxProxiedAnswer); err != nil {
			return nil, (&response{Response: resp}).readError(err)
		}
		storeHeader(r.Context(), resp.Header) // as rewritten
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.set = append(j.set, resp.Header.Values("Set-Cookie")...)
	for _, cookie := range resp.Cookies() {
		if isDeletion(cookie) {
			delete(j.cookies, cookie.Name)
			continue
		}
		j.cookies[cookie.Name] = cookie.Value
	}
	return resp, nil
}

// signedIn refuses a call that acts for a person if the browser has no cookie that could say for
// whom.
func (j *cookieTransport) hasSessionCookie(r *http.Request) error {
	if err := checkBrowserRequest(r); err != nil {
		return err
	}
	if !j.hasCredentials() {
		return noSessionError("the browser has no session cookie")
	}
	return nil
}

// hasSession reports whether the browser has a session cookie.
func (j *cookieTransport) hasCredentials() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for name := range j.cookies {
		if j.isSession(name) {
			return true
		}
	}
	return false
}
