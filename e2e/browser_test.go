package e2e

import (
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestBrowser(t *testing.T) { onBothServers(t, testBrowser) }

func testBrowser(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, be.shared(t))
	p := newPerson()
	register(t, client, p)

	browser := client.Browser(requestWithCookies(nil))
	_, err := browser.Whoami(ctx)
	wantError(t, "no session", err, kratos.ErrNoSession)
	flow, err := browser.Login.Start(ctx)
	must(flow, err)(t)
	w := httptest.NewRecorder()
	browser.SetCookies(w)

	browser = client.Browser(requestWithCookies(w.Result().Cookies()))
	flow, err = browser.Login.Get(ctx, flow.ID)
	must(flow, err)(t)
	_, err = browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
	wantError(t, "a wrong password", err, kratos.ErrRejected)
	step := must(browser.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	switch {
	case !step.Done:
		t.Errorf("login: not done: %+v", step)
	case step.SessionToken != "":
		t.Errorf("login: step.SessionToken = %q, want none", step.SessionToken)
	case step.Session == nil:
		t.Error("login: step.Session is nil")
	}
	w = httptest.NewRecorder()
	browser.SetCookies(w)
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("the response may be cached")
	}

	browser = client.Browser(requestWithCookies(w.Result().Cookies()))
	if s, err := browser.Whoami(ctx); err != nil || s.ID != step.Session.ID {
		t.Errorf("whoami: %v, %v", s, err)
	}
	settings := must(browser.Settings.Start(ctx))(t)
	saved := must(browser.Settings.Submit(ctx, settings, kratos.SettingsProfile{Traits: traits{Email: p.Email, Newsletter: true}}))(t)
	if !saved.Done {
		t.Errorf("settings: %+v", saved)
	}
	logout := must(browser.CreateLogoutFlow(ctx, ""))(t)
	if err := browser.Logout(ctx, logout.LogoutToken); err != nil {
		t.Error(err)
	}
	_, err = client.Browser(requestWithCookies(w.Result().Cookies())).Whoami(ctx)
	wantError(t, "after the logout", err, kratos.ErrNoSession)

	_, err = client.Browser(requestWithCookies(nil)).Login.Get(ctx, flow.ID)
	wantError(t, "the flow of another browser", err, kratos.ErrCSRF)
	_, err = client.Browser(requestWithCookies(nil)).CreateFedCMFlow(ctx)
	wantError(t, "FedCM, which open-source servers lack", err, kratos.ErrUnexpectedResponse)
}
