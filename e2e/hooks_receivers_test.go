package e2e

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// The receivers of a configuration of package kratostest are called by both servers.
func TestReceiversOfBoth(t *testing.T) {
	t.Parallel()
	p := newPerson()
	sent := newMailedCodes()
	configure := kratostest.Configure(func(c *kratostest.Config) {
		c.PasswordMigration = &kratostest.Receiver{Caller: hookCaller, Handler: hooks.PasswordMigration(hookCaller,
			func(_ context.Context, identifier, password string) (bool, error) {
				return identifier == p.Email && password == p.password, nil
			})}
		c.Courier = &kratostest.Receiver{Caller: hookCaller, Handler: hooks.Courier(hookCaller, sent.send)}
		c.Hooks = []kratostest.Hook{{Trigger: "login.after.code", Kind: hooks.Decide, Receiver: kratostest.Receiver{
			Caller: hookCaller, Handler: hooks.Handler(hookCaller, func(context.Context, *hooks.Call) hooks.Response {
				return hooks.Refuse(hooks.Message{ID: hookMessage, Text: "Refused."})
			})}}}
	})
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		client := k.Client()
		must(k.Admin().CreateIdentity(t.Context(), kratos.CreateIdentity{
			Traits: emailOf(p), Credentials: kratos.Credentials(kratos.PasswordMigrationHook()),
			VerifiableAddresses: []kratos.VerifiableAddress{{Value: p.Email, Via: kratos.AddressChannelEmail, Verified: true, Status: kratos.AddressStatusCompleted}},
		}))(t)
		must(client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		step := must(client.Login.Do(t.Context(), kratos.LoginCode{Identifier: p.Email}))(t)
		code := k.Code(p.Email)
		sent.wait(t, code)
		_, err := client.Login.Submit(t.Context(), step.Flow, kratos.LoginCode{Identifier: p.Email, Code: code})
		if got := errorText(err); got != "form: 1234" {
			t.Errorf("the hook after the login: %q", got)
		}
	}, configure, byVersion(kratostest.As("v1.3.1"), kratostest.As("v25.4.0")))
}

// mailedCodes are the codes of logins that were sent, of both servers.
type mailedCodes struct {
	mu   sync.Mutex
	sent map[string]chan struct{} // closed when the code was sent
}

func newMailedCodes() *mailedCodes { return &mailedCodes{sent: map[string]chan struct{}{}} }

func (c *mailedCodes) of(code string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sent[code] == nil {
		c.sent[code] = make(chan struct{})
	}
	return c.sent[code]
}

func (c *mailedCodes) send(_ context.Context, m *hooks.Mail) error {
	close(c.of(m.Data.(*hooks.LoginCode).Code))
	return nil
}

func (c *mailedCodes) wait(t *testing.T, code string) {
	t.Helper()
	select {
	case <-c.of(code):
	case <-time.After(15 * time.Second):
		t.Error("the code was not sent")
	}
}

func emailOf(p person) map[string]any { return map[string]any{"email": p.Email} }

// A message that the receiver never accepts is abandoned after six attempts.
func TestHookCourierGivesUp(t *testing.T) {
	onBothServers(t, func(t *testing.T, be backend) {
		var calls atomic.Int64
		mails := newHookCourier(t, func(context.Context, *hooks.Mail) error {
			calls.Add(1)
			return errors.New("the test fails it")
		})
		fx := be.newFixture(t, mails.config(t, be, nil))
		p := fx.createPerson(t, true)
		start(fx.user(t, native), login).submit("next step", kratos.LoginCode{Identifier: p.Email})
		m := fx.awaitAbandoned(t)
		if calls.Load() != 6 || m.SendCount != 6 {
			t.Errorf("%d calls, send count %d", calls.Load(), m.SendCount)
		}
		if got := must(fx.admin.CourierMessage(t.Context(), m.ID))(t); len(got.Dispatches) != 6 {
			t.Errorf("%d dispatches", len(got.Dispatches))
		}
	})
}

// awaitAbandoned returns the message that the courier has abandoned.
func (fx *fixture) awaitAbandoned(t *testing.T) kratos.CourierMessage {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		page := must(fx.admin.CourierMessagesPage(t.Context(), kratos.ListCourierMessages{Status: kratos.CourierMessageStatusAbandoned}))(t)
		if len(page.Items) > 0 {
			return page.Items[0]
		}
	}
	t.Fatal("the message is not abandoned")
	return kratos.CourierMessage{}
}

// Both servers pass the same headers of a person's request on.
func TestHookHeaders(t *testing.T) {
	onBothServers(t, func(t *testing.T, be backend) {
		called := make(chan *hooks.Call, 1)
		receiver := newTestServer(t, hooks.Handler(hookCaller, func(_ context.Context, c *hooks.Call) hooks.Response {
			called <- c
			return hooks.Allow()
		}))
		fx := be.newFixture(t, map[string]any{"selfservice.flows.login.before.hooks": hookItem(t, receiver.URL, hookCaller, hooks.Decide)})
		r := must(http.NewRequestWithContext(t.Context(), "GET", fx.srv.PublicURL+"/self-service/login/api", nil))(t)
		for _, name := range []string{"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Cookie", "Dnt", "Forwarded",
			"Origin", "Priority", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User",
			"True-Client-Ip", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Request-Id", "X-Session-Token", "X-Custom"} {
			r.Header.Set(name, "a")
		}
		r.Header.Set("Referer", "https://www.example.org/page?secret")
		must(http.DefaultClient.Do(r))(t).Body.Close()
		call := <-called
		if got := call.Header.Get("Referer"); got != "https://www.example.org/page" {
			t.Errorf("Referer %q", got)
		}
		want := "Accept Accept-Encoding Accept-Language Origin Priority Referer Sec-Ch-Ua Sec-Ch-Ua-Mobile Sec-Ch-Ua-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User True-Client-Ip User-Agent"
		if got := strings.Join(slices.Sorted(maps.Keys(call.Header)), " "); got != want {
			t.Errorf("headers %s, want %s", got, want)
		}
	})
}
