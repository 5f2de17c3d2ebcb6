package kratostest_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestManyAtOnce(t *testing.T) {
	for range 100 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t)
			p := k.Person(kratostest.Person{Email: "ann@example.org"}) // the same address in each
			session, err := k.Client().Whoami(t.Context(), k.SignIn(p).Option())
			if err != nil {
				t.Fatal(err)
			}
			if session.Identity.ID != p.ID {
				t.Errorf("the session is of %s, want %s", session.Identity.ID, p.ID)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		kratostest.New(b) // open until the benchmark ends
	}
}

func TestOutsideATest(t *testing.T) {
	out, err := exec.Command("go", "run", "./testdata/outside").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "kratostest: for tests only") {
		t.Errorf("New in a program: %v, and %s", err, out)
	}
}

func TestWhatItCannotDo(t *testing.T) {
	k := kratostest.New(t)
	flow, err := k.Client().Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Client().Login.Submit(t.Context(), flow, kratos.LoginOIDC{Provider: "google"})
	var failure *kratos.Error
	if !errors.As(err, &failure) || failure.StatusCode != http.StatusNotImplemented || !strings.Contains(failure.Reason, "kratostest") {
		t.Errorf("a login with a provider: %v, want status 501 with a reason", err)
	}
}

func TestFakeSession(t *testing.T) {
	session := kratostest.FakeSession(t, kratostest.Person{Email: "ann@example.org", TOTP: true})
	traits, err := kratos.Traits[struct{ Email string }](session.Identity)
	if err != nil || traits.Email != "ann@example.org" {
		t.Errorf("traits %v (%v)", traits, err)
	}
	if !session.Active || session.AAL != kratos.AAL2 || len(session.AuthenticationMethods) != 2 {
		t.Errorf("active %t, assurance level %s, %d methods", session.Active, session.AAL, len(session.AuthenticationMethods))
	}
	inactive := kratostest.FakeSession(t, kratostest.Person{Inactive: true})
	if inactive.Identity.State != kratos.IdentityStateInactive {
		t.Errorf("state %s", inactive.Identity.State)
	}
}

// TestFakeErrors makes an error of each variable of package kratos.
func TestFakeErrors(t *testing.T) {
	all := sentinels(t)
	for name, sentinel := range errorsByName {
		if !all[name] {
			t.Errorf("package kratos has no variable %s", name)
		}
		err := kratostest.FakeError(sentinel)
		if !errors.Is(err, sentinel) {
			t.Errorf("FakeError(%s) does not match it: %v", name, err)
		}
		for other, o := range errorsByName {
			if errors.Is(err, o) && other != name && !matchesByStatus[other] && other != "ErrUnreachable" {
				t.Errorf("FakeError(%s) matches %s", name, other)
			}
		}
	}
	for name := range all {
		if errorsByName[name] == nil {
			t.Errorf("the test lacks %s", name)
		}
	}
}

// matchesByStatus are the variables that an error can match in addition.
var matchesByStatus = map[string]bool{
	"ErrBadRequest": true, "ErrUnauthorized": true, "ErrForbidden": true, "ErrNotFound": true, "ErrConflict": true, "ErrRateLimited": true, "ErrServer": true,
}

// errorsByName are the variables of package kratos.
var errorsByName = map[string]error{
	"ErrInvalidArgument": kratos.ErrInvalidArgument, "ErrUnreachable": kratos.ErrUnreachable, "ErrNotProcessed": kratos.ErrNotProcessed,
	"ErrUnexpectedResponse": kratos.ErrUnexpectedResponse, "ErrRejected": kratos.ErrRejected, "ErrFlowExpired": kratos.ErrFlowExpired,
	"ErrFlowReplaced": kratos.ErrFlowReplaced, "ErrFlowDisabled": kratos.ErrFlowDisabled, "ErrNoSession": kratos.ErrNoSession,
	"ErrSessionAlreadyAvailable": kratos.ErrSessionAlreadyAvailable, "ErrAAL1Required": kratos.ErrAAL1Required, "ErrAAL2Required": kratos.ErrAAL2Required,
	"ErrAALAlreadyFulfilled": kratos.ErrAALAlreadyFulfilled, "ErrRefreshRequired": kratos.ErrRefreshRequired,
	"ErrAddressNotVerified": kratos.ErrAddressNotVerified, "ErrIdentityInactive": kratos.ErrIdentityInactive, "ErrIdentityMismatch": kratos.ErrIdentityMismatch,
	"ErrCSRF": kratos.ErrCSRF, "ErrReturnToForbidden": kratos.ErrReturnToForbidden, "ErrAccountExists": kratos.ErrAccountExists,
	"ErrBatchItems": kratos.ErrBatchItems, "ErrRolledBack": kratos.ErrRolledBack, "ErrUnconfirmed": kratos.ErrUnconfirmed,
	"ErrCredentialsNotIncluded": kratos.ErrCredentialsNotIncluded, "ErrBrowserLocationChangeRequired": kratos.ErrBrowserLocationChangeRequired,
	"ErrBadRequest": kratos.ErrBadRequest, "ErrUnauthorized": kratos.ErrUnauthorized, "ErrForbidden": kratos.ErrForbidden,
	"ErrNotFound": kratos.ErrNotFound, "ErrConflict": kratos.ErrConflict, "ErrRateLimited": kratos.ErrRateLimited, "ErrServer": kratos.ErrServer,
}

