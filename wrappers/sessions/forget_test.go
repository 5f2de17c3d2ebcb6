package sessions_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// After each of these, the next request asks Kratos.
func TestWhatForgets(t *testing.T) {
	t.Parallel()
	cookie := request("GET", "/", "Cookie: ory_kratos_session=t; csrf_token_0a=c")
	for name, do := range map[string]func(*testing.T, *sessions.Guard, *kratos.Client){
		"Forget, a token": func(_ *testing.T, g *sessions.Guard, _ *kratos.Client) {
			g.Forget(request("GET", "/", "X-Session-Token: t"))
		},
		"Forget, a cookie": func(_ *testing.T, g *sessions.Guard, _ *kratos.Client) { g.Forget(cookie) },
		"Forget, a bearer token": func(_ *testing.T, g *sessions.Guard, _ *kratos.Client) {
			g.Forget(request("GET", "/", "Authorization: Bearer t"))
		},
		"ForgetToken": func(t *testing.T, g *sessions.Guard, _ *kratos.Client) {
			g.ForgetToken(t.Context(), "t")
			g.Forget(cookie)
		},
		"ForgetIdentity": func(t *testing.T, g *sessions.Guard, _ *kratos.Client) { g.ForgetIdentity(t.Context(), "ada") },
		"Client.Logout":  func(t *testing.T, _ *sessions.Guard, c *kratos.Client) { ok(t, c.Logout(t.Context(), "t")) },
		"a login with a token": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			_, _ = c.Login.Submit(t.Context(), loginFlow(), kratos.LoginTOTP{TOTPCode: "123456"}, kratos.SessionToken("t"))
		},
		"settings with a token": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			_, _ = c.Settings.Submit(t.Context(), settingsFlow(), kratos.SettingsPassword{Password: "p"}, kratos.SessionToken("t"))
		},
		"DisableMySession": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			ok(t, c.DisableMySession(t.Context(), "another", kratos.SessionToken("t")))
		},
		"DisableMyOtherSessions": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			_, _ = c.DisableMyOtherSessions(t.Context(), kratos.SessionToken("t"))
		},
		"Browser.Logout": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			ok(t, c.Browser(cookie).Logout(t.Context(), "logout"))
		},
		"a form of a browser": func(t *testing.T, _ *sessions.Guard, c *kratos.Client) {
			_, _ = c.Browser(cookie).Settings.Submit(t.Context(), settingsFlow(), kratos.SettingsPassword{Password: "p"})
		},
		"a form through the proxy": func(_ *testing.T, _ *sessions.Guard, c *kratos.Client) {
			send(c.Proxy("/auth"), request("POST", "/auth/self-service/login?flow=f", "Cookie: ory_kratos_session=t"))
		},
		"a logout link through the proxy": func(_ *testing.T, _ *sessions.Guard, c *kratos.Client) {
			send(c.Proxy("/auth"), request("GET", "/auth/self-service/logout?token=x", "Cookie: ory_kratos_session=t"))
		},
		"the callback of a provider": func(_ *testing.T, _ *sessions.Guard, c *kratos.Client) {
			send(c.Proxy("/auth"), request("GET", "/auth/self-service/methods/oidc/callback/google?code=c&state=s", "Cookie: ory_kratos_session=t"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, guard, client := newFake(t, sessions.Cache(10, time.Minute))
			fake.set("t", person{id: "ada"})
			fake.set("other", person{id: "bob"})
			h := guard.Require()(hello)
			lines := []string{"X-Session-Token: t", "Cookie: ory_kratos_session=t"}
			for _, line := range append(lines, "X-Session-Token: other") {
				get(h, line)
			}
			do(t, guard, client)
			fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
			refused := 0
			for _, line := range lines {
				if get(h, line).Code == 401 {
					refused++
				}
			}
			if refused == 0 {
				t.Error("the session passes still")
			}
			if n := fake.count("other"); n != 1 {
				t.Errorf("the session of another person was forgotten: %d calls", n)
			}
		})
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func ui() gen.UIContainer {
	return gen.UIContainer{Action: "http://kratos/self-service/x?flow=f", Method: "POST"}
}

func loginFlow() *kratos.LoginFlow {
	f := new(kratos.LoginFlow)
	f.ID, f.UI = "11111111-2222-3333-4444-555555555555", ui()
	return f
}

func settingsFlow() *kratos.SettingsFlow {
	f := new(kratos.SettingsFlow)
	f.ID, f.UI = "11111111-2222-3333-4444-555555555555", ui()
	return f
}

// A change that can end other sessions of a person makes all of them forgotten, also if the session
// that caused it is not in the cache.
func TestOtherSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	for name, cached := range map[string]bool{"the session is in the cache": true, "the session is not in the cache": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, guard, client := newFake(t, sessions.Cache(10, time.Minute))
			for _, token := range []string{"phone", "laptop"} {
				fake.set(token, person{id: "ada"})
			}
			fake.set("other", person{id: "bob"})
			mustBe(t, guard, "laptop", "ada")
			mustBe(t, guard, "other", "bob")
			if cached {
				mustBe(t, guard, "phone", "ada")
			}
			_, _ = client.Settings.Submit(t.Context(), settingsFlow(), kratos.SettingsPassword{Password: "new"}, kratos.SessionToken("phone"))
			fake.change(func(f *fakeKratos) { delete(f.sessions, "laptop") })
			mustFail(t, guard, "laptop", kratos.ErrNoSession)
			mustBe(t, guard, "other", "bob")
			if n := fake.count("other"); n != 1 {
				t.Errorf("%d calls for another person, want 1", n)
			}
		})
	}
}

