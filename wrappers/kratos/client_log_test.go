package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestEveryOperationIsLoggedByItsID(t *testing.T) {
	t.Parallel()
	sink, logged := newLogSink()
	for _, path := range []string{"", "/a/base%20path"} {
		t.Run("base URL with the path "+path, func(t *testing.T) {
			hc := kratos.WithHTTPClient(&http.Client{Transport: new(recorder)})
			client := kratos.Must(kratos.NewClient("http://127.0.0.1:4433"+path, hc, logged))
			admin := kratos.Must(kratos.NewAdmin("http://127.0.0.1:4434"+path, hc, logged))
			for op, call := range calls(t.Context(), client, client.Browser(fromBrowser()), admin) {
				_ = call()
				if got, want := fmt.Sprint(sink.take()), "[INFO "+op+" status=418 attempt=1]"; got != want {
					t.Errorf("%s: logged %s, want %s", op, got, want)
				}
			}
		})
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	respond := func(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			h := http.Header{"Content-Type": {"application/json"}, "X-Total-Count": {"1"}}
			for _, line := range header {
				name, value, _ := strings.Cut(line, ": ")
				h.Set(name, value)
			}
			return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	fail := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	cut := func(body string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			resp, err := respond(200, "")(r)
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), brokenReader{io.ErrUnexpectedEOF}))
			return resp, err
		}
	}
	whoami := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
		_, _ = c.Whoami(ctx, kratos.SessionToken("t"))
	}
	logout := func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) { _ = c.Logout(ctx, "t") }
	list := func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
		for range a.Identities(ctx, kratos.ListIdentities{}) {
		}
	}
	proxy := func(method, target string) func(context.Context, *kratos.Client, *kratos.Admin) {
		return func(ctx context.Context, c *kratos.Client, _ *kratos.Admin) {
			ask(c.Proxy("/auth"), httptest.NewRequestWithContext(ctx, method, "/auth"+target, nil))
		}
	}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused by s3cret")}
	for name, tc := range map[string]struct {
		responses []func(*http.Request) (*http.Response, error) // the last one is that of all further requests
		call      func(context.Context, *kratos.Client, *kratos.Admin)
		want      []string
	}{
		"a success is of level DEBUG": {
			seq(respond(200, sessionBody)), whoami,
			[]string{"DEBUG toSession status=200 attempt=1"},
		},
		"a refusal is of level INFO, with the id of the error": {
			seq(respond(401, `{"error":{"id":"session_inactive","code":401,"message":"m"}}`)), whoami,
			[]string{"INFO toSession status=401 error_id=session_inactive attempt=1"},
		},
		"an id that Kratos would not give an error is left out": {
			seq(respond(403, `{"error":{"id":"ory_st_S3cret","code":403}}`)), whoami,
			[]string{"INFO toSession status=403 attempt=1"},
		},
		"a page of a gateway has no id": {
			seq(respond(403, `<html>`)), whoami,
			[]string{"INFO toSession status=403 attempt=1"},
		},
		"a redirect is of level DEBUG": {
			seq(respond(303, ``, "Location: https://s3cret.example.org/?s3cret")), whoami,
			[]string{"DEBUG toSession status=303 attempt=1"},
		},
		"a failure of the server is of level ERROR": {
			seq(respond(500, `{"error":{"code":500}}`)), whoami,
			[]string{"ERROR toSession status=500 attempt=1"},
		},
		"an attempt that is retried is of level WARN": {
			seq(respond(503, ``), fail(io.EOF), respond(200, sessionBody)), whoami,
			[]string{"WARN toSession status=503 attempt=1 retry_in", "WARN toSession attempt=2 error=EOF retry_in", "DEBUG toSession status=200 attempt=3"},
		},
		"the last attempt of three is of level ERROR": {
			seq(respond(503, ``)), whoami,
			[]string{"WARN toSession status=503 attempt=1 retry_in", "WARN toSession status=503 attempt=2 retry_in", "ERROR toSession status=503 attempt=3"},
		},
		"a rate limit is of level WARN": {
			seq(respond(429, ``, "Retry-After: 3600")), whoami,
			[]string{"WARN toSession status=429 attempt=1"},
		},
		"a connection that cannot be made": {
			seq(fail(refused)), logout,
			[]string{"WARN performNativeLogout attempt=1 error=dial tcp retry_in", "WARN performNativeLogout attempt=2 error=dial tcp retry_in", "ERROR performNativeLogout attempt=3 error=dial tcp"},
		},
		"an error that may quote anything": {
			seq(fail(errors.New("s3cret"))), whoami,
			[]string{"ERROR toSession attempt=1 error=see the error of the call"},
		},
		"a transport that validates": {
			seq(fail(fmt.Errorf("s3cret: %w", validating{kratos.ErrInvalidArgument}))), whoami,
			[]string{"ERROR toSession attempt=1 error=toSession: not like this"},
		},
		"a call that its caller gives up is of level INFO": {
			seq(func(r *http.Request) (*http.Response, error) {
				r.Context().Value(cancelKey{}).(context.CancelFunc)()
				<-r.Context().Done()
				return nil, r.Context().Err()
			}), whoami,
			[]string{"INFO toSession attempt=1 error=context canceled"},
		},
		"a server that does not respond": {
			seq(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}), whoami,
			[]string{"ERROR toSession attempt=1 error=context deadline exceeded"},
		},
		"a body that breaks off": {
			seq(cut(`{"id":`), respond(200, sessionBody)), whoami,
			[]string{"WARN toSession status=200 attempt=1 error=unexpected EOF retry_in", "DEBUG toSession status=200 attempt=2"},
		},
		"the pages of a list": {
			seq(respond(200, `[{"id":"a"}]`, `Link: </admin/identities?page_token=s3cret>; rel="next"`), respond(200, `[{"id":"b"}]`)), list,
			[]string{"DEBUG listIdentities status=200 attempt=1", "DEBUG listIdentities status=200 attempt=1"},
		},
		"a list that is refused": {
			seq(respond(403, `{"error":{"id":"security_csrf_violation"}}`)), list,
			[]string{"INFO listIdentities status=403 error_id=security_csrf_violation attempt=1"},
		},
		"a page that breaks off": {
			seq(cut(`[{"id":"a"},`)), list,
			[]string{"ERROR listIdentities status=200 attempt=1 error=unexpected EOF"},
		},
		"a page that breaks off before its first item is fetched again": {
			seq(cut(`[`), respond(200, `[]`)), list,
			[]string{"ERROR listIdentities status=200 attempt=1 error=unexpected EOF", "DEBUG listIdentities status=200 attempt=2"},
		},
		"a list that its caller leaves": {
			seq(respond(200, `[{"id":"a"},{"id":"b"}]`)), func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
				for range a.Identities(ctx, kratos.ListIdentities{}) {
					break
				}
			},
			[]string{"DEBUG listIdentities status=200 attempt=1"},
		},
		"the requests of a batch": {
			seq(respond(400, `{"error":{"code":400,"message":"m"}}`), respond(200, `{"s3cret":[]}`)), func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) {
				item := kratos.IdentityPatch{Create: kratos.CreateIdentity{SchemaID: "person", Traits: map[string]string{"s3cret": "s3cret"}}}
				_, _ = a.BatchPatchIdentities(ctx, []kratos.IdentityPatch{item, item})
			},
			[]string{"INFO batchPatchIdentities status=400 attempt=1", "DEBUG batchPatchIdentities status=200 attempt=1"},
		},
		"a health check that the server redirects": {
			seq(respond(307, ``, "Location: /admin/health/ready"), respond(200, `{"status":"ok"}`)), func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) { _ = a.Ready(ctx) },
			[]string{"DEBUG isReady status=307 attempt=1", "DEBUG isReady status=200 attempt=1"},
		},
		"a health check that fails": {
			seq(respond(503, `{"errors":{"database":"s3cret"}}`)), func(ctx context.Context, _ *kratos.Client, a *kratos.Admin) { _ = a.Ready(ctx) },
			[]string{"ERROR isReady status=503 attempt=1"},
		},
		"a request of the proxy": {
			seq(respond(200, sessionBody)), proxy("GET", "/sessions/whoami"),
			[]string{"DEBUG toSession status=200 attempt=1"},
		},
		"the id of an error, through the proxy": {
			seq(respond(410, `{"error":{"id":"self_service_flow_expired"},"use_flow_id":"s3cret"}`)), proxy("GET", "/self-service/login/flows?id=s3cret"),
			[]string{"INFO getLoginFlow status=410 error_id=self_service_flow_expired attempt=1"},
		},
		"HEAD, through the proxy": {
			seq(respond(200, ``)), proxy("HEAD", "/self-service/errors?id=s3cret"),
			[]string{"DEBUG getFlowError status=200 attempt=1"},
		},
		"a path that the API does not describe, through the proxy": {
			seq(respond(303, ``, "Location: /?s3cret")), proxy("GET", "/self-service/methods/oidc/callback/s3cret?code=s3cret"),
			[]string{"DEBUG Proxy status=303 attempt=1"},
		},
		"a response that the proxy does not pass on": {
			seq(respond(303, ``, "Location: http://kratos.invalid/admin/s3cret")), proxy("GET", "/self-service/login/browser"),
			[]string{"ERROR createBrowserLoginFlow status=303 attempt=1 error=the response leads to the admin API, or to Kratos past the proxy"},
		},
		"a session token for a script": {
			seq(respond(200, `{"session_token":"s3cret"}`)), proxy("POST", "/self-service/login?flow=s3cret"),
			[]string{"ERROR updateLoginFlow status=200 attempt=1 error=the response has a session token"},
		},
		"a page instead of JSON, through the proxy": {
			seq(respond(200, `s3cret`, "Content-Type: text/html")), proxy("GET", "/sessions/whoami"),
			[]string{"ERROR toSession status=200 attempt=1 error=the response has a media type that Kratos does not send"},
		},
		"no connection, through the proxy": {
			seq(fail(refused)), proxy("GET", "/sessions/whoami"),
			[]string{"ERROR toSession attempt=1 error=dial tcp"},
		},
		"what the proxy does not send": {
			seq(respond(200, ``)), proxy("GET", "/admin/identities"),
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sink, logged := newLogSink()
				var n int
				hc := kratos.WithHTTPClient(&http.Client{Timeout: time.Minute, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					n++
					return tc.responses[min(n, len(tc.responses))-1](r)
				})})
				client := kratos.Must(kratos.NewClient("http://kratos.invalid", hc, logged))
				admin := kratos.Must(kratos.NewAdmin("http://kratos.invalid", hc, logged))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ctx = context.WithValue(context.WithValue(ctx, cancelKey{}, cancel), traceKey{}, "trace")
				tc.call(ctx, client, admin)
				if got, want := strings.Join(sink.lines, "\n"), strings.Join(tc.want, "\n"); got != want {
					t.Errorf("logged\n%s\nwant\n%s", got, want)
				}
				if log := fmt.Sprint(sink.lines); shows(log) {
					t.Errorf("a record has a secret: %s", log)
				}
				for _, trace := range sink.trace {
					if trace != "trace" {
						t.Errorf("a record has the context %v, not that of the call", trace)
					}
				}
			})
		})
	}
}

type cancelKey struct{}

func seq(responses ...func(*http.Request) (*http.Response, error)) []func(*http.Request) (*http.Response, error) {
	return responses
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// A record below the level of the logger is not written.
func TestTheLevelOfALogger(t *testing.T) {
	t.Parallel()
	sink, logged := newLogSink()
	sink.level = slog.LevelWarn
	var n atomic.Int64
	client, _ := serve(t, counted(&n, reply{status: 401, body: noSession}), logged)
	_, _ = client.Whoami(t.Context(), kratos.SessionToken("t"))
	if n.Load() != 1 || sink.lines != nil {
		t.Errorf("%d requests, logged %q", n.Load(), sink.lines)
	}
}
