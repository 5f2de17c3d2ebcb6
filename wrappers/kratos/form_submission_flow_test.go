package kratos_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The methods that a form accepts depend on the flow, which its action names.
func TestMethodsOfSubmissions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flow, nodes, posted string
		ok                  bool
	}{
		"a login whose page is older than the flow": {"login", `password submit method "password"`, "method=identifier_first&identifier=a", true},
		"settings with another method":              {"settings", `profile submit method "profile"`, "method=link", true},
		"a registration that goes back":             {"registration", `profile submit screen "previous"`, "screen=previous", true},
		"a registration that goes back by a method": {"registration", `profile submit method "profile"`, "method=profile:back", true},
		"a login with an unknown method":            {"login", `password submit method "password"`, "method=nonsense", false},
		"a recovery":                                {"recovery", `code submit method "code"`, "method=code&email=a", true},
		"a recovery with another method":            {"recovery", `code submit method "code"`, "method=link&email=a", false},
		"a recovery with a method of other flows":   {"recovery", `code submit method "code"`, "method=password", false},
		"a verification with an unknown method":     {"verification", `code submit method "code"`, "method=nonsense", false},
		"a verification without one":                {"verification", `code submit method "code"`, "email=a", false},
		"a completed verification":                  {"verification", `default hidden csrf_token "c"`, "method=code&code=1", true},
		"a completed verification, and a new one":   {"verification", `default hidden csrf_token "c"`, "method=password", false},
		"a button for a new code":                   {"recovery", `code submit email "a"`, "email=a", true},
		"an unknown flow":                           {"", `password submit method "password"`, "method=identifier_first", false},
	} {
		t.Run(name, func(t *testing.T) {
			form := formOf(t, tc.nodes)
			if tc.flow != "" {
				form.Action = "https://example.org/auth/self-service/" + tc.flow + "?flow=f"
			}
			values, err := url.ParseQuery(tc.posted)
			if err != nil {
				t.Fatal(err)
			}
			switch _, err := form.Submission(values); {
			case (err == nil) != tc.ok:
				t.Errorf("%v, want it taken: %v", err, tc.ok)
			case err != nil && !errors.Is(err, kratos.ErrInvalidArgument):
				t.Errorf("%v, want ErrInvalidArgument", err)
			}
		})
	}
}

