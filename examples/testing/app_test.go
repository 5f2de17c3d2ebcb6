package app_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	app "github.com/kratoskit/kratos-go/examples/testing"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// get returns the response of the application to a request of a session, or of nobody for nil.
func get(k *kratostest.Kratos, path string, s *kratostest.Session) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest("GET", path, nil), httptest.NewRecorder()
	if s != nil {
		r = s.AddTo(r)
	}
	app.Handler(k.Client()).ServeHTTP(w, r)
	return w
}

func TestAHandlerBehindTheGuard(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org"})
	if w := get(k, "/", k.SignIn(ann)); w.Body.String() != "hello ann@example.org" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := get(k, "/", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("without a session: status %d, want 401", w.Code)
	}
	if w := get(k, "/payments", k.SignIn(ann)); w.Code != http.StatusForbidden {
		t.Errorf("without a second factor: status %d, want 403", w.Code)
	}
}

func TestASecondFactor(t *testing.T) {
	k := kratostest.New(t)
	bob := k.Person(kratostest.Person{TOTP: true})
	if w := get(k, "/payments", k.SignIn(bob).AAL2()); w.Code != http.StatusOK {
		t.Errorf("status %d, want 200", w.Code)
	}
}

func TestASignUpInTwoSteps(t *testing.T) {
	k := kratostest.New(t)
	signUp, err := app.StartSignUp(t.Context(), k.Client(), "eve@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signUp.Finish(t.Context(), "short"); !errors.Is(err, kratos.ErrRejected) {
		t.Errorf("a short password: %v, want ErrRejected", err)
	}
	token, err := signUp.Finish(t.Context(), "correct horse battery staple")
	if err != nil || token == "" {
		t.Errorf("token %q, error %v", token, err)
	}
	if code := k.Code("eve@example.org"); len(code) != 6 {
		t.Errorf("the code for the new address is %q", code)
	}
}

func TestAnExpiredFlow(t *testing.T) {
	k := kratostest.New(t)
	signUp, err := app.StartSignUp(t.Context(), k.Client(), "eve@example.org")
	if err != nil {
		t.Fatal(err)
	}
	k.Advance(24 * time.Hour)
	if _, err := signUp.Finish(t.Context(), "correct horse battery staple"); err != nil {
		t.Errorf("a sign-up that took a day: %v", err)
	}
}

func TestAnOutage(t *testing.T) {
	k := kratostest.New(t)
	s := k.SignIn(k.Person(kratostest.Person{}))
	for name, failure := range map[string]kratostest.Failure{
		"the server fails":     kratostest.Status(http.StatusBadGateway),
		"the connection fails": kratostest.Drop(),
		"the database fails":   kratostest.DatabaseDown(), // Kratos says 401, the guard asks whether it is ready
	} {
		k.Fail("", 0, failure)
		if w := get(k, "/", s); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", name, w.Code)
		}
		k.Recover("")
	}
	if w := get(k, "/", s); w.Code != http.StatusOK {
		t.Errorf("after the outage: status %d, want 200", w.Code)
	}
}

func TestARateLimit(t *testing.T) {
	k := kratostest.New(t)
	k.Fail("createNativeRegistrationFlow", 1, kratostest.RateLimited(30*time.Second))
	_, err := app.StartSignUp(t.Context(), k.Client(), "eve@example.org")
	if wait := app.Wait(err); wait != 30*time.Second {
		t.Errorf("wait %v after %v, want 30 s", wait, err)
	}
	if calls := k.Calls("createNativeRegistrationFlow"); len(calls) != 1 {
		t.Errorf("%d calls, want 1: a call that changes something is not repeated", len(calls))
	}
}

func TestWithoutAServer(t *testing.T) {
	session := kratostest.FakeSession(t, kratostest.Person{Email: "ann@example.org"})
	if name := app.Name(session); name != "ann@example.org" {
		t.Errorf("name %q", name)
	}
	if wait := app.Wait(kratostest.FakeError(kratos.ErrServer)); wait != 5*time.Second {
		t.Errorf("wait %v, want 5 s", wait)
	}
}
