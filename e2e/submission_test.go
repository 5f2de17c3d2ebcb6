package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// A form has the same result whether a browser submits it to Kratos, or to the site's server, which
// submits it with the SDK.
func TestFormSubmissions(t *testing.T) {
	t.Parallel()
	hook := newHook(t)
	idp := oidcConfig(provider.ForTest(t))
	afterwards := []any{map[string]any{"hook": "web_hook", "config": map[string]any{
		"url": hook.url, "method": "POST", "body": "base64://" + base64.StdEncoding.EncodeToString([]byte(
			`function(ctx) { traits: ctx.identity.traits, payload: if std.objectHas(ctx.flow, "transient_payload") then ctx.flow.transient_payload else null }`)),
	}}}
	config := map[string]any{
		"identity.default_schema_id": "posted",
		"identity.schemas": []any{map[string]any{
			"id": "posted", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(submissionSchema)),
		}},
		"selfservice.methods.oidc":                         idp,
		"selfservice.flows.settings.after.profile.hooks":   afterwards,
		"selfservice.flows.registration.after.code.hooks":  afterwards,
		"selfservice.flows.login.after.password.hooks":     afterwards,
		"selfservice.methods.webauthn.config.passwordless": true,
	}
	config["selfservice.flows.registration.after.password.hooks"] = append(slices.Clone(afterwards), map[string]any{"hook": "session"})
	twoSteps := newFixture(t, config)
	config["selfservice.flows.registration.enable_legacy_one_step"] = true
	config["selfservice.flows.login.style"] = "identifier_first"
	oneStep := newFixture(t, config)

	for _, set := range submissionSets {
		fx := oneStep
		if set.twoSteps {
			fx = twoSteps
		}
		for _, row := range set.cases {
			t.Run(set.flow+", "+row.name, func(t *testing.T) {
				t.Parallel()
				row.compare(t, fx, hook, set)
			})
		}
	}
}

// compare submits the forms of the case in both ways.
func (row submissionCase) compare(t *testing.T, fx *fixture, hook *hook, set submissionSet) {
	t.Helper()
	if row.sinceV254 != nil && sinceV254() {
		row.difference, row.want = row.sinceV254.difference, row.sinceV254.want
	}
	row.want = strings.ReplaceAll(row.want, "{malformed address}", strconv.Itoa(malformedAddress()))
	direct, viaSDK := set.submit(newSubmitter(t, fx, row, hook, false)), set.submit(newSubmitter(t, fx, row, hook, true))
	if row.difference == "" && direct != viaSDK {
		t.Errorf("submitted to Kratos:\n%s\nwith the SDK:\n%s", direct, viaSDK)
	}
	if row.difference != "" && direct == viaSDK {
		t.Errorf("the results are equal, although the case has the difference %q:\n%s", row.difference, viaSDK)
	}
	if !strings.Contains(viaSDK, row.want) {
		t.Errorf("with the SDK:\n%s\nwithout %s", viaSDK, row.want)
	}
}

// submitter is a user who submits the forms of a case.
type submitter struct {
	*user
	testCase submissionCase
	hook     *hook
	name     string // unique
	viaSDK   bool   // through the site's server
	key      *key   // a passkey or security key
	last     *lastResponse
}

func newSubmitter(t *testing.T, fx *fixture, row submissionCase, hook *hook, viaSDK bool) *submitter {
	t.Helper()
	own, last := *fx, new(lastResponse)
	own.client = must(kratos.NewClient(fx.srv.PublicURL, kratos.WithHTTPClient(&http.Client{Transport: last})))(t)
	name := fmt.Sprintf("submitter%dx", people.Add(1))
	return &submitter{user: own.user(t, singlePage), testCase: row, hook: hook, name: name, viaSDK: viaSDK, key: newKey(), last: last}
}

func (p *submitter) email() string { return p.name + "@example.org" }

const submitterPassword = "correct horse battery staple"

// createAccount creates an identity with the traits of the case.
func (p *submitter) createAccount() {
	p.t.Helper()
	traits := map[string]any{"username": p.name, "email": p.email()}
	if p.testCase.traits != "" {
		must[any](nil, json.Unmarshal([]byte(p.testCase.traits), &traits))(p.t)
	}
	must(p.admin.CreateIdentity(p.t.Context(), kratos.CreateIdentity{
		Traits: traits, Credentials: kratos.Credentials(kratos.PlaintextPassword(submitterPassword)),
	}))(p.t)
}

// logIn logs in with the password.
func (p *submitter) startSession() {
	p.t.Helper()
	p.withBrowser(func(b *kratos.Browser) {
		must(b.Login.Do(p.t.Context(), kratos.LoginPassword{Identifier: p.name, Password: submitterPassword}))(p.t)
	})
}