// The JSON of a single-page application is sent as it is.
func TestSubmissionsOfJSON(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"an object":                      {`{"method":"password","password":"p","traits":{"a":{"b":[1,null,"x"]}},"x":true}`, `{"csrf_token":"c","method":"password","password":"p","traits":{"a":{"b":[1,null,"x"]}},"x":true}`},
		"integers of any size":           {`{"method":"password","traits":{"n":12345678901234567890,"m":1e400}}`, `{"csrf_token":"c","method":"password","traits":{"m":1e400,"n":12345678901234567890}}`},
		"a token of its own":             {`{"method":"password","csrf_token":"other"}`, `{"csrf_token":"c","method":"password"}`},
		"an earlier screen":              {`{"screen":"previous","traits":{}}`, `{"csrf_token":"c","method":"profile:back","screen":"previous","traits":{}}`},
		"a list is refused":              {`["s3cret"]`, ""},
		"a text is refused":              {`"s3cret"`, ""},
		"null is refused":                {`null`, ""},
		"too large an object is refused": {`{"method":"` + strings.Repeat("s", 5<<20) + `"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var body kratos.Submission
			err := json.Unmarshal([]byte(tc.body), &body)
			switch {
			case (err == nil) != (tc.want != ""):
				t.Fatalf("%v, want %q", err, tc.want)
			case err != nil && strings.Contains(err.Error(), "s3cret"):
				t.Fatalf("the text says too much: %v", err)
			}
			if tc.want == "" {
				return
			}
			if got := wire(t, formOf(t, `default hidden csrf_token "c"`), body); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// A method after which a recovery or verification cannot be continued is not sent.
func TestSubmissionsToARecovery(t *testing.T) {
	t.Parallel()
	offers := formOf(t, `code submit method "code"`).UIContainer
	for name, tc := range map[string]struct {
		body  string
		known bool // the form
		ok    bool
	}{
		"a method of the form":                    {`{"method":"code","email":"a"}`, true, true},
		"a method that the form does not have":    {`{"method":"link","email":"a"}`, true, false},
		"an unknown method":                       {`{"method":"nonsense","email":"a"}`, true, false},
		"a method that is not a text":             {`{"method":1,"email":"a"}`, true, false},
		"no method":                               {`{"email":"a"}`, true, false},
		"nothing":                                 {`{}`, true, false},
		"a code without a method":                 {`{"code":"123456"}`, true, true},
		"a flow with only an id":                  {`{"method":"link","email":"a"}`, false, true},
		"a flow with only an id, other methods":   {`{"method":"password","email":"a"}`, false, false},
		"a flow with only an id, without methods": {`{"email":"a"}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			client, _ := serve(t, counted(&asked, reply{status: 200, body: flowBody("f", "sent_email", sent, "[]")}))
			var body kratos.Submission
			if err := json.Unmarshal([]byte(tc.body), &body); err != nil {
				t.Fatal(err)
			}
			browser := client.Browser(browserRequest("csrf_token_0=c"))
			recovery, verification := newFlow[kratos.RecoveryFlow]("f"), newFlow[kratos.VerificationFlow]("f")
			if tc.known {
				recovery.UI, verification.UI = offers, offers
			}
			_, err := browser.Recovery.Submit(t.Context(), recovery, body)
			_, err2 := browser.Verification.Submit(t.Context(), verification, body)
			switch {
			case tc.ok != (err == nil && err2 == nil):
				t.Errorf("%v, %v, want both taken: %v", err, err2, tc.ok)
			case !tc.ok && (!errors.Is(err, kratos.ErrInvalidArgument) || !errors.Is(err2, kratos.ErrInvalidArgument)):
				t.Errorf("%v, %v, want ErrInvalidArgument", err, err2)
			case !tc.ok && asked.Load() != 0:
				t.Errorf("sent %d times", asked.Load())
			}
			login := newFlow[kratos.LoginFlow]("f") // where Kratos reports the error
			if _, err := browser.Login.Submit(t.Context(), login, body); err != nil {
				t.Error(err)
			}
		})
	}
}

