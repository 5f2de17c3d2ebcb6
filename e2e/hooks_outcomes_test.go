package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// wantOutcome is what a person gets.
func wantOutcome(d hookDirective, mode string) string {
	flow, phase, _ := strings.Cut(d.trigger, ".")
	stores := phase != "before" && (flow == "registration" || flow == "settings")
	verified := ""
	if d.trigger == "verification.after" {
		verified = ", verified"
	}
	switch {
	case d.decision == "allow", d.kind == string(hooks.Notify):
		return "done"
	case d.decision == "change" && stores:
		return "done, changed"
	case d.decision == "bare":
		return wantOfBare(d.trigger, mode) + verified
	case phase == "before":
		return wantOfStart(flow, mode)
	case flow == "recovery" && mode != pages:
		return "status 500"
	case flow == "verification" && mode != pages:
		return "status 410" + verified
	case d.decision == "refuse":
		return "traits.email: 1234" + verified
	}
	return "form: 5000001" + verified
}

// wantOfStart is what a person gets from a hook that refuses before a flow. A flow of a login is not
// stored, and so not found.
func wantOfStart(flow, mode string) string {
	if flow == "login" {
		return errorIn(flow, mode, "404")
	}
	return errorIn(flow, mode, "500")
}

// errorIn is an error before a flow. Those of a recovery and verification are JSON for browsers too.
func errorIn(flow, mode, status string) string {
	if mode == pages && flow != "recovery" && flow != "verification" {
		return "error page " + status
	}
	return "status " + status
}

// wantOfBare is what a person gets from a hook that refuses without messages.
func wantOfBare(trigger, mode string) string {
	flow, phase, _ := strings.Cut(trigger, ".")
	switch {
	case trigger == "login.after.oidc", trigger == "login.before" && mode == native:
		return "status 400"
	case phase == "before":
		return errorIn(flow, mode, "500")
	case mode == pages:
		return "error page 500"
	case mode == singlePage && (flow == "login" || flow == "registration"):
		return "status 500"
	}
	return "status 400, code 500"
}

// outcome describes the error of a person, and whether the identity has been changed or stored.
func (fx *hookFixture) outcome(t *testing.T, d hookDirective, err error, email string) string {
	t.Helper()
	if err != nil {
		return fx.failure(t, d, err, email)
	}
	if email == "" || d.decision != "change" {
		return "done"
	}
	identity := must(fx.admin.FindIdentity(t.Context(), email))(t)
	if strings.Contains(string(identity.RawMetadataPublic), d.trigger) {
		return "done, changed"
	}
	return "done"
}

func (fx *hookFixture) failure(t *testing.T, d hookDirective, err error, email string) string {
	t.Helper()
	text := errorText(err)
	if email == "" {
		return text
	}
	identity, err := fx.admin.FindIdentity(t.Context(), email)
	switch {
	case strings.HasPrefix(d.trigger, "registration.after") && !errors.Is(err, kratos.ErrNotFound):
		return text + ", stored"
	case strings.HasPrefix(d.trigger, "verification.after") && identity.VerifiableAddresses[0].Verified:
		return text + ", verified"
	}
	return text
}

// errorText returns the first message in a form, or the status of another error.
func errorText(err error) string {
	var e *kratos.Error
	var form errForm
	var fields map[string][]kratos.Message
	var messages []kratos.Message
	switch {
	case errors.As(err, &form):
		fields, messages = form.FieldErrors(), form.Messages
	case errors.As(err, &e):
		fields, messages = e.FieldErrors(), e.Messages()
	default:
		return err.Error()
	}
	for field, messages := range fields {
		return fmt.Sprintf("%s: %d", field, messages[0].ID)
	}
	if len(messages) > 0 {
		return fmt.Sprintf("form: %d", messages[0].ID)
	}
	if e == nil {
		return "no message"
	}
	text := fmt.Sprintf("status %d", e.StatusCode)
	if e.Code != 0 && e.Code != e.StatusCode {
		text += fmt.Sprintf(", code %d", e.Code)
	}
	return text
}

// expectCall checks what a hook is told.
func expectCall(t *testing.T, c *hooks.Call, d hookDirective, method string) {
	t.Helper()
	flow, phase, _ := strings.Cut(d.trigger, ".")
	if method == "" {
		_, method, _ = strings.Cut(phase, ".")
	}
	if string(c.Flow.Name) != flow {
		t.Errorf("flow %q", c.Flow.Name)
	}
	if active := string(c.Flow.Active); active != method && (active != "" || flow != "registration" && flow != "settings") {
		t.Errorf("method %q", c.Flow.Active)
	}
	if known := c.Identity != nil; known == (phase == "before") {
		t.Errorf("identity known: %v", known)
	}
	unstored := d.kind == string(hooks.Decide) && flow == "registration"
	if c.Identity != nil && (c.Identity.ID == "") != unstored {
		t.Errorf("id of the identity %q", c.Identity.ID)
	}
	if (c.TriggerID != "") != sinceV254() || c.RequestID == "" {
		t.Errorf("trigger %q, request %q", c.TriggerID, c.RequestID)
	}
	if strings.ContainsAny(c.URL+c.Flow.RequestURL, "?") || c.Header.Get("Cookie") != "" {
		t.Errorf("a query or a cookie was sent: %v", c.Header)
	}
}
