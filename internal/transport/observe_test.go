package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/internal/transport"
)

// seen is what an observer is told of an attempt.
type seen struct {
	Number, Status int
	Err            error
	Duration       time.Duration
	Retry          bool
	Pause          time.Duration
}

// Every attempt is reported once, a stream when it is closed.
func TestObserve(t *testing.T) {
	t.Parallel()
	after := http.Header{"Retry-After": {"3"}}
	for name, tc := range map[string]struct {
		status  []int // 0 without a response
		stream  bool
		cut     bool
		want    []seen
		pending int // attempts that are reported before the body is closed
	}{
		"a response":                         {[]int{200}, false, false, []seen{{1, 200, nil, 3 * time.Second, false, 0}}, 1},
		"an attempt that is retried":         {[]int{503, 0, 200}, false, false, []seen{{1, 503, nil, 3 * time.Second, true, 3 * time.Second}, {2, 0, io.EOF, time.Second, true, 100 * time.Millisecond}, {3, 200, nil, 3 * time.Second, false, 0}}, 3},
		"a response that breaks off":         {[]int{404}, false, true, []seen{{1, 404, io.ErrNoProgress, 3 * time.Second, false, 0}}, 1},
		"a stream":                           {[]int{200}, true, false, []seen{{1, 200, nil, 3 * time.Second, false, 0}}, 0},
		"a stream that breaks off":           {[]int{200}, true, true, []seen{{1, 200, io.ErrNoProgress, 3 * time.Second, false, 0}}, 0},
		"a failure in place of a stream":     {[]int{503, 404}, true, false, []seen{{1, 503, nil, 3 * time.Second, true, 3 * time.Second}, {2, 404, nil, 3 * time.Second, false, 0}}, 2},
		"a stream that a retry comes before": {[]int{503, 200}, true, false, []seen{{1, 503, nil, 3 * time.Second, true, 3 * time.Second}, {2, 200, nil, 3 * time.Second, false, 0}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var got []seen
				attempts := 0
				tr := &transport.Transport{Timeout: time.Hour, Retries: 2}
				tr.RoundTripper = roundTrip(func(r *http.Request) (*http.Response, error) {
					status := tc.status[attempts]
					attempts++
					time.Sleep(time.Second)
					if status == 0 {
						return nil, io.EOF
					}
					return &http.Response{StatusCode: status, Header: after, Body: &slowBody{cut: tc.cut}, Request: r}, nil
				})
				ctx := context.WithValue(t.Context(), callKey{}, name)
				tr.Observe = func(a transport.Attempt) {
					s := seen{a.Number, 0, a.Err, a.Duration, a.Retry, a.Pause}
					if a.Response != nil {
						s.Status = a.Response.StatusCode
					}
					if s.Status == 0 && s.Retry { // the pause is random
						s.Pause = 100 * time.Millisecond
					}
					if a.Context.Value(callKey{}) != name || a.Request.URL.Path != "/" {
						t.Error("the attempt has another context or request")
					}
					got = append(got, s)
				}
				resp, err := tr.Do(get(transport.With(ctx, func(o *transport.Options) { o.Stream = tc.stream })))
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != tc.pending {
					t.Errorf("%d attempts were reported before the body was closed, want %d", len(got), tc.pending)
				}
				time.Sleep(time.Minute) // the caller's time does not count
				_, err = io.ReadAll(resp.Body)
				if tc.cut != errors.Is(err, io.ErrNoProgress) {
					t.Errorf("the body ended with %v", err)
				}
				time.Sleep(time.Minute)
				for range 2 {
					_ = resp.Body.Close()
				}
				if !reflect.DeepEqual(got, tc.want) {
					t.Errorf("got  %v\nwant %v", got, tc.want)
				}
			})
		})
	}
}

type callKey struct{}

// slowBody takes two seconds for a byte and its end.
type slowBody struct {
	begun, cut bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	switch {
	case !b.begun:
		b.begun, p[0] = true, 'x'
		return 1, nil
	case b.cut:
		return 0, io.ErrNoProgress
	}
	return 0, io.EOF
}

func (b *slowBody) Close() error { return nil }
