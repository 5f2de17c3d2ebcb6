package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/internal/transport"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// responding returns a transport that responds after a pause, unless the context of the request
// ends.
func responding(after time.Duration, status int, header http.Header, body io.ReadCloser) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if err := transport.Sleep(r.Context(), after); err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: status, Header: header, Body: body, Request: r}, nil
	}
}

// trickle is a body that yields a byte after each pause, until the context of its request ends.
type trickle struct {
	ctx   context.Context
	pause time.Duration
	left  int
}

func (b *trickle) Read(p []byte) (int, error) {
	if err := transport.Sleep(b.ctx, b.pause); err != nil {
		return 0, err
	}
	if b.left--; b.left < 0 {
		return 0, io.EOF
	}
	p[0] = 'x'
	return 1, nil
}

func (b *trickle) Close() error { return nil }

func empty() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// The time-out covers all attempts, the pauses between them and the body.
func TestOneClock(t *testing.T) {
	t.Parallel()
	after := func(value string) http.Header { return http.Header{"Retry-After": {value}} }
	for name, tc := range map[string]struct {
		server   roundTrip
		options  func(*transport.Options)
		timeout  time.Duration
		want     time.Duration // at the most
		attempts int
		err      error
	}{
		"a pause that is longer than the time-out is not begun": {responding(0, 503, after("10"), empty()), nil, time.Second, 0, 1, nil},
		"a pause that the time-out allows is kept":              {responding(0, 503, after("3"), empty()), nil, 10 * time.Second, 6 * time.Second, 3, nil},
		"attempts and pauses together": {
			responding(900*time.Millisecond, 503, after("3"), empty()), nil, 5 * time.Second, 4800 * time.Millisecond, 2, nil,
		},
		"a server that does not respond":              {responding(time.Hour, 200, nil, empty()), nil, time.Second, time.Second, 1, context.DeadlineExceeded},
		"a pause of an hour":                          {responding(0, 429, after("3600"), empty()), nil, time.Hour * 24, 0, 1, nil},
		"an absurd Retry-After":                       {responding(0, 429, after("99999999999999999999"), empty()), nil, time.Hour, 0, 1, nil},
		"Retry-After just above 32 bits":              {responding(0, 429, after("2147483648"), empty()), nil, time.Hour, 0, 1, nil},
		"X-Ratelimit-Reset":                           {responding(0, 429, http.Header{"X-Ratelimit-Reset": {"4"}}, empty()), nil, time.Minute, 8 * time.Second, 3, nil},
		"a page does not wait three seconds":          {responding(0, 503, after("3"), empty()), func(o *transport.Options) { o.MaxPause = time.Second }, time.Minute, 0, 1, nil},
		"a page waits a second":                       {responding(0, 503, after("1"), empty()), func(o *transport.Options) { o.MaxPause = time.Second }, time.Minute, 2 * time.Second, 3, nil},
		"a request without retries is not waited for": {responding(0, 503, after("1"), empty()), func(o *transport.Options) { o.NoRetry = true }, time.Minute, 0, 1, nil},
		"a call with a time-out of its own":           {responding(time.Hour, 200, nil, empty()), func(o *transport.Options) { o.Timeout = time.Minute }, time.Second, time.Minute, 1, context.DeadlineExceeded},
		"a date in the past":                          {responding(0, 503, after("Mon, 02 Jan 1995 15:04:05 GMT"), empty()), nil, time.Minute, 0, 3, nil},
		"no header says how long to wait":             {responding(0, 503, nil, empty()), nil, time.Minute, 450 * time.Millisecond, 3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				tr := &transport.Transport{Timeout: tc.timeout, Retries: 2, RoundTripper: roundTrip(func(r *http.Request) (*http.Response, error) {
					attempts++
					return tc.server(r)
				})}
				ctx := t.Context()
				if tc.options != nil {
					ctx = transport.With(ctx, tc.options)
				}
				start := time.Now()
				resp, err := tr.Do(get(ctx))
				if took := time.Since(start); took > tc.want {
					t.Errorf("took %v, more than %v", took, tc.want)
				}
				if attempts != tc.attempts {
					t.Errorf("%d attempts, want %d", attempts, tc.attempts)
				}
				if !errors.Is(err, tc.err) || (resp == nil) == (err == nil) {
					t.Errorf("got %v and %v, want %v", resp, err, tc.err)
				}
			})
		})
	}
}

func get(ctx context.Context) *http.Request {
	r, err := http.NewRequestWithContext(ctx, "GET", "http://kratos.invalid/", nil)
	if err != nil {
		panic(err)
	}
	return r
}

