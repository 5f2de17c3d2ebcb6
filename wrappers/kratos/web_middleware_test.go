package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

func TestTheMiddleware(t *testing.T) {
	t.Parallel()
	whoami := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, _ := r.Cookie("ory_kratos_session")
		response := reply{status: 401, body: noSession}
		switch {
		case r.Header.Get("X-Session-Token") == "good", cookie != nil && cookie.Value == "good":
			response = reply{status: 200, body: sessionBody, header: http.Header{"Set-Cookie": {"ory_kratos_session=again"}}}
		case r.Header.Get("X-Session-Token") == "first":
			response = reply{status: 403, body: `{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"http://kratos/aal2"}`}
		case r.Header.Get("X-Session-Token") == "broken":
			response = reply{status: 500, body: `{"error":{"code":500,"message":"m"}}`}
		case r.Header.Get("X-Session-Token") == "ended":
			response = reply{status: 200, body: `{"id":"5a2b","active":false}`}
		}
		response.ServeHTTP(w, r)
	})
	client, _ := serve(t, routes{"GET /sessions/whoami": whoami}, kratos.WithRetries(0))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, kratos.SessionFromContext(r.Context()).Identity.ID)
	})
	redirect := func(w http.ResponseWriter, r *http.Request, err error) {
		if status := sessions.Status(err); status == http.StatusServiceUnavailable {
			w.WriteHeader(status)
			return
		}
		var e *kratos.Error
		if errors.As(err, &e) && e.RedirectTo != "" {
			http.Redirect(w, r, e.RedirectTo, http.StatusSeeOther)
			return
		}
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	}
	for name, tc := range map[string]struct {
		header             http.Header
		status, redirected int
		location           string
	}{
		"a token":                         {http.Header{"X-Session-Token": {"good"}}, 200, 200, ""},
		"a cookie":                        {http.Header{"Cookie": {"a=b; ory_kratos_session=good"}}, 200, 200, ""},
		"a bearer token":                  {http.Header{"Authorization": {"bearer good"}}, 200, 200, ""},
		"a token before a cookie":         {http.Header{"X-Session-Token": {"bad"}, "Cookie": {"ory_kratos_session=good"}}, 401, 303, "/login"},
		"a cookie before a bearer token":  {http.Header{"Authorization": {"Bearer good"}, "Cookie": {"ory_kratos_session=bad"}}, 401, 303, "/login"},
		"a CSRF cookie is not a session":  {http.Header{"Authorization": {"Bearer good"}, "Cookie": {"csrf_token_0=c"}}, 200, 200, ""},
		"nothing":                         {nil, 401, 303, "/login"},
		"a password for a gateway":        {http.Header{"Authorization": {"Basic good"}}, 401, 303, "/login"},
		"an unknown token":                {http.Header{"X-Session-Token": {"bad"}}, 401, 303, "/login"},
		"the second factor is missing":    {http.Header{"X-Session-Token": {"first"}}, 403, 303, "http://kratos/aal2"},
		"a session that has ended":        {http.Header{"X-Session-Token": {"ended"}}, 401, 303, "/login"},
		"a Kratos that cannot say":        {http.Header{"X-Session-Token": {"broken"}}, 503, 503, ""},
		"a token that no header can have": {http.Header{"X-Session-Token": {"a\x00"}}, 401, 303, "/login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/account", nil)
			r.Header = tc.header
			if r.Header == nil {
				r.Header = http.Header{}
			}
			w := ask(sessions.New(client).Require()(handler), r)
			switch {
			case w.Code != tc.status:
				t.Errorf("status %d, want %d", w.Code, tc.status)
			case w.Code == 200 && w.Body.String() != "77aa":
				t.Errorf("body %q", w.Body)
			case w.Header().Get("Cache-Control") != "no-store":
				t.Errorf(`Cache-Control %q, want "no-store"`, w.Header().Get("Cache-Control"))
			}
			if cookie := r.Header.Get("Cookie"); tc.status == 200 && len(cookie) > 20 && w.Header().Get("Set-Cookie") == "" {
				t.Error("the cookie that Kratos renewed is lost")
			}
			w = ask(sessions.New(client, sessions.Otherwise(redirect)).Require()(handler), r)
			if w.Code != tc.redirected || w.Header().Get("Location") != tc.location {
				t.Errorf("status %d to %q, want %d to %q", w.Code, w.Header().Get("Location"), tc.redirected, tc.location)
			}
		})
	}
	if kratos.SessionFromContext(context.Background()) != nil {
		t.Error("a session out of nowhere")
	}
}
