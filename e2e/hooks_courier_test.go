package e2e

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// hookMails are the messages that Kratos' courier delivered to a receiver.
type hookMails struct {
	url  string
	mail chan *hooks.Mail
}

// newHookMails starts a receiver of Kratos' courier. The first attempt of each message fails, if
// failFirst is set.
func newHookMails(t *testing.T, failFirst bool) *hookMails {
	t.Helper()
	mail := make(chan *hooks.Mail, 100)
	failed := make(chan bool, 1)
	mails := newHookCourier(t, func(_ context.Context, m *hooks.Mail) error {
		if failFirst {
			select {
			case failed <- true:
				return errors.New("the test fails it")
			default:
			}
		}
		mail <- m
		return nil
	})
	mails.mail = mail
	return mails
}

// newHookCourier starts a receiver of Kratos' courier.
func newHookCourier(t *testing.T, send func(context.Context, *hooks.Mail) error) *hookMails {
	t.Helper()
	ignore := hooks.OnError(func(context.Context, error) {})
	return &hookMails{url: newTestServer(t, hooks.Courier(hookCaller, send, ignore)).URL}
}

// config returns Kratos' configuration, with further values by path. A real Kratos also tells
// addresses without an account, which one in memory does not.
func (mails *hookMails) config(t *testing.T, be backend, values map[string]any) map[string]any {
	t.Helper()
	request := parseYAML[map[string]any](t, must(hooks.CourierConfig(mails.url, hookCaller))(t))
	all := map[string]any{
		"courier.delivery_strategy":   "http",
		"courier.http.request_config": request,
		"courier.channels":            []any{map[string]any{"id": "sms", "type": "http", "request_config": request}},
	}
	if be == realKratos {
		all["selfservice.flows.recovery.notify_unknown_recipients"] = true
		all["selfservice.flows.verification.notify_unknown_recipients"] = true
	}
	maps.Copy(all, values)
	return all
}

// next returns the next message.
func (mails *hookMails) next(t *testing.T, channel hooks.Channel, recipient, template string) *hooks.Mail {
	t.Helper()
	select {
	case m := <-mails.mail:
		if m.Channel != channel || m.Recipient != recipient || m.TemplateType != template || m.Body == "" || (m.Subject == "") != (channel == hooks.ChannelSMS) {
			t.Errorf("a %s of %s to %s, with the subject %q", m.Channel, m.TemplateType, m.Recipient, m.Subject)
		}
		if (m.HTMLBody != "") != (sinceV254() && channel == hooks.ChannelEmail) {
			t.Errorf("%d bytes of HTML", len(m.HTMLBody))
		}
		return m
	case <-time.After(15 * time.Second):
		t.Fatalf("no %s of %s arrived", channel, template)
		return nil
	}
}

// template returns the data of a message, which has to have this type.
func template[T hooks.Template](t *testing.T, m *hooks.Mail) T {
	t.Helper()
	data, ok := m.Data.(T)
	if !ok {
		t.Fatalf("%s has the data %T", m.TemplateType, m.Data)
	}
	return data
}

func TestHookCourierSendsCodes(t *testing.T) { onBothServers(t, testHookCourierSendsCodes) }

func testHookCourierSendsCodes(t *testing.T, be backend) {
	mails := newHookMails(t, true)
	fx := be.newFixture(t, mails.config(t, be, map[string]any{
		"feature_flags.use_continue_with_transitions":         true,
		"selfservice.flows.registration.after.password.hooks": []any{map[string]any{"hook": "session"}},
	}))
	p, u := newPerson(), fx.user(t, native)

	ft := start(u, registration)
	ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
	registered := template[*hooks.RegistrationCode](t, mails.next(t, hooks.ChannelEmail, p.Email, "registration_code_valid"))
	if !strings.Contains(string(registered.Traits), p.Email) || registered.To != p.Email || (registered.ExpiresInMinutes > 0) != sinceV254() {
		t.Errorf("to %q, valid for %d minutes", registered.To, registered.ExpiresInMinutes)
	}
	ft.submit("done", kratos.RegistrationCode{Traits: p.traits, Code: registered.Code})

	again := start(fx.user(t, native), login)
	again.submit("next step", kratos.LoginCode{Identifier: p.Email})
	code := template[*hooks.LoginCode](t, mails.next(t, hooks.ChannelEmail, p.Email, "login_code_valid"))
	if code.Identity == nil || code.Identity.ID == "" {
		t.Errorf("identity %v", code.Identity)
	}
	again.submit("done", kratos.LoginCode{Identifier: p.Email, Code: code.Code})

	recover := start(fx.user(t, native), recovery)
	recover.submit("next step", kratos.RecoveryCode{Email: p.Email})
	recovered := template[*hooks.RecoveryCode](t, mails.next(t, hooks.ChannelEmail, p.Email, "recovery_code_valid"))
	recover.submit("done", kratos.RecoveryCode{Code: recovered.Code})

	q := fx.createPerson(t, false)
	verify := start(fx.user(t, native), verification)
	verify.submit("next step", kratos.VerificationCode{Email: q.Email})
	verified := template[*hooks.VerificationCode](t, mails.next(t, hooks.ChannelEmail, q.Email, "verification_code_valid"))
	if !strings.Contains(verified.URL, verified.Code) {
		t.Error("the URL does not enter the code")
	}
	verify.submit("done", kratos.VerificationCode{Code: verified.Code})

	if be == memoryKratos {
		return
	}
	stranger := newPerson()
	start(fx.user(t, native), recovery).submit("next step", kratos.RecoveryCode{Email: stranger.Email})
	template[*hooks.UnknownAddress](t, mails.next(t, hooks.ChannelEmail, stranger.Email, "recovery_code_invalid"))
	start(fx.user(t, native), verification).submit("next step", kratos.VerificationCode{Email: stranger.Email})
	template[*hooks.UnknownAddress](t, mails.next(t, hooks.ChannelEmail, stranger.Email, "verification_code_invalid"))
}

