package kratostest_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// sendCode starts a verification and sends the code.
func sendCode(t *testing.T, k *kratostest.Kratos, address string) *kratos.VerificationFlow {
	t.Helper()
	result, err := k.Client().Verification.Do(t.Context(), kratos.VerificationCode{Email: address})
	if err != nil {
		t.Fatal(err)
	}
	return result.Flow
}

// isVerified reports whether the address of a person is verified.
func isVerified(t *testing.T, k *kratostest.Kratos, p *kratostest.Person) bool {
	t.Helper()
	i, err := k.Admin().Identity(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return i.VerifiableAddresses[0].Verified
}

func TestVerificationWithACode(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version))
			ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
			verification := k.Client().Verification
			flow := sendCode(t, k, "ANN@example.org")
			wrong := "000000"
			if k.Code("ann@example.org") == wrong {
				wrong = "111111"
			}
			if _, err := verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: wrong}); !errors.Is(err, kratos.ErrRejected) {
				t.Errorf("a wrong code: %v, want ErrRejected", err)
			}
			if isVerified(t, k, ann) {
				t.Error("a wrong code verifies the address")
			}
			result, err := verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: k.Code("ann@example.org")})
			if err != nil || !result.Done || !isVerified(t, k, ann) {
				t.Fatalf("the code does not verify the address: %v", err)
			}
			if _, err := verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: k.Code("ann@example.org")}); !errors.Is(err, kratos.ErrFlowReplaced) {
				t.Errorf("a flow that is done: %v, want ErrFlowReplaced", err)
			}
		})
	}
}

func TestVerificationOfAnUnknownAddress(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	if flow := sendCode(t, k, "nobody@example.org"); flow.Form().Field("code") == nil {
		t.Error("the form does not ask for a code: it tells who has an account")
	}
	if mails := k.Mails(""); len(mails) != 0 {
		t.Errorf("%d messages were sent", len(mails))
	}
}

func TestTooManyVerificationCodes(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
	flow := sendCode(t, k, "ann@example.org")
	for range 5 {
		_, err := k.Client().Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: "not-one"})
		if !slices.Contains(numbers(err), kratos.MessageInvalidVerificationCode) {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	_, err := k.Client().Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: k.Code("ann@example.org")})
	if !errors.Is(err, kratos.ErrFlowReplaced) || isVerified(t, k, ann) {
		t.Errorf("the right code after five wrong ones: %v, want ErrFlowReplaced", err)
	}
}

func TestAVerificationCodeThatHasExpired(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.CodeLifespan = time.Minute }))
	ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
	flow := sendCode(t, k, "ann@example.org")
	k.Advance(2 * time.Minute)
	_, err := k.Client().Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: k.Code("ann@example.org")})
	if !errors.Is(err, kratos.ErrFlowExpired) || isVerified(t, k, ann) {
		t.Errorf("error %v, want ErrFlowExpired", err)
	}
}

func TestTheLinkOfAVerificationCode(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
	sendCode(t, k, "ann@example.org")
	b := newBrowser(t)
	page := b.open(k.Link("ann@example.org"))
	if isVerified(t, k, ann) {
		t.Error("the link alone verifies the address")
	}
	flow, err := k.Client().BrowserWithCookies(b.cookies(k)).Verification.Get(t.Context(), page.Query().Get("flow"))
	if err != nil {
		t.Fatal(err)
	}
	if got := flow.Form().Value("code"); got != k.Code("ann@example.org") {
		t.Errorf("the form has the code %q", got)
	}
}

func TestVerificationWithALink(t *testing.T) {
	t.Parallel()
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := kratostest.New(t, kratostest.As(version), kratostest.Configure(func(c *kratostest.Config) {
				c.VerificationMethod, c.CodeLifespan = "link", time.Minute
			}))
			ann := k.Person(kratostest.Person{Email: "ann@example.org", Unverified: true})
			b := newBrowser(t)
			send := func() string {
				if _, err := k.Client().Verification.Do(t.Context(), kratos.VerificationLink{Email: "ann@example.org"}); err != nil {
					t.Fatal(err)
				}
				return k.Link("ann@example.org")
			}
			late := send()
			k.Advance(2 * time.Minute)
			if b.open(late); isVerified(t, k, ann) {
				t.Error("a link that has expired verifies the address")
			}
			link := send()
			page := b.open(link)
			if !isVerified(t, k, ann) {
				t.Error("the link does not verify the address")
			}
			if again := b.open(link); again.Query().Get("flow") == page.Query().Get("flow") {
				t.Error("a link that was used leads to its flow, not to a new one")
			}
		})
	}
}

func TestANativeVerificationWithACookie(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	flow, err := k.Client().Verification.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", flow.Form().Action, strings.NewReader(`{"method":"code","email":"ann@example.org"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Content-Type": {"application/json"}, "Cookie": {"a=b"}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d, want 400: the form with a message", response.StatusCode)
	}
}