// A call that began before a session was forgotten does not bring it back, and no later request
// waits for it.
func TestForgettingDuringACall(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(context.Context, *sessions.Guard){
		"the credential": func(ctx context.Context, g *sessions.Guard) { g.ForgetToken(ctx, "t") },
		"the identity":   func(ctx context.Context, g *sessions.Guard) { g.ForgetIdentity(ctx, "ada") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
				fake.set("t", person{id: "ada"})
				begun, proceed := fake.delay()
				go func() { _, _ = token(t.Context(), guard, "t") }()
				<-begun
				time.Sleep(time.Millisecond)
				fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
				forget(t.Context(), guard)
				mustFail(t, guard, "t", kratos.ErrNoSession)
				close(proceed)
				synctest.Wait()
				time.Sleep(2 * time.Second)
				mustFail(t, guard, "t", kratos.ErrNoSession)
			})
		})
	}
}

// A refusal from before an identity was forgotten does not replace what Kratos said afterwards.
func TestARefusalFromBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
		fake.set("t", person{status: 403})
		begun, proceed := fake.delay()
		go func() { _, _ = token(t.Context(), guard, "t") }()
		<-begun
		fake.set("t", person{id: "ada", aal: kratos.AAL2})
		guard.ForgetIdentity(t.Context(), "ada")
		time.Sleep(time.Millisecond)
		mustBe(t, guard, "t", "ada")
		close(proceed)
		synctest.Wait()
		mustBe(t, guard, "t", "ada")
		if n := fake.count("t"); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}

// A guard that was closed hears of no changes.
func TestAClosedGuardIsUnregistered(t *testing.T) {
	t.Parallel()
	_, guard, client := newFake(t, sessions.Cache(10, time.Minute))
	guard.Close()
	guard.Close()
	ok(t, client.Logout(t.Context(), "t"))
	if n := guard.Stats().Forgotten; n != 0 {
		t.Errorf("%d sessions forgotten after Close", n)
	}
	if w := get(guard.Require()(hello), "X-Session-Token: t"); w.Code != 503 {
		t.Errorf("status %d after Close, want 503", w.Code)
	}
}
