package kratostest

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A password of another system logs in, and Kratos does not ask for it again.
func TestPasswordMigration(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	check := func(_ context.Context, identifier, password string) (bool, error) {
		calls.Add(1)
		if password == "broken" {
			return false, errors.New("the other system is down")
		}
		return identifier == "ann@example.org" && password == "correct horse", nil
	}
	k := New(t, Configure(func(c *Config) {
		c.PasswordMigration = &Receiver{Caller: testCaller, Handler: hooks.PasswordMigration(testCaller, check, hooks.OnError(func(context.Context, error) {}))}
	}))
	must(k.Admin().CreateIdentity(t.Context(), kratos.CreateIdentity{
		Traits: map[string]string{"email": "ann@example.org"}, Credentials: kratos.Credentials(kratos.PasswordMigrationHook()),
	}))(t)
	for _, step := range []struct {
		name, password string
		status         int
		calls          int64
	}{
		{"a wrong password is rejected", "wrong horse", http.StatusBadRequest, 1},
		{"an error of the check is a 502", "broken", http.StatusBadGateway, 2},
		{"the right password logs in", "correct horse", 0, 3},
		{"the password that is stored logs in", "correct horse", 0, 3},
		{"another password is rejected", "wrong horse", http.StatusBadRequest, 3},
	} {
		_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: "ann@example.org", Password: step.password})
		status := 0
		var e *kratos.Error
		if errors.As(err, &e) {
			status = e.StatusCode
		}
		if status != step.status || calls.Load() != step.calls {
			t.Errorf("%s: status %d after %d calls, want %d after %d: %v", step.name, status, calls.Load(), step.status, step.calls, err)
		}
	}
}

// The courier sends the codes and links of all flows to Go code.
func TestCourier(t *testing.T) {
	t.Parallel()
	mails := make(chan *hooks.Mail, 1)
	k := New(t, As("v25.4.0"), Configure(func(c *Config) {
		c.ShowVerification = false
		c.Courier = &Receiver{Caller: testCaller, Handler: hooks.Courier(testCaller, func(_ context.Context, m *hooks.Mail) error {
			mails <- m
			return nil
		})}
	}))
	p, ctx, client := k.Person(Person{Unverified: true}), t.Context(), k.Client()
	for name, tc := range map[string]struct {
		send func() error
		code func(hooks.Template) string
	}{
		"login": {func() error { _, err := client.Login.Do(ctx, kratos.LoginCode{Identifier: p.Email}); return err },
			func(d hooks.Template) string { return d.(*hooks.LoginCode).Code }},
		"recovery": {func() error { _, err := client.Recovery.Do(ctx, kratos.RecoveryCode{Email: p.Email}); return err },
			func(d hooks.Template) string { return d.(*hooks.RecoveryCode).Code }},
		"verification": {func() error {
			_, err := client.Verification.Do(ctx, kratos.VerificationCode{Email: p.Email})
			return err
		},
			func(d hooks.Template) string { return d.(*hooks.VerificationCode).Code }},
		"registration": {func() error {
			_, err := client.Registration.Do(ctx, kratos.RegistrationCode{Traits: map[string]string{"email": "new@example.org"}})
			return err
		}, func(d hooks.Template) string { return d.(*hooks.RegistrationCode).Code }},
	} {
		if err := tc.send(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := <-mails
		if m.Channel != hooks.ChannelEmail || tc.code(m.Data) != k.Code(m.Recipient) || m.HTMLBody == "" {
			t.Errorf("%s: %s to %s", name, m.TemplateType, m.Recipient)
		}
	}
}

// The courier tries again, and then gives up.
func TestCourierThatFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		failures int64
		status   kratos.CourierMessageStatus
		sends    int64
	}{
		"a message that fails twice is sent":       {2, kratos.CourierMessageStatusSent, 3},
		"a message that always fails is abandoned": {100, kratos.CourierMessageStatusAbandoned, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			k := New(t, Configure(func(c *Config) {
				c.Courier = &Receiver{Caller: testCaller, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if calls.Add(1) <= tc.failures {
						w.WriteHeader(http.StatusUnprocessableEntity)
					}
				})}
			}))
			p := k.Person(Person{})
			must(k.Client().Login.Do(t.Context(), kratos.LoginCode{Identifier: p.Email}))(t)
			k.backend.wait()
			page := must(k.Admin().CourierMessagesPage(t.Context(), kratos.ListCourierMessages{}))(t)
			if m := page.Items[0]; m.Status != tc.status || int64(m.SendCount) != tc.sends || calls.Load() != tc.sends {
				t.Errorf("%s after %d attempts, %d calls", m.Status, m.SendCount, calls.Load())
			}
			message := must(k.Admin().CourierMessage(t.Context(), page.Items[0].ID))(t)
			if int64(len(message.Dispatches)) != tc.sends {
				t.Errorf("%d dispatches", len(message.Dispatches))
			}
		})
	}
}
