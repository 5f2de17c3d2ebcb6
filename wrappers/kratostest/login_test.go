package kratostest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// rejectedWith fails the test unless a form was rejected with messages with some numbers.
func rejectedWith(t *testing.T, err error, want ...int64) {
	t.Helper()
	got := numbers(err)
	slices.Sort(got)
	if !slices.Equal(slices.Compact(got), want) {
		t.Errorf("messages %v of %v, want %v", got, err, want)
	}
}

// start starts a login.
func start(t *testing.T, k *kratostest.Kratos) *kratos.LoginFlow {
	t.Helper()
	flow, err := k.Client().Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return flow
}

func TestABackupCodeWorksOnce(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{LookupSecrets: true})
	second := k.Client().Login.With(kratos.StartLogin{AAL: kratos.AAL2})
	code := kratos.LoginLookupSecret{LookupSecret: ann.BackupCodes[0]}
	if _, err := second.Do(t.Context(), code, k.SignIn(ann).Option()); err != nil {
		t.Fatal(err)
	}
	_, err := second.Do(t.Context(), code, k.SignIn(ann).Option())
	rejectedWith(t, err, kratos.MessageLookupCodeAlreadyUsed)
}

func TestTheCodeOfAnAppFollowsTheClock(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{TOTP: true})
	old := kratos.LoginTOTP{TOTPCode: ann.TOTPCode()}
	k.Advance(5 * time.Minute)
	second, s := k.Client().Login.With(kratos.StartLogin{AAL: kratos.AAL2}), k.SignIn(ann)
	if old.TOTPCode != ann.TOTPCode() {
		_, err := second.Do(t.Context(), old, s.Option())
		rejectedWith(t, err, kratos.MessageInvalidTOTP)
	}
	if _, err := second.Do(t.Context(), kratos.LoginTOTP{TOTPCode: ann.TOTPCode()}, s.Option()); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownIdentifierIsToldOrNot(t *testing.T) {
	for _, mitigate := range []bool{false, true} {
		k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.IdentifierFirst, c.MitigateEnumeration = true, mitigate }))
		flow := start(t, k)
		result, err := k.Client().Login.Submit(t.Context(), flow, kratos.LoginIdentifierFirst{Identifier: "nobody@example.org"})
		switch {
		case !mitigate:
			rejectedWith(t, err, kratos.MessageAccountNotFound)
		case err != nil || result.Flow.Form().Field("password") == nil:
			t.Errorf("with mitigation: %v, want the form with the password", err)
		}
	}
}

func TestMembersOfTheWrongTypeAreMessages(t *testing.T) {
	k := kratostest.New(t)
	for body, want := range map[string]int{
		`{"method":"password","identifier":7,"password":"x"}`:        kratos.MessageWrongType,
		`{"method":"password","identifier":"","password":"x"}`:       kratos.MessageTooShort,
		`{"method":"password","identifier":"a","password":[]}`:       kratos.MessageWrongType,
		`{"method":"code","identifier":{}}`:                          kratos.MessageWrongType,
		`{"method":"password","identifier":"a","password":null}`:     kratos.MessageWrongType,
		`{"method":"totp","totp_code":"123456"}`:                     kratos.MessageNoLoginMethod,
		`{"method":"identifier_first","identifier":"a@example.org"}`: kratos.MessageNoLoginMethod,
	} {
		status, response := submit(t, k, start(t, k).ID, "application/json", body)
		if status != http.StatusBadRequest || !slices.Contains(messageIDs(t, response), want) {
			t.Errorf("%s: status %d, messages %v, want 400 with %d", body, status, messageIDs(t, response), want)
		}
	}
}

// submit submits a login flow without a client, and returns the status and the body.
func submit(t *testing.T, k *kratostest.Kratos, flow, contentType, body string) (int, []byte) {
	t.Helper()
	return do(t, submission(t, k, flow, contentType, body))
}

// submission returns a request that submits a login flow.
func submission(t *testing.T, k *kratostest.Kratos, flow, contentType, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.PublicURL()+"/self-service/login?flow="+flow, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Accept", "application/json")
	return r
}

