package kratostest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// respondWith returns a handler that responds with these statuses, then with 204.
func respondWith(calls *atomic.Int64, statuses ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1))
		switch {
		case n > len(statuses):
			w.WriteHeader(http.StatusNoContent)
		case statuses[n-1] == 0:
			panic(http.ErrAbortHandler) // breaks the connection
		case statuses[n-1] == http.StatusTooManyRequests:
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(statuses[n-1])
		default:
			w.WriteHeader(statuses[n-1])
		}
	}
}

func TestAttemptsOfHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statuses []int
		calls    int64
		code     int // of the error, or 0
		passes   time.Duration
	}{
		"a success is called once":                     {nil, 1, 0, 0},
		"a 503 is called again":                        {[]int{503}, 2, 0, time.Second},
		"two failures are called again":                {[]int{500, 0}, 3, 0, 3 * time.Second},
		"three failures are an error":                  {[]int{500, 502, 503}, 3, 500, 3 * time.Second},
		"three connections that break are an error":    {[]int{0, 0, 0}, 3, 500, 3 * time.Second},
		"Retry-After is how long the clock moves":      {[]int{429}, 2, 0, time.Hour},
		"a 501 is called once":                         {[]int{501}, 1, 500, 0},
		"a refusal without messages is called once":    {[]int{403}, 1, 500, 0},
		"a response that changes nothing is a success": {[]int{202}, 1, 0, 0},
		"a 200 without JSON is an error":               {[]int{200}, 1, 500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			k := New(t, Configure(func(c *Config) { c.FlowLifespan = 2 * time.Hour }),
				withHooks(hooks.Decide, respondWith(&calls, tc.statuses...), "registration.after.password"))
			before := k.now()
			_, err := register(t, k, "ann@example.org")
			var e *kratos.Error
			if code := 0; errors.As(err, &e) || err == nil {
				if e != nil {
					code = e.Code
				}
				if code != tc.code || e != nil && e.StatusCode != http.StatusBadRequest {
					t.Errorf("the person gets %v", err)
				}
			} else {
				t.Error(err)
			}
			if calls.Load() != tc.calls || k.now().Sub(before) < tc.passes {
				t.Errorf("%d calls in %v, want %d in %v", calls.Load(), k.now().Sub(before), tc.calls, tc.passes)
			}
			if _, err := k.Admin().FindIdentity(t.Context(), "ann@example.org"); (err == nil) != (tc.code == 0) {
				t.Errorf("the identity is stored: %v", err == nil)
			}
		})
	}
}

func TestReceiversThatAreDown(t *testing.T) {
	t.Parallel()
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	k := New(t, Configure(func(c *Config) {
		c.Hooks = []Hook{{Trigger: "registration.before", Kind: hooks.Decide, Receiver: Receiver{Caller: testCaller, URL: down.URL}}}
	}))
	_, err := register(t, k, "ann@example.org")
	var e *kratos.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusInternalServerError {
		t.Errorf("the person gets %v", err)
	}
}
