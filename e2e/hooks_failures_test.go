package e2e

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// newRegistrationHook starts a Kratos with a Decide hook after a registration with a password, which
// has this URL and key.
func newRegistrationHook(t *testing.T, be backend, url string, caller hooks.Caller) *fixture {
	t.Helper()
	items := append(hookItem(t, url, caller, hooks.Decide), map[string]any{"hook": "session"})
	return be.newFixture(t, map[string]any{"selfservice.flows.registration.after.password.hooks": items})
}

// A person gets a form or an error, and no identity is stored, whatever the receiver does.
func TestHookFailures(t *testing.T) { onBothServers(t, testHookFailures) }

func testHookFailures(t *testing.T, be backend) {
	block := make(chan struct{})
	t.Cleanup(func() {
		close(block)
		t.Logf("hooks by what the receiver does:\n%s", hookTable)
	})
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	handler := func(f func(attempt int64) hooks.Response, opts ...hooks.Option) http.Handler {
		var calls atomic.Int64
		ignore := hooks.OnError(func(context.Context, error) {})
		return hooks.Handler(hookCaller, func(context.Context, *hooks.Call) hooks.Response { return f(calls.Add(1)) }, append(opts, ignore)...)
	}
	retry := func(int64) hooks.Response { return hooks.Retry(errors.New("the test fails it")) }
	for name, tc := range map[string]struct {
		receiver http.Handler
		caller   hooks.Caller
		calls    int64
		outcome  string // "" is a registration
	}{
		"Retry makes three attempts, then the person gets an error": {handler(retry), hookCaller, 3, "status 400, code 500"},
		"Retry, then Allow registers": {handler(func(attempt int64) hooks.Response {
			if attempt < 3 {
				return retry(attempt)
			}
			return hooks.Allow()
		}), hookCaller, 3, ""},
		"a slow function is called once, and the person gets a form": {handler(func(int64) hooks.Response { <-block; return hooks.Allow() },
			hooks.Timeout(100*time.Millisecond)), hookCaller, 1, "form: 5000001"},
		"a panic is called once, and the person gets a form":                       {handler(func(int64) hooks.Response { panic("the test") }), hookCaller, 1, "form: 5000001"},
		"a wrong key is called once, and the person gets an error":                 {handler(func(int64) hooks.Response { return hooks.Allow() }), hooks.APIKey("X-Hook-Key", "a-key-that-is-wrong"), 1, "status 400, code 500"},
		"a missing key is called once, and the person gets an error":               {handler(func(int64) hooks.Response { return hooks.Allow() }), hooks.APIKey("X-Other", hookKey), 1, "status 400, code 500"},
		"a password instead of a key is called once, and the person gets an error": {handler(func(int64) hooks.Response { return hooks.Allow() }), hooks.BasicAuth("kratos", hookKey), 1, "status 400, code 500"},
		"another receiver with a bare 403 is called once":                          {status(http.StatusForbidden), hookCaller, 1, "status 400, code 500"},
		"another receiver with a bare 500 is called three times":                   {status(http.StatusInternalServerError), hookCaller, 3, "status 400, code 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				tc.receiver.ServeHTTP(w, r)
			}))
			t.Cleanup(receiver.Close)
			fx := newRegistrationHook(t, be, receiver.URL, tc.caller)
			got := fx.expectRegistration(t, tc.outcome)
			hookTable.addReceiver(name, calls.Load(), got)
			if got := calls.Load(); got != tc.calls {
				t.Errorf("%d calls, want %d", got, tc.calls)
			}
		})
	}
	t.Run("a receiver that is down is an error", func(t *testing.T) {
		t.Parallel()
		got := newRegistrationHook(t, be, "http://"+freeAddress(t), hookCaller).expectRegistration(t, "status 400, code 500")
		hookTable.addReceiver("a receiver that is down", 0, got)
	})
	t.Run("basic authentication with an older password registers", func(t *testing.T) {
		t.Parallel()
		rotated := hooks.BasicAuth("kratos", "a-new-password-of-kratos", hookKey)
		receiver := httptest.NewServer(hooks.Handler(rotated, func(context.Context, *hooks.Call) hooks.Response { return hooks.Allow() }))
		t.Cleanup(receiver.Close)
		newRegistrationHook(t, be, receiver.URL, hooks.BasicAuth("kratos", hookKey)).expectRegistration(t, "")
	})
}

