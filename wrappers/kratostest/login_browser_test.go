package kratostest_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestABrowserWithASecondFactorIsSentToIt(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{TOTP: true})
	browser := k.Client().BrowserWithCookies(nil)
	result, err := browser.Login.Do(t.Context(), kratos.LoginPassword{Identifier: ann.Email, Password: ann.Password})
	if err != nil {
		t.Fatal(err)
	}
	if result.Done || result.RedirectTo != k.PublicURL()+"/self-service/login/browser?aal=aal2" {
		t.Errorf("done %v, redirect to %q", result.Done, result.RedirectTo)
	}
	if _, err := browser.Whoami(t.Context()); !errors.Is(err, kratos.ErrAAL2Required) {
		t.Errorf("%v, want ErrAAL2Required: the session exists", err)
	}
	if _, err := browser.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(t.Context(), kratos.LoginTOTP{TOTPCode: ann.TOTPCode()}); err != nil {
		t.Error(err)
	}
	if _, err := browser.Whoami(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPageWithoutJSON(t *testing.T) {
	k := kratostest.New(t)
	s := k.SignInBrowser(k.Person(kratostest.Person{}))
	for path, want := range map[string]string{
		"/self-service/login/browser":                                              "http://127.0.0.1:4455/",
		"/self-service/login/browser?return_to=http://127.0.0.1:4455/account":      "http://127.0.0.1:4455/account",
		"/self-service/login/browser?return_to=/account":                           "http://127.0.0.1:4455/account",
		"/self-service/login/browser?return_to=//evil.example/account":             "http://127.0.0.1:4455/error",
		"/self-service/login/browser?return_to=account":                            "http://127.0.0.1:4455/error",
		"/self-service/login/browser?refresh=true&return_to=http://127.0.0.1:9999": "http://127.0.0.1:4455/error",
	} {
		response := send(t, s.AddTo(get(t, k, path)))
		defer response.Body.Close()
		location, err := response.Location()
		if err != nil || response.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d, error %v", path, response.StatusCode, err)
			continue
		}
		location.RawQuery = ""
		if location.String() != want {
			t.Errorf("%s: redirect to %s, want %s", path, location, want)
		}
	}
}

func TestANativeFlowIsNotForBrowsers(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{})
	for _, test := range []struct {
		header, value string
		want          int
	}{
		{"Origin", "https://app.example.org", http.StatusBadRequest},
		{"Cookie", "theme=dark", http.StatusBadRequest},
		{"Cookie", "__cf_bm=x", http.StatusOK}, // of Cloudflare, not of a browser
	} {
		body := `{"method":"password","identifier":"` + ann.Email + `","password":"` + ann.Password + `"}`
		r := submission(t, k, start(t, k).ID, "application/json", body)
		r.Header.Set(test.header, test.value)
		if status, _ := do(t, r); status != test.want {
			t.Errorf("%s %s: status %d, want %d", test.header, test.value, status, test.want)
		}
	}
}

func TestAFormOfAPage(t *testing.T) {
	k := kratostest.New(t)
	ann := k.Person(kratostest.Person{})
	for name, test := range map[string]struct {
		form url.Values
		want string // path of the redirect
	}{
		"a right password":    {url.Values{"method": {"password"}, "identifier": {ann.Email}, "password": {ann.Password}}, "/"},
		"an empty password":   {url.Values{"method": {"password"}, "identifier": {ann.Email}, "password": {""}}, "/login"},
		"an unknown method":   {url.Values{"method": {"pigeon"}}, "/login"},
		"another CSRF token":  {url.Values{"method": {"password"}, "identifier": {ann.Email}, "password": {ann.Password}, "csrf_token": {"x"}}, "/error"},
		"codes of the person": {url.Values{"method": {"code"}, "identifier": {ann.Email}}, "/login"},
	} {
		t.Run(name, func(t *testing.T) {
			browser := k.Client().BrowserWithCookies(nil)
			flow, err := browser.Login.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !test.form.Has("csrf_token") {
				test.form.Set("csrf_token", flow.Form().Value("csrf_token"))
			}
			r := submission(t, k, flow.ID, "application/x-www-form-urlencoded", test.form.Encode())
			r.Header.Set("Accept", "text/html")
			for _, c := range browser.Cookies() {
				r.AddCookie(c)
			}
			response := send(t, r)
			defer response.Body.Close()
			location, err := response.Location()
			if err != nil || response.StatusCode != http.StatusSeeOther || location.Path != test.want {
				t.Errorf("status %d, redirect to %v, error %v; want %s", response.StatusCode, location, err, test.want)
			}
		})
	}
}
