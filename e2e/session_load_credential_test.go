package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The kinds of credentials in the load.
const (
	valid        = "valid"
	unknown      = "unknown"
	expired      = "expired"
	revoked      = "revoked"
	oneFactor    = "one factor"
	steppedUp    = "stepped up"
	noCredential = "none"
)

// loadCredential is a credential, with what is right for it.
type loadCredential struct {
	kind     string
	key      string // in the counter of calls
	header   http.Header
	identity string
	session  string // id
	token    string
	secret   string // for codes of the second factor
	noticed  bool   // the guard hears of the change

	mu      sync.Mutex
	begun   time.Time // the change: a revocation, or a second factor
	changed time.Time // Kratos has said that it is done, and the guard knows if it is to know
}

// allows reports whether a status is right for a request.
func (c *loadCredential) allows(status int, start, end time.Time, disturbed, shared bool) bool {
	c.mu.Lock()
	begun, changed, noticed := c.begun, c.changed, c.noticed
	c.mu.Unlock()
	before := changed.IsZero()                           // the change is not done
	mayBeChanged := !begun.IsZero() && begun.Before(end) // it may be done
	switch c.kind {
	case valid:
		return status == 200
	case unknown, expired, noCredential:
		return status == 401
	case oneFactor:
		return status == 403
	case revoked:
		late := loadLifetime
		if disturbed {
			late += loadGrace
		}
		if noticed {
			late = 0
			if shared {
				late = loadMemory // of another machine
			}
		}
		return status == 200 && (before || start.Before(changed.Add(late))) || status == 401 && mayBeChanged
	case steppedUp:
		late := loadMemory + 100*time.Millisecond
		if noticed && !shared {
			late = 0
		}
		return status == 403 && (before || start.Before(changed.Add(late))) || status == 200 && mayBeChanged
	}
	return false
}

// history says what happened to a credential.
func (c *loadCredential) history(started time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun.IsZero() {
		return "no change"
	}
	return fmt.Sprintf("changed from %v to %v, noticed %t", c.begun.Sub(started), c.changed.Sub(started), c.noticed)
}

// change changes a credential by do, which is repeated while Kratos fails.
func (c *loadCredential) change(ctx context.Context, do func(context.Context) error) {
	c.mu.Lock()
	c.begun = time.Now()
	c.mu.Unlock()
	for ctx.Err() == nil {
		if do(ctx) == nil {
			c.mu.Lock()
			c.changed = time.Now()
			c.mu.Unlock()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// addCredentials registers people. The sessions of the first have expired when the load begins.
func (l *sessionLoad) addCredentials() {
	t := l.t
	for range 4 {
		l.addToken(expired, newPerson())
	}
	latest := time.Now()
	l.srv.Kill()
	if err := l.srv.Restart(t.Context(), nestConfig(map[string]any{"session.lifespan": "1h"})); err != nil {
		t.Fatal(err)
	}
	for range 16 {
		l.addToken(valid, newPerson())
		l.addCookie()
	}
	for i := range 16 {
		l.addToken(revoked, newPerson()).noticed = i%2 == 0
	}
	for range 4 {
		l.addToken(oneFactor, newPerson())
	}
	for i := range 12 {
		l.addStepUp(i%2 == 0)
	}
	for i := range 8 {
		token := "ory_st_unknown" + strconv.Itoa(i)
		l.all = append(l.all, &loadCredential{kind: unknown, key: token, header: http.Header{"Authorization": {"Bearer " + token}}})
	}
	l.all = append(l.all, &loadCredential{kind: noCredential, header: http.Header{"Cookie": {"csrf_token_0a=c"}}})
	time.Sleep(time.Until(latest.Add(3 * time.Second))) // until the first sessions have expired
}

func (l *sessionLoad) addToken(kind string, p person) *loadCredential {
	step := register(l.t, l.other, p)
	return l.add(kind, step.SessionToken, step.Session.ID, step.Identity.ID)
}

func (l *sessionLoad) add(kind, token, session, identity string) *loadCredential {
	c := &loadCredential{kind: kind, key: token, token: token, identity: identity, session: session, header: http.Header{"X-Session-Token": {token}}}
	l.all = append(l.all, c)
	return c
}

// addCookie adds a valid session of a browser.
func (l *sessionLoad) addCookie() {
	t, p := l.t, newPerson()
	browser := l.other.Browser(nil)
	step := must(browser.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password}))(t)
	c := &loadCredential{kind: valid, identity: step.Identity.ID, header: http.Header{}}
	for _, cookie := range browser.Cookies() {
		if cookie.Name == "ory_kratos_session" {
			c.key = cookie.Value
		}
		c.header["Cookie"] = []string{(&http.Cookie{Name: cookie.Name, Value: cookie.Value}).String() + "; " + c.header.Get("Cookie")}
	}
	l.all = append(l.all, c)
}

// addStepUp adds a session of the first factor of a person with two.
func (l *sessionLoad) addStepUp(noticed bool) {
	t, p := l.t, newPerson()
	ctx := t.Context()
	registered := register(t, l.other, p)
	token := kratos.SessionToken(registered.SessionToken)
	flow := must(l.other.Settings.Start(ctx, token))(t)
	form := flow.Form()
	secret := form.TOTPSecret()
	must(l.other.Settings.Submit(ctx, flow, kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now()))(t)}, token))(t)
	again := must(l.other.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	c := l.add(steppedUp, again.SessionToken, again.Session.ID, registered.Identity.ID)
	c.secret, c.noticed = secret, noticed
}

// revoke revokes sessions over the first two thirds of the load; the guards forget those of which
// they hear.
func (l *sessionLoad) revoke(ctx context.Context) {
	l.spread(ctx, revoked, func(c *loadCredential) {
		c.change(ctx, func(ctx context.Context) error {
			err := l.admin.DisableSession(ctx, c.session)
			if err == nil && c.noticed {
				l.machines[0].guard.ForgetIdentity(ctx, c.identity)
			}
			return err
		})
	})
}

// stepUp adds the second factor to sessions, with the client of the guards if they are to notice.
func (l *sessionLoad) stepUp(ctx context.Context) {
	l.spread(ctx, steppedUp, func(c *loadCredential) {
		client := l.other
		if c.noticed {
			client = l.site
		}
		c.change(ctx, func(ctx context.Context) error {
			code, err := totp.GenerateCode(c.secret, time.Now())
			if err != nil {
				return err
			}
			_, err = client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginTOTP{TOTPCode: code}, kratos.SessionToken(c.token))
			return err
		})
	})
}

// spread calls do for the credentials of a kind, one after the other.
func (l *sessionLoad) spread(ctx context.Context, kind string, do func(*loadCredential)) {
	var some []*loadCredential
	for _, c := range l.all {
		if c.kind == kind {
			some = append(some, c)
		}
	}
	for _, c := range some {
		select {
		case <-time.After(loadDuration(l.t) * 2 / 3 / time.Duration(len(some))):
			do(c)
		case <-ctx.Done():
			return
		}
	}
}
