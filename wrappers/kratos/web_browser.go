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

// Browser calls the public API for the person whose browser sent one request, with Kratos' cookies
// of that request. After each call, also a failed one, return the cookies that Kratos sets to the
// browser: SetCookies or Cookies.
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

// browserCore has pointers only; see clientCore.
type browserCore struct {
	client  *Client
	cookies *cookieTransport
}

// Browser returns a client for the browser that sent r, whose r.RemoteAddr and User-Agent Kratos
// stores with the session: behind a load balancer, set r.RemoteAddr or pass
// Header("X-Forwarded-For", …). A nil r has no cookies.
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

// BrowserWithCookies returns a client for a browser with these cookies, for programs without an
// [http.Request]. The first cookie with a name counts, and is deleted if it is empty or its MaxAge
// is negative: append(b.Cookies(), cookies...) is the later state. Add the [Header] X-Forwarded-For and
// User-Agent to each call.
func (c *Client) BrowserWithCookies(cookies []*http.Cookie) *Browser {
	transport := &cookieTransport{rewriter: c.rewriter.Load(), isSession: c.settings.isSessionCookie, cookies: map[string]string{}, header: http.Header{}}
	seen := map[string]bool{}
	for _, cookie := range cookies {
		if cookie == nil || seen[cookie.Name] || !c.isKratosCookie(cookie.Name) {
			continue
		}
		seen[cookie.Name] = true
		if !isDeletion(cookie) {
			transport.cookies[cookie.Name] = cookie.Value
		}
	}
	api := c.api.Wrap(func(next gen.HTTPDoer) gen.HTTPDoer {
		transport.next = next
		return transport
	})
	return &Browser{
		Login:        c.Login.forBrowser(api),
		Registration: c.Registration.forBrowser(api),
		Settings:     c.Settings.forBrowser(api),
		Recovery:     c.Recovery.forBrowser(api),
		Verification: c.Verification.forBrowser(api),
		selfService:  selfService{api: api, requireCredentials: transport.hasSessionCookie},
		browserCore:  &browserCore{client: c, cookies: transport},
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

// isKratosCookie reports whether a cookie is one of Kratos' own.
func (c *Client) isKratosCookie(name string) bool {
	if hash, csrf := strings.CutPrefix(name, csrfCookiePrefix); csrf {
		return hash != "" && strings.Trim(hash, "0123456789abcdef") == ""
	}
	return c.settings.isSessionCookie(name) || strings.HasPrefix(name, "ory_kratos_")
}

// SetCookies adds the cookies that Kratos has set since the last SetCookies to the response, and
// forbids caching it. Call it before w.WriteHeader.
func (b *Browser) SetCookies(w http.ResponseWriter) {
	b.cookies.mu.Lock()
	defer b.cookies.mu.Unlock()
	for _, cookie := range b.cookies.set {
		w.Header().Add("Set-Cookie", cookie)
	}
	b.cookies.set = nil
	disableCaching(w)
}

// Cookies returns the cookies that Kratos has set since the last SetCookies, for responses that are
// not an [http.ResponseWriter]. Forbid caching them.
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

// CreateLogoutFlow returns the URL of a logout link, which ends at returnTo unless empty, or
// [ErrNoSession] (createBrowserLogoutFlow, public port).
func (b *Browser) CreateLogoutFlow(ctx context.Context, returnTo string, opts ...RequestOption) (*LogoutFlow, error) {
	resp, err := b.api.CreateBrowserLogoutFlow(ctx, &gen.CreateBrowserLogoutFlowParams{ReturnTo: optional(returnTo)}, requestEditors(opts, b.requireCredentials)...)
	return decodeValid("createBrowserLogoutFlow", resp, err, func(f *LogoutFlow) bool { return f.LogoutToken != "" })
}

// Logout ends the browser's session (updateLogoutFlow, public port). A token that CreateLogoutFlow
// did not return for it is [ErrForbidden].
func (b *Browser) Logout(ctx context.Context, logoutToken string, opts ...RequestOption) error {
	const op = "updateLogoutFlow"
	if logoutToken == "" {
		return newArgumentError(op, "the logout token is empty")
	}
	resp, err := b.api.UpdateLogoutFlow(withoutRetry(ctx), &gen.UpdateLogoutFlowParams{Token: &logoutToken}, requestEditors(opts, checkBrowserRequest)...)
	return expectNoContent(op, resp, err)
}

// CreateFedCMFlow starts FedCM, https://www.w3.org/TR/fedcm/ (createFedcmFlow, public port), with
// Ory Network only, else [ErrUnexpectedResponse].
func (b *Browser) CreateFedCMFlow(ctx context.Context, opts ...RequestOption) (*FedCMFlow, error) {
	resp, err := b.api.CreateFedCMFlow(ctx, requestEditors(opts, checkBrowserRequest)...)
	return decode[FedCMFlow]("createFedcmFlow", resp, err)
}

// UpdateFedCMFlow logs in with FedCM's token (updateFedcmFlow, public port).
func (b *Browser) UpdateFedCMFlow(ctx context.Context, body FedCMToken, opts ...RequestOption) (*FlowResult[LoginFlow], error) {
	const op = "updateFedcmFlow"
	if body.Token == "" {
		return nil, newArgumentError(op, "the token is empty")
	}
	resp, err := b.api.UpdateFedCMFlow(ctx, body, requestEditors(opts, checkBrowserRequest)...)
	return b.Login.readSubmission(op, resp, err)
}

// cookieTransport sends requests with the cookies of a browser, and keeps those of the responses.
type cookieTransport struct {
	next      gen.HTTPDoer
	rewriter  *urlRewriter // nil if browsers go to Kratos itself
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
	if j.rewriter != nil {
		if err := j.rewriter.rewriteResponse(newRewriteContext(resp, j.site), resp, maxProxiedResponse); err != nil {
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

// hasSessionCookie rejects a call that acts for a person if the browser has no session cookie.
func (j *cookieTransport) hasSessionCookie(r *http.Request) error {
	if err := checkBrowserRequest(r); err != nil {
		return err
	}
	if !j.hasCredentials() {
		return noSessionError("the browser has no session cookie")
	}
	return nil
}

// hasCredentials reports whether the browser has a session cookie.
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
