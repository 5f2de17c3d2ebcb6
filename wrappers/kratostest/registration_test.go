package kratostest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

const password = "correct horse battery staple"

// versions are those with recordings.
var versions = []string{"v1.3.1", "v1.3.6", "v25.4.0"}

// numbers returns the numbers of the messages of an error, of the form and of its fields.
func numbers(err error) []int64 {
	var e *kratos.Error
	if !errors.As(err, &e) {
		return nil
	}
	var all []int64
	for _, m := range e.Messages() {
		all = append(all, int64(m.ID))
	}
	for _, messages := range e.FieldErrors() {
		for _, m := range messages {
			all = append(all, int64(m.ID))
		}
	}
	return all
}

// email returns traits.
func email(address string) map[string]any { return map[string]any{"email": address} }

func TestRegistrationWithAPassword(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	k.Person(kratostest.Person{Email: "taken@example.org"})
	for _, test := range []struct {
		name   string
		method kratos.RegistrationPassword
		want   int64 // the number of the message, or 0 for an account
	}{
		{"a new address gets an account", kratos.RegistrationPassword{Password: password, Traits: email("ann@example.org")}, 0},
		{"an address that is taken, in other letters", kratos.RegistrationPassword{Password: password, Traits: email("Taken@Example.org")}, kratos.MessageAccountExists},
		{"a short password", kratos.RegistrationPassword{Password: "short", Traits: email("bob@example.org")}, kratos.MessagePasswordTooShort},
		{"a long password", kratos.RegistrationPassword{Password: strings.Repeat("Ab1-", 19), Traits: email("bob@example.org")}, kratos.MessagePasswordTooLong},
		{"a password like the address", kratos.RegistrationPassword{Password: "BOB@example.com", Traits: email("bob@example.org")}, kratos.MessagePasswordTooSimilar},
		{"a password with most of the address", kratos.RegistrationPassword{Password: "bob@example.org-12345", Traits: email("bob@example.org")}, kratos.MessagePasswordTooSimilar},
		{"no password", kratos.RegistrationPassword{Traits: email("bob@example.org")}, kratos.MessageRequired},
		{"an address that is not one", kratos.RegistrationPassword{Password: password, Traits: email("bob")}, kratos.MessageInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := k.Client().Registration.Do(t.Context(), test.method)
			switch {
			case test.want != 0 && !slices.Contains(numbers(err), test.want):
				t.Errorf("messages %v of %v, want %d", numbers(err), err, test.want)
			case test.want == 0 && err != nil:
				t.Error(err)
			case test.want == 0 && (result.SessionToken == "" || result.ContinueWith.Find(kratos.ContinueShowVerificationUI) == nil):
				t.Errorf("the result has no token or no verification: %+v", result.ContinueWith)
			}
		})
	}
}

func TestRegistrationWithACode(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version))
			registration := k.Client().Registration
			traits := email("ann@example.org")
			flow, err := registration.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			next, err := registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: traits})
			if err != nil || next.Done {
				t.Fatalf("done %t, error %v", next != nil && next.Done, err)
			}
			first := k.Code("ann@example.org")
			if _, err := registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: traits, Resend: "code"}); err != nil {
				t.Fatal(err)
			}
			_, err = registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: traits, Code: first})
			if first != k.Code("ann@example.org") && !slices.Contains(numbers(err), kratos.MessageInvalidRegistrationCode) {
				t.Errorf("the first code after a second one: %v", err)
			}
			_, err = registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: email("eve@example.org"), Code: k.Code("ann@example.org")})
			if !slices.Contains(numbers(err), kratos.MessageTraitsMismatch) {
				t.Errorf("other traits than those of the code: %v", err)
			}
			flow = kratos.RejectedFlow[kratos.RegistrationFlow](err) // shows the other traits from now on
			if _, err := registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: traits, Resend: "code"}); err != nil {
				t.Fatal(err)
			}
			result, err := registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: traits, Code: k.Code("ann@example.org")})
			if err != nil {
				t.Fatal(err)
			}
			if address := result.Identity.VerifiableAddresses[0]; !address.Verified || !result.Done {
				t.Errorf("done %t, address %+v: want a verified one", result.Done, address)
			}
		})
	}
}

func TestARegistrationCodeThatHasExpired(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.CodeLifespan = time.Minute }))
	registration := k.Client().Registration
	flow, err := registration.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: email("ann@example.org")}); err != nil {
		t.Fatal(err)
	}
	k.Advance(2 * time.Minute)
	_, err = registration.Submit(t.Context(), flow, kratos.RegistrationCode{Traits: email("ann@example.org"), Code: k.Code("ann@example.org")})
	if !errors.Is(err, kratos.ErrFlowExpired) {
		t.Errorf("error %v, want ErrFlowExpired", err)
	}
}

func TestTheScreensOfARegistration(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version))
			registration := k.Client().Registration
			flow, err := registration.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if f := flow.Form(); f.Field("traits.email") == nil || f.Field("password") != nil {
				t.Error("the first screen asks for the password, or not for the address")
			}
			second, err := registration.Submit(t.Context(), flow, kratos.RegistrationProfile{Traits: email("ann@example.org")})
			if err != nil {
				t.Fatal(err)
			}
			if f := second.Flow.Form(); f.Field("password") == nil || f.Value("traits.email") != "ann@example.org" {
				t.Error("the second screen does not ask for the password, or has no address")
			}
			if version != "v25.4.0" {
				return // the method profile leads to the second screen, whatever the screen is
			}
			first, err := registration.Submit(t.Context(), flow, kratos.RegistrationProfile{
				Traits: email("ann@example.org"), Screen: kratos.RegistrationScreenPrevious,
			})
			if err != nil {
				t.Fatal(err)
			}
			if f := first.Flow.Form(); f.Field("password") != nil || f.Value("traits.email") != "ann@example.org" {
				t.Error("the first screen asks for the password, or has no address")
			}
		})
	}
}

