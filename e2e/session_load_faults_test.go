package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// impostors are servers at Kratos' address that are not Kratos.
var impostors = []http.HandlerFunc{
	func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Welcome to nginx!")
	},
	func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message":"No API key found in request"}`)
	},
	func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", http.StatusNotFound) },
	func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/welcome", http.StatusFound) },
	func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"5a2b","active":true}`)
	},
}

// disturb makes Kratos fail in all ways, one after the other, until the end of the load.
func (l *sessionLoad) disturb(ctx context.Context) {
	config := nestConfig(map[string]any{"session.lifespan": "1h"})
	restart := func() {
		if err := l.srv.Restart(context.WithoutCancel(ctx), config); err != nil {
			l.t.Error(err)
		}
	}
	for n := 0; ctx.Err() == nil; n++ {
		for _, fault := range []func(){
			func() { l.srv.Kill(); pause(ctx, 2*time.Second); l.impersonate(ctx, n); restart() },
			func() {
				if err := l.srv.Pause(); err != nil {
					l.t.Error(err)
				}
				pause(ctx, 3*time.Second)
				if err := l.srv.Resume(); err != nil {
					l.t.Error(err)
				}
			},
			func() { l.srv.Kill(); restart() },
		} {
			pause(ctx, 4*time.Second)
			if ctx.Err() != nil {
				return
			}
			end := l.disturbances.begin()
			fault()
			end()
			pause(ctx, loadRecovery)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// impersonate serves an impostor at Kratos' address for two seconds.
func (l *sessionLoad) impersonate(ctx context.Context, n int) {
	listener, err := net.Listen("tcp", strings.TrimPrefix(l.srv.PublicURL, "http://"))
	if err != nil {
		l.t.Error(err)
		return
	}
	impostor := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.calls.impostor.Add(1)
		w.Header().Set("Impostor", "yes")
		impostors[n%len(impostors)](w, r)
	}), ReadHeaderTimeout: time.Second}
	go func() { _ = impostor.Serve(listener) }()
	pause(ctx, 2*time.Second)
	_ = impostor.Close()
}

// intervals are the times in which Kratos was disturbed, or recovers.
type intervals struct {
	mu  sync.Mutex
	all [][2]time.Time // the last one may have no end
}

func (i *intervals) begin() (end func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(i.all, [2]time.Time{time.Now()})
	n := len(i.all) - 1
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.all[n][1] = time.Now().Add(loadRecovery) // of calls that began before, and what is kept of them
	}
}

// add adds an interval that has ended.
func (i *intervals) add(began time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(i.all, [2]time.Time{began, time.Now().Add(loadRecovery)})
}

func (i *intervals) overlap(from, to time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.ContainsFunc(i.all, func(d [2]time.Time) bool { return !to.Before(d[0]) && (d[1].IsZero() || !from.After(d[1])) })
}

// callCounter counts the calls that reach Kratos, by credential and status.
type callCounter struct {
	http.RoundTripper
	mu       sync.Mutex
	calls    map[string]map[int]int
	ready    int
	impostor counter
	slow     intervals // in which a call took too long for a guard: the machine is busy
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) Add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

func newCallCounter() *callCounter {
	return &callCounter{RoundTripper: http.DefaultTransport.(*http.Transport).Clone(), calls: map[string]map[int]int{}}
}

func (c *callCounter) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := c.RoundTripper.RoundTrip(r)
	if time.Since(began) > loadTimeout/2 || errors.Is(r.Context().Err(), context.DeadlineExceeded) {
		c.slow.add(began)
	}
	if err != nil || resp.Header.Get("Impostor") != "" {
		return resp, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.URL.Path {
	case "/health/ready":
		c.ready++
	case "/sessions/whoami":
		key := r.Header.Get("X-Session-Token")
		if cookie, err := r.Cookie("ory_kratos_session"); err == nil {
			key = cookie.Value
		}
		if c.calls[key] == nil {
			c.calls[key] = map[int]int{}
		}
		c.calls[key][resp.StatusCode]++
	}
	return resp, err
}

// report prints the table of the load, and fails if a response was wrong or Kratos was called too
// often.
func (l *sessionLoad) report() {
	t := l.t
	seconds := time.Since(l.started)
	lifetimes := int((seconds + loadLifetime - 1) / loadLifetime)
	l.calls.mu.Lock()
	defer l.calls.mu.Unlock()
	var validCalls, validCount, refusedMost int
	for _, c := range l.all {
		calls := l.calls.calls[c.key]
		switch c.kind {
		case valid:
			validCount++
			validCalls += calls[200]
		case unknown, expired, oneFactor:
			refusedMost = max(refusedMost, calls[401]+calls[403]+calls[200])
		}
	}
	// Each machine asks once itself when all begin, and after an outage of Kratos, in which no
	// session could be shared. What was refused is not shared.
	machines := len(l.machines)
	allowed := validCount*lifetimes*101/100 + validCount*(machines-1)*(1+len(l.disturbances.all))
	most := (int(seconds/time.Second) + 2) * machines
	slices.Sort(l.durations)
	wrong := l.wrong()
	at := func(part float64) time.Duration {
		return l.durations[int(part*float64(len(l.durations)-1))].Round(time.Microsecond)
	}
	t.Logf("%d clients, %d machines, %v, lifetime %v, %d disturbances, %d requests to impostors", loadClients, len(l.machines), seconds.Round(time.Second), loadLifetime, len(l.disturbances.all), l.calls.impostor.n)
	t.Logf("requests %d: status 200 %d (stale %d), 401 %d, 403 %d, 503 %d; wrong %d, %d calls were too slow", l.requests.Load(), l.statuses[200].Load(), l.stale.Load(), l.statuses[401].Load(), l.statuses[403].Load(), l.statuses[503].Load(), len(wrong), len(l.calls.slow.all))
	t.Logf("duration: median %v, 99 %% %v, most %v", at(.5), at(.99), at(1))
	t.Logf("calls for %d valid credentials: %d, allowed %d; for a refused one: at most %d, allowed %d; isReady: %d", validCount, validCalls, allowed, refusedMost, most, l.calls.ready)
	for i, m := range l.machines {
		t.Logf("machine %d: %+v", i+1, m.guard.Stats())
	}
	for _, text := range wrong[:min(len(wrong), 20)] {
		t.Error(text)
	}
	if validCalls > allowed || validCalls < validCount*2 {
		t.Errorf("%d calls for valid credentials, allowed %d", validCalls, allowed)
	}
	if refusedMost > most {
		t.Errorf("%d calls for a refused credential, allowed %d", refusedMost, most)
	}
	for status, least := range map[int]int64{200: 1000, 401: 100, 403: 100, 503: 1} {
		if n := l.statuses[status].Load(); n < least {
			t.Errorf("%d responses with status %d: the load does not test it", n, status)
		}
	}
	if l.stale.Load() == 0 && len(l.machines) == 1 {
		t.Error("no stale session was used: the load does not test it")
	}
}
