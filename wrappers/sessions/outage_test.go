package sessions_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// hang is a Kratos that does not respond.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

var htmlHeader = http.Header{"Content-Type": {"text/html"}}

// outages are failures of Kratos, and whether a stale session is used then.
var outages = map[string]struct {
	failure func(*http.Request) (*http.Response, error)
	noData  bool
	stale   bool
	status  int // without a stale session
}{
	"no connection":                       {failure: down, stale: true, status: 503},
	"no response in time":                 {failure: hang, stale: true, status: 503},
	"a status 500":                        {failure: respond(500, nil, `{"error":{"code":500,"message":"m"}}`), stale: true, status: 503},
	"a status 502 of a gateway":           {failure: respond(502, htmlHeader, "<html>"), stale: true, status: 503},
	"a database that fails":               {noData: true, stale: true, status: 503},
	"a page of another server":            {failure: respond(200, htmlHeader, "<html>"), status: 503},
	"JSON of another server":              {failure: respond(200, nil, `{"active":true,"id":"5a2b"}`), status: 503},
	"a 404 of another server":             {failure: respond(404, htmlHeader, "not found"), status: 503},
	"a 401 of a gateway":                  {failure: respond(401, nil, `{"message":"bad key"}`), status: 503},
	"a redirect":                          {failure: respond(302, http.Header{"Location": {"http://elsewhere/"}}, ""), status: 503},
	"a limit of requests":                 {failure: respond(429, http.Header{"Retry-After": {"9"}}, `{"error":{"code":429,"message":"m"}}`), status: 429},
	"no session, from a ready Kratos":     {status: 401},
	"the second factor, from a ready one": {failure: respond(403, nil, aal2Required), status: 403},
}

// A stale session is used for the grace, if Kratos cannot say whether it is valid, and never after
// it said that it is not.
func TestOutages(t *testing.T) {
	t.Parallel()
	for name, tc := range outages {
		for _, grace := range []time.Duration{0, time.Minute} {
			t.Run(name+", grace "+grace.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					opts := []sessions.Option{sessions.Cache(10, 10*time.Second)}
					if grace > 0 {
						opts = append(opts, sessions.Stale(grace))
					}
					fake, guard, _ := newFake(t, opts...)
					fake.set("t", person{id: "ada"})
					h := guard.Require()(hello)
					if w := get(h, "X-Session-Token: t"); w.Code != 200 {
						t.Fatalf("status %d", w.Code)
					}
					fake.change(func(f *fakeKratos) {
						f.failure, f.noData = tc.failure, tc.noData
						if tc.failure == nil && !tc.noData {
							delete(f.sessions, "t")
						}
					})
					if w := get(h, "X-Session-Token: t"); w.Code != 200 || w.Body.String() != "ada" {
						t.Errorf("from the cache: status %d, %s", w.Code, w.Body)
					}
					time.Sleep(11 * time.Second)
					for range 3 { // the same without asking again, within a second
						w := get(h, "X-Session-Token: t")
						switch {
						case tc.stale && grace > 0:
							if w.Code != 200 || w.Body.String() != "ada, stale" {
								t.Errorf("in the grace: status %d, %s", w.Code, w.Body)
							}
						case w.Code != tc.status:
							t.Errorf("in the grace: status %d, want %d", w.Code, tc.status)
						}
						if w.Code == 503 && w.Header().Get("Retry-After") == "" || len(w.Header()["Set-Cookie"]) > 0 {
							t.Errorf("header %v", w.Header())
						}
					}
					time.Sleep(grace)
					if w := get(h, "X-Session-Token: t"); w.Code != tc.status {
						t.Errorf("after the grace: status %d, want %d", w.Code, tc.status)
					}
				})
			})
		}
	}
}

