package sessionjwt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// handler responds with the identity of the claims and the session that it gets.
var handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	claims, text := sessionjwt.ClaimsFromContext[roles](r.Context()), ""
	if session := kratos.SessionFromContext(r.Context()); session != nil {
		text = " in " + session.ID
	}
	_, _ = w.Write([]byte(claims.Subject + text))
})

func request(headers ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func TestRequire(t *testing.T) {
	t.Parallel()
	verifier := newVerifier(t, rules(), "ec")
	valid, expired := token(claimsAt(time.Now())), token(claimsAt(time.Now().Add(-time.Hour)))
	const invalid = `Bearer error="invalid_token"`
	for name, tc := range map[string]struct {
		r         *http.Request
		status    int
		challenge string
		detail    error
	}{
		"a valid token":                 {request("Authorization", "Bearer "+valid), 200, "", nil},
		"a scheme in lower case":        {request("Authorization", "bearer "+valid), 200, "", nil},
		"more spaces":                   {request("Authorization", "Bearer   "+valid), 200, "", nil},
		"no token":                      {request(), 401, "Bearer", sessionjwt.ErrNoToken},
		"an empty token":                {request("Authorization", "Bearer "), 401, "Bearer", sessionjwt.ErrNoToken},
		"another scheme":                {request("Authorization", "Basic "+valid), 401, "Bearer", sessionjwt.ErrNoToken},
		"no scheme":                     {request("Authorization", valid), 401, "Bearer", sessionjwt.ErrNoToken},
		"two headers":                   {request("Authorization", "Bearer "+valid, "Authorization", "Bearer "+valid), 401, "Bearer", sessionjwt.ErrNoToken},
		"two tokens":                    {request("Authorization", "Bearer "+valid+", Bearer "+valid), 401, invalid, sessionjwt.ErrMalformed},
		"a token in the query":          {httptest.NewRequest("GET", "/?access_token="+valid, nil), 401, "Bearer", sessionjwt.ErrNoToken},
		"a token in a cookie":           {request("Cookie", "token="+valid), 401, "Bearer", sessionjwt.ErrNoToken},
		"a token in the session header": {request("X-Session-Token", valid), 401, "Bearer", sessionjwt.ErrNoToken},
		"an expired token":              {request("Authorization", "Bearer "+expired), 401, invalid, sessionjwt.ErrExpired},
		"another key":                   {request("Authorization", "Bearer "+sign("ES256", "ec2", headerOf("ES256", "ec2"), claimsAt(time.Now()))), 401, invalid, sessionjwt.ErrUnknownKey},
		"something else":                {request("Authorization", "Bearer "+canary), 401, invalid, sessionjwt.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			verifier.Require(handler).ServeHTTP(w, tc.r)
			if w.Code != tc.status || w.Header().Get("WWW-Authenticate") != tc.challenge {
				t.Errorf("status %d, %q, want %d, %q", w.Code, w.Header().Get("WWW-Authenticate"), tc.status, tc.challenge)
			}
			if tc.status == 200 {
				if w.Body.String() != identityID {
					t.Errorf("body %q", w.Body)
				}
				return
			}
			expectProblem(t, w, tc.detail)
		})
	}
}

// expectProblem checks that a response is a problem with this detail, which is not cached.
func expectProblem(t *testing.T, w *httptest.ResponseRecorder, detail error) {
	t.Helper()
	var problem struct {
		Title, Detail string
		Status        int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
		t.Fatal(err)
	}
	if problem.Title != http.StatusText(w.Code) || problem.Status != w.Code || detail != nil && problem.Detail != detail.Error() || detail == nil && problem.Detail != "" {
		t.Errorf("problem %+v", problem)
	}
	if w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), canary) {
		t.Errorf("%v, %s", w.Header(), w.Body)
	}
}

// Without keys, the token is not said to be invalid, and the client is told when to come back.
func TestRequireWithoutKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serveKeys("ec")
		server.fail()
		v := withServer(t, server)
		for _, want := range []string{"30", "23"} {
			w := httptest.NewRecorder()
			v.verifier.Require(handler).ServeHTTP(w, request("Authorization", "Bearer "+token(claimsAt(time.Now()))))
			if w.Code != 503 || w.Header().Get("Retry-After") != want || w.Header().Get("WWW-Authenticate") != "" {
				t.Errorf("status %d, Retry-After %q, want %s", w.Code, w.Header().Get("Retry-After"), want)
			}
			expectProblem(t, w, sessionjwt.ErrKeys)
			time.Sleep(7 * time.Second)
		}
	})
}

func TestTokenFromCookie(t *testing.T) {
	t.Parallel()
	protected := newVerifier(t, rules(), "ec").RequireWith(sessionjwt.Middleware{Token: sessionjwt.TokenFromCookie("jwt")})(handler)
	valid := token(claimsAt(time.Now()))
	for name, tc := range map[string]struct {
		r    *http.Request
		want int
	}{
		"a cookie":                  {request("Cookie", "a=b; jwt="+valid), 200},
		"two cookies of the name":   {request("Cookie", "jwt="+valid+"; jwt="+valid), 401},
		"two headers with cookies":  {request("Cookie", "jwt="+valid, "Cookie", "jwt="+valid), 401},
		"a name in another case":    {request("Cookie", "JWT="+valid), 401},
		"a token of another header": {request("Authorization", "Bearer "+valid), 401},
		"an empty cookie":           {request("Cookie", "jwt="), 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			protected.ServeHTTP(w, tc.r)
			if w.Code != tc.want {
				t.Errorf("status %d, want %d", w.Code, tc.want)
			}
		})
	}
}

