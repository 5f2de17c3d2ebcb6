package e2e

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// startedFlows are the flows before which Kratos called hooks.
type startedFlows struct {
	mu     sync.Mutex
	names  []string
	refuse bool
}

func (s *startedFlows) decide(_ context.Context, c *hooks.Call) hooks.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, string(c.Flow.Name))
	if s.refuse {
		return hooks.Refuse(hooks.Message{ID: hookMessage, Text: "Refused."})
	}
	return hooks.Allow()
}

func (s *startedFlows) setRefuse(refuse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

func (s *startedFlows) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.names
	s.names = nil
	return strings.Join(taken, " ")
}

// Kratos calls the hooks before some of the flows that it starts by itself.
func TestHooksBeforeFlowsThatKratosStarts(t *testing.T) {
	onBothServers(t, func(t *testing.T, be backend) {
		for _, mode := range modes {
			t.Run(mode, func(t *testing.T) {
				t.Parallel()
				testHooksBeforeStartedFlows(t, be, mode)
			})
		}
	})
}

func testHooksBeforeStartedFlows(t *testing.T, be backend, mode string) {
	started := &startedFlows{}
	receiver := newTestServer(t, hooks.Handler(hookCaller, started.decide))
	own := []any{map[string]any{"hook": "session"}, map[string]any{"hook": "show_verification_ui"}}
	values := map[string]any{
		"feature_flags.use_continue_with_transitions":         true,
		"selfservice.flows.registration.after.password.hooks": own,
		"selfservice.flows.registration.after.code.hooks":     own,
	}
	for _, name := range []string{"login", "registration", "settings", "recovery", "verification"} {
		values["selfservice.flows."+name+".before.hooks"] = hookItem(t, receiver.URL, hookCaller, hooks.Decide)
		values["selfservice.flows."+name+".lifespan"] = lifespan.String()
	}
	fx := be.newFixture(t, values)
	started.afterSuccess(t, fx, mode)
	p, u := fx.createPerson(t, true), fx.user(t, mode)
	u.logIn(p)
	started.afterTheEnd(u, p)
	started.refusing(u, p)
}

// expect checks before which flows hooks were called since the last call.
func (s *startedFlows) expect(t *testing.T, after, want string) {
	t.Helper()
	if got := s.take(); got != want {
		t.Errorf("after %s: hooks before %q, want %q", after, got, want)
	}
}

// afterSuccess completes the flows after which Kratos starts another one.
func (s *startedFlows) afterSuccess(t *testing.T, fx *fixture, mode string) {
	p, q := newPerson(), fx.createPerson(t, true)
	ft := start(fx.user(t, mode), registration)
	s.take()
	ft.trySubmit(kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	s.expect(t, "a registration", "")
	must(fx.admin.FindIdentity(t.Context(), p.Email))(t)

	u := fx.user(t, mode)
	rt := start(u, recovery)
	rt.submit("next step", kratos.RecoveryCode{Email: q.Email})
	s.take()
	rt.submit("done", kratos.RecoveryCode{Code: u.code(q.Email)})
	s.expect(t, "a recovery", "settings")

	u = fx.user(t, mode)
	u.logIn(q)
	st := start(u, settings)
	s.take()
	q.Newsletter = true
	st.submit("done", kratos.SettingsProfile{Traits: q.traits})
	s.expect(t, "a change of settings", "settings")
}

// afterTheEnd submits flows that have expired.
func (s *startedFlows) afterTheEnd(u *user, p person) {
	l, r, st := start(u.newUser(), login), start(u.newUser(), registration), start(u, settings)
	rc, v := start(u.newUser(), recovery), start(u.newUser(), verification)
	u.waitForTheEnd()
	s.take()
	l.trySubmit(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	s.expect(u.t, "a login that has expired", "login")
	r.trySubmit(kratos.RegistrationPassword{Traits: newPerson().traits, Password: p.password})
	s.expect(u.t, "a registration that has expired", "registration")
	st.trySubmit(kratos.SettingsProfile{Traits: p.traits})
	s.expect(u.t, "settings that have expired", "settings")
	rc.trySubmit(kratos.RecoveryCode{Email: p.Email})
	s.expect(u.t, "a recovery that has expired", "")
	v.trySubmit(kratos.VerificationCode{Email: p.Email})
	s.expect(u.t, "a verification that has expired", "")
}

// refusing submits flows while the hooks refuse those that follow.
func (s *startedFlows) refusing(u *user, p person) {
	changed := start(u, settings)
	l, r, st := start(u.newUser(), login), start(u.newUser(), registration), start(u, settings)
	rt, q := start(u.newUser(), recovery), u.createPerson(u.t, true)
	rt.submit("next step", kratos.RecoveryCode{Email: q.Email})
	s.setRefuse(true)
	expect := func(after, got, outcome, atPage string) {
		u.t.Helper()
		want := outcome
		if u.mode == pages {
			want = atPage
		}
		if !strings.HasPrefix(got, want) {
			u.t.Errorf("a hook that refuses a flow after %s: %q, want %q", after, got, want)
		}
	}
	p.Newsletter = true
	expect("a change of settings", changed.trySubmit(kratos.SettingsProfile{Traits: p.traits}), "rejected", "rejected")
	if i := must(u.admin.FindIdentity(u.t.Context(), p.Email))(u.t); !strings.Contains(string(i.RawTraits), `"newsletter":true`) {
		u.t.Errorf("the change is not stored: %s", i.RawTraits)
	}
	rt.trySubmit(kratos.RecoveryCode{Code: u.code(q.Email)})
	if u.mode == pages {
		rt.err = rt.pageError("")
	}
	expect("a recovery", errorText(rt.err), "status 500", "form: 1234")
	u.waitForTheEnd()
	got := l.trySubmit(kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	if u.mode != pages {
		got = errorText(l.err)
	}
	expect("a login that has expired", got, "status 404", "disabled")
	got = r.trySubmit(kratos.RegistrationPassword{Traits: newPerson().traits, Password: p.password})
	expect("a registration that has expired", got, "kratos: updateRegistrationFlow: status 410", "error page: 410")
	expect("settings that have expired", st.trySubmit(kratos.SettingsProfile{Traits: p.traits}), "kratos: updateSettingsFlow: status 410", "error page: 410")
}
