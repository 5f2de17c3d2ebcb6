package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/internal/faultserver"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// readOperations only read, and are retried after temporary failures. All others have an effect.
var readOperations = []string{
	"getLoginFlow", "getRegistrationFlow", "getSettingsFlow", "getRecoveryFlow", "getVerificationFlow", "createBrowserLogoutFlow", "getFlowError",
	"exchangeSessionToken", "toSession", "listMySessions", "createFedcmFlow", "getWebAuthnJavaScript", "listIdentities", "getIdentity", "getIdentityByExternalID", "listIdentitySessions",
	"listSessions", "getSession", "listIdentitySchemas", "getIdentitySchema", "listCourierMessages", "getCourierMessage", "getVersion",
}

const (
	retries          = 2
	byIdempotencyKey = "with Idempotency-Key"
)

// The transports that a program can choose.
var ways = map[string]func(http.RoundTripper) http.RoundTripper{
	"by net/http": func(rt http.RoundTripper) http.RoundTripper { return rt },
	byIdempotencyKey: func(rt http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("Idempotency-Key", "k")
			return rt.RoundTrip(r)
		})
	},
}

// Every operation × every end of a connection × HTTP version × transport, on a connection that was
// used before: a request that has an effect is sent once, unless the server says that it was not
// processed; one that only reads succeeds, with no more retries than allowed.
func TestSentOnce(t *testing.T) {
	t.Parallel()
	var rows atomic.Int64
	for version := 1; version <= 2; version++ {
		for _, end := range faultserver.Ends(version) {
			for way, through := range ways {
				for _, times := range []int64{1, 1000} { // that the end comes, before the server responds
					t.Run(fmt.Sprintf("HTTP/%d/%v/%s/%d", version, end, way, times), func(t *testing.T) {
						t.Parallel()
						var wg sync.WaitGroup
						for _, op := range operations(t) {
							reads := slices.Contains(readOperations, op)
							if way == byIdempotencyKey && (reads || version == 2) || !reads && times == 1 {
								continue // net/http does the same as in another row
							}
							rows.Add(1)
							wg.Go(func() { sentOnce(t, op, version, end, times, through) })
						}
						wg.Wait()
					})
				}
			}
		}
	}
	t.Cleanup(func() { t.Logf("%d rows", rows.Load()) })
}

// operations returns the operationIds.
func operations(t *testing.T) []string {
	t.Helper()
	c, a := serve(t, http.NotFoundHandler())
	var all []string
	for op := range calls(t.Context(), c, c.Browser(fromBrowser()), a) {
		all = append(all, op)
	}
	slices.Sort(all)
	return all
}

func sentOnce(t *testing.T, op string, version int, end faultserver.End, times int64, through func(http.RoundTripper) http.RoundTripper) {
	const warm = 1
	server := faultserver.New(t, version, func(n int64) faultserver.End {
		if n <= warm || n > warm+times {
			return faultserver.Respond
		}
		return end
	})
	hc := &http.Client{Transport: through(server.Client.Transport), Timeout: 20 * time.Second}
	client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(hc), kratos.WithRetries(retries))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kratos.NewAdmin(server.URL, kratos.WithHTTPClient(hc), kratos.WithRetries(retries))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Alive(t.Context()); server.Requests() != warm {
		t.Fatalf("%s: %d requests and %v, before the test", op, server.Requests(), err)
	}
	err = calls(t.Context(), client, client.Browser(fromBrowser()), admin)[op]()
	sent := server.Requests() - warm
	responded := err != nil && err.Error() == "kratos: "+op+": status 418"
	unprocessed := errors.Is(err, kratos.ErrNotProcessed)
	reads := slices.Contains(readOperations, op)
	switch {
	case end == faultserver.GoAwayAfter:
		if !responded || sent != 1 {
			t.Errorf("%s: sent %d times, %v", op, sent, err)
		}
	case sent > 1+retries:
		t.Errorf("%s: sent %d times, more than %d; %v", op, sent, 1+retries, err)
	case reads && times == 1 && !responded:
		t.Errorf("%s: only reads, and did not come through: sent %d times, %v", op, sent, err)
	case reads || responded && end.NotProcessed() && sent == 2:
	case sent > 1 && !end.NotProcessed():
		t.Errorf("%s: sent %d times; %v", op, sent, err)
	case unprocessed != end.NotProcessed() && !ambiguous(op, through):
		t.Errorf("%s: ErrNotProcessed is %v: %v", op, unprocessed, err)
	case unprocessed && !end.NotProcessed():
		t.Errorf("%s: may have been processed, and the error claims that it was not: %v", op, err)
	}
}