// sentinels returns the names of the variables of package kratos that begin with Err.
func sentinels(t *testing.T) map[string]bool {
	file, err := parser.ParseFile(token.NewFileSet(), "../kratos/error_sentinels.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, decl := range file.Decls {
		if vars, ok := decl.(*ast.GenDecl); ok && vars.Tok == token.VAR {
			for _, spec := range vars.Specs {
				names[spec.(*ast.ValueSpec).Names[0].Name] = true
			}
		}
	}
	return names
}

func TestFakeRejection(t *testing.T) {
	err := kratostest.FakeRejection[kratos.RegistrationFlow](t, map[string]int64{"": kratos.MessageInvalid, "traits.email": kratos.MessageRequired})
	if !errors.Is(err, kratos.ErrRejected) {
		t.Fatalf("%v, want ErrRejected", err)
	}
	flow := kratos.RejectedFlow[kratos.RegistrationFlow](err)
	if flow == nil || flow.Form().Field("traits.email") == nil {
		t.Fatal("the error has no form with the field traits.email")
	}
	if got := err.FieldErrors()["traits.email"]; len(got) != 1 || got[0].ID != kratos.MessageRequired {
		t.Errorf("messages at traits.email: %v", got)
	}
	if got := err.Messages(); len(got) != 1 || got[0].ID != kratos.MessageInvalid {
		t.Errorf("messages of the form: %v", got)
	}
	for name, rejection := range map[string]*kratos.Error{
		"login":        kratostest.FakeRejection[kratos.LoginFlow](t, map[string]int64{"": kratos.MessageInvalidCredentials}),
		"settings":     kratostest.FakeRejection[kratos.SettingsFlow](t, map[string]int64{"password": kratos.MessagePasswordPolicy}),
		"recovery":     kratostest.FakeRejection[kratos.RecoveryFlow](t, map[string]int64{"email": kratos.MessageRequired}),
		"verification": kratostest.FakeRejection[kratos.VerificationFlow](t, map[string]int64{"email": kratos.MessageRequired}),
	} {
		if !errors.Is(rejection, kratos.ErrRejected) {
			t.Errorf("%s: %v", name, rejection)
		}
	}
}

func TestSecondFactors(t *testing.T) {
	for name, c := range map[string]struct {
		person kratostest.Person
		code   bool // a code is a second factor
	}{
		"an authenticator app": {kratostest.Person{TOTP: true}, false},
		"backup codes":         {kratostest.Person{LookupSecrets: true}, false},
		"a code":               {kratostest.Person{}, true},
		"an authenticator app where a code is one too": {kratostest.Person{TOTP: true, LookupSecrets: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			k := kratostest.New(t, kratostest.Configure(func(config *kratostest.Config) {
				config.SecondFactorCode, config.PasswordlessCode = c.code, !c.code
			}))
			p := k.Person(c.person)
			for _, s := range []*kratostest.Session{k.SignIn(p).AAL2(), k.SignInBrowser(p).AAL2()} {
				r := s.AddTo(httptest.NewRequest("GET", "/", nil))
				session, err := k.Client().Browser(r).ActiveSession(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if session.AAL != kratos.AAL2 || session.ID != s.ID {
					t.Errorf("session %s has assurance level %s, want aal2 of %s", session.ID, session.AAL, s.ID)
				}
			}
		})
	}
}

func TestPrintedValuesHaveNoSecrets(t *testing.T) {
	k := kratostest.New(t)
	p := k.Person(kratostest.Person{TOTP: true, LookupSecrets: true})
	s := k.SignIn(p)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got, want := fmt.Sprintf(verb, p), "Person("+p.ID+")"; got != want {
			t.Errorf("a person is printed as %s, want %s", got, want)
		}
		if got, want := fmt.Sprintf(verb, s), "Session("+s.ID+")"; got != want {
			t.Errorf("a session is printed as %s, want %s", got, want)
		}
	}
}
