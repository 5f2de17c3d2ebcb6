package kratostest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var testCaller = hooks.APIKey("X-Hook-Key", "a-key-of-the-tests")

// withHooks returns the option of hooks whose receiver is a handler.
func withHooks(kind hooks.Kind, h http.Handler, triggers ...string) Option {
	return Configure(func(c *Config) {
		for _, trigger := range triggers {
			c.Hooks = append(c.Hooks, Hook{Trigger: trigger, Kind: kind, Receiver: Receiver{Caller: testCaller, Handler: h}})
		}
	})
}

// hookOf returns a handler of package hooks that does not log.
func hookOf(f hooks.Func) http.Handler {
	return hooks.Handler(testCaller, f, hooks.OnError(func(context.Context, error) {}))
}

func register(t *testing.T, k *Kratos, email string) (*kratos.FlowResult[kratos.RegistrationFlow], error) {
	t.Helper()
	return k.Client().Registration.Do(t.Context(), kratos.RegistrationPassword{
		Traits: map[string]string{"email": email}, Password: "correct horse battery", TransientPayload: map[string]string{"invitation": "x"},
	})
}

func TestHooksOfARegistration(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1.3.1", "v25.4.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			decided, notified := make(chan *hooks.Call, 1), make(chan *hooks.Call, 1)
			k := New(t, As(version),
				withHooks(hooks.Notify, hookOf(func(_ context.Context, c *hooks.Call) hooks.Response {
					notified <- c
					return hooks.Refuse(hooks.Message{ID: 1, Text: "ignored"})
				}), "registration.after.password"),
				withHooks(hooks.Decide, hookOf(func(_ context.Context, c *hooks.Call) hooks.Response {
					decided <- c
					return hooks.Change(hooks.IdentityChange{MetadataPublic: map[string]int{"a": 1}, MetadataAdmin: map[string]int{"b": 2}})
				}), "registration.after.password"))
			result := must(register(t, k, "ann@example.org"))(t)
			before, after := <-decided, <-notified
			if before.Identity.ID != "" || after.Identity.ID != result.Identity.ID || result.SessionToken == "" {
				t.Errorf("ids %q, %q of %q", before.Identity.ID, after.Identity.ID, result.Identity.ID)
			}
			if string(before.TransientPayload) != `{"invitation":"x"}` || before.Flow.Name != hooks.FlowRegistration || before.Flow.ID == "" {
				t.Errorf("payload %s, flow %s", before.TransientPayload, before.Flow.Name)
			}
			if before.Header.Get("User-Agent") == "" || strings.Contains(before.URL, "?") || before.Method != "POST" {
				t.Errorf("request %s %s", before.Method, before.URL)
			}
			if since := version == "v25.4.0"; (before.TriggerID != "") != since || before.RequestID == "" || since && before.TriggerID == after.TriggerID {
				t.Errorf("trigger %q, request %q", before.TriggerID, before.RequestID)
			}
			stored := must(k.Admin().Identity(t.Context(), result.Identity.ID))(t)
			if string(stored.RawMetadataPublic) != `{"a":1}` || string(stored.RawMetadataAdmin) != `{"b":2}` || string(after.Identity.RawMetadataPublic) != `{"a":1}` {
				t.Errorf("metadata %s, %s", stored.RawMetadataPublic, stored.RawMetadataAdmin)
			}
		})
	}
}

