package kratos_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// canned answers every request in the same way.
type canned struct {
	status int
	header http.Header
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: c.header, Body: io.NopCloser(strings.NewReader(c.body)), Request: r}, nil
}

func headerValue(e exchange, name string) (string, bool) { return header(e, name) }

// recordedCall makes the call that the answer is to; nil for operations without a step.
func recordedCall(e exchange) func(*kratos.Client) (done bool, err error) {
	ctx := context.Background()
	switch e.Op {
	case "updateLoginFlow":
		flow := new(kratos.LoginFlow)
		flow.ID = "f"
		return func(c *kratos.Client) (bool, error) {
			step, err := c.Login.Submit(ctx, flow, kratos.LoginPassword{})
			return err == nil && step.Done, err
		}
	case "updateRegistrationFlow":
		flow := new(kratos.RegistrationFlow)
		flow.ID = "f"
		return func(c *kratos.Client) (bool, error) {
			step, err := c.Registration.Submit(ctx, flow, kratos.RegistrationPassword{})
			return err == nil && step.Done, err
		}
	case "updateSettingsFlow":
		flow := new(kratos.SettingsFlow)
		flow.ID = "f"
		return func(c *kratos.Client) (bool, error) {
			step, err := c.Settings.Submit(ctx, flow, kratos.SettingsPassword{})
			return err == nil && step.Done, err
		}
	case "updateRecoveryFlow":
		flow := new(kratos.RecoveryFlow)
		flow.ID = "f"
		return func(c *kratos.Client) (bool, error) {
			step, err := c.Recovery.Submit(ctx, flow, kratos.RecoveryWithCode{})
			return err == nil && step.Done, err
		}
	case "updateVerificationFlow":
		flow := new(kratos.VerificationFlow)
		flow.ID = "f"
		return func(c *kratos.Client) (bool, error) {
			step, err := c.Verification.Submit(ctx, flow, kratos.VerificationCode{})
			return err == nil && step.Done, err
		}
	case "toSession":
		return func(c *kratos.Client) (bool, error) {
			_, err := c.Whoami(ctx, kratos.Token("t"))
			return err == nil, err
		}
	}
	return nil
}

func outcomeOf(done bool, err error) string {
	switch {
	case errors.Is(err, kratos.ErrUnexpectedAnswer):
		return "unexpected"
	case err != nil:
		return "error"
	case done:
		return "done"
	}
	return "goes on"
}

// timeText is a time as text.
type timeText struct{ text string }

func (t timeText) equal(other timeText) bool {
	a, err := time.Parse(time.RFC3339Nano, t.text)
	b, err2 := time.Parse(time.RFC3339Nano, other.text)
	return err == nil && err2 == nil && a.Equal(b)
}
