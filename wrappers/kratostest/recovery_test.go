package kratostest_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// transitions makes a native client get the session of a recovery.
func transitions(c *kratostest.Config) { c.ContinueWithTransitions = true }

// wrongCode returns a code that is not that of the last message to an address.
func wrongCode(k *kratostest.Kratos, address string) string {
	if k.Code(address) == "000000" {
		return "111111"
	}
	return "000000"
}

func TestRecoveryWithACode(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version), kratostest.Configure(transitions))
			ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
			recovery := k.Client().Recovery
			result, err := recovery.Do(t.Context(), kratos.RecoveryCode{Email: "ANN@example.org"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := recovery.Submit(t.Context(), result.Flow, kratos.RecoveryCode{Code: wrongCode(k, ann.Email)}); !slices.Contains(numbers(err), kratos.MessageInvalidRecoveryCode) {
				t.Errorf("a wrong code: %v", err)
			}
			result, err = recovery.Submit(t.Context(), result.Flow, kratos.RecoveryCode{Code: k.Code(ann.Email)})
			if err != nil || result.SessionToken == "" {
				t.Fatalf("no session token, error %v", err)
			}
			token := kratos.SessionToken(result.SessionToken)
			session, err := k.Client().Whoami(t.Context(), token)
			if err != nil || session.Identity.ID != ann.ID || session.AuthenticationMethods[0].Method != kratos.AuthenticationMethodCodeRecovery {
				t.Errorf("session %+v, error %v", session, err)
			}
			if !isVerified(t, k, ann) {
				t.Error("the code does not verify the address")
			}
			next := result.ContinueWith.Find(kratos.ContinueShowSettingsUI)
			settings, err := k.Client().Settings.Get(t.Context(), next.Flow.ID, token)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := k.Client().Settings.Submit(t.Context(), settings, kratos.SettingsPassword{Password: password}, token); err != nil {
				t.Errorf("the new password: %v", err)
			}
			if _, err := recovery.Start(t.Context(), token); !errors.Is(err, kratos.ErrSessionAlreadyAvailable) {
				t.Errorf("a recovery with a session: %v", err)
			}
		})
	}
}

func TestRecoveryOfAnUnknownAddress(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	result, err := k.Client().Recovery.Do(t.Context(), kratos.RecoveryCode{Email: "nobody@example.org"})
	if err != nil || result.Flow.State != kratos.RecoveryFlowStateSentEmail {
		t.Fatalf("result %+v, error %v", result, err)
	}
	if mails := k.Mails("nobody@example.org"); len(mails) > 0 {
		t.Errorf("%d messages to nobody", len(mails))
	}
	for _, test := range []struct {
		name, address string
		want          int64
	}{
		{"an address that is not one", "nobody", kratos.MessageInvalid},
		{"no address", "", kratos.MessageRequired},
	} {
		if _, err := k.Client().Recovery.Do(t.Context(), kratos.RecoveryCode{Email: test.address}); !slices.Contains(numbers(err), test.want) {
			t.Errorf("%s: messages %v of %v, want %d", test.name, numbers(err), err, test.want)
		}
	}
}

func TestTooManyRecoveryCodes(t *testing.T) {
	t.Parallel()
	for name, configure := range map[string]func(*kratostest.Config){
		"a redirect to another flow": func(*kratostest.Config) {}, "an error that names another flow": transitions,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.Configure(configure))
			k.Person(kratostest.Person{Email: "ann@example.org"})
			recovery := k.Client().Recovery
			result, err := recovery.Do(t.Context(), kratos.RecoveryCode{Email: "ann@example.org"})
			if err != nil {
				t.Fatal(err)
			}
			flow := result.Flow
			for range 5 {
				if _, err = recovery.Submit(t.Context(), flow, kratos.RecoveryCode{Code: wrongCode(k, "ann@example.org")}); !errors.Is(err, kratos.ErrRejected) {
					t.Fatalf("a wrong code: %v, want ErrRejected", err)
				}
			}
			_, err = recovery.Submit(t.Context(), flow, kratos.RecoveryCode{Code: k.Code("ann@example.org")})
			if err == nil || errors.Is(err, kratos.ErrRejected) {
				t.Errorf("the right code after five wrong ones: %v", err)
			}
		})
	}
}

