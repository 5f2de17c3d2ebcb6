package kratos_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

func TestABrowserBehindAProxyStaysOnTheSite(t *testing.T) {
	t.Parallel()
	site, client := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host
		w.Header().Set("Set-Cookie", "csrf_token_0a=c; Path=/base; Domain=id.example.org")
		response := reply{status: 200, body: strings.ReplaceAll(flowBody("f", "choose_method", "[]", "[]"), "http://127.0.0.1:4433", base)}
		switch r.URL.Path {
		case "/sessions/whoami":
			response = reply{status: 403, body: `{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"` + base + `/self-service/login/browser?aal=aal2"}`}
		case "/self-service/recovery":
			response = reply{status: 303, header: http.Header{"Location": {base + "/self-service/recovery/flows?id=new"}}}
		case "/self-service/settings/browser":
			response = reply{status: 200, body: `{"broken":`}
		}
		response.ServeHTTP(w, r)
	}))
	_ = site
	browser := client.Browser(fromBrowser())
	flow, err := browser.Login.Start(t.Context())
	if err != nil || flow.UI.Action != "/auth/self-service/login?flow=f" {
		t.Fatalf("a form goes to %q, %v", flow.UI.Action, err)
	}
	var e *kratos.Error
	if _, err := browser.Whoami(t.Context()); !errors.As(err, &e) || e.RedirectTo != "/auth/self-service/login/browser?aal=aal2" {
		t.Errorf("the second factor: %v", err)
	}
	if _, err := browser.Recovery.Submit(t.Context(), newFlow[kratos.RecoveryFlow]("f"), kratos.RecoveryCode{Code: "1"}); !errors.As(err, &e) || e.FlowID != "new" {
		t.Errorf("an expired recovery: %v", err)
	}
	if _, err := browser.Settings.Start(t.Context()); !errors.Is(err, kratos.ErrUnexpectedResponse) || !strings.Contains(err.Error(), "createBrowserSettingsFlow") {
		t.Errorf("broken JSON: %v", err)
	}
	w := httptest.NewRecorder()
	browser.SetCookies(w)
	if set := w.Header().Values("Set-Cookie"); len(set) == 0 || set[0] != "csrf_token_0a=c; Path=/" {
		t.Errorf("cookies %q", set)
	}
}

func TestManyPeopleAtOnce(t *testing.T) {
	t.Parallel()
	site, client := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("ory_kratos_session")
		if err != nil {
			reply{status: 401, body: noSession}.ServeHTTP(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Value: cookie.Value, Path: "/"})
		reply{status: 200, body: strings.ReplaceAll(sessionBody, "77aa", cookie.Value)}.ServeHTTP(w, r)
	}))
	own := sessions.New(client).Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, kratos.SessionFromContext(r.Context()).Identity.ID)
	}))
	var wait sync.WaitGroup
	for person := range 20 {
		wait.Go(func() {
			id := fmt.Sprintf("person-%d", person)
			for range 10 {
				r := browserRequest("ory_kratos_session=" + id)
				r.URL.Path, r.RemoteAddr = "/auth/sessions/whoami", "192.0.2.1:1"
				switch w := ask(site, r); {
				case w.Code != 200:
					t.Errorf("%s through the proxy: status %d, want 200", id, w.Code)
				case !strings.Contains(w.Body.String(), id):
					t.Errorf("%s through the proxy: %q, want it to have %q", id, w.Body.String(), id)
				case !strings.Contains(w.Header().Get("Set-Cookie"), id):
					t.Errorf("%s through the proxy: %q, want it to have %q", id, w.Header().Get("Set-Cookie"), id)
				}
				if w := ask(own, r); w.Body.String() != id || !strings.Contains(w.Header().Get("Set-Cookie"), id) {
					t.Errorf("%s at a page: status %d, %s", id, w.Code, w.Body)
				}
				browser := client.Browser(r)
				for range 2 {
					if session, err := browser.Whoami(t.Context()); err != nil || session.Identity.ID != id {
						t.Errorf("%s in a browser: %v, %v", id, session, err)
					}
				}
			}
		})
	}
	wait.Wait()
}
