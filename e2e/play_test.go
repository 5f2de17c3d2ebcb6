package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// play is a flow that a visitor is in.
type play[F, M any] struct {
	v    *visitor
	k    kind[F, M]
	opts []kratos.CallOption // of every submission
	flow *F                  // nil on pages
	form kratos.Form
	id   string          // of the flow on a page
	step *kratos.Step[F] // what the last submission came to, not on pages
	err  error
}

// start begins a flow.
func start[F, M any](v *visitor, k kind[F, M], opts ...kratos.CallOption) *play[F, M] {
	v.t.Helper()
	p := &play[F, M]{v: v, k: k}
	if v.mode == pages {
		p.page(v.http.Get(v.site + "/" + k.name + "?" + queryOf(opts)))
		if p.id == "" {
			v.t.Fatalf("the browser is at no form of a new %s", k.name)
		}
		return p
	}
	p.through(func(flows kratos.Flows[F, M]) {
		p.flow = must1of[*F](v.t)(flows.Start(v.t.Context(), append(opts, v.options()...)...))
	})
	p.form = k.form(p.flow)
	return p
}

// queryOf returns the query that options make.
func queryOf(opts []kratos.CallOption) string {
	r := &http.Request{URL: &url.URL{}, Header: http.Header{}}
	for _, opt := range opts {
		opt(r)
	}
	return r.URL.RawQuery
}

func (v *visitor) options() []kratos.CallOption {
	if v.token == "" {
		return nil
	}
	return []kratos.CallOption{kratos.Token(v.token)}
}

// through does something with the flows of the visitor's mode.
func (p *play[F, M]) through(do func(kratos.Flows[F, M])) {
	p.v.t.Helper()
	if p.v.mode == native {
		do(p.k.native(p.v.client))
		return
	}
	p.v.ajax(func(b *kratos.Browser) { do(p.k.browser(b)) })
}

// sends submits what the visitor entered, checks what comes of it, and covers that cell.
func (p *play[F, M]) sends(want string, body M) {
	p.v.t.Helper()
	flow, method := methodOf(body)
	if got := p.send(body); got != want {
		p.v.t.Fatalf("%s, %s, %s: %s (error %v, messages %+v), want %s", flow, p.v.mode, method, got, p.err, p.form.Messages, want)
	}
	covers(p.v.t, flow, p.v.mode, method, want)
}

// send submits what the visitor entered, and returns what comes of it.
func (p *play[F, M]) send(body M) (outcome string) {
	p.v.t.Helper()
	if p.v.mode == pages {
		return p.page(p.v.http.PostForm(p.form.Action, p.fields(body)))
	}
	p.through(func(flows kratos.Flows[F, M]) {
		p.step, p.err = flows.Submit(p.v.t.Context(), p.flow, body, append(p.v.options(), p.opts...)...)
	})
	if flow := kratos.Rejected[F](p.err); flow != nil {
		p.flow = flow
	}
	if p.step != nil && p.step.Flow != nil {
		p.flow = p.step.Flow
	}
	if p.step != nil && p.step.SessionToken != "" {
		p.v.token = p.step.SessionToken
	}
	p.form = p.k.form(p.flow)
	if p.err != nil {
		return failure(p.err)
	}
	return p.outcome()
}

// outcome reads a submission that Kratos accepted.
func (p *play[F, M]) outcome() string {
	p.v.t.Helper()
	switch {
	case strings.Contains(p.step.RedirectTo, "aal=aal2"):
		return "second factor"
	case p.step.RedirectTo != "":
		return "elsewhere"
	case !p.step.Done:
		return "goes on"
	}
	return p.ends()
}

// ends tells whether the visitor has a session at the end of a flow. A verification makes none.
func (p *play[F, M]) ends() string {
	p.v.t.Helper()
	if p.k.name == "verification" {
		return "done"
	}
	_, err := p.v.session()
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, kratos.ErrAAL2Required):
		return "second factor"
	}
	return "done, but " + err.Error()
}

// failure reads an error.
func failure(err error) string {
	var e *kratos.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if (errors.Is(err, kratos.ErrFlowExpired) || errors.Is(err, kratos.ErrFlowReplaced)) && e.FlowID == "" {
		return err.Error() + ", without the flow to use instead"
	}
	for _, m := range e.Messages() {
		if outcome := messageOutcomes[m.ID]; outcome != "" {
			return outcome
		}
	}
	for _, known := range []struct {
		err     error
		outcome string
	}{
		{kratos.ErrRejected, "refused"},
		{kratos.ErrFlowExpired, "expired"},
		{kratos.ErrFlowReplaced, "replaced"},
		{kratos.ErrAAL2Required, "second factor"},
		{kratos.ErrRefreshRequired, "refresh"},
		{kratos.ErrAddressNotVerified, "unverified"},
		{kratos.ErrBrowserLocationChangeRequired, "elsewhere"},
		{kratos.ErrCSRF, "csrf"},
		{kratos.ErrInvalid, "csrf"},
		{kratos.ErrNotFound, "disabled"},
	} {
		if errors.Is(err, known.err) {
			return known.outcome
		}
	}
	return err.Error()
}

