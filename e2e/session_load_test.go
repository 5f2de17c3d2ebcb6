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
	wrong     []string
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

// check records a response, and whether it is wrong.
func (l *sessionLoad) check(c *loadCredential, w *httptest.ResponseRecorder, start, end time.Time) {
	l.requests.Add(1)
	l.statuses[w.Code].Add(1)
	disturbed := l.disturbances.overlap(start, end)
	stale := w.Header().Get("Stale") != ""
	if stale {
		l.stale.Add(1)
	}
	problem := ""
	switch {
	case end.Sub(start) > loadHung:
		problem = "it hung"
	case w.Code == 200 && w.Body.String() != c.identity:
		problem = "it is another person's"
	case stale && !disturbed:
		problem = "the session is stale, and Kratos is up"
	case w.Code == 503 && w.Header().Get("Retry-After") == "":
		problem = "it has no Retry-After"
	case w.Code == 503 && disturbed && c.kind != noCredential:
	case !c.allows(w.Code, start, end, disturbed, len(l.machines) > 1):
		problem = "the status is wrong"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.durations = append(l.durations, end.Sub(start))
	if problem != "" && len(l.wrong) < 20 {
		l.wrong = append(l.wrong, fmt.Sprintf("%s: status %d, stale %t, from %v to %v, Kratos disturbed: %t: %s (%s)",
			c.kind, w.Code, stale, start.Sub(l.started), end.Sub(l.started), disturbed, problem, c.history(l.started)))
	} else if problem != "" {
		l.wrong = append(l.wrong, "")
	}
}
