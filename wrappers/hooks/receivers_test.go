package hooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestPasswordMigration(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	t.Cleanup(func() { close(block) })
	check := func(_ context.Context, identifier, password string) (bool, error) {
		switch password {
		case "error":
			return true, io.ErrUnexpectedEOF
		case "panic":
			panic(password)
		case "slow":
			<-block
		}
		return identifier == addressMail && password == "right", nil
	}
	for name, c := range map[string]struct {
		identifier, password string
		status               int
		body                 string
		err                  error
	}{
		"the right password matches":              {addressMail, "right", 200, `{"status":"password_match"}`, nil},
		"a wrong password does not match":         {addressMail, "wrong", 403, "", nil},
		"an unknown person does not match":        {"eve@example.org", "right", 403, "", nil},
		"an empty password does not match":        {addressMail, "", 403, "", nil},
		"an error is one attempt, and reported":   {addressMail, "error", 422, "", hooks.ErrFailed},
		"a panic is one attempt, and reported":    {addressMail, "panic", 422, "", hooks.ErrPanic},
		"a time-out is one attempt, and reported": {addressMail, "slow", 422, "", hooks.ErrTimeout},
		"no identifier is an invalid request":     {"", "right", 422, "", hooks.ErrMalformedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			h := hooks.PasswordMigration(caller, check, errs.option(), hooks.Timeout(time.Second))
			w := serve(h, hookstest.NewPasswordMigrationRequest(caller, c.identifier, c.password))
			if w.Code != c.status || w.Body.String() != c.body {
				t.Errorf("status %d with %q, want %d with %q", w.Code, w.Body, c.status, c.body)
			}
			got := errs.all()
			if (len(got) == 1) != (c.err != nil) || len(got) == 1 && !errors.Is(got[0], c.err) {
				t.Errorf("reported %v, want %v", got, c.err)
			}
		})
	}
}