func TestHookCourierSendsLinks(t *testing.T) { onBothServers(t, testHookCourierSendsLinks) }

func testHookCourierSendsLinks(t *testing.T, be backend) {
	mails := newHookMails(t, false)
	fx := be.newFixture(t, mails.config(t, be, map[string]any{
		"selfservice.flows.recovery.use":     "link",
		"selfservice.flows.verification.use": "link",
	}))
	p := fx.createPerson(t, false)
	start(fx.user(t, native), recovery).trySubmit(kratos.RecoveryLink{Email: p.Email})
	if link := template[*hooks.RecoveryLink](t, mails.next(t, hooks.ChannelEmail, p.Email, "recovery_valid")); !strings.HasPrefix(link.URL, fx.srv.PublicURL) {
		t.Error("the link is not one to Kratos")
	}
	start(fx.user(t, native), verification).trySubmit(kratos.VerificationLink{Email: p.Email})
	if link := template[*hooks.VerificationLink](t, mails.next(t, hooks.ChannelEmail, p.Email, "verification_valid")); !strings.HasPrefix(link.URL, fx.srv.PublicURL) || link.Identity == nil {
		t.Error("the link is not one to Kratos, or there is no identity")
	}
	if be == memoryKratos {
		return
	}
	stranger := newPerson()
	start(fx.user(t, native), recovery).trySubmit(kratos.RecoveryLink{Email: stranger.Email})
	template[*hooks.UnknownAddress](t, mails.next(t, hooks.ChannelEmail, stranger.Email, "recovery_invalid"))
	start(fx.user(t, native), verification).trySubmit(kratos.VerificationLink{Email: stranger.Email})
	template[*hooks.UnknownAddress](t, mails.next(t, hooks.ChannelEmail, stranger.Email, "verification_invalid"))
}

// phoneSchema is an identity schema with a phone number.
const phoneSchema = `{"$id": "https://kratoskit.example/schemas/phone.json", "type": "object", "properties": {"traits": {"type": "object", "properties": {
	"phone": {"type": "string", "format": "tel", "ory.sh/kratos": {"credentials": {"code": {"identifier": true, "via": "sms"}}, "verification": {"via": "sms"}}}}}}}`

func TestHookCourierSendsSMS(t *testing.T) {
	t.Parallel()
	mails := newHookMails(t, false)
	fx := newFixture(t, mails.config(t, realKratos, map[string]any{
		"identity.default_schema_id": "phone",
		"identity.schemas":           []any{map[string]any{"id": "phone", "url": "base64://" + base64.StdEncoding.EncodeToString([]byte(phoneSchema))}},
	}))
	const phone = "+4930123456"
	must(fx.admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: map[string]string{"phone": phone}, VerifiableAddresses: []kratos.VerifiableAddress{
		{Value: phone, Via: kratos.AddressChannelSMS, Verified: true, Status: kratos.AddressStatusCompleted}}}))(t)
	ft := start(fx.user(t, native), login)
	ft.trySubmit(kratos.LoginCode{Identifier: phone})
	code := template[*hooks.LoginCode](t, mails.next(t, hooks.ChannelSMS, phone, "login_code_valid"))
	ft.submit("done", kratos.LoginCode{Identifier: phone, Code: code.Code})
}