// Members that the site's own server adds to a form are sent as form fields.
func TestSubmissionsWithMoreMembers(t *testing.T) {
	t.Parallel()
	form := formOf(t, `password submit method "password"`, `profile text traits.a null`)
	for name, tc := range map[string]struct {
		add  func(kratos.Submission)
		want string
	}{
		"a text":    {func(p kratos.Submission) { p["password"] = "p" }, "method=password&password=p&traits.a=x"},
		"a number":  {func(p kratos.Submission) { p["traits.n"] = 7 }, "method=password&traits.a=x&traits.n=7"},
		"a boolean": {func(p kratos.Submission) { p["traits.b"] = true }, "method=password&traits.a=x&traits.b=true"},
		"a list":    {func(p kratos.Submission) { p["traits.l"] = []any{1, "a", nil} }, "method=password&traits.a=x&traits.l=1&traits.l=a&traits.l="},
		"an object": {func(p kratos.Submission) { p["transient_payload"] = map[string]any{"ip": "192.0.2.1"} }, `method=password&traits.a=x&transient_payload={"ip":"192.0.2.1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := form.Submission(url.Values{"method": {"password"}, "traits.a": {"x"}})
			if err != nil {
				t.Fatal(err)
			}
			tc.add(body)
			if got := wire(t, form, body); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	body, err := form.Submission(url.Values{"method": {"password"}, "traits.a": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	client, _ := serve(t, routes{})
	for name, member := range map[string]any{"traits": map[string]any{"a": "y"}, "transient_payload": func() {}} {
		t.Run(name, func(t *testing.T) {
			more := maps.Clone(body)
			more[name] = member
			if _, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), more); !errors.Is(err, kratos.ErrInvalidArgument) && !strings.Contains(err.Error(), "json") {
				t.Error(err)
			}
		})
	}
}

// goldenFlows are flows with the forms of the golden requests.
type goldenFlows struct {
	login        *kratos.LoginFlow
	registration *kratos.RegistrationFlow
	settings     *kratos.SettingsFlow
	recovery     *kratos.RecoveryFlow
	verification *kratos.VerificationFlow
}

func goldenForms(t *testing.T) goldenFlows {
	t.Helper()
	flows := goldenFlows{
		newFlow[kratos.LoginFlow](idA), newFlow[kratos.RegistrationFlow](idA), newFlow[kratos.SettingsFlow](idA), newFlow[kratos.RecoveryFlow](idA), newFlow[kratos.VerificationFlow](idA),
	}
	flows.login.UI = formOf(t, `default hidden csrf_token "csrf"`, `default text identifier null`, `password password password null`, `password submit method "password"`).UIContainer
	flows.registration.UI = formOf(t, `default hidden csrf_token "csrf"`, `default text traits.email null`, `default checkbox traits.tos null`, `oidc submit provider "acme"`).UIContainer
	flows.settings.UI = formOf(t, `default hidden csrf_token "csrf"`, `profile text traits.emails null`, `profile text traits.emails.0 "a@example.org"`, `profile number traits.age 7`, `profile submit method "profile"`).UIContainer
	flows.recovery.UI = formOf(t, `default hidden csrf_token "csrf"`, `code text code null`, `code hidden method "code"`, `code submit email "a@example.org"`).UIContainer
	flows.verification.UI = flows.recovery.UI
	return flows
}

// formCalls has a submission of a form for each flow.
func formCalls(t *testing.T, b *kratos.Browser) map[string]func() error {
	t.Helper()
	forms := goldenForms(t)
	login, registration, settings, recovery, verification := forms.login, forms.registration, forms.settings, forms.recovery, forms.verification
	ctx := t.Context()
	return map[string]func() error{
		"updateLoginFlow": func() error {
			return second(b.Login.Submit(ctx, login, submissionOf(t, login.Form(), "method=password&identifier=ada&password=p%26+q")))
		},
		"updateRegistrationFlow": func() error {
			return second(b.Registration.Submit(ctx, registration, submissionOf(t, registration.Form(), "provider=acme&traits.email=&traits.tos=false&traits.tos=on&transient_payload="+`%7b"from":"app"%7d`)))
		},
		"updateSettingsFlow": func() error {
			return second(b.Settings.Submit(ctx, settings, submissionOf(t, settings.Form(), "method=profile&traits.emails=b@example.org&traits.emails.0=a@example.org&traits.age=007")))
		},
		"updateRecoveryFlow": func() error {
			return second(b.Recovery.Submit(ctx, recovery, submissionOf(t, recovery.Form(), "method=code&code=123456")))
		},
		"updateVerificationFlow": func() error {
			return second(b.Verification.Submit(ctx, verification, submissionOf(t, verification.Form(), "method=code&code=&email=a@example.org")))
		},
	}
}

// submissionOf returns the submission of a form that a browser posted.
func submissionOf(t *testing.T, form kratos.Form, query string) kratos.Submission {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	body, err := form.Submission(values)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// FuzzSubmission submits arbitrary forms: the result is a submission that can be sent, or
// ErrInvalidArgument.
func FuzzSubmission(f *testing.F) {
	f.Add("method=password&traits.a=1&traits.l.0=a&traits.l=&csrf_token=x", "login", "traits.l.0")
	f.Add("transient_payload.a.b=1&transient_payload={}&method=code", "recovery", "code")
	f.Add("passkey_login={}&transient_payload=%7b%22a%22:[]%7d", "settings", "passkey_login")
	f.Add("a=1&a.b=2&.=3&..=4&traits.=5&traits.l.99999999999=6", "", "traits.l")
	f.Fuzz(func(t *testing.T, query, flow, name string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		form := formOf(t, `password submit method "password"`, `code hidden method "code"`, `profile text traits.l null`, `profile checkbox traits.l.1 true`, `passkey hidden passkey_login ""`)
		form.Action = "http://127.0.0.1/self-service/" + url.PathEscape(flow)
		form.UIContainer.Nodes[3].Attributes.Name = name
		body, err := form.Submission(values)
		if err != nil {
			if !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Error(err)
			}
			return
		}
		client, _ := respondWith(t, http.StatusOK, http.Header{"Content-Type": {"application/json"}}, `{"session":{"id":"s"}}`)
		if _, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), body); err != nil {
			t.Error(err)
		}
	})
}
