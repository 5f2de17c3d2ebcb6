package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/internal/faultserver"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// net/http retries no request that has an effect.
func TestRoundTripForProxies(t *testing.T) {
	t.Parallel()
	for version := 1; version <= 2; version++ {
		for _, end := range faultserver.Ends(version) {
			for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
				for _, once := range []bool{false, true} {
					t.Run(fmt.Sprintf("HTTP/%d/%v/%s/%v", version, end, method, once), func(t *testing.T) {
						t.Parallel()
						server := faultserver.New(t, version, func(n int64) faultserver.End {
							if n == 1 {
								return faultserver.Respond
							}
							return end
						})
						tr := &transport.Transport{RoundTripper: server.Client.Transport, Retries: 2}
						for range 2 {
							r, err := http.NewRequestWithContext(transport.With(t.Context(), func(o *transport.Options) { o.NoRetry = once }), method, server.URL, nil)
							if err != nil {
								t.Fatal(err)
							}
							if resp, err := tr.RoundTrip(r); err == nil {
								_, _ = io.Copy(io.Discard, resp.Body)
								_ = resp.Body.Close()
							}
						}
						most := int64(1)
						if method == "GET" && !once {
							most = 3
						}
						if sent := server.Requests() - 1; sent < 1 || sent > most {
							t.Errorf("sent %d times, want 1 to %d", sent, most)
						}
					})
				}
			}
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bytes int
		limit int64
		err   error
	}{
		"up to the limit":            {100, 100, nil},
		"one byte more":              {101, 100, transport.ErrTooLarge},
		"4 MiB unless it is said":    {4 << 20, 0, nil},
		"a byte more than 4 MiB":     {4<<20 + 1, 0, transport.ErrTooLarge},
		"as much as it is said":      {5 << 20, 6 << 20, nil},
		"nothing":                    {0, 100, nil},
		"much more than is buffered": {64 << 20, 1 << 20, transport.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := &transport.Transport{Timeout: time.Minute, Retries: 2, RoundTripper: roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(make([]byte, tc.bytes)))}, nil
			})}
			resp, err := tr.Do(get(transport.With(t.Context(), func(o *transport.Options) { o.Limit = tc.limit })))
			if err != nil {
				t.Fatal(err)
			}
			body, err := resp.Body.(*transport.Body).Bytes()
			switch {
			case !errors.Is(err, tc.err):
				t.Errorf("%v, want %v", err, tc.err)
			case err == nil && len(body) != tc.bytes:
				t.Errorf("%d bytes, want %d", len(body), tc.bytes)
			}
			_ = resp.Body.Close()
			if _, err := resp.Body.Read(make([]byte, 1)); err == nil || err == io.EOF {
				t.Errorf("reading after Close: %v", err)
			}
		})
	}
}

// Every number of retries is valid.
func TestNumbersOfRetries(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 1, math.MaxInt32 - 1, math.MaxInt32, math.MaxInt} {
		t.Run(fmt.Sprint(retries), func(t *testing.T) {
			t.Parallel()
			server := faultserver.New(t, 1, func(int64) faultserver.End { return faultserver.Respond })
			tr := &transport.Transport{RoundTripper: server.Client.Transport, Timeout: time.Minute, Retries: retries}
			for range 2 { // on a new connection, and on one that was used
				for _, send := range []func(*http.Request) (*http.Response, error){tr.Do, tr.RoundTrip} {
					r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
					if err != nil {
						t.Fatal(err)
					}
					resp, err := send(r)
					if err != nil {
						t.Fatal(err)
					}
					transport.Discard(resp.Body)
				}
			}
			if server.Requests() != 4 {
				t.Errorf("%d requests, want 4", server.Requests())
			}
		})
	}
}

// A RoundTripper may return anything.
func TestStrangeRoundTrippers(t *testing.T) {
	t.Parallel()
	permanent := errors.New("refused by a transport that validates")
	for name, tc := range map[string]struct {
		resp     *http.Response
		err      error
		attempts int
		fails    bool
	}{
		"neither a response nor an error":  {nil, nil, 1, true},
		"a response without a body":        {&http.Response{StatusCode: 204}, nil, 1, false},
		"an error of its own":              {nil, errors.New("no such key"), 1, true},
		"an error that is said to be one":  {nil, permanent, 1, true},
		"a connection that ended":          {nil, io.ErrUnexpectedEOF, 3, true},
		"a network that cannot be reached": {nil, &net.OpError{Op: "dial", Err: errors.New("x")}, 3, true},
		"an alert of TLS":                  {nil, &net.OpError{Op: "remote error", Err: errors.New("bad certificate")}, 1, true},
		"HTTP/2, wrapped":                  {nil, fmt.Errorf("w: %w", errors.New("http2: client connection lost")), 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attempts := 0
			tr := &transport.Transport{
				Timeout: time.Minute, Retries: 2,
				Permanent: func(err error) bool { return errors.Is(err, permanent) },
				RoundTripper: roundTrip(func(*http.Request) (*http.Response, error) {
					attempts++
					return tc.resp, tc.err
				}),
			}
			resp, err := tr.Do(get(t.Context()))
			if attempts != tc.attempts || (err != nil) != tc.fails {
				t.Errorf("%d attempts, %v and %v", attempts, resp, err)
			}
		})
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		headers []string
		want    string
	}{
		"one":                       {[]string{`</a?page_token=1>; rel="next"`}, "/a?page_token=1"},
		"among others":              {[]string{`</f>; rel="first",</n>; rel="next",</l>; rel="last"`}, "/n"},
		"of several headers":        {[]string{`</f>; rel="first"`, `</n>; rel="next"`}, "/n"},
		"without quotes":            {[]string{`</n>; rel=next`}, "/n"},
		"of two relations":          {[]string{`</n>; rel="last next"`}, "/n"},
		"in capitals":               {[]string{`</n>; REL="NEXT"`}, "/n"},
		"with a comma in the URL":   {[]string{`</f,x>; rel="first", </n,y>; rel="next"`}, "/n,y"},
		"with another parameter":    {[]string{`</n>; title="next"; rel="prev"`}, ""},
		"broken off":                {[]string{`</n`}, ""},
		"none":                      {nil, ""},
		"a link without parameters": {[]string{`</n>`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := transport.Link(tc.headers, "next"); got != tc.want || ok != (tc.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, tc.want)
			}
		})
	}
	if _, ok := transport.Link([]string{strings.Repeat("<", 1<<16)}, "next"); ok {
		t.Error("brackets alone are a link")
	}
}
