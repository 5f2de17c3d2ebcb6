package e2e

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// onBoth runs a test on a Kratos in memory and on a real one.
func onBoth(t *testing.T, test func(t *testing.T, k *kratostest.Kratos), opts ...kratostest.Option) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		test(t, kratostest.New(t, opts...))
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, server.Real(t, opts...))
	})
}

func TestPeopleAndTheirSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		client, p := k.Client(), k.Person(kratostest.Person{TOTP: true, LookupSecrets: true})
		native := k.SignIn(p)
		if _, err := client.Whoami(t.Context(), native.Option()); !errors.Is(err, kratos.ErrAAL2Required) {
			t.Errorf("a session without the second factor: %v, want ErrAAL2Required", err)
		}
		native.AAL2()
		session, err := client.Whoami(t.Context(), native.Option())
		if err != nil {
			t.Fatal(err)
		}
		if session.ID != native.ID || session.Identity.ID != p.ID || !session.Identity.VerifiableAddresses[0].Verified {
			t.Errorf("session %s of %s, want %s of %s with a verified address", session.ID, session.Identity.ID, native.ID, p.ID)
		}
		browser := k.SignInBrowser(p).AAL2()
		r := browser.AddTo(must(http.NewRequest("GET", "/", nil))(t))
		if _, err := client.Browser(r).Whoami(t.Context()); err != nil {
			t.Errorf("the session of a browser: %v", err)
		}
		if browser.ID == native.ID || browser.ID == "" {
			t.Errorf("the browser has the session %q, the native client %q", browser.ID, native.ID)
		}
		native.Revoke()
		if _, err := client.Whoami(t.Context(), native.Option()); !errors.Is(err, kratos.ErrNoSession) {
			t.Errorf("a revoked session: %v, want ErrNoSession", err)
		}
		if len(p.BackupCodes) == 0 {
			t.Error("the person has no backup codes")
		}
	})
}

func TestInactiveAndUnverifiedPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		inactive := k.Person(kratostest.Person{Inactive: true})
		_, err := k.Client().Login.Do(t.Context(), kratos.LoginPassword{Identifier: inactive.Email, Password: inactive.Password})
		if !errors.Is(err, kratos.ErrIdentityInactive) {
			t.Errorf("the login of an inactive person: %v", err)
		}
		unverified := k.Person(kratostest.Person{Unverified: true})
		identity := must(k.Admin().Identity(t.Context(), unverified.ID))(t)
		if identity.VerifiableAddresses[0].Verified {
			t.Error("the address of an unverified person is verified")
		}
	})
}

func TestCodesInMessages(t *testing.T) {
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		p := k.Person(kratostest.Person{Unverified: true})
		client := k.Client()
		result := must(client.Verification.Do(t.Context(), kratos.VerificationCode{Email: p.Email}))(t)
		result = must(client.Verification.Submit(t.Context(), result.Flow, kratos.VerificationCode{Code: k.Code(p.Email)}))(t)
		if !result.Done {
			t.Error("the right code does not verify the address")
		}
		if mails := k.Mails(p.Email); len(mails) != 1 || mails[0].To != p.Email || mails[0].Subject == "" {
			t.Errorf("%d messages, want 1 with a subject", len(mails))
		}
	})
}

func TestTheClockMovesForward(t *testing.T) {
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		client, p := k.Client(), k.Person(kratostest.Person{})
		s := k.SignIn(p)
		flow := must(client.Login.Start(t.Context()))(t)
		k.Advance(30 * time.Minute)
		if _, err := client.Whoami(t.Context(), s.Option()); err != nil {
			t.Errorf("a session after half an hour: %v", err)
		}
		_, err := client.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: p.Email, Password: p.Password})
		if !errors.Is(err, kratos.ErrFlowExpired) {
			t.Errorf("a flow after half an hour: %v, want ErrFlowExpired", err)
		}
		k.Advance(time.Hour)
		if _, err := client.Whoami(t.Context(), s.Option()); !errors.Is(err, kratos.ErrNoSession) {
			t.Errorf("a session after its lifespan: %v, want ErrNoSession", err)
		}
	}, kratostest.Configure(func(c *kratostest.Config) {
		c.SessionLifespan, c.FlowLifespan = time.Hour, 10*time.Minute
	}))
}

func TestFailuresAndCalls(t *testing.T) {
	onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
		client, p := k.Client(), k.Person(kratostest.Person{})
		s := k.SignIn(p)
		for _, c := range []struct {
			name    string
			failure kratostest.Failure
			want    error
		}{
			{"an unavailable server", kratostest.Status(http.StatusServiceUnavailable), kratos.ErrServer},
			{"a rate limit", kratostest.RateLimited(time.Hour), kratos.ErrRateLimited},
			{"a connection that breaks", kratostest.Drop(), kratos.ErrUnreachable},
		} {
			k.Fail("toSession", 0, c.failure)
			if _, err := client.Whoami(t.Context(), s.Option()); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
			k.Recover("toSession")
		}
		if _, err := client.Whoami(t.Context(), s.Option()); err != nil {
			t.Errorf("after Recover: %v", err)
		}
		calls := k.Calls("toSession")
		if last := calls[len(calls)-1]; last.Status != http.StatusOK || last.Header.Get("X-Session-Token") != "***" {
			t.Errorf("the last call has status %d and the token %q", last.Status, last.Header.Get("X-Session-Token"))
		}
		must(client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.Password}))(t)
		var sent struct{ Identifier, Password string }
		if err := k.Calls("updateLoginFlow")[0].Decode(&sent); err != nil || sent.Identifier != p.Email || sent.Password != "***" {
			t.Errorf("the login was sent as %q, %q (%v)", sent.Identifier, sent.Password, err)
		}
	})
}

func TestConfigurationsOfBoth(t *testing.T) {
	for name, change := range map[string]func(*kratostest.Config){
		"links": func(c *kratostest.Config) {
			c.RecoveryMethod, c.VerificationMethod, c.VerifiedURL, c.LogoutURL = "link", "link", "http://127.0.0.1:4455/verified", "http://127.0.0.1:4455/bye"
		},
		"flags": func(c *kratostest.Config) {
			c.ContinueWithTransitions, c.CacheableSessions, c.FasterSessionExtend, c.MitigateEnumeration = true, true, true, true
		},
		"a code is the second factor": func(c *kratostest.Config) { c.PasswordlessCode, c.SecondFactorCode = false, true },
		"identifier first":            func(c *kratostest.Config) { c.IdentifierFirst, c.LoginHints = true, true },
		"one step":                    func(c *kratostest.Config) { c.OneStepRegistration, c.SessionAfterRegistration = true, false },
		"verified addresses":          func(c *kratostest.Config) { c.RequireVerifiedAddress = true },
		"few flows":                   func(c *kratostest.Config) { c.DisabledFlows = []string{"registration", "recovery"} },
		"few methods":                 func(c *kratostest.Config) { c.Methods = []string{"password", "profile"} },
		"low assurance":               func(c *kratostest.Config) { c.SessionAAL, c.SettingsAAL = "aal1", "aal1" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, k *kratostest.Kratos) {
				p := k.Person(kratostest.Person{})
				if _, err := k.Client().Whoami(t.Context(), k.SignIn(p).Option()); err != nil && !errors.Is(err, kratos.ErrAAL2Required) {
					t.Error(err)
				}
				k.SignInBrowser(p)
			}, kratostest.Configure(change))
		})
	}
}