// A body that arrives byte by byte is cut off by the time-out, and its context's end is that of the
// call.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pause  time.Duration
		bytes  int
		stream bool
		want   time.Duration
		err    error
	}{
		"a body in time":               {time.Millisecond, 100, false, 101 * time.Millisecond, nil},
		"a body that is too slow":      {time.Second, 100, false, 10 * time.Second, context.DeadlineExceeded},
		"a stream may take its time":   {time.Second, 100, true, 101 * time.Second, nil},
		"a stream that stops to flow":  {time.Minute, 100, true, 10 * time.Second, context.DeadlineExceeded},
		"a body that never even began": {time.Hour, 1, false, 10 * time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr := &transport.Transport{Timeout: 10 * time.Second, RoundTripper: roundTrip(func(r *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 200, Body: &trickle{r.Context(), tc.pause, tc.bytes}}, nil
				})}
				start := time.Now()
				resp, err := tr.Do(get(transport.With(t.Context(), func(o *transport.Options) { o.Stream = tc.stream })))
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				if err == nil && len(body) != tc.bytes {
					t.Errorf("%d bytes, want %d", len(body), tc.bytes)
				}
				if took := time.Since(start); !errors.Is(err, tc.err) || took > tc.want {
					t.Errorf("took %v and ended with %v, want %v and %v", took, err, tc.want, tc.err)
				}
				_ = resp.Body.Close()
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const forever = 100 * 365 * 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for name, tc := range map[string]struct {
			header http.Header
			status int
			want   time.Duration
			ok     bool
		}{
			"seconds":                       {http.Header{"Retry-After": {"120"}}, 429, 2 * time.Minute, true},
			"white space":                   {http.Header{"Retry-After": {" 7 "}}, 429, 7 * time.Second, true},
			"zero":                          {http.Header{"Retry-After": {"0"}}, 429, 0, true},
			"a fraction":                    {http.Header{"Retry-After": {"1.5"}}, 429, 1500 * time.Millisecond, true},
			"a sign":                        {http.Header{"Retry-After": {"+3"}}, 429, 3 * time.Second, true},
			"31 bits":                       {http.Header{"Retry-After": {"2147483647"}}, 429, 2147483647 * time.Second, true},
			"32 bits":                       {http.Header{"Retry-After": {"2147483648"}}, 429, 2147483648 * time.Second, true},
			"64 bits":                       {http.Header{"Retry-After": {"18446744073709551616"}}, 429, forever, true},
			"400 digits":                    {http.Header{"Retry-After": {strings.Repeat("9", 400)}}, 429, forever, true},
			"a date":                        {http.Header{"Retry-After": {now.Add(time.Minute).UTC().Format(http.TimeFormat)}}, 503, time.Minute, true},
			"a date with a zone":            {http.Header{"Retry-After": {now.Add(time.Minute).Format(time.RFC1123Z)}}, 503, time.Minute, true},
			"a date as of RFC 850":          {http.Header{"Retry-After": {now.Add(time.Hour).UTC().Format(time.RFC850)}}, 503, time.Hour, true},
			"a date as of RFC 3339":         {http.Header{"Retry-After": {now.Add(time.Hour).UTC().Format(time.RFC3339)}}, 503, time.Hour, true},
			"a date in the past":            {http.Header{"Retry-After": {"Mon, 02 Jan 1995 15:04:05 GMT"}}, 503, 0, true},
			"the year 9999":                 {http.Header{"Retry-After": {"Fri, 31 Dec 9999 23:59:59 GMT"}}, 503, forever, true},
			"a duration":                    {http.Header{"Retry-After": {"1m30s"}}, 503, 90 * time.Second, true},
			"a negative number":             {http.Header{"Retry-After": {"-5"}}, 503, 0, false},
			"a negative duration":           {http.Header{"Retry-After": {"-5s"}}, 503, 0, false},
			"not a number":                  {http.Header{"Retry-After": {"NaN"}}, 503, 0, false},
			"infinity":                      {http.Header{"Retry-After": {"Inf"}}, 503, 0, false},
			"hexadecimal":                   {http.Header{"Retry-After": {"0x10"}}, 503, 0, false},
			"an exponent":                   {http.Header{"Retry-After": {"1e9"}}, 503, 0, false},
			"words":                         {http.Header{"Retry-After": {"soon"}}, 503, 0, false},
			"empty":                         {http.Header{"Retry-After": {""}}, 503, 0, false},
			"none":                          {http.Header{}, 503, 0, false},
			"two, and one cannot be read":   {http.Header{"Retry-After": {"soon", "4"}}, 503, 4 * time.Second, true},
			"a rate limit, in seconds":      {http.Header{"X-Ratelimit-Reset": {"30"}}, 429, 30 * time.Second, true},
			"a rate limit, since 1970":      {http.Header{"X-Ratelimit-Reset": {"946684830"}}, 429, 946684830 * time.Second, true}, // the clock is in the year 2000: too small for a time
			"a rate limit, in 2033":         {http.Header{"X-Ratelimit-Reset": {"2000000000"}}, 429, time.Until(time.Unix(2000000000, 0)), true},
			"a rate limit, in milliseconds": {http.Header{"X-Ratelimit-Reset": {"2000000000000"}}, 429, time.Until(time.Unix(2000000000, 0)), true},
			"the standard's rate limit":     {http.Header{"Ratelimit-Reset": {"5"}}, 503, 5 * time.Second, true},
			"Retry-After goes first":        {http.Header{"Retry-After": {"1"}, "X-Ratelimit-Reset": {"30"}}, 429, time.Second, true},
			"a rate limit that is not hit":  {http.Header{"X-Ratelimit-Reset": {"30"}}, 400, 0, false},
		} {
			if got, ok := transport.RetryAfter(tc.status, tc.header); got != tc.want || ok != tc.ok {
				t.Errorf("%s: got %v, %v, want %v, %v", name, got, ok, tc.want, tc.ok)
			}
		}
	})
}