func TestHooksThatChangeAnIdentity(t *testing.T) {
	t.Parallel()
	external := "external-1"
	for name, tc := range map[string]struct {
		change hooks.IdentityChange
		check  func(*kratos.Identity, error) bool
	}{
		"the address of the person": {hooks.IdentityChange{Traits: map[string]string{"email": "bob@example.org"}}, func(i *kratos.Identity, err error) bool {
			return err == nil && i.VerifiableAddresses[0].Value == "bob@example.org" && len(i.VerifiableAddresses) == 1
		}},
		"an address that is verified": {hooks.IdentityChange{VerifiableAddresses: []kratos.VerifiableAddress{
			{Value: "ann@example.org", Via: kratos.AddressChannelEmail, Verified: true, Status: kratos.AddressStatusCompleted}}},
			func(i *kratos.Identity, err error) bool { return err == nil && i.VerifiableAddresses[0].Verified }},
		"an external id": {hooks.IdentityChange{ExternalID: &external}, func(i *kratos.Identity, err error) bool { return err == nil && i.ExternalID == external }},
		"traits that the schema does not permit": {hooks.IdentityChange{Traits: map[string]string{"email": "ann@example.org", "unknown": "x"}},
			func(_ *kratos.Identity, err error) bool {
				var e *kratos.Error
				return errors.As(err, &e) && e.FieldErrors()["traits"] != nil
			}},
		"an inactive identity is not logged in": {hooks.IdentityChange{State: kratos.IdentityStateInactive},
			func(_ *kratos.Identity, err error) bool { return errors.Is(err, kratos.ErrIdentityInactive) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := New(t, As("v25.4.0"), withHooks(hooks.Decide, hookOf(func(context.Context, *hooks.Call) hooks.Response {
				return hooks.Change(tc.change)
			}), "registration.after"))
			result, err := register(t, k, "ann@example.org")
			var stored *kratos.Identity
			if err == nil {
				stored = must(k.Admin().Identity(t.Context(), result.Identity.ID))(t)
			}
			if !tc.check(stored, err) {
				t.Errorf("%+v, %v", stored, err)
			}
		})
	}
}

// A hook that calls Kratos itself gets responses: Kratos handles other requests while it waits.
func TestHooksThatCallKratos(t *testing.T) {
	t.Parallel()
	var k *Kratos
	k = New(t, withHooks(hooks.Decide, hookOf(func(ctx context.Context, c *hooks.Call) hooks.Response {
		if _, err := k.Admin().SetMetadataAdmin(ctx, c.Identity.ID, map[string]bool{"seen": true}); err != nil {
			return hooks.Fail(err)
		}
		return hooks.Allow()
	}), "login.after"))
	p := k.Person(Person{})
	k.SignIn(p)
	if stored := must(k.Admin().Identity(t.Context(), p.ID))(t); string(stored.RawMetadataAdmin) != `{"seen":true}` {
		t.Errorf("metadata %s", stored.RawMetadataAdmin)
	}
}

// Two registrations with one address, whose hooks run at the same time, store one identity.
func TestRegistrationsWhileAHookRuns(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 2)
	both := make(chan struct{})
	k := New(t, withHooks(hooks.Decide, hookOf(func(context.Context, *hooks.Call) hooks.Response {
		arrived <- struct{}{}
		<-both
		return hooks.Allow()
	}), "registration.after"))
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := register(t, k, "ann@example.org")
			errs <- err
		}()
	}
	<-arrived
	<-arrived
	close(both)
	first, second := <-errs, <-errs
	if failed := errors.Join(first, second); !errors.Is(failed, kratos.ErrRejected) || first != nil && second != nil {
		t.Errorf("%v, and %v", first, second)
	}
}

// A hook in the background can use the ports, and has returned when the test has ended.
func TestHooksInTheBackground(t *testing.T) {
	t.Parallel()
	var found atomic.Bool
	t.Run("a test that ends", func(t *testing.T) {
		var k *Kratos
		k = New(t, withHooks(hooks.Notify, hookOf(func(_ context.Context, c *hooks.Call) hooks.Response {
			_, err := k.Admin().Identity(context.Background(), c.Identity.ID)
			found.Store(err == nil)
			return hooks.Allow()
		}), "registration.after"))
		must(register(t, k, "ann@example.org"))(t)
	})
	if !found.Load() {
		t.Error("the hook has not returned when the test has ended")
	}
}

