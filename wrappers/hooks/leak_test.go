package hooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const secret = "s3cret-of-a-person"

// secretCall returns a call with a secret in every member that is not an id.
func secretCall() *hooks.Call {
	c := newCall()
	c.Identity.RawTraits = json.RawMessage(`{"email":"` + secret + `"}`)
	c.Identity.RawMetadataPublic = json.RawMessage(`{"a":"` + secret + `"}`)
	c.TransientPayload = json.RawMessage(`{"a":"` + secret + `"}`)
	c.Flow.ReturnTo, c.Flow.OAuth2LoginChallenge, c.Flow.State = "https://a.example/?"+secret, secret, secret
	c.URL, c.Header = "https://a.example/"+secret, http.Header{"User-Agent": {secret}}
	c.Session.Identity = c.Identity
	return c
}

func secretMail() *hooks.Mail {
	return &hooks.Mail{Recipient: secret, Subject: secret, Body: secret, HTMLBody: secret, TemplateType: "login_code_valid",
		Data: &hooks.LoginCode{Code: secret, TemplateData: hooks.TemplateData{To: secret, RequestURL: secret}}}
}

// failures are functions and responses that fail, with a secret wherever a program can put one.
var failures = []hooks.Func{
	respond(hooks.Fail(errors.New(secret))),
	respond(hooks.Retry(errors.New(secret))),
	respond(hooks.Response{}),
	respond(hooks.Refuse(hooks.Message{Field: "#" + secret, ID: 1, Text: secret})),
	respond(hooks.Refuse(hooks.Message{Text: secret})),
	respond(hooks.Change(hooks.IdentityChange{Traits: secret})),
	respond(hooks.Change(hooks.IdentityChange{State: secret})),
	func(_ context.Context, c *hooks.Call) hooks.Response { panic(fmt.Sprint(secret, c)) },
}

// 10,000 failures of requests that are cut, changed and sent by others show no secret, neither to
// the caller nor in the log.
func TestFailuresShowNoSecrets(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	random := rand.New(rand.NewPCG(1, 2))
	check := func(_ context.Context, _, password string) (bool, error) { return false, errors.New(password) }
	send := func(_ context.Context, m *hooks.Mail) error { return errors.New(m.Body) }
	bodies := []func() []byte{
		func() []byte { return bodyOf(t, hookstest.NewRequest(caller, secretCall())) },
		func() []byte { return bodyOf(t, hookstest.NewPasswordMigrationRequest(caller, secret, secret)) },
		func() []byte { return bodyOf(t, hookstest.NewCourierRequest(caller, secretMail())) },
	}
	statuses := map[int]int{}
	for i := range 10_000 {
		h := []http.Handler{hooks.Handler(caller, failures[random.IntN(len(failures))]), hooks.PasswordMigration(caller, check), hooks.Courier(caller, send)}[i%3]
		r := requestWith(mutate(random, bodies[i%3]()))
		r.Header.Set("Ory-Webhook-Trigger-ID", secret)
		if random.IntN(20) == 0 {
			r.Header.Set("X-Kratos-Key", secret)
		}
		w := serve(h, r)
		statuses[w.Code]++
		if strings.Contains(w.Body.String(), secret) || strings.Contains(fmt.Sprint(w.Header()), secret) {
			t.Fatalf("the response of status %d has the secret", w.Code)
		}
	}
	if strings.Contains(log.String(), secret) || strings.Contains(log.String(), key) {
		t.Error("the log has the secret")
	}
	if lines := bytes.Count(log.Bytes(), []byte("\n")); lines < 9_000 || statuses[422] == 0 || statuses[401] == 0 || statuses[503] == 0 || statuses[204] > 0 {
		t.Errorf("%d lines in the log, statuses %v", lines, statuses)
	}
}

// mutate cuts or changes a body, or leaves it as it is.
func mutate(random *rand.Rand, body []byte) []byte {
	switch random.IntN(4) {
	case 0:
		return body[:random.IntN(len(body))]
	case 1:
		body[random.IntN(len(body))] ^= 1 << random.IntN(7)
	case 2:
		return bytes.Replace(body, []byte(`"`), []byte(`":"`), 1+random.IntN(20))
	}
	return body
}

// A log of any value of the package shows no secret.
func TestValuesPrintNoSecrets(t *testing.T) {
	t.Parallel()
	call, mail := secretCall(), secretMail()
	external := secret
	basic := hooks.BasicAuth("kratos", secret)
	for _, v := range []any{
		call, *call, call.Flow, &call.Flow, mail, *mail, mail.Data, *mail.Data.(*hooks.LoginCode), &hooks.OtherTemplate{Raw: json.RawMessage(`"` + secret + `"`)},
		&hooks.RegistrationCode{Code: secret}, hooks.RecoveryLink{URL: secret}, hooks.VerificationCode{URL: secret},
		basic, &basic, hooks.APIKey("X-Key", secret),
		hooks.Refuse(hooks.Message{ID: 1, Text: secret}), hooks.Fail(errors.New(secret)), hooks.Message{Text: secret, Context: secret},
		hooks.IdentityChange{Traits: secret, ExternalID: &external, State: kratos.IdentityState(secret)},
		hooks.NewMemory(1), hooks.UnknownAddress{TemplateData: hooks.TemplateData{To: secret}},
	} {
		t.Run(fmt.Sprintf("%T", v), func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, nil)).Info("value", "v", v)
			slog.New(slog.NewTextHandler(&log, nil)).Info("value", "v", v)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				fmt.Fprintf(&log, verb, v)
			}
			if strings.Contains(log.String(), secret) || strings.Contains(log.String(), fmt.Sprintf("%x", secret)) {
				t.Errorf("printed as %s", log.String())
			}
		})
	}
}
