//go:build browser

package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	b := newTab(t, shared, views[0])
	p := shared.addPerson(t)
	b.logIn(p)
	b.press(`nav a[href="/account"]`)
	b.download(p)
	b.press(`[data-testid="account/delete-step"]`)
	b.fill(field("confirmation"), "no")
	b.press(`[data-testid="account/delete"]`)
	b.expect("/account?step=unconfirmed", `[role="alert"]`)
	if !eval[bool](b, "() => document.activeElement.matches('.summary')") {
		t.Error("the error has not the focus")
	}
	b.fill(field("confirmation"), "delete")
	b.press(`[data-testid="account/delete"]`)
	b.expect("/account", `a[href="/"]`)
	if _, err := shared.admin.Identity(t.Context(), p.id); err == nil {
		t.Error("the account is not deleted")
	}
	b.logIn(p)
	b.expect("/login?flow=", message(kratos.MessageInvalidCredentials))
}

// download downloads the data of a person.
func (b *tab) download(p person) {
	b.t.Helper()
	dir := b.t.TempDir()
	call(b, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	})
	b.click(`[data-testid="account/download"]`)
	var data struct {
		Identity struct{ Traits struct{ Email string } }
	}
	for deadline := time.Now().Add(waitTimeout); ; time.Sleep(20 * time.Millisecond) {
		content, err := os.ReadFile(filepath.Join(dir, "account.json"))
		if err == nil && json.Unmarshal(content, &data) == nil {
			break
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("no file: %v", err)
		}
	}
	if data.Identity.Traits.Email != p.email {
		b.t.Errorf("the data is %+v", data)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	p := shared.addPerson(t)
	tabs := make([]*tab, 4)
	for i := range tabs {
		tabs[i] = newTab(t, shared, views[0])
		tabs[i].logIn(p)
		tabs[i].expectHome()
	}
	b := tabs[0]
	b.open("/sessions")
	if n := eval[int](b, "() => document.querySelectorAll('.sessions li').length"); n != len(tabs) {
		t.Fatalf("%d sessions", n)
	}
	b.press(".sessions li:last-child button")
	b.expect("/sessions?done=ended", `[role="status"]`)
	if n := eval[int](b, "() => document.querySelectorAll('.sessions li').length"); n != len(tabs)-1 {
		t.Fatalf("%d sessions", n)
	}
	b.press(`[data-testid="sessions/others"]`)
	b.expect("/sessions?done=others", `[role="status"]`)
	if n := eval[int](b, "() => document.querySelectorAll('.sessions li').length"); n != 1 {
		t.Errorf("%d sessions", n)
	}
	b.open("/")
	b.expectHome()
	for _, other := range tabs[1:] {
		other.waitForStatus("/auth/sessions/whoami", 401) // the site may keep a session for a minute
	}
}

// A cookie that another person has set before the login is not that of the session.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	attacker := newTab(t, shared, views[0])
	attacker.logIn(shared.addPerson(t))
	logged := attacker.cookies()["ory_kratos_session"]
	attacker.logOut()
	for name, planted := range map[string]string{"a session that has ended": logged, "a value of the attacker's": "planted"} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t, shared, views[0])
			call(b, network.SetCookie, network.SetCookieParams{Name: "ory_kratos_session", Value: planted, URL: b.url})
			p := shared.addPerson(t)
			b.logIn(p)
			b.expectHome()
			first := b.cookies()["ory_kratos_session"]
			if first == "" || first == planted {
				t.Fatal("the cookie is the planted one")
			}
			b.logOut()
			if got := b.cookies()["ory_kratos_session"]; got != "" {
				t.Error("the cookie stays after the logout")
			}
			b.submitPassword(p)
			if second := b.cookies()["ory_kratos_session"]; second == "" || second == first {
				t.Error("the next login has the same cookie")
			}
			call(b, network.SetCookie, network.SetCookieParams{Name: "ory_kratos_session", Value: planted, URL: b.url})
			if status := b.get("/auth/sessions/whoami"); status != 401 {
				t.Errorf("the planted cookie has status %d", status)
			}
			for _, c := range call(b, network.GetCookies, network.GetCookiesParams{URLs: []string{b.url}}).Cookies {
				if !c.HTTPOnly && c.Name != "ory_kratos_session" {
					t.Errorf("a script can read the cookie %s", c.Name)
				}
			}
		})
	}
}
