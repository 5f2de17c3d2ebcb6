// Package app is a small application with accounts in Kratos. Its tests are the example: they need
// no server and no mocks.
package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// Handler returns the application: a greeting for those who have logged in, and a page for those
// who have also entered a second factor.
func Handler(client *kratos.Client) http.Handler {
	guard, mux := sessions.New(client), http.NewServeMux()
	greet := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s", Name(kratos.SessionFromContext(r.Context())))
	}
	mux.Handle("GET /", guard.Require()(http.HandlerFunc(greet)))
	mux.Handle("GET /payments", guard.Require(sessions.AAL2())(http.HandlerFunc(greet)))
	return mux
}

// Name returns what a person is called.
func Name(session *kratos.Session) string {
	traits, err := kratos.Traits[struct{ Email string }](session.Identity)
	if err != nil {
		return "stranger"
	}
	return traits.Email
}

// SignUp is a registration in two steps: who the person is, and then the password.
type SignUp struct {
	client *kratos.Client
	flow   *kratos.RegistrationFlow
	traits any
}

// StartSignUp is the first step.
func StartSignUp(ctx context.Context, client *kratos.Client, email string) (*SignUp, error) {
	s := &SignUp{client: client, traits: map[string]string{"email": email}}
	step, err := client.Registration.Do(ctx, kratos.RegistrationProfile{Traits: s.traits})
	if err != nil {
		return nil, err
	}
	s.flow = step.Flow
	return s, nil
}

// Finish is the second step. It returns the session token.
func (s *SignUp) Finish(ctx context.Context, password string) (string, error) {
	method := kratos.RegistrationPassword{Traits: s.traits, Password: password}
	done, err := s.client.Registration.Submit(ctx, s.flow, method)
	if errors.Is(err, kratos.ErrFlowExpired) { // the person took a break: begin again
		done, err = s.client.Registration.Do(ctx, method)
	}
	if err != nil {
		return "", err
	}
	return done.SessionToken, nil
}

// Wait returns how long to wait before a call that failed is made again, or 0 if it makes no sense.
func Wait(err error) time.Duration {
	var failure *kratos.Error
	switch {
	case errors.Is(err, kratos.ErrRateLimited) && errors.As(err, &failure):
		return max(failure.RetryAfter, time.Second)
	case errors.Is(err, kratos.ErrServer), errors.Is(err, kratos.ErrUnreachable):
		return 5 * time.Second
	}
	return 0
}