// A handler that must not run for a revoked session asks Kratos.
func TestMiddlewareSession(t *testing.T) {
	t.Parallel()
	active := kratos.Session{ID: sessionID, Active: true}
	limited := &kratos.Error{RetryAfter: 1500 * time.Millisecond}
	for name, tc := range map[string]struct {
		session    *kratos.Session
		err        error
		sid        string
		status     int
		retryAfter string
		detail     error
	}{
		"the session":                 {&active, nil, sessionID, 200, "", nil},
		"another session":             {&kratos.Session{ID: "another", Active: true}, nil, sessionID, 401, "", sessionjwt.ErrSession},
		"a token without a session":   {&active, nil, "", 401, "", sessionjwt.ErrSession},
		"neither has an id":           {&kratos.Session{Active: true}, nil, "", 401, "", sessionjwt.ErrSession},
		"an inactive session":         {&kratos.Session{ID: sessionID}, nil, sessionID, 401, "", sessionjwt.ErrSession},
		"no session and no error":     {nil, nil, sessionID, 401, "", sessionjwt.ErrSession},
		"a revoked session":           {nil, kratos.ErrNoSession, sessionID, 401, "", kratos.ErrNoSession},
		"a second factor is missing":  {nil, kratos.ErrAAL2Required, sessionID, 403, "", kratos.ErrAAL2Required},
		"the login is too old":        {nil, kratos.ErrRefreshRequired, sessionID, 403, "", kratos.ErrRefreshRequired},
		"no verified address":         {nil, kratos.ErrAddressNotVerified, sessionID, 403, "", kratos.ErrAddressNotVerified},
		"a need of the program":       {nil, fmt.Errorf("%w: %s", kratos.ErrForbidden, canary), sessionID, 403, "", kratos.ErrForbidden},
		"too many requests":           {nil, errors.Join(kratos.ErrRateLimited, limited), sessionID, 429, "2", kratos.ErrRateLimited},
		"Kratos is down":              {nil, kratos.ErrUnreachable, sessionID, 503, "", nil},
		"Kratos is down, for a while": {nil, limited, sessionID, 503, "2", nil},
		"another error":               {&active, errors.New(canary), sessionID, 503, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			protected := newVerifier(t, rules(), "ec").RequireWith(sessionjwt.Middleware{Session: func(w http.ResponseWriter, r *http.Request) (*kratos.Session, error) {
				w.Header().Set("Set-Cookie", "a=b")
				if claims := sessionjwt.ClaimsFromContext[roles](r.Context()); claims == nil || claims.SessionID != tc.sid {
					t.Errorf("claims %v", claims)
				}
				return tc.session, tc.err
			}})(handler)
			w := httptest.NewRecorder()
			protected.ServeHTTP(w, request("Authorization", "Bearer "+token(claimsAt(time.Now()).with("sid", tc.sid))))
			if w.Code != tc.status || w.Header().Get("Retry-After") != tc.retryAfter {
				t.Fatalf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
			}
			if w.Header().Get("Set-Cookie") != "a=b" {
				t.Error("the cookie of Kratos is lost")
			}
			if tc.status != 200 {
				expectProblem(t, w, tc.detail)
			} else if w.Body.String() != identityID+" in "+sessionID {
				t.Errorf("body %q", w.Body)
			}
		})
	}
	asked := false
	protected := newVerifier(t, rules(), "ec").RequireWith(sessionjwt.Middleware{Session: func(http.ResponseWriter, *http.Request) (*kratos.Session, error) {
		asked = true
		return &active, nil
	}})(handler)
	protected.ServeHTTP(httptest.NewRecorder(), request("Authorization", "Bearer "+canary))
	if asked {
		t.Error("Kratos is asked about an invalid token")
	}
}

func TestOnError(t *testing.T) {
	t.Parallel()
	var got error
	protected := newVerifier(t, rules(), "ec").RequireWith(sessionjwt.Middleware{OnError: func(w http.ResponseWriter, _ *http.Request, err error) {
		got = err
		w.WriteHeader(418)
	}})(handler)
	w := httptest.NewRecorder()
	protected.ServeHTTP(w, request())
	if w.Code != 418 || !errors.Is(got, sessionjwt.ErrNoToken) {
		t.Errorf("status %d, %v", w.Code, got)
	}
}

func TestClaimsInTheContext(t *testing.T) {
	t.Parallel()
	claims := &sessionjwt.Claims[roles]{Subject: identityID}
	ctx := sessionjwt.ContextWithClaims(t.Context(), claims)
	if got := sessionjwt.ClaimsFromContext[roles](ctx); got != claims {
		t.Errorf("%v", got)
	}
	if got := sessionjwt.ClaimsFromContext[struct{}](ctx); got != nil {
		t.Errorf("of another type: %v", got)
	}
	if got := sessionjwt.ClaimsFromContext[roles](t.Context()); got != nil {
		t.Errorf("of an empty context: %v", got)
	}
}