// messageIDs returns the numbers of all errors in a form.
func messageIDs(t *testing.T, response []byte) []int {
	t.Helper()
	type messages []struct{ ID int }
	var flow struct {
		UI struct {
			Messages messages
			Nodes    []struct{ Messages messages }
		}
	}
	if err := json.Unmarshal(response, &flow); err != nil {
		t.Fatal(err)
	}
	all := flow.UI.Messages
	for _, n := range flow.UI.Nodes {
		all = append(all, n.Messages...)
	}
	var ids []int
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestMethodsThatNeedAnotherServerAreNotImplemented(t *testing.T) {
	k := kratostest.New(t)
	for _, body := range []string{`{"method":"oidc","provider":"github"}`, `{"method":"saml","provider":"corp"}`} {
		status, response := submit(t, k, start(t, k).ID, "application/json", body)
		if status != http.StatusNotImplemented || !strings.Contains(string(response), "provider") {
			t.Errorf("%s: status %d, body %s: want 501 and the reason", body, status, response)
		}
	}
	browser := k.Client().BrowserWithCookies(nil)
	_, err := browser.Login.With(kratos.StartLogin{LoginChallenge: "c"}).Start(t.Context())
	var e *kratos.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusNotImplemented || !strings.Contains(e.Reason, "OAuth2") {
		t.Errorf("with a challenge: %v, want 501 and the reason", err)
	}
}

func TestADisabledMethodIsNotFound(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.Methods = []string{"code"} }))
	if status, _ := submit(t, k, start(t, k).ID, "application/json", `{"method":"password","identifier":"a","password":"b"}`); status != http.StatusNotFound {
		t.Errorf("status %d, want 404", status)
	}
}

func TestAnExpiredLogin(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{TOTP: true})
	login, flow := k.Client().Login, start(t, k)
	second := login.With(kratos.StartLogin{AAL: kratos.AAL2})
	s := k.SignIn(ann)
	stepUp, err := second.Start(t.Context(), s.Option())
	if err != nil {
		t.Fatal(err)
	}
	k.Advance(2 * time.Hour)
	if _, err := login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: ann.Email, Password: ann.Password}); !errors.Is(err, kratos.ErrFlowExpired) {
		t.Errorf("first factor: %v, want ErrFlowExpired", err)
	}
	// Kratos starts the new flow without the parameters of the old one, which is for people who are
	// not logged in.
	_, err = second.Submit(t.Context(), stepUp, kratos.LoginTOTP{TOTPCode: ann.TOTPCode()}, s.Option())
	rejectedWith(t, err, kratos.MessageInvalid)
}

func TestAnUnverifiedLoginByVersion(t *testing.T) {
	for version, legacy := range map[string]bool{"v1.3.1": false, "v25.4.0": false, "v25.4.0 ": true} {
		k := kratostest.New(t, kratostest.As(strings.TrimSpace(version)), kratostest.Configure(func(c *kratostest.Config) {
			c.RequireVerifiedAddress, c.LegacyUnverifiedError = true, legacy
		}))
		ann := k.Person(kratostest.Person{Unverified: true})
		_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: ann.Email, Password: ann.Password})
		if version != "v25.4.0" {
			rejectedWith(t, err, kratos.MessageAddressNotVerified)
			continue
		}
		var e *kratos.Error
		if !errors.Is(err, kratos.ErrAddressNotVerified) || !errors.As(err, &e) || len(e.ContinueWith) != 1 {
			t.Fatalf("%v: want ErrAddressNotVerified with a next step", err)
		}
		if len(k.Code(ann.Email)) != 6 {
			t.Error("no code was sent")
		}
	}
}

func TestAFormDoesNotGrowWithoutLimit(t *testing.T) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.IdentifierFirst, c.MitigateEnumeration = true, true }))
	flow := start(t, k)
	for range 300 {
		submit(t, k, flow.ID, "application/json", `{"method":"identifier_first","identifier":"ann@example.org"}`)
	}
	again, err := k.Client().Login.Get(t.Context(), flow.ID)
	if err != nil || len(again.Form().Nodes()) > 210 {
		t.Errorf("%d nodes, error %v", len(again.Form().Nodes()), err)
	}
}
