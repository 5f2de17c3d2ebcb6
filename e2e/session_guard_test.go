package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// guards are guards of a client, without and with a cache, by name.
func guards(t *testing.T, client *kratos.Client) map[string]*sessions.Guard {
	all := map[string]*sessions.Guard{
		"without a cache": sessions.New(client),
		"with a cache":    sessions.New(client, sessions.Cache(100, time.Hour), sessions.Stale(time.Hour)),
	}
	for _, g := range all {
		t.Cleanup(g.Close)
	}
	return all
}

// visit sends a request with headers such as "X-Session-Token: t" through a guard, and returns the
// status and who the person is.
func visit(g *sessions.Guard, header http.Header, needs ...sessions.Need) string {
	r := httptest.NewRequest("GET", "/account", nil)
	r.Header = header.Clone()
	w := httptest.NewRecorder()
	g.Require(needs...)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, kratos.SessionFromContext(r.Context()).Identity.ID)
	})).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Sprint(w.Code)
	}
	return w.Body.String()
}

func tokenHeader(token string) http.Header { return http.Header{"X-Session-Token": {token}} }

// A guard lets in who has a session, by every credential, and nobody else.
func TestWhoPassesAGuard(t *testing.T) { onBothServers(t, testWhoPassesAGuard) }

func testWhoPassesAGuard(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"session.whoami.required_aal": "highest_available", "session.lifespan": "1h"})
	ctx, client := t.Context(), fx.client
	token := register(t, client, newPerson())
	browser := client.Browser(nil)
	p := newPerson()
	inBrowser := must(browser.Registration.Do(ctx, kratos.RegistrationPassword{Traits: p.traits, Password: p.password}))(t)
	cookies := http.Header{}
	for _, c := range browser.Cookies() {
		cookies.Add("Cookie", (&http.Cookie{Name: c.Name, Value: c.Value}).String())
	}
	half, whole, second := fx.secondFactor(t)

	for name, g := range guards(t, client) {
		for _, tc := range []struct {
			credential string
			header     http.Header
			want       string
			needs      []sessions.Need
		}{
			{"a token", tokenHeader(token.SessionToken), token.Identity.ID, nil},
			{"a bearer token", http.Header{"Authorization": {"Bearer " + token.SessionToken}}, token.Identity.ID, nil},
			{"a cookie", cookies, inBrowser.Identity.ID, nil},
			{"a cookie, and the bearer token of another person", http.Header{"Cookie": cookies["Cookie"], "Authorization": {"Bearer " + token.SessionToken}}, inBrowser.Identity.ID, nil},
			{"a token, and the cookie of another person", http.Header{"Cookie": cookies["Cookie"], "X-Session-Token": {token.SessionToken}}, token.Identity.ID, nil},
			{"an unknown token", tokenHeader("ory_st_unknown"), "401", nil},
			{"a token with something after it", tokenHeader(token.SessionToken + "x"), "401", nil},
			{"a cookie that was changed", http.Header{"Cookie": {"ory_kratos_session=MTc2MzkxMTE2NHxEdi1C"}}, "401", nil},
			{"a token as a cookie", http.Header{"Cookie": {"ory_kratos_session=" + token.SessionToken}}, "401", nil},
			{"no credential", http.Header{}, "401", nil},
			{"the first of two factors", tokenHeader(half), "403", nil},
			{"both factors", tokenHeader(whole), second, nil},
			{"both factors, which are needed", tokenHeader(whole), second, []sessions.Need{sessions.AAL2()}},
			{"a second factor that is missing", tokenHeader(token.SessionToken), "403", []sessions.Need{sessions.AAL2()}},
			{"a login of just now", tokenHeader(token.SessionToken), token.Identity.ID, []sessions.Need{sessions.Fresh(time.Hour)}},
			{"a login that is too old", tokenHeader(token.SessionToken), "403", []sessions.Need{sessions.Fresh(time.Nanosecond)}},
			{"no verified address", tokenHeader(token.SessionToken), "403", []sessions.Need{sessions.VerifiedAddress()}},
		} {
			for range 2 { // from Kratos, and from the cache
				if got := visit(g, tc.header, tc.needs...); got != tc.want {
					t.Errorf("%s, %s: %s, want %s", name, tc.credential, got, tc.want)
				}
			}
		}
	}
}

// secondFactor registers a person with a second factor, and returns the tokens of a session of the
// first factor and of one with both, and the id of the identity.
func (fx *fixture) secondFactor(t *testing.T) (half, whole, identity string) {
	t.Helper()
	p := newPerson()
	registered := register(t, fx.client, p)
	token := kratos.SessionToken(registered.SessionToken)
	flow := must(fx.client.Settings.Start(t.Context(), token))(t)
	form := flow.Form()
	secret := form.TOTPSecret()
	must(fx.client.Settings.Submit(t.Context(), flow, kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now()))(t)}, token))(t)
	again := must(fx.client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	return again.SessionToken, registered.SessionToken, registered.Identity.ID
}

