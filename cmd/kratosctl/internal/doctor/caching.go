package doctor

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxSkew is the difference of clocks that does not matter. It includes the second that the header
// Date is rounded to.
const maxSkew = 10 * time.Second

// clock compares the clocks of Kratos and of the proxy with that of this machine.
func (e *exam) clock() {
	f := e.firstLogin()
	if f == nil {
		return
	}
	date, _ := http.ParseTime(f.header.Get("Date"))
	for _, c := range []struct {
		name string
		at   time.Time
	}{{"issued_at of a flow", f.IssuedAt}, {"the header Date", date}} {
		skew := outside(c.at, f.sent, f.received)
		if c.at.IsZero() || skew.Abs() <= maxSkew {
			continue
		}
		direction := "ahead of"
		if skew < 0 {
			direction = "behind"
		}
		e.report("clock-skew", "the clock of the server is "+skew.Abs().Round(time.Second).String()+" "+direction+" that of this machine",
			"run an NTP client on both machines", c.name+" is "+c.at.UTC().Format(time.RFC3339)+", this machine's time "+f.received.UTC().Format(time.RFC3339))
		return
	}
}

// outside returns how far t is before from (negative) or after to.
func outside(t, from, to time.Time) time.Duration {
	switch {
	case t.Before(from):
		return t.Sub(from)
	case t.After(to):
		return t.Sub(to)
	}
	return 0
}

// caching checks that no cache on the way keeps responses for one person
// (https://www.rfc-editor.org/rfc/rfc9111).
func (e *exam) caching() {
	f, second := e.firstLogin(), e.startFlow("login")
	if f == nil || second == nil {
		return
	}
	if second.ID == f.ID {
		e.report("cache-shared", "a cache returns the same flow twice", "exclude Kratos' paths from the cache of the proxy or CDN", "two GET /self-service/login/browser without cookies return one flow")
	}
	responses := map[string]*response{"/self-service/login/browser": f.response}
	if whoami, err := e.get(e.public, "/sessions/whoami"); err == nil {
		responses["/sessions/whoami"] = whoami
	}
	for _, path := range []string{"/self-service/login/browser", "/sessions/whoami"} {
		resp := responses[path]
		if resp == nil {
			continue
		}
		value := strings.ToLower(strings.Join(resp.header.Values("Cache-Control"), ","))
		if strings.Contains(value, "no-store") || strings.Contains(value, "private") {
			continue
		}
		e.report("cache-header", "responses of Kratos lose their Cache-Control", "let the proxy pass Cache-Control as it is", "GET "+path+": Cache-Control: "+strconv.Quote(value))
		return
	}
}

// sessionCache checks that the lifetime of cached sessions reaches clients. Kratos sends it for
// requests without credentials, too.
func (e *exam) sessionCache() {
	on, at := e.config.Bool("feature_flags.cacheable_sessions", false)
	if !on {
		return
	}
	resp, err := e.get(e.public, "/sessions/whoami")
	if err == nil && resp.header.Get("Ory-Session-Cache-For") == "" {
		e.report("cache-session-header", "the header Ory-Session-Cache-For does not reach clients", "let the proxy pass it, and in CORS: serve.public.cors.exposed_headers", at.describe("feature_flags.cacheable_sessions", "true"))
	}
}

func (e *exam) sessionCacheConfig() {
	on, _ := e.config.Bool("feature_flags.cacheable_sessions", false)
	const path = "feature_flags.cacheable_sessions_max_age"
	age, at := e.config.String(path)
	if d, err := time.ParseDuration(age); on && (err != nil || d <= 0) {
		e.report("cache-session-unlimited", "sessions may be cached until they expire", path+": 1m", at.describe(path, age))
	}
}
