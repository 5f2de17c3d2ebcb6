package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// attempts are how often a person is asked for a secret.
const attempts = 3

// login logs a person in, and keeps the token of the session once it is complete.
func (a app) login(ctx context.Context, byCode bool) error {
	before, err := a.tokens.Load(ctx)
	if err != nil {
		return err // before a password is asked for: the new token could not be kept either
	}
	flow, err := a.client.Login.Start(ctx)
	if err != nil {
		return err
	}
	identifier, err := a.ask.line(ctx, "Email: ")
	if err != nil {
		return err
	}
	firstFactor := a.password
	if byCode {
		firstFactor = a.code
	}
	result, err := firstFactor(ctx, flow, identifier)
	if err != nil {
		return err
	}
	session, err := a.complete(ctx, result.SessionToken)
	if err != nil {
		return a.end(ctx, result.SessionToken, err)
	}
	if err := a.tokens.Save(ctx, result.SessionToken); err != nil {
		return a.end(ctx, result.SessionToken, err)
	}
	a.greet("You are logged in as", session)
	if before != "" {
		return a.end(ctx, before, nil)
	}
	return nil
}

// password logs in with a password.
func (a app) password(ctx context.Context, flow *kratos.LoginFlow, identifier string) (*kratos.FlowResult[kratos.LoginFlow], error) {
	return a.submit(ctx, flow, "Password: ", func(secret string) kratos.LoginMethod {
		return kratos.LoginPassword{Identifier: identifier, Password: secret}
	})
}

// code logs in with a code, which Kratos sends to the identifier.
func (a app) code(ctx context.Context, flow *kratos.LoginFlow, identifier string) (*kratos.FlowResult[kratos.LoginFlow], error) {
	sent, err := a.client.Login.Submit(ctx, flow, kratos.LoginCode{Identifier: identifier})
	if err != nil {
		return nil, a.explain(err)
	}
	if sent.Flow == nil {
		return nil, errors.New("this server does not send codes")
	}
	return a.submit(ctx, sent.Flow, "Code from the email: ", func(secret string) kratos.LoginMethod {
		return kratos.LoginCode{Identifier: identifier, Code: secret}
	})
}

// complete returns the session of a token, after it has asked for the second factor if the session
// needs one.
func (a app) complete(ctx context.Context, token string) (*kratos.Session, error) {
	sent := kratos.SessionToken(token)
	session, err := a.client.ActiveSession(ctx, sent)
	if !errors.Is(err, kratos.ErrAAL2Required) {
		return session, err
	}
	flow, err := a.client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx, sent)
	if err != nil {
		return nil, err
	}
	if form := flow.Form(); form.Field("totp_code") == nil {
		return nil, errors.New("your second factor is not an authenticator app: log in with a browser")
	}
	_, err = a.submit(ctx, flow, "Code from the app: ", func(secret string) kratos.LoginMethod {
		return kratos.LoginTOTP{TOTPCode: secret}
	}, sent)
	if err != nil {
		return nil, err
	}
	return a.client.ActiveSession(ctx, sent)
}

// submit asks for a secret and submits it, a few times if it is wrong.
func (a app) submit(ctx context.Context, flow *kratos.LoginFlow, label string, method func(secret string) kratos.LoginMethod, opts ...kratos.RequestOption) (*kratos.FlowResult[kratos.LoginFlow], error) {
	for attempt := 1; ; attempt++ {
		secret, err := a.ask.secret(ctx, label)
		if err != nil {
			return nil, err
		}
		result, err := a.client.Login.Submit(ctx, flow, method(secret), opts...)
		switch {
		case errors.Is(err, kratos.ErrRejected) && attempt < attempts:
			fmt.Fprintln(a.out, a.explain(err))
		case err != nil:
			return nil, a.explain(err)
		case !result.Done:
			return nil, errors.New("the login has a step that this program does not know: log in with a browser")
		default:
			return result, nil
		}
	}
}

// explain returns what Kratos says about a rejected form, which is for the person.
func (a app) explain(err error) error {
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrRejected) || !errors.As(err, &e) {
		return err
	}
	messages := e.Messages()
	for _, ofField := range e.FieldErrors() {
		messages = append(messages, ofField...)
	}
	if len(messages) == 0 {
		return err
	}
	return errors.New(messages[0].Text)
}

// end ends a session whose token is not kept, also if the person has interrupted the program.
func (a app) end(ctx context.Context, token string, cause error) error {
	err := a.client.Logout(context.WithoutCancel(ctx), token)
	if errors.Is(err, kratos.ErrNoSession) {
		err = nil
	}
	return errors.Join(cause, err)
}