// messageOutcomes are the numbers of messages that say more than that something is wrong.
var messageOutcomes = map[int]string{
	kratos.MessageAddressNotVerified:  "unverified",
	kratos.MessageLoginExpired:        "expired",
	kratos.MessageRegistrationExpired: "expired",
	kratos.MessageSettingsExpired:     "expired",
	kratos.MessageRecoveryExpired:     "expired",
	kratos.MessageVerificationExpired: "expired",
	noLoginStrategy:                   "disabled",
	noRegistrationStrategy:            "disabled",
	noSettingsStrategy:                "disabled",
	4010005:                           "disabled", // no strategy for a recovery
	4010006:                           "disabled", // no strategy for a verification
}

// page reads where a browser is after a redirect or a form.
func (p *play[F, M]) page(resp *http.Response, err error) string {
	p.v.t.Helper()
	if err != nil {
		p.v.t.Fatal(err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Request.URL.String(), p.v.site) {
		return p.v.leaves(resp)
	}
	var at shown
	if err := json.NewDecoder(resp.Body).Decode(&at); err != nil {
		p.v.t.Fatalf("%s with status %d: %v", resp.Request.URL.Path, resp.StatusCode, err)
	}
	before := p.id
	p.form, p.id = kratos.Form{UIContainer: at.UI}, at.ID
	for _, m := range p.form.Messages {
		if outcome := messageOutcomes[m.ID]; outcome != "" {
			return outcome
		}
		switch m.ID {
		case kratos.MessageSettingsSaved, kratos.MessageRecoverySuccessful, kratos.MessageVerified:
			return p.ends()
		case kratos.MessageLoginAgain:
			if p.k.name == "settings" {
				return "refresh"
			}
		}
	}
	switch {
	case at.Page == "error":
		return p.v.flowError(at.ID)
	case at.Page == "home":
		return p.ends()
	case p.form.HasErrors() && before != at.ID && (p.k.name == "recovery" || p.k.name == "verification"):
		return "replaced"
	case p.form.HasErrors():
		return "refused"
	case p.asksForSecondFactor() && before != at.ID:
		return "second factor"
	}
	return "goes on"
}

// leaves reads an answer that is no page of the site.
func (v *visitor) leaves(resp *http.Response) string {
	next, err := resp.Location()
	if err != nil || next.Host == v.home.Host || strings.HasPrefix(next.String(), v.site) {
		return fmt.Sprintf("status %d at %s", resp.StatusCode, resp.Request.URL.Path)
	}
	return "elsewhere"
}

func (p *play[F, M]) asksForSecondFactor() bool {
	return slices.ContainsFunc(p.form.Messages, func(m kratos.Message) bool { return m.ID == kratos.MessageLoginSecondFactor })
}

// flowError reads the error that the error page is to show.
func (v *visitor) flowError(id string) string {
	v.t.Helper()
	e := must1of[*kratos.FlowError](v.t)(v.client.FlowError(v.t.Context(), id)).Error
	switch {
	case e.ID == "security_csrf_violation":
		return "csrf"
	case e.Code == http.StatusNotFound:
		return "disabled"
	}
	return fmt.Sprintf("the error page: %d %s %s", e.Code, e.ID, cmp.Or(e.Reason, e.Message))
}

// fields are a body as a browser sends it from a form.
func (p *play[F, M]) fields(body M) url.Values {
	p.v.t.Helper()
	_, method := methodOf(body)
	var members map[string]any
	if err := json.Unmarshal(must1of[[]byte](p.v.t)(json.Marshal(withoutMethods(body))), &members); err != nil {
		p.v.t.Fatal(err)
	}
	members["method"], members["csrf_token"] = method, p.form.Value("csrf_token")
	values := url.Values{}
	flatten(values, "", members)
	return values
}

// withoutMethods is a method of a flow as a plain struct or map, whose JSON has what is entered.
func withoutMethods(body any) any {
	v := reflect.ValueOf(body)
	if v.Kind() == reflect.Map {
		return v.Convert(reflect.TypeFor[map[string]any]()).Interface()
	}
	return v.Convert(reflect.StructOf(reflect.VisibleFields(v.Type()))).Interface()
}

func flatten(values url.Values, prefix string, members map[string]any) {
	for name, value := range members {
		switch value := value.(type) {
		case nil:
		case map[string]any:
			flatten(values, prefix+name+".", value)
		default:
			values.Set(prefix+name, fmt.Sprint(value))
		}
	}
}