// expectRegistration registers a person, who gets an outcome, and is stored only without one.
func (fx *fixture) expectRegistration(t *testing.T, outcome string) (got string) {
	t.Helper()
	p := newPerson()
	_, err := fx.client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
	if err != nil {
		got = errorText(err)
	}
	if got != outcome {
		t.Errorf("the person gets %q, want %q: %v", got, outcome, err)
	}
	_, err = fx.admin.FindIdentity(t.Context(), p.Email)
	if stored := err == nil; stored != (outcome == "") {
		t.Errorf("stored: %v", stored)
	}
	return got
}

// Kratos v25.4 and later have an id that is the same for all attempts.
func TestHookRunsOncePerTrigger(t *testing.T) { onBothServers(t, testHookRunsOncePerTrigger) }

func testHookRunsOncePerTrigger(t *testing.T, be backend) {
	var calls, attempts atomic.Int64
	f := hooks.Once(hooks.NewMemory(100), func(context.Context, *hooks.Call) hooks.Response {
		calls.Add(1)
		return hooks.Change(hooks.IdentityChange{MetadataPublic: map[string]bool{"hook": true}})
	})
	h := hooks.Handler(hookCaller, f)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) == 3 {
			h.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(http.StatusBadGateway) // as a proxy that loses the response
	}))
	t.Cleanup(receiver.Close)
	fx := newRegistrationHook(t, be, receiver.URL, hookCaller)
	registered := register(t, fx.client, newPerson())
	if want := int64(byVersion(3, 1)); calls.Load() != want || attempts.Load() != 3 {
		t.Errorf("%d calls in %d attempts, want %d in 3", calls.Load(), attempts.Load(), want)
	}
	if got := string(registered.Identity.RawMetadataPublic); got != `{"hook":true}` {
		t.Errorf("metadata %s", got)
	}
}

// A receiver that does not respond holds a person until Kratos' public port ends the request. If it
// does not respond to the last attempt only, the person gets an error. The test takes over a minute,
// which HOOK_SECONDS permits; without it, the client gives up before.
func TestHookReceiverThatHangs(t *testing.T) { onBothServers(t, testHookReceiverThatHangs) }

func testHookReceiverThatHangs(t *testing.T, be backend) {
	patience := 2 * time.Second // of the client
	if text := os.Getenv("HOOK_SECONDS"); text != "" {
		patience = must(time.ParseDuration(text + "s"))(t)
	}
	for name, tc := range map[string]struct {
		answers int64 // attempts that get status 503
		status  int
		after   time.Duration
	}{
		"in every attempt":    {0, byServer(be, 0, http.StatusGatewayTimeout), byServer(be, 0, 90*time.Second)},
		"in the last attempt": {2, http.StatusGatewayTimeout, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			end := make(chan struct{})
			receiver := newTestServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) <= tc.answers {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				<-end
			}))
			t.Cleanup(func() { close(end) })
			fx := newRegistrationHook(t, be, receiver.URL, hookCaller)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			client := must(kratos.NewClient(fx.srv.PublicURL, kratos.WithHTTPClient(&http.Client{Timeout: patience}), kratos.WithRetries(0)))(t)
			p := newPerson()
			_, err := client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: p.traits, Password: p.password})
			t.Logf("the person gets: %v", err)
			status, want := 0, 0
			if tc.after > 0 && patience > tc.after+5*time.Second {
				want = tc.status
			}
			var e *kratos.Error
			if errors.As(err, &e) {
				status = e.StatusCode
			}
			if err == nil || status != want {
				t.Errorf("status %d, want %d", status, want)
			}
			if _, err := fx.admin.FindIdentity(t.Context(), p.Email); !errors.Is(err, kratos.ErrNotFound) {
				t.Errorf("the identity is stored: %v", err)
			}
		})
	}
}

// byServer returns the value for a real Kratos, or the one for one in memory.
func byServer[T any](be backend, realValue, memoryValue T) T {
	if be == memoryKratos {
		return memoryValue
	}
	return realValue
}