// ambiguous reports whether net/http retries a request without an error: one without a body that is
// a GET, or that is sent by another transport. Such a request is sent once, and the error does not
// claim that it was not processed.
func ambiguous(op string, through func(http.RoundTripper) http.RoundTripper) bool {
	_, direct := through(http.DefaultTransport).(*http.Transport)
	starts := slices.Contains([]string{"isAlive", "isReady", "updateLogoutFlow"}, op) || len(op) > 6 && op[:6] == "create" && op[len(op)-4:] == "Flow"
	return starts || !direct && slices.Contains([]string{"disableMySession", "disableMyOtherSessions", "deleteIdentity", "deleteIdentityCredentials", "deleteIdentitySessions", "disableSession", "extendSession"}, op)
}

// A server that drains its connections reports which requests it did not process: none of 6,000
// submissions is lost, and none arrives twice.
func TestSubmissionsDuringADrain(t *testing.T) {
	t.Parallel()
	const submissions, workers = 6000, 32
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprintf("HTTP/%d", version), func(t *testing.T) {
			t.Parallel()
			var arrived sync.Map
			var responses, twice atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, loaded := arrived.LoadOrStore(r.URL.Query().Get("flow"), true); loaded {
					twice.Add(1)
				}
				if responses.Add(1)%3 == 0 {
					w.Header().Set("Connection", "close") // with HTTP/2, a GOAWAY
				}
				reply{status: 200, body: `{"session":` + sessionBody + `,"session_token":"t"}`}.ServeHTTP(w, r)
			}))
			protocols := new(http.Protocols) // without TLS, whose handshakes take most of the time
			protocols.SetHTTP1(version == 1)
			protocols.SetUnencryptedHTTP2(version == 2)
			server.Config.Protocols = protocols
			server.Start()
			t.Cleanup(server.Close)
			client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(&http.Client{Transport: &http.Transport{Protocols: protocols}}))
			if err != nil {
				t.Fatal(err)
			}
			var next, failed, unprocessed atomic.Int64
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for {
						n := next.Add(1)
						if n > submissions {
							return
						}
						_, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow](fmt.Sprint("f", n)), kratos.LoginPassword{Identifier: "a", Password: "b"})
						switch {
						case errors.Is(err, kratos.ErrNotProcessed):
							unprocessed.Add(1)
						case err != nil:
							failed.Add(1)
							t.Errorf("%v: %v", err, errors.Unwrap(err))
						}
					}
				})
			}
			wg.Wait()
			t.Logf("of %d submissions, %d failed, %d were not processed in %d attempts, %d arrived twice", submissions, failed.Load(), unprocessed.Load(), 1+retries, twice.Load())
			if twice.Load() > 0 {
				t.Error("a submission arrived twice")
			}
			if arrived := submissions - unprocessed.Load(); arrived < submissions/10 { // how many depends on the load of the machine
				t.Errorf("%d submissions arrived", arrived)
			}
		})
	}
}

// A request whose connection could not be made is retried, also if it has an effect, and the error
// states that it was not processed.
func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{})
	if !errors.Is(err, kratos.ErrUnreachable) || !errors.Is(err, kratos.ErrNotProcessed) {
		t.Errorf("got %v, want ErrUnreachable and ErrNotProcessed", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Login.Submit(ctx, newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}