// submitForms submits the forms of the case to a new flow, and returns a summary of each response.
func submitForms[F, M, P any](p *submitter, f flow[F, M, P]) string {
	p.t.Helper()
	var flow *F
	p.withBrowser(func(b *kratos.Browser) { flow = must(f.browser(b).With(f.params).Start(p.t.Context()))(p.t) })
	var outcomes []string
	for _, query := range p.testCase.forms {
		form := f.form(flow)
		values := p.values(form, query)
		if p.viaSDK {
			posted, err := form.Submission(values)
			if err == nil {
				p.last.body = nil
				p.withBrowser(func(b *kratos.Browser) { _, err = f.browser(b).Submit(p.t.Context(), flow, any(posted).(M)) })
			}
			if errors.Is(err, kratos.ErrInvalidArgument) {
				return strings.Join(append(outcomes, "rejected"), "\n")
			}
		} else {
			p.postToKratos(form.Action, values)
		}
		outcomes = append(outcomes, p.summary())
		flow = nextFlow(p, f, flow)
	}
	return strings.Join(outcomes, "\n")
}

// nextFlow returns the flow of the next form: that of the response, or the new flow in the action
// of saved settings.
func nextFlow[F, M, P any](p *submitter, f flow[F, M, P], flow *F) *F {
	p.t.Helper()
	var response struct {
		ID string
		UI *kratos.Form
	}
	if json.Unmarshal(p.last.body, &response) != nil || response.UI == nil {
		return flow
	}
	if id := must(url.Parse(response.UI.Action))(p.t).Query().Get("flow"); id != "" && id != response.ID {
		p.withBrowser(func(b *kratos.Browser) { flow = must(f.browser(b).Get(p.t.Context(), id))(p.t) })
		return flow
	}
	flow = new(F)
	return must[*F](flow, json.Unmarshal(p.last.body, flow))(p.t)
}

// postToKratos submits a form to Kratos as a browser does.
func (p *submitter) postToKratos(action string, values url.Values) {
	p.t.Helper()
	r := must(http.NewRequestWithContext(p.t.Context(), http.MethodPost, action, strings.NewReader(values.Encode())))(p.t)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p.do(r)
}

// get reads a URL of Kratos.
func (p *submitter) get(url string) {
	p.t.Helper()
	p.do(must(http.NewRequestWithContext(p.t.Context(), http.MethodGet, url, nil))(p.t))
}

// do sends a request with the browser's cookies.
func (p *submitter) do(r *http.Request) {
	p.t.Helper()
	r.Header.Set("Accept", "application/json")
	browser := &http.Client{Jar: p.http.Jar, Transport: p.last, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	must(browser.Do(r))(p.t).Body.Close()
}

// values returns the fields that a browser submits: those of the query, and with the prefix "+"
// also those that the form shows.
func (p *submitter) values(form kratos.Form, query string) url.Values {
	p.t.Helper()
	replaced := []string{"{name}", p.name, "{email}", url.QueryEscape(p.email()), "{password}", url.QueryEscape(submitterPassword)}
	if strings.Contains(query, "{code}") {
		replaced = append(replaced, "{code}", p.code(p.email()))
	}
	if strings.Contains(query, "{totp}") {
		replaced = append(replaced, "{totp}", must(totp.GenerateCode(form.TOTPSecret(), time.Now()))(p.t))
	}
	for placeholder, options := range map[string]func(kratos.Form) string{"{passkey}": passkeyOptions, "{security key}": webauthnOptions} {
		if strings.Contains(query, placeholder) {
			replaced = append(replaced, placeholder, url.QueryEscape(p.key.create(p.t, options(form))))
		}
	}
	replaced = append(replaced, "{key id}", hexID(p.key))
	query, shown := strings.CutPrefix(strings.NewReplacer(replaced...).Replace(query), "+")
	values := must(url.ParseQuery(query))(p.t)
	if shown {
		for name, value := range p.shownFields(form) {
			if values[name] == nil {
				values[name] = value
			}
		}
	}
	if values["csrf_token"] == nil {
		values.Set("csrf_token", form.Value("csrf_token"))
	}
	return values
}

// shownFields returns the fields of the traits that a page shows. A checkbox has a hidden field
// before it.
func (p *submitter) shownFields(form kratos.Form) url.Values {
	values := url.Values{}
	for _, n := range form.Nodes() {
		switch {
		case !strings.HasPrefix(n.Name, "traits."):
		case n.InputType != kratos.UIInputTypeCheckbox:
			values.Add(n.Name, n.Value)
		case n.Checked:
			values[n.Name] = []string{"false", "true"}
		default:
			values.Set(n.Name, "false")
		}
	}
	return values
}
