package sessions

import (
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// An entry ends by the monotonic clock, by the one on the wall, and with the session, whichever is
// first: clocks are set, and machines sleep.
func TestTheEndOfAnEntry(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	for name, tc := range map[string]struct {
		monotonic, wall time.Duration // since begin
		expires         time.Duration
		want            bool
	}{
		"before all ends":                     {59 * time.Second, 59 * time.Second, time.Hour, true},
		"at its end":                          {time.Minute, time.Minute, time.Hour, false},
		"at the end of the session":           {30 * time.Second, 30 * time.Second, 30 * time.Second, false},
		"a machine that slept":                {time.Second, time.Hour, 24 * time.Hour, false},
		"a machine that slept past the login": {time.Second, 50 * time.Second, 40 * time.Second, false},
		"a clock that was set back":           {time.Hour, time.Second, 24 * time.Hour, false},
	} {
		e := &entry{session: &kratos.Session{ExpiresAt: begin.Round(0).Add(tc.expires)}, end: begin.Add(time.Minute)}
		if got := e.isCurrentAt(begin.Add(tc.monotonic), begin.Round(0).Add(tc.wall)); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