func TestARegistrationInOneStep(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		k := kratostest.New(t, kratostest.As(version), kratostest.Configure(func(c *kratostest.Config) { c.OneStepRegistration = true }))
		flow, err := k.Client().Registration.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"traits.email", "traits.name.first", "password"} {
			if flow.Form().Field(field) == nil {
				t.Errorf("%s: the form has no field %s", version, field)
			}
		}
	}
}

func TestARegistrationWithoutSession(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.As("v25.4.0"), kratostest.Configure(func(c *kratostest.Config) {
		c.SessionAfterRegistration, c.ShowVerification = false, false
	}))
	result, err := k.Client().Registration.Do(t.Context(), kratos.RegistrationPassword{Password: password, Traits: email("ann@example.org")})
	if err != nil {
		t.Fatal(err)
	}
	if result.SessionToken != "" || len(result.ContinueWith) != 0 || result.Identity == nil {
		t.Errorf("the result has a session token or steps, or no identity: %v", result.ContinueWith)
	}
}

func TestAMethodOrFlowThatIsDisabled(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.Methods = []string{"code", "profile"} }))
	_, err := k.Client().Registration.Do(t.Context(), kratos.RegistrationPassword{Password: password, Traits: email("ann@example.org")})
	if !errors.Is(err, kratos.ErrNotFound) {
		t.Errorf("the method is disabled: %v, want ErrNotFound", err)
	}
	k = kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.DisabledFlows = []string{"registration"} }))
	if _, err := k.Client().Registration.Start(t.Context()); !errors.Is(err, kratos.ErrFlowDisabled) {
		t.Errorf("the flow is disabled: %v, want ErrFlowDisabled", err)
	}
}

// browser is a web browser that follows no redirects.
type browser struct {
	t      *testing.T
	client *http.Client
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open opens a URL and returns where it leads.
func (b *browser) open(target string) *url.URL {
	b.t.Helper()
	response, err := b.client.Get(target)
	return b.location(response, err)
}

// submit submits a form.
func (b *browser) submit(form kratos.Form, values url.Values) *url.URL {
	b.t.Helper()
	values.Set("csrf_token", form.Value("csrf_token"))
	response, err := b.client.PostForm(form.Action, values)
	return b.location(response, err)
}

func (b *browser) location(response *http.Response, err error) *url.URL {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	location, err := response.Location()
	if err != nil {
		body, _ := io.ReadAll(response.Body)
		b.t.Fatalf("status %d without Location: %s", response.StatusCode, body)
	}
	return location
}

// cookies returns the cookies for a Kratos.
func (b *browser) cookies(k *kratostest.Kratos) []*http.Cookie {
	u, err := url.Parse(k.PublicURL())
	if err != nil {
		b.t.Fatal(err)
	}
	return b.client.Jar.Cookies(u)
}

func TestABrowserRegistersAndVerifies(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version))
			b := newBrowser(t)
			after := k.PublicURL() + "/welcome"
			page := b.open(k.PublicURL() + "/self-service/registration/browser?after_verification_return_to=" + url.QueryEscape(after))
			kit := k.Client().BrowserWithCookies(b.cookies(k))
			flow, err := kit.Registration.Get(t.Context(), page.Query().Get("flow"))
			if err != nil {
				t.Fatal(err)
			}
			page = b.submit(flow.Form(), url.Values{
				"method": {"password"}, "password": {password},
				"traits.email": {"ann@example.org"}, "traits.name.first": {"Ann"}, "traits.newsletter": {"false", "true"},
			})
			if !strings.HasSuffix(page.Path, "/verification") {
				t.Fatalf("the registration leads to %s, want the page of the verification", page.Path)
			}
			kit = k.Client().BrowserWithCookies(b.cookies(k))
			session, err := kit.Whoami(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := string(session.Identity.RawTraits); !strings.Contains(got, `"newsletter":true`) || !strings.Contains(got, `"first":"Ann"`) {
				t.Errorf("traits %s", got)
			}
			verification, err := kit.Verification.Get(t.Context(), page.Query().Get("flow"))
			if err != nil {
				t.Fatal(err)
			}
			result, err := kit.Verification.Submit(t.Context(), verification, kratos.VerificationCode{Code: k.Code("ann@example.org")})
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Flow.Form().Action; got != after {
				t.Errorf("the verification continues at %s, want %s", got, after)
			}
		})
	}
}

func TestRegistrationOfASignedInBrowser(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	b := newBrowser(t)
	page := b.open(k.PublicURL() + "/self-service/registration/browser")
	flow, err := k.Client().BrowserWithCookies(b.cookies(k)).Registration.Get(t.Context(), page.Query().Get("flow"))
	if err != nil {
		t.Fatal(err)
	}
	b.submit(flow.Form(), url.Values{"method": {"password"}, "password": {password}, "traits.email": {"ann@example.org"}})
	if page := b.open(k.PublicURL() + "/self-service/registration/browser"); page.String() != kratostest.DefaultConfig().ReturnURL {
		t.Errorf("the browser goes to %s", page)
	}
	_, err = k.Client().BrowserWithCookies(b.cookies(k)).Registration.Start(t.Context())
	if !errors.Is(err, kratos.ErrSessionAlreadyAvailable) {
		t.Errorf("error %v, want ErrSessionAlreadyAvailable", err)
	}
}