func TestHooksOfMethods(t *testing.T) {
	t.Parallel()
	called := make(chan string, 4)
	hook := func(name string) http.Handler {
		return hookOf(func(_ context.Context, c *hooks.Call) hooks.Response {
			called <- name + " " + string(c.Flow.Active)
			if c.Session == nil || c.Session.ID == "" {
				return hooks.Fail(errors.New("there is no session"))
			}
			return hooks.Allow()
		})
	}
	k := New(t, withHooks(hooks.Decide, hook("all"), "login.after"), withHooks(hooks.Decide, hook("own"), "login.after.password"))
	p := k.Person(Person{})
	k.SignIn(p)
	step := must(k.Client().Login.Do(t.Context(), kratos.LoginCode{Identifier: p.Email}))(t)
	must(k.Client().Login.Submit(t.Context(), step.Flow, kratos.LoginCode{Identifier: p.Email, Code: k.Code(p.Email)}))(t)
	if first, second := <-called, <-called; first != "own password" || second != "all code" || len(called) > 0 {
		t.Errorf("called %q, then %q", first, second)
	}
}

func TestHooksThatRefuseStoreNothing(t *testing.T) {
	t.Parallel()
	refuse := hookOf(func(context.Context, *hooks.Call) hooks.Response {
		return hooks.Refuse(hooks.Message{Field: "traits.email", ID: 1234, Text: "no", Context: json.RawMessage(`{"n":1}`)})
	})
	k := New(t, withHooks(hooks.Decide, refuse, "settings.after", "login.after.code"))
	p := k.Person(Person{})
	s := k.SignIn(p)
	client := k.Client()
	for name, method := range map[string]kratos.SettingsMethod{
		"password": kratos.SettingsPassword{Password: "another correct horse"},
		"profile":  kratos.SettingsProfile{Traits: map[string]string{"email": "bob@example.org"}},
	} {
		_, err := client.Settings.Do(t.Context(), method, s.Option())
		if !isRefusal(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stored := must(k.Admin().Identity(t.Context(), p.ID))(t)
	if !strings.Contains(string(stored.RawTraits), p.Email) {
		t.Errorf("the traits are stored: %s", stored.RawTraits)
	}
	k.SignIn(p) // with the old password
	step := must(client.Login.Do(t.Context(), kratos.LoginCode{Identifier: p.Email}))(t)
	sessions := len(must(k.Admin().IdentitySessionsPage(t.Context(), p.ID, kratos.ListIdentitySessions{}))(t).Items)
	if _, err := client.Login.Submit(t.Context(), step.Flow, kratos.LoginCode{Identifier: p.Email, Code: k.Code(p.Email)}); !isRefusal(err) {
		t.Errorf("a login that is refused: %v", err)
	}
	if after := len(must(k.Admin().IdentitySessionsPage(t.Context(), p.ID, kratos.ListIdentitySessions{}))(t).Items); after != sessions {
		t.Errorf("%d sessions, then %d", sessions, after)
	}
}

// isRefusal reports whether an error has the message of the hook.
func isRefusal(err error) bool {
	var e *kratos.Error
	return errors.As(err, &e) && len(e.FieldErrors()["traits.email"]) == 1 && e.FieldErrors()["traits.email"][0].ID == 1234
}

func TestInvalidHooks(t *testing.T) {
	t.Parallel()
	handler, valid := http.NotFoundHandler(), Receiver{Caller: testCaller, URL: "http://127.0.0.1:1"}
	for name, tc := range map[string]struct {
		hook Hook
		want string
	}{
		"a trigger that does not exist": {Hook{"login.after.oidc", hooks.Decide, valid}, `no hooks of "login.after.oidc"`},
		"no kind":                       {Hook{"login.after", "", valid}, "neither Decide nor Notify"},
		"no receiver":                   {Hook{"login.after", hooks.Decide, Receiver{Caller: testCaller}}, "either a Handler or a URL"},
		"two receivers":                 {Hook{"login.after", hooks.Decide, Receiver{Caller: testCaller, URL: "http://127.0.0.1", Handler: handler}}, "either a Handler or a URL"},
		"no caller":                     {Hook{"login.after", hooks.Decide, Receiver{Handler: handler}}, "no key"},
		"a URL that is not one":         {Hook{"login.after", hooks.Decide, Receiver{Caller: testCaller, URL: "nowhere"}}, "not an absolute"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := DefaultConfig()
			c.Hooks = []Hook{tc.hook}
			if _, err := newEngine(t, c); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}
