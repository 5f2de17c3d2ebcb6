package kratos_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// canned is a transport with a fixed response.
type canned struct {
	status int
	header http.Header
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: c.header, Body: io.NopCloser(strings.NewReader(c.body)), Request: r}, nil
}

// recordedCall returns the call of a recorded response; nil for operations that are not tested.
func recordedCall(e *recorded.Exchange) func(*kratos.Client) (done bool, err error) {
	ctx := context.Background()
	switch e.Op {
	case "updateLoginFlow":
		return func(c *kratos.Client) (bool, error) {
			return submitted[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin](ctx, c.Login, kratos.LoginPassword{})
		}
	case "updateRegistrationFlow":
		return func(c *kratos.Client) (bool, error) {
			return submitted[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration](ctx, c.Registration, kratos.RegistrationPassword{})
		}
	case "updateSettingsFlow":
		return func(c *kratos.Client) (bool, error) {
			return submitted[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings](ctx, c.Settings, kratos.SettingsPassword{})
		}
	case "updateRecoveryFlow":
		return func(c *kratos.Client) (bool, error) {
			return submitted[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery](ctx, c.Recovery, kratos.RecoveryCode{})
		}
	case "updateVerificationFlow":
		return func(c *kratos.Client) (bool, error) {
			return submitted[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification](ctx, c.Verification, kratos.VerificationCode{})
		}
	case "toSession":
		return func(c *kratos.Client) (bool, error) {
			_, err := c.Whoami(ctx, kratos.SessionToken("t"))
			return err == nil, err
		}
	}
	return nil
}

func submitted[F, M, P any](ctx context.Context, flows kratos.FlowClient[F, M, P], method M) (done bool, err error) {
	step, err := flows.Submit(ctx, newFlow[F]("f"), method)
	return err == nil && step.Done, err
}

func outcomeOf(done bool, err error) string {
	switch {
	case errors.Is(err, kratos.ErrUnexpectedResponse):
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
