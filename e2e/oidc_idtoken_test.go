package e2e

import (
	"errors"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestIDTokensOfApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	google := provider.GoogleForTest(t)
	srv := server.ForTest(t, server.Options{Config: google.Config(), Env: google.Env()})
	client, _ := clients(t, srv)

	const nonce = "made up by the app"
	login := func(t *testing.T, account provider.Person) kratos.LoginOIDC {
		t.Helper()
		return kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: must(google.IDToken(account, nonce))(t), IDTokenNonce: nonce}
	}
	registration := func(t *testing.T, account provider.Person) kratos.RegistrationOIDC {
		t.Helper()
		return kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: must(google.IDToken(account, nonce))(t), IDTokenNonce: nonce}
	}
	// taken is somebody with a password, and an account at the provider with the same address.
	taken := func(t *testing.T) (person, provider.Person) {
		t.Helper()
		p := newPerson()
		register(t, client, p)
		return p, provider.Person{Subject: p.Email, Email: p.Email}
	}
	// links logs in with the password, and checks that the account at the provider logs the same
	// person in from then on.
	links := func(t *testing.T, flow *kratos.LoginFlow, p person, account provider.Person) {
		t.Helper()
		if m := flow.Form().Messages; len(m) != 1 || m[0].ID != kratos.MessageLoginLinkAccount {
			t.Errorf("messages %+v", m)
		}
		step := must(client.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		linked := must(client.Login.Do(ctx, login(t, account)))(t)
		switch {
		case !step.Done:
			t.Errorf("the password: not done: %+v", step)
		case !linked.Done:
			t.Errorf("the provider: not done: %+v", linked)
		case linked.Identity.ID != step.Identity.ID:
			t.Errorf("the provider: linked.Identity.ID = %v, want %v", linked.Identity.ID, step.Identity.ID)
		}
	}

	t.Run("whoever is known is logged in and whoever is not is registered", func(t *testing.T) {
		t.Parallel()
		account := newAccount()
		registered := must(client.Registration.Do(ctx, registration(t, account)))(t)
		again := must(client.Registration.Do(ctx, registration(t, account)))(t)
		known := must(client.Login.Do(ctx, login(t, account)))(t)
		unknown := must(client.Login.Do(ctx, login(t, newAccount())))(t)
		for name, token := range map[string]string{"registered": registered.SessionToken, "registered again": again.SessionToken, "logged in": known.SessionToken} {
			t.Run(name, func(t *testing.T) {
				if s := must(client.Whoami(ctx, kratos.SessionToken(token)))(t); s.Identity.ID != registered.Identity.ID {
					t.Errorf("%s as %s", name, s.Identity.ID)
				}
			})
		}
		switch {
		case !unknown.Done:
			t.Errorf("somebody unknown: not done: %+v", unknown)
		case unknown.SessionToken == "":
			t.Error("somebody unknown: no session token")
		case unknown.Identity.ID == registered.Identity.ID:
			t.Errorf("somebody unknown is %s, who is registered", unknown.Identity.ID)
		}
	})

	t.Run("a token that was not meant for this login is a failure of the server", func(t *testing.T) {
		t.Parallel()
		good := login(t, newAccount())
		otherNonce, noNonce, forged := good, good, good
		otherNonce.IDTokenNonce, noNonce.IDTokenNonce, forged.IDToken = "s3cret", "", good.IDToken+"A"
		for name, method := range map[string]kratos.LoginOIDC{"another nonce": otherNonce, "no nonce": noNonce, "another signature": forged} {
			_, err := client.Login.Do(ctx, method)
			wantError(t, name, err, kratos.ErrServer)
		}
	})

	t.Run("Google's tokens may have no nonce", func(t *testing.T) {
		t.Parallel()
		token := must(google.IDToken(newAccount(), ""))(t)
		step := must(client.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token}))(t)
		if !step.Done {
			t.Errorf("logged in: %+v", step)
		}
	})

	t.Run("what the token does not tell the person adds", func(t *testing.T) {
		t.Parallel()
		p := newPerson()
		method := registration(t, provider.Person{Subject: p.Email})
		_, err := client.Registration.Do(ctx, method)
		rejectedFor(t, "a registration", err, kratos.MessageRequired)
		method.Traits = p.traits
		step := must(client.Registration.Submit(ctx, kratos.RejectedFlow[kratos.RegistrationFlow](err), method))(t)
		if got := must(kratos.Traits[traits](step.Identity))(t); !step.Done || got.Email != p.Email {
			t.Errorf("registered: %+v with %+v", step, got)
		}

		p = newPerson()
		unknown := login(t, provider.Person{Subject: p.Email})
		_, err = client.Login.Do(ctx, unknown)
		rejectedFor(t, "a login", err, kratos.MessageRequired)
		unknown.Traits = p.traits
		joined := must(client.Login.Submit(ctx, kratos.RejectedFlow[kratos.LoginFlow](err), unknown))(t)
		if got := must(kratos.Traits[traits](joined.Identity))(t); !joined.Done || got.Email != p.Email {
			t.Errorf("logged in: %+v with %+v", joined, got)
		}
	})

	t.Run("a registration with an address that is taken names the login that links", func(t *testing.T) {
		t.Parallel()
		p, account := taken(t)
		_, err := client.Registration.Do(ctx, registration(t, account))
		var e *kratos.Error
		if !errors.Is(err, kratos.ErrAccountExists) || !errors.As(err, &e) {
			t.Fatalf("%v, want ErrAccountExists", err)
		}
		links(t, must(client.Login.Get(ctx, e.FlowID))(t), p, account)
	})

	t.Run("somebody signed in logs in again with a token", func(t *testing.T) {
		t.Parallel()
		cover(t, "login", native, "oidc", "refresh")
		account := newAccount()
		first := must(client.Login.Do(ctx, login(t, account)))(t)
		again := must(client.Login.With(kratos.StartLogin{Refresh: true}).Do(ctx, login(t, account), kratos.SessionToken(first.SessionToken)))(t)
		if !again.Done || !again.Session.AuthenticatedAt.After(first.Session.AuthenticatedAt) {
			t.Errorf("logged in again: %+v", again)
		}
	})

	t.Run("a login with an address that is taken goes on as the login that links", func(t *testing.T) {
		cover(t, "login", native, "oidc", "goes on")
		t.Parallel()
		p, account := taken(t)
		flow := must(client.Login.Start(ctx))(t)
		step := must(client.Login.Submit(ctx, flow, login(t, account)))(t)
		switch {
		case step.Done:
			t.Fatalf("the token: done: %+v", step)
		case step.Flow == nil:
			t.Fatal("the token: step.Flow is nil")
		case step.Flow.ID == flow.ID:
			t.Fatalf("the token: the same flow %s", step.Flow.ID)
		}
		links(t, step.Flow, p, account)
	})

	t.Run("a flow with an exchange code ends at once all the same", func(t *testing.T) {
		t.Parallel()
		flow := must(client.Login.With(loginInApp).Start(ctx))(t)
		step := must(client.Login.Submit(ctx, flow, login(t, newAccount())))(t)
		if !step.Done || step.SessionToken == "" {
			t.Errorf("logged in: %+v", step)
		}
	})
}
