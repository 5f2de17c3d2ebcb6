package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

const (
	loadClients  = 64
	loadLifetime = 5 * time.Second
	loadGrace    = 4 * time.Second
	loadTimeout  = time.Second // of a call to Kratos
	loadMemory   = time.Second // how long a guard keeps a refusal or a failure
	loadRecovery = 3 * time.Second
	loadHung     = 30 * time.Second // no request takes as long, also on a slow machine
)

// loadDuration is how long the clients send requests: LOAD_SECONDS, or 30 seconds.
func loadDuration(t *testing.T) time.Duration {
	text := os.Getenv("LOAD_SECONDS")
	if text == "" {
		return 30 * time.Second
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 30 || seconds > 3600 {
		t.Fatal("LOAD_SECONDS has to be a number from 30 to 3600")
	}
	return time.Duration(seconds) * time.Second
}

// Clients send requests with valid, unknown, expired, revoked and stepped-up credentials, while
// Kratos is killed, restarted, paused and replaced by another server. No response is wrong, and
// Kratos is called as rarely as the lifetime promises.
func TestSessionsUnderLoad(t *testing.T) {
	runSessionLoad(t, 1, func(c *kratos.Client) *sessions.Guard {
		return sessions.New(c, sessions.Cache(1000, loadLifetime), sessions.Stale(loadGrace), sessions.Timeout(loadTimeout))
	})
}

// runSessionLoad runs the load with several guards, as on several machines.
func runSessionLoad(t *testing.T, machines int, newGuard func(*kratos.Client) *sessions.Guard) {
	l := newSessionLoad(t, machines, newGuard)
	l.addCredentials()
	l.started = time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), loadDuration(t))
	defer cancel()
	var wait sync.WaitGroup
	for range loadClients {
		wait.Go(func() { l.client(ctx) })
	}
	wait.Go(func() { l.revoke(ctx) })
	wait.Go(func() { l.stepUp(ctx) })
	l.disturb(ctx)
	wait.Wait()
	l.report()
}

// sessionLoad is a run of the load.
type sessionLoad struct {
	t        *testing.T
	srv      *server.Server
	site     *kratos.Client // of the guards
	other    *kratos.Client // whose calls the guards do not notice
	admin    *kratos.Admin
	machines []loadMachine
	calls    *callCounter
	all      []*loadCredential
	started  time.Time

	disturbances intervals
	requests     atomic.Int64
	stale        atomic.Int64
	statuses     [600]atomic.Int64

	mu        sync.Mutex
	durations []time.Duration
	doubtful  []loadResponse
}

// loadMachine is a process of the site.
type loadMachine struct {
	guard     *sessions.Guard
	any, aal2 http.Handler
}

func newSessionLoad(t *testing.T, machines int, newGuard func(*kratos.Client) *sessions.Guard) *sessionLoad {
	srv := server.ForTest(t, server.Options{Config: nestConfig(map[string]any{"session.lifespan": "2s"})})
	l := &sessionLoad{t: t, srv: srv, calls: newCallCounter()}
	l.other, l.admin = clients(t, srv)
	l.site = must(kratos.NewClient(srv.PublicURL, kratos.WithHTTPClient(&http.Client{Transport: l.calls})))(t)
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sessions.IsStale(r.Context()) {
			w.Header().Set("Stale", "yes")
		}
		fmt.Fprint(w, kratos.SessionFromContext(r.Context()).Identity.ID)
	})
	for range machines {
		guard := newGuard(l.site)
		t.Cleanup(guard.Close)
		l.machines = append(l.machines, loadMachine{guard, guard.Require()(hello), guard.Require(sessions.AAL2())(hello)})
	}
	return l
}

// client sends requests until the end of the load.
func (l *sessionLoad) client(ctx context.Context) {
	for ctx.Err() == nil {
		c := l.all[rand.IntN(len(l.all))]
		m := l.machines[rand.IntN(len(l.machines))]
		handler := m.any
		if c.kind == oneFactor || c.kind == steppedUp {
			handler = m.aal2
		}
		r := httptest.NewRequest("GET", "/account", nil)
		r.Header = c.header.Clone()
		w := httptest.NewRecorder()
		start := time.Now()
		handler.ServeHTTP(w, r)
		l.check(c, w, start, time.Now())
		time.Sleep(time.Duration(1+rand.IntN(10)) * time.Millisecond)
	}
}

// loadResponse is a response that may be wrong.
type loadResponse struct {
	credential          *loadCredential
	status              int
	stale, sure, others bool // sure: with Retry-After; others: of another person
	start, end          time.Time
}

// check records a response.
func (l *sessionLoad) check(c *loadCredential, w *httptest.ResponseRecorder, start, end time.Time) {
	l.requests.Add(1)
	l.statuses[w.Code].Add(1)
	r := loadResponse{
		credential: c, status: w.Code, stale: w.Header().Get("Stale") != "", sure: w.Header().Get("Retry-After") != "",
		others: w.Code == 200 && w.Body.String() != c.identity, start: start, end: end,
	}
	if r.stale {
		l.stale.Add(1)
	}
	problem := l.problemOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.durations = append(l.durations, end.Sub(start))
	if problem != "" {
		l.doubtful = append(l.doubtful, r)
	}
}

// problemOf returns what is wrong with a response, or "". A call that Kratos took too long for may be
// known only later.
func (l *sessionLoad) problemOf(r loadResponse) string {
	disturbed := l.isDisturbed(r)
	switch {
	case r.end.Sub(r.start) > loadHung:
		return "it hung"
	case r.others:
		return "it is another person's"
	case r.stale && !disturbed:
		return "the session is stale, and Kratos is up"
	case r.status == 503 && !r.sure:
		return "it has no Retry-After"
	case r.status == 503 && disturbed && r.credential.kind != noCredential:
	case !r.credential.allows(r.status, r.start, r.end, disturbed, len(l.machines) > 1):
		return "the status is wrong"
	}
	return ""
}

func (l *sessionLoad) isDisturbed(r loadResponse) bool {
	return l.disturbances.overlap(r.start, r.end) || l.calls.slow.overlap(r.start, r.end)
}

// wrong returns a text for each response that is wrong.
func (l *sessionLoad) wrong() (texts []string) {
	for _, r := range l.doubtful {
		if problem := l.problemOf(r); problem != "" {
			texts = append(texts, fmt.Sprintf("%s: status %d, stale %t, from %v to %v, Kratos disturbed: %t: %s (%s)",
				r.credential.kind, r.status, r.stale, r.start.Sub(l.started), r.end.Sub(l.started), l.isDisturbed(r), problem, r.credential.history(l.started)))
		}
	}
	return texts
}