func TestARecoveryThatHasExpired(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.Configure(transitions))
	k.Person(kratostest.Person{Email: "ann@example.org"})
	recovery := k.Client().Recovery
	result, err := recovery.Do(t.Context(), kratos.RecoveryCode{Email: "ann@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	k.Advance(2 * time.Hour)
	_, err = recovery.Submit(t.Context(), result.Flow, kratos.RecoveryCode{Code: k.Code("ann@example.org")})
	if !errors.Is(err, kratos.ErrFlowExpired) {
		t.Fatalf("error %v, want ErrFlowExpired", err)
	}
	next, err := recovery.Restart(t.Context(), result.Flow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := recovery.Submit(t.Context(), next, kratos.RecoveryCode{Email: "ann@example.org"}); err != nil {
		t.Errorf("another flow: %v", err)
	}
}

func TestRecoveryWithALink(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.RecoveryMethod = "link" }))
	ann := k.Person(kratostest.Person{Email: "ann@example.org"})
	if _, err := k.Client().Recovery.Do(t.Context(), kratos.RecoveryLink{Email: ann.Email}); err != nil {
		t.Fatal(err)
	}
	made, err := k.Admin().CreateRecoveryLinkForIdentity(t.Context(), ann.ID, kratos.CreateRecoveryLink{})
	if err != nil {
		t.Fatal(err)
	}
	for name, link := range map[string]string{"of an email": k.Link(ann.Email), "of an administrator": made.RecoveryLink} {
		b := newBrowser(t)
		if page := b.open(link); !strings.HasSuffix(page.Path, "/settings") {
			t.Errorf("the link %s leads to %s, want the settings", name, page)
		}
		session, err := k.Client().BrowserWithCookies(b.cookies(k)).Whoami(t.Context())
		if err != nil || session.AuthenticationMethods[0].Method != kratos.AuthenticationMethodLinkRecovery {
			t.Errorf("the link %s: session %+v, error %v", name, session, err)
		}
		if page := newBrowser(t).open(link); !strings.HasSuffix(page.Path, "/recovery") {
			t.Errorf("the link %s leads to %s for the second time, want the recovery", name, page)
		}
	}
	late, err := k.Admin().CreateRecoveryLinkForIdentity(t.Context(), ann.ID, kratos.CreateRecoveryLink{Lifespan: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	k.Advance(2 * time.Minute)
	if page := newBrowser(t).open(late.RecoveryLink); !strings.HasSuffix(page.Path, "/recovery") {
		t.Errorf("an old link leads to %s, want the recovery", page)
	}
}

func TestRecoveryWithAChoiceOfAddresses(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","properties":{"traits":{"type":"object","properties":{
		"email":{"type":"string","format":"email","ory.sh/kratos":{"credentials":{"password":{"identifier":true}},"recovery":{"via":"email"}}},
		"backup":{"type":"string","format":"email","ory.sh/kratos":{"recovery":{"via":"email"}}}}}}}`
	k := kratostest.New(t, kratostest.As("v25.4.0"), kratostest.Schema("two", schema), kratostest.Configure(func(c *kratostest.Config) {
		c.ContinueWithTransitions, c.ChooseRecoveryAddress = true, true
	}))
	k.Person(kratostest.Person{Traits: map[string]any{"email": "ann@example.org", "backup": "backup@example.org"}})
	recovery := k.Client().Recovery
	result, err := recovery.Do(t.Context(), kratos.RecoveryCode{RecoveryAddress: "ann@example.org"})
	if err != nil || result.Flow.State != kratos.RecoveryFlowStateRecoveryAwaitingAddressChoice {
		t.Fatalf("result %+v, error %v", result, err)
	}
	var labels, values []string
	for _, n := range result.Flow.Form().Nodes() {
		if n.Name == "recovery_select_address" {
			labels, values = append(labels, n.Label.Text), append(values, n.Value)
		}
	}
	if want := []string{"an****@example.org", "ba****@example.org"}; !slices.Equal(labels, want) {
		t.Fatalf("the addresses are %q, want %q", labels, want)
	}
	submit := func(flow *kratos.RecoveryFlow, method kratos.RecoveryCode, want kratos.RecoveryFlowState) *kratos.FlowResult[kratos.RecoveryFlow] {
		t.Helper()
		method.RecoveryAddress = "ann@example.org"
		result, err := recovery.Submit(t.Context(), flow, method)
		if err != nil || result.Flow.State != want {
			t.Fatalf("result %+v, error %v, want the state %s", result, err, want)
		}
		return result
	}
	flow := result.Flow
	submit(flow, kratos.RecoveryCode{RecoverySelectAddress: values[1]}, kratos.RecoveryFlowStateRecoveryConfirmingAddress)
	submit(flow, kratos.RecoveryCode{Screen: "previous"}, kratos.RecoveryFlowStateRecoveryAwaitingAddressChoice)
	submit(flow, kratos.RecoveryCode{RecoverySelectAddress: values[1]}, kratos.RecoveryFlowStateRecoveryConfirmingAddress)
	submit(flow, kratos.RecoveryCode{RecoveryConfirmAddress: "backup@example.org"}, kratos.RecoveryFlowStateRecoveryAwaitingCode)
	if mails := k.Mails("ann@example.org"); len(mails) > 0 {
		t.Errorf("%d messages to the address that was not chosen", len(mails))
	}
	if result := submit(flow, kratos.RecoveryCode{Code: k.Code("backup@example.org")}, kratos.RecoveryFlowStatePassedChallenge); result.SessionToken == "" {
		t.Error("there is no session")
	}
}

func TestARecoveryInABrowser(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org"})
	b := newBrowser(t)
	form := func(page *url.URL) kratos.Form {
		flow, err := k.Client().BrowserWithCookies(b.cookies(k)).Recovery.Get(t.Context(), page.Query().Get("flow"))
		if err != nil {
			t.Fatal(err)
		}
		return flow.Form()
	}
	page := b.open(k.PublicURL() + "/self-service/recovery/browser")
	page = b.submit(form(page), url.Values{"method": {"code"}, "email": {ann.Email}})
	first := form(page)
	if page = b.submit(first, url.Values{"method": {"code"}, "code": {k.Code(ann.Email)}}); !strings.HasSuffix(page.Path, "/settings") {
		t.Fatalf("the code leads to %s, want the settings", page)
	}
	// Kratos changed the CSRF cookie, and changes it again for a form of the old one.
	before := b.cookies(k)
	if page = b.submit(first, url.Values{"method": {"code"}, "code": {"123456"}}); !strings.HasSuffix(page.Path, "/error") {
		t.Errorf("an old form leads to %s, want the page of errors", page)
	}
	csrf := func(cookies []*http.Cookie) string {
		for _, c := range cookies {
			if strings.HasPrefix(c.Name, "csrf_token") {
				return c.Value
			}
		}
		return ""
	}
	if csrf(before) == csrf(b.cookies(k)) {
		t.Error("the CSRF cookie is the same after a form without a valid token")
	}
}