// A stale session is not used after what makes it invalid.
func TestWhatEndsAStaleSession(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		expires time.Duration
		do      func(context.Context, *fakeKratos, *sessions.Guard)
		needs   []sessions.Need
		want    int
	}{
		"nothing":                 {do: func(context.Context, *fakeKratos, *sessions.Guard) {}, want: 200},
		"the end of the session":  {expires: 15 * time.Second, do: func(context.Context, *fakeKratos, *sessions.Guard) { time.Sleep(5 * time.Second) }, want: 503},
		"ForgetToken":             {do: func(ctx context.Context, _ *fakeKratos, g *sessions.Guard) { g.ForgetToken(ctx, "t") }, want: 503},
		"ForgetIdentity":          {do: func(ctx context.Context, _ *fakeKratos, g *sessions.Guard) { g.ForgetIdentity(ctx, "ada") }, want: 503},
		"a need that it lacks":    {do: func(context.Context, *fakeKratos, *sessions.Guard) {}, needs: []sessions.Need{sessions.AAL2()}, want: 503},
		"a need that it fulfils":  {do: func(context.Context, *fakeKratos, *sessions.Guard) {}, needs: []sessions.Need{sessions.Fresh(time.Hour)}, want: 200},
		"a login that is too old": {do: func(context.Context, *fakeKratos, *sessions.Guard) {}, needs: []sessions.Need{sessions.Fresh(5 * time.Second)}, want: 503},
		"a denial while it was up": {do: func(ctx context.Context, f *fakeKratos, g *sessions.Guard) {
			f.change(func(f *fakeKratos) { f.failure = nil; delete(f.sessions, "t") })
			time.Sleep(time.Second)
			_, _ = token(ctx, g, "t")
			f.change(func(f *fakeKratos) { f.failure = down })
			time.Sleep(2 * time.Second)
		}, want: 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, guard, _ := newFake(t, sessions.Cache(10, 10*time.Second), sessions.Stale(time.Minute))
				p := person{id: "ada", loggedIn: time.Now()}
				if tc.expires > 0 {
					p.expires = time.Now().Add(tc.expires)
				}
				fake.set("t", p)
				mustBe(t, guard, "t", "ada")
				fake.change(func(f *fakeKratos) { f.failure = down })
				time.Sleep(11 * time.Second)
				if tc.needs == nil {
					mustBe(t, guard, "t", "ada, stale")
				}
				tc.do(t.Context(), fake, guard)
				if w := get(guard.Require(tc.needs...)(hello), "X-Session-Token: t"); w.Code != tc.want {
					t.Errorf("status %d, want %d", w.Code, tc.want)
				}
			})
		})
	}
}

// While Kratos does not respond, requests wait for its time-out once a second at most.
func TestRequestsDoNotQueueBehindAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(10, 10*time.Second), sessions.Stale(time.Minute), sessions.Timeout(2*time.Second))
		fake.set("t", person{id: "ada"})
		mustBe(t, guard, "t", "ada")
		time.Sleep(11 * time.Second)
		fake.change(func(f *fakeKratos) { f.failure = hang })
		start := time.Now()
		mustBe(t, guard, "t", "ada, stale")
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("the first request took %v, want the time-out of 2s", d)
		}
		start = time.Now()
		for range 100 {
			mustBe(t, guard, "t", "ada, stale")
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("further requests took %v, want 0", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		time.Sleep(50 * time.Millisecond)
		start = time.Now()
		if _, err := token(ctx, guard, "unknown"); sessions.Status(err) != 503 {
			t.Errorf("a request whose deadline has passed: %v", err)
		}
		if d := time.Since(start); d != 50*time.Millisecond {
			t.Errorf("a request with a deadline took %v", d)
		}
	})
}

// Only a Kratos that decides sets cookies: what a gateway sends could end a valid session.
func TestAnOutageSetsNoCookies(t *testing.T) {
	t.Parallel()
	clears := func(more ...string) http.Header {
		h := http.Header{"Set-Cookie": {"ory_kratos_session=; Max-Age=0; Path=/"}}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	for name, tc := range map[string]struct {
		failure func(*http.Request) (*http.Response, error)
		noData  bool
		status  int
		cookies int
	}{
		"a status 503":       {respond(503, clears(), `{"error":{"code":503,"message":"m"}}`), false, 503, 0},
		"a limit":            {respond(429, clears(), `{"error":{"code":429,"message":"m"}}`), false, 429, 0},
		"a page":             {respond(200, clears("Content-Type", "text/html"), "<html>"), false, 503, 0},
		"a 401 of a gateway": {respond(401, clears(), `{"message":"bad key"}`), false, 503, 0},
		"a doubtful 401":     {nil, true, 503, 0},
		"a 401 of Kratos":    {nil, false, 401, 1},
		"a 403 of Kratos":    {respond(403, clears(), aal2Required), false, 403, 1},
	} {
		for _, cached := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", cache ", cached), func(t *testing.T) {
				t.Parallel()
				var opts []sessions.Option
				if cached {
					opts = append(opts, sessions.Cache(10, time.Minute))
				}
				fake, guard, _ := newFake(t, opts...)
				fake.noData = tc.noData
				fake.failure = tc.failure
				if tc.failure == nil {
					refuse := respond(401, clears(), unauthorized)
					fake.failure = func(r *http.Request) (*http.Response, error) {
						if r.URL.Path == "/sessions/whoami" {
							return refuse(r)
						}
						status, body := 200, `{"status":"ok"}`
						if tc.noData {
							status, body = 503, `{"errors":{"database":"down"}}`
						}
						return respond(status, nil, body)(r)
					}
				}
				w := get(guard.Require()(hello), "Cookie: ory_kratos_session=c")
				if n := len(w.Header()["Set-Cookie"]); w.Code != tc.status || n != tc.cookies {
					t.Errorf("status %d with %d cookies, want %d with %d", w.Code, n, tc.status, tc.cookies)
				}
			})
		}
	}
}