// What ends a session, through this client or behind its back, and what the guard does then.
func TestWhatAGuardForgets(t *testing.T) { onBothServers(t, testWhatAGuardForgets) }

func testWhatAGuardForgets(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"session.lifespan": "1h"})
	ctx, client, admin := t.Context(), fx.client, fx.admin
	for name, end := range map[string]func(t *testing.T, p *kratos.FlowResult[kratos.RegistrationFlow], token string, g *sessions.Guard){
		"Client.Logout": func(t *testing.T, _ *kratos.FlowResult[kratos.RegistrationFlow], token string, _ *sessions.Guard) {
			if err := client.Logout(ctx, token); err != nil {
				t.Error(err)
			}
		},
		"DisableSession, and ForgetToken": func(t *testing.T, p *kratos.FlowResult[kratos.RegistrationFlow], token string, g *sessions.Guard) {
			if err := admin.DisableSession(ctx, p.Session.ID); err != nil {
				t.Error(err)
			}
			g.ForgetToken(ctx, token)
		},
		"an inactive identity, and ForgetIdentity": func(t *testing.T, p *kratos.FlowResult[kratos.RegistrationFlow], _ string, g *sessions.Guard) {
			must(admin.SetState(ctx, p.Identity.ID, kratos.IdentityStateInactive))(t)
			g.ForgetIdentity(ctx, p.Identity.ID)
		},
		"DeleteIdentity, and ForgetIdentity": func(t *testing.T, p *kratos.FlowResult[kratos.RegistrationFlow], _ string, g *sessions.Guard) {
			if err := admin.DeleteIdentity(ctx, p.Identity.ID); err != nil {
				t.Error(err)
			}
			g.ForgetIdentity(ctx, p.Identity.ID)
		},
	} {
		for kind, g := range guards(t, client) {
			t.Run(name+", "+kind, func(t *testing.T) {
				p := register(t, client, newPerson())
				if got := visit(g, tokenHeader(p.SessionToken)); got != p.Identity.ID {
					t.Fatalf("before: %s", got)
				}
				end(t, p, p.SessionToken, g)
				if got := visit(g, tokenHeader(p.SessionToken)); got != "401" {
					t.Errorf("after: %s, want 401", got)
				}
			})
		}
	}
}

// DisableMyOtherSessions ends the sessions of other credentials, which the guard has in its cache.
func TestAGuardForgetsOtherSessions(t *testing.T) { onBothServers(t, testAGuardForgetsOtherSessions) }

func testAGuardForgetsOtherSessions(t *testing.T, be backend) {
	t.Parallel()
	fx := be.newFixture(t, map[string]any{"session.lifespan": "1h"})
	g := guards(t, fx.client)["with a cache"]
	p := newPerson()
	first := register(t, fx.client, p)
	second := must(fx.client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
	for _, token := range []string{first.SessionToken, second.SessionToken} {
		if got := visit(g, tokenHeader(token)); got != first.Identity.ID {
			t.Fatalf("before: %s", got)
		}
	}
	must(fx.client.DisableMyOtherSessions(t.Context(), kratos.SessionToken(second.SessionToken)))(t)
	if got := visit(g, tokenHeader(first.SessionToken)); got != "401" {
		t.Errorf("the other session: %s, want 401", got)
	}
	if got := visit(g, tokenHeader(second.SessionToken)); got != first.Identity.ID {
		t.Errorf("the own session: %s", got)
	}
}

// A session in the cache ends with its expires_at.
func TestAGuardHeedsTheEndOfASession(t *testing.T) { onBothServers(t, testAGuardHeedsTheEndOfASession) }

func testAGuardHeedsTheEndOfASession(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{Config: nestConfig(map[string]any{"session.lifespan": "3s"})})
	client, _ := clients(t, srv)
	p := register(t, client, newPerson())
	all := guards(t, client)
	for name, g := range all {
		if got := visit(g, tokenHeader(p.SessionToken)); got != p.Identity.ID && time.Now().Before(p.Session.ExpiresAt) {
			t.Errorf("%s, before: %s", name, got)
		}
	}
	time.Sleep(time.Until(p.Session.ExpiresAt))
	for name, g := range all {
		if got := visit(g, tokenHeader(p.SessionToken)); got != "401" {
			t.Errorf("%s, after: %s, want 401", name, got)
		}
	}
}
