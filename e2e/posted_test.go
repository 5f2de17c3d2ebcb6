package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// A form comes to the same whether a browser posts it to Kratos, or to the site's own server, which
// passes it on.
func TestPostedForms(t *testing.T) {
	t.Parallel()
	hook := newHook(t)
	idp := acme(provider.ForTest(t))
	afterwards := []any{map[string]any{"hook": "web_hook", "config": map[string]any{
		"url": hook.url, "method": "POST", "body": "base64://" + base64.StdEncoding.EncodeToString([]byte(
			`function(ctx) { traits: ctx.identity.traits, payload: if std.objectHas(ctx.flow, "transient_payload") then ctx.flow.transient_payload else null }`)),
	}}}
	config := map[string]any{
		"identity.default_schema_id": "posted",
		"identity.schemas": []any{map[string]any{
			"id": "posted", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(postedSchema)),
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

	for _, set := range postedRows {
		fx := oneStep
		if set.twoSteps {
			fx = twoSteps
		}
		for _, row := range set.rows {
			t.Run(set.flow+", "+row.name, func(t *testing.T) {
				t.Parallel()
				row.compare(t, fx, hook, set)
			})
		}
	}
}

// compare posts the row's forms in both ways.
func (row postedRow) compare(t *testing.T, fx *fixture, hook *hook, set postedSet) {
	t.Helper()
	straight, through := set.post(newPoster(t, fx, row, hook, false)), set.post(newPoster(t, fx, row, hook, true))
	if row.fault == "" && straight != through {
		t.Errorf("posted to Kratos:\n%s\nthrough the site:\n%s", straight, through)
	}
	if row.fault != "" && straight == through {
		t.Errorf("both come to the same, though it says %q:\n%s", row.fault, through)
	}
	if !strings.Contains(through, row.want) {
		t.Errorf("through the site:\n%s\nwithout %s", through, row.want)
	}
}

// poster is somebody who posts forms.
type poster struct {
	*user
	row     postedRow
	hook    *hook
	name    string // unique
	through bool   // the site's own server
	key     *key   // a passkey or security key
	last    *lastResponse
}

func newPoster(t *testing.T, fx *fixture, row postedRow, hook *hook, through bool) *poster {
	t.Helper()
	own, last := *fx, new(lastResponse)
	own.client = must(kratos.NewClient(fx.srv.PublicURL, kratos.WithHTTPClient(&http.Client{Transport: last})))(t)
	name := fmt.Sprintf("poster%dx", people.Add(1))
	return &poster{user: own.user(t, singlePage), row: row, hook: hook, name: name, through: through, key: newKey(), last: last}
}

func (p *poster) email() string { return p.name + "@example.org" }

const postersPassword = "correct horse battery staple"

// joins makes an account with the row's traits.
func (p *poster) joins() {
	p.t.Helper()
	traits := map[string]any{"username": p.name, "email": p.email()}
	if p.row.has != "" {
		must[any](nil, json.Unmarshal([]byte(p.row.has), &traits))(p.t)
	}
	must(p.admin.CreateIdentity(p.t.Context(), kratos.CreateIdentity{
		Traits: traits, Credentials: kratos.Credentials(kratos.PlaintextPassword(postersPassword)),
	}))(p.t)
}

// signsIn logs in with the password.
func (p *poster) signsIn() {
	p.t.Helper()
	p.ajax(func(b *kratos.Browser) {
		must(b.Login.Do(p.t.Context(), kratos.LoginPassword{Identifier: p.name, Password: postersPassword}))(p.t)
	})
}

// posts posts the row's forms to a new flow, and returns what comes of each.
func posts[F, M, P any](p *poster, f flow[F, M, P]) string {
	p.t.Helper()
	var flow *F
	p.ajax(func(b *kratos.Browser) { flow = must(f.browser(b).With(f.params).Start(p.t.Context()))(p.t) })
	var outcomes []string
	for _, query := range p.row.posts {
		form := f.form(flow)
		values := p.values(form, query)
		if p.through {
			posted, err := form.Submission(values)
			if err == nil {
				p.last.body = nil
				p.ajax(func(b *kratos.Browser) { _, err = f.browser(b).Submit(p.t.Context(), flow, any(posted).(M)) })
			}
			if errors.Is(err, kratos.ErrInvalidArgument) {
				return strings.Join(append(outcomes, "refused"), "\n")
			}
		} else {
			p.postStraight(form.Action, values)
		}
		outcomes = append(outcomes, p.outcome())
		flow = next(p, f, flow)
	}
	return strings.Join(outcomes, "\n")
}

// next is the flow whose form the person sees after flow: that of the answer, or the new one that
// the form of saved settings leads to.
func next[F, M, P any](p *poster, f flow[F, M, P], flow *F) *F {
	p.t.Helper()
	var answer struct {
		ID string
		UI *kratos.Form
	}
	if json.Unmarshal(p.last.body, &answer) != nil || answer.UI == nil {
		return flow
	}
	if id := must(url.Parse(answer.UI.Action))(p.t).Query().Get("flow"); id != "" && id != answer.ID {
		p.ajax(func(b *kratos.Browser) { flow = must(f.browser(b).Get(p.t.Context(), id))(p.t) })
		return flow
	}
	flow = new(F)
	return must[*F](flow, json.Unmarshal(p.last.body, flow))(p.t)
}

// postStraight posts a form as a browser does.
func (p *poster) postStraight(action string, values url.Values) {
	p.t.Helper()
	r := must(http.NewRequestWithContext(p.t.Context(), http.MethodPost, action, strings.NewReader(values.Encode())))(p.t)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p.asks(r)
}

// get fetches what Kratos has at a URL.
func (p *poster) get(url string) {
	p.t.Helper()
	p.asks(must(http.NewRequestWithContext(p.t.Context(), http.MethodGet, url, nil))(p.t))
}

// asks sends a request of the browser's.
func (p *poster) asks(r *http.Request) {
	p.t.Helper()
	r.Header.Set("Accept", "application/json")
	browser := &http.Client{Jar: p.http.Jar, Transport: p.last, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	must(browser.Do(r))(p.t).Body.Close()
}

// values are what a browser posts: the query's fields, and those that the form shows if it begins
// with "+".
func (p *poster) values(form kratos.Form, query string) url.Values {
	p.t.Helper()
	replaced := []string{"{name}", p.name, "{email}", url.QueryEscape(p.email()), "{password}", url.QueryEscape(postersPassword)}
	if strings.Contains(query, "{code}") {
		replaced = append(replaced, "{code}", p.code(p.email()))
	}
	if strings.Contains(query, "{totp}") {
		secret, _ := form.TOTPSecret()
		replaced = append(replaced, "{totp}", must(totp.GenerateCode(secret, time.Now()))(p.t))
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
		for name, value := range p.shows(form) {
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

// shows are the fields of the traits as a page shows them, a checkbox with a hidden field before
// it.
func (p *poster) shows(form kratos.Form) url.Values {
	values := url.Values{}
	for _, n := range form.Nodes {
		switch name, value := n.Attributes.Name, kratos.NodeValue(n); {
		case !strings.HasPrefix(name, "traits."):
		case n.Attributes.Type != kratos.UIInputTypeCheckbox:
			values.Add(name, value)
		case value == "true":
			values[name] = []string{"false", "true"}
		default:
			values.Set(name, "false")
		}
	}
	return values
}
