package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
)

// FuzzHandler sends any body as Kratos. Each is a call or an invalid request.
func FuzzHandler(f *testing.F) {
	for _, c := range []*hooks.Call{newCall(), {Flow: hooks.Flow{Name: hooks.FlowLogin}}} {
		f.Add(bodyOf(f, hookstest.NewRequest(caller, c)))
	}
	f.Add([]byte(`{"flow":{"id":"` + triggerID + `"},"identity":null,"session":{},"request_headers":{"A":null}}`))
	f.Add([]byte(`{"flow":{"id":"` + triggerID + `","issued_at":"x"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var errs errorList
		var call *hooks.Call
		h := hooks.Handler(caller, func(_ context.Context, c *hooks.Call) hooks.Response { call = c; return hooks.Allow() }, errs.option())
		w := serve(h, requestWith(body))
		got := errs.all()
		switch {
		case call == nil:
			if w.Code < 400 || w.Code >= 500 || len(got) != 1 || !errors.Is(got[0], hooks.ErrMalformedRequest) {
				t.Errorf("status %d, reported %v", w.Code, got)
			}
		case w.Code != http.StatusNoContent || len(got) != 0:
			t.Errorf("status %d, reported %v", w.Code, got)
		case len(call.Flow.ID) != 36, call.Session != nil && call.Session.Identity != call.Identity, call.TransientPayload != nil && call.TransientPayload[0] != '{':
			t.Errorf("an invalid call of the flow %q", call.Flow.ID)
		}
	})
}

// FuzzCourier sends any body as Kratos' courier.
func FuzzCourier(f *testing.F) {
	for _, template := range []string{"login_code_valid", "recovery_code_valid", "verification_invalid", "other"} {
		f.Add(bodyOf(f, hookstest.NewCourierRequest(caller, &hooks.Mail{Recipient: addressMail, TemplateType: template, Data: &hooks.LoginCode{Code: "1"}})))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var mail *hooks.Mail
		w := serve(hooks.Courier(caller, func(_ context.Context, m *hooks.Mail) error { mail = m; return nil }, new(errorList).option()), requestWith(body))
		if (w.Code == http.StatusNoContent) != (mail != nil) || w.Code >= 500 {
			t.Errorf("status %d", w.Code)
		}
		if mail != nil && (mail.Data == nil || mail.Recipient == "") {
			t.Error("a message without data or a recipient")
		}
	})
}

func requestWith(body []byte) *http.Request {
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	caller.Authenticate(r)
	return r
}

func bodyOf(tb testing.TB, r *http.Request) []byte {
	tb.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r.Body); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