// The data of every template of Kratos v1.3.1 to v26.2.0, as Kratos sends it.
func TestCourierTemplates(t *testing.T) {
	t.Parallel()
	data := hooks.TemplateData{To: addressMail, RequestURL: "https://kratos.example/x", TransientPayload: json.RawMessage(`{"a":1}`), ExpiresInMinutes: 15}
	common := `"to":"` + addressMail + `","request_url":"https://kratos.example/x","transient_payload":{"a":1},"expires_in_minutes":15`
	identity := &kratos.Identity{ID: identityID, SchemaID: "person", RawTraits: json.RawMessage(`{}`)}
	identityJSON := `,"identity":{"id":"` + identityID + `","schema_id":"person","traits":{}}`
	for name, c := range map[string]struct {
		template string
		channel  hooks.Channel
		data     string
		want     hooks.Template
	}{
		"the code of a login":                {"login_code_valid", "email", `"login_code":"1"` + identityJSON, &hooks.LoginCode{TemplateData: data, Code: "1", Identity: identity}},
		"the code of a login by SMS":         {"login_code_valid", "sms", `"login_code":"1"` + identityJSON, &hooks.LoginCode{TemplateData: data, Code: "1", Identity: identity}},
		"the code of a registration":         {"registration_code_valid", "email", `"registration_code":"1","traits":{"a":1}`, &hooks.RegistrationCode{TemplateData: data, Code: "1", Traits: json.RawMessage(`{"a":1}`)}},
		"the code of a registration by SMS":  {"registration_code_valid", "sms", `"registration_code":"1"` + identityJSON, &hooks.RegistrationCode{TemplateData: data, Code: "1", Identity: identity}},
		"the code of a recovery":             {"recovery_code_valid", "email", `"recovery_code":"1"` + identityJSON, &hooks.RecoveryCode{TemplateData: data, Code: "1", Identity: identity}},
		"the code of a recovery by SMS":      {"recovery_code_valid", "sms", `"verification_code":"1"` + identityJSON, &hooks.RecoveryCode{TemplateData: data, Code: "1", Identity: identity}},
		"the link of a recovery":             {"recovery_valid", "email", `"recovery_url":"u"` + identityJSON, &hooks.RecoveryLink{TemplateData: data, URL: "u", Identity: identity}},
		"the code of a verification":         {"verification_code_valid", "email", `"verification_code":"1","verification_url":"u"` + identityJSON, &hooks.VerificationCode{TemplateData: data, Code: "1", URL: "u", Identity: identity}},
		"the code of a verification by SMS":  {"verification_code_valid", "sms", `"verification_code":"1"` + identityJSON, &hooks.VerificationCode{TemplateData: data, Code: "1", Identity: identity}},
		"the link of a verification":         {"verification_valid", "email", `"verification_url":"u"` + identityJSON, &hooks.VerificationLink{TemplateData: data, URL: "u", Identity: identity}},
		"an unknown address, recovery link":  {"recovery_invalid", "email", `"x":1`, &hooks.UnknownAddress{TemplateData: data}},
		"an unknown address, recovery code":  {"recovery_code_invalid", "email", `"x":1`, &hooks.UnknownAddress{TemplateData: data}},
		"an unknown address, verification":   {"verification_invalid", "email", `"x":1`, &hooks.UnknownAddress{TemplateData: data}},
		"an unknown address, code to verify": {"verification_code_invalid", "email", `"x":1`, &hooks.UnknownAddress{TemplateData: data}},
		"a template of a later version":      {"address_changed", "email", `"x":1`, &hooks.OtherTemplate{Raw: json.RawMessage(`{` + common + `,"x":1}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *hooks.Mail
			h := hooks.Courier(caller, func(_ context.Context, m *hooks.Mail) error { got = m; return nil })
			sent := &hooks.Mail{Channel: c.channel, Recipient: addressMail, Subject: "s", Body: "b", HTMLBody: "<b>", TemplateType: c.template,
				Data: &hooks.OtherTemplate{Raw: json.RawMessage(`{` + common + `,` + c.data + `}`)}}
			if w := serve(h, hookstest.NewCourierRequest(caller, sent)); w.Code != 204 || w.Body.Len() != 0 {
				t.Fatalf("status %d with %q", w.Code, w.Body)
			}
			want := *sent
			want.Data = c.want
			if !reflect.DeepEqual(got, &want) {
				t.Errorf("the message differs: %s of %T", got.Channel, got.Data)
			}
			// The data is encoded as it was sent.
			if w := serve(h, hookstest.NewCourierRequest(caller, got)); w.Code != 204 || !reflect.DeepEqual(got, &want) {
				t.Errorf("status %d after the data was encoded", w.Code)
			}
		})
	}
}

func TestCourierFailures(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	t.Cleanup(func() { close(block) })
	mail := &hooks.Mail{Recipient: addressMail, Body: "b", TemplateType: "login_code_valid", Data: &hooks.LoginCode{Code: "1"}}
	broken := &hooks.Mail{Recipient: addressMail, Body: "b", TemplateType: "login_code_valid", Data: &hooks.OtherTemplate{Raw: json.RawMessage(`{"login_code":1}`)}}
	for name, c := range map[string]struct {
		mail    *hooks.Mail
		send    func(context.Context, *hooks.Mail) error
		timeout time.Duration
		err     error
	}{
		"an error":               {mail, func(context.Context, *hooks.Mail) error { return io.ErrUnexpectedEOF }, time.Second, hooks.ErrFailed},
		"a panic":                {mail, func(context.Context, *hooks.Mail) error { panic("secret") }, time.Second, hooks.ErrPanic},
		"a time-out":             {mail, func(context.Context, *hooks.Mail) error { <-block; return nil }, time.Millisecond, hooks.ErrTimeout},
		"data of another type":   {broken, func(context.Context, *hooks.Mail) error { return nil }, time.Second, hooks.ErrMalformedRequest},
		"a mail to no recipient": {&hooks.Mail{TemplateType: "x", Data: mail.Data}, func(context.Context, *hooks.Mail) error { return nil }, time.Second, hooks.ErrMalformedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			w := serve(hooks.Courier(caller, c.send, errs.option(), hooks.Timeout(c.timeout)), hookstest.NewCourierRequest(caller, c.mail))
			if w.Code != 422 || w.Body.Len() != 0 {
				t.Errorf("status %d with %q", w.Code, w.Body)
			}
			if got := errs.all(); len(got) != 1 || !errors.Is(got[0], c.err) {
				t.Errorf("reported %v, want %v", got, c.err)
			}
		})
	}
}
