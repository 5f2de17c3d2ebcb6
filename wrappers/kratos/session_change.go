package kratos

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/kratoskit/kratos-go/internal/access"
)

// SessionChange is a request that may have changed or ended a session.
type SessionChange struct {
	redacted[SessionChange]
	// Operation is the operationId, or "" for the callback of a provider.
	Operation string

	settings *settings
	request  *http.Request
	status   int    // of the response, or 0 without one
	token    string // of performNativeLogout
}

// OnSessionChange calls f, before the response is returned, after each login, logout and other
// change through this client, its Browser and Proxy, until stop is called.
func (c *Client) OnSessionChange(f func(SessionChange)) (stop func()) {
	return c.settings.changes.add(f)
}

// sessionChanges has the functions of [Client.OnSessionChange].
type sessionChanges struct {
	mu        sync.Mutex
	functions atomic.Pointer[[]*func(SessionChange)]
}

func (s *sessionChanges) add(f func(SessionChange)) (remove func()) {
	added := &f
	s.edit(func(all []*func(SessionChange)) []*func(SessionChange) { return append(all, added) })
	return func() {
		s.edit(func(all []*func(SessionChange)) (others []*func(SessionChange)) {
			for _, f := range all {
				if f != added {
					others = append(others, f)
				}
			}
			return others
		})
	}
}

// edit replaces the functions, which others may be calling, by a changed copy.
func (s *sessionChanges) edit(change func([]*func(SessionChange)) []*func(SessionChange)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*func(SessionChange)
	if old := s.functions.Load(); old != nil {
		all = append(all, *old...)
	}
	all = change(all)
	s.functions.Store(&all)
}

// changed reports a request that was sent, whatever became of it, if it may have changed a session.
// The response may be nil.
func (s *settings) changed(r *http.Request, resp *http.Response, token string) {
	all := s.changes.functions.Load()
	if all == nil || len(*all) == 0 || !mayChangeSession(r) {
		return
	}
	below := strings.TrimPrefix(r.URL.EscapedPath(), s.base.EscapedPath())
	change := SessionChange{Operation: operationID(r.Method, below), settings: s, request: r, token: token}
	if resp != nil {
		change.status = resp.StatusCode
	}
	for _, f := range *all {
		(*f)(change)
	}
}

// mayChangeSession reports whether a request can change or end a session: all that do not only
// read, logout links, links of mails, and callbacks of providers.
func mayChangeSession(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return true
	}
	return strings.HasSuffix(r.URL.Path, "/self-service/logout") || strings.Contains(r.URL.Path, "/self-service/methods/") ||
		strings.Contains(r.URL.RawQuery, "token=")
}

// credentials returns those of a person. A bearer token is that of the program.
func (c SessionChange) credentials() (found []access.Credential) {
	for _, token := range []string{c.token, c.request.Header.Get(headerSessionToken)} {
		if token != "" {
			found = append(found, access.Credential{Kind: access.Token, Value: token})
		}
	}
	if cookie := c.settings.sessionCookies(c.request); cookie.Kind != access.None {
		found = append(found, cookie)
	}
	return found
}

func init() {
	access.ReadChange = func(change any) ([]access.Credential, bool) {
		c := change.(SessionChange)
		return c.credentials(), c.status > 0 && c.status < 400
	}
	access.CredentialOf = func(client any, r *http.Request) access.Credential {
		return client.(*Client).settings.credential(r)
	}
}
