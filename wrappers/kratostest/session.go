package kratostest

import (
	"net/http"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Session is a session of a [Person]: of a native client by [Kratos.SignIn], or of a browser by
// [Kratos.SignInBrowser].
type Session struct {
	// ID is the id of the session.
	ID string
	// Token is the session token of a native client; "" for a browser.
	Token string
	// Cookies are those of a browser: of the session, and of the CSRF protection; nil for a native
	// client.
	Cookies []*http.Cookie

	kratos *Kratos
	person *Person
}

// SignIn logs a person in with the password, as a native client.
func (k *Kratos) SignIn(p *Person) *Session {
	k.t.Helper()
	result, err := k.directClient().Login.Do(k.t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.Password})
	if err != nil {
		k.t.Fatalf("kratostest: SignIn: %v", err)
	}
	return &Session{ID: result.Session.ID, Token: result.SessionToken, kratos: k, person: p}
}

// SignInBrowser logs a person in with the password, in a browser.
func (k *Kratos) SignInBrowser(p *Person) *Session {
	k.t.Helper()
	s := &Session{kratos: k, person: p}
	s.logIn(kratos.StartLogin{}, kratos.LoginPassword{Identifier: p.Email, Password: p.Password})
	return s
}

// AAL2 adds a second factor that the person has: the code of the authenticator app, a backup code, or
// a code that is sent to the address. The assurance level of the session is aal2 from now on.
func (s *Session) AAL2() *Session {
	t, p, start := s.kratos.t, s.person, kratos.StartLogin{AAL: kratos.AAL2}
	t.Helper()
	switch {
	case p.secret != "":
		s.logIn(start, kratos.LoginTOTP{TOTPCode: p.TOTPCode()})
	case len(p.BackupCodes) > 0:
		s.logIn(start, kratos.LoginLookupSecret{LookupSecret: p.BackupCodes[0]})
		p.BackupCodes = p.BackupCodes[1:]
	default:
		start.Via = "email"
		s.logIn(start, kratos.LoginCode{Address: p.Email})
	}
	return s
}

// Refresh authenticates the person again: the session can change passwords again.
func (s *Session) Refresh() *Session {
	s.kratos.t.Helper()
	s.logIn(kratos.StartLogin{Refresh: true}, kratos.LoginPassword{Identifier: s.person.Email, Password: s.person.Password})
	return s
}

// Revoke ends the session, as an administrator does.
func (s *Session) Revoke() {
	s.kratos.t.Helper()
	if err := s.kratos.directAdmin().DisableSession(s.kratos.t.Context(), s.ID); err != nil {
		s.kratos.t.Fatalf("kratostest: Revoke: %v", err)
	}
}

// AddTo adds the session to a request: its token, or its cookies.
func (s *Session) AddTo(r *http.Request) *http.Request {
	if s.Token != "" {
		r.Header.Set("X-Session-Token", s.Token)
	}
	for _, cookie := range s.Cookies {
		r.AddCookie(cookie)
	}
	return r
}

// Option returns the session as an option of calls of a native client.
func (s *Session) Option() kratos.RequestOption { return kratos.SessionToken(s.Token) }

// logIn completes a login with the session that there is.
func (s *Session) logIn(start kratos.StartLogin, method kratos.LoginMethod) {
	t, client := s.kratos.t, s.kratos.directClient()
	t.Helper()
	if s.Token != "" {
		result := s.complete(client.Login.With(start), method, s.Option())
		s.ID, s.Token = result.Session.ID, result.SessionToken
		return
	}
	browser := client.BrowserWithCookies(s.Cookies)
	s.complete(browser.Login.With(start), method)
	s.Cookies = latest(append(browser.Cookies(), s.Cookies...))
	s.ID = s.kratos.newestSession(s.person)
}

// complete submits a method, and the code that it sends.
func (s *Session) complete(login kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin], method kratos.LoginMethod, opts ...kratos.RequestOption) *kratos.FlowResult[kratos.LoginFlow] {
	k := s.kratos
	k.t.Helper()
	result := must(login.Do(k.t.Context(), method, opts...))(k.t)
	if !result.Done && result.RedirectTo == "" {
		result = must(login.Submit(k.t.Context(), result.Flow, kratos.LoginCode{Code: k.Code(s.person.Email)}, opts...))(k.t)
	}
	return result
}

// newestSession returns the id of the last session of a person.
func (k *Kratos) newestSession(p *Person) string {
	k.t.Helper()
	page := must(k.directAdmin().IdentitySessionsPage(k.t.Context(), p.ID, kratos.ListIdentitySessions{}))(k.t)
	newest := kratos.Session{}
	for _, session := range page.Items {
		if newest.ID == "" || session.AuthenticatedAt.After(newest.AuthenticatedAt) {
			newest = session
		}
	}
	return newest.ID
}

// latest returns the first cookie of each name, as a browser would send it.
func latest(cookies []*http.Cookie) []*http.Cookie {
	var kept []*http.Cookie
	for _, cookie := range cookies {
		if !slices.ContainsFunc(kept, func(k *http.Cookie) bool { return k.Name == cookie.Name }) {
			kept = append(kept, cookie)
		}
	}
	return slices.DeleteFunc(kept, func(k *http.Cookie) bool { return k.MaxAge < 0 || k.Value == "" })
}
