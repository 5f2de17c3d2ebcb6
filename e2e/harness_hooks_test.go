package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"go.yaml.in/yaml/v4"
)

const hookKey = "test-only-key-of-kratos"

var hookCaller = hooks.APIKey("X-Hook-Key", hookKey)

// A hookDirective is what a hook does in one call: a header of the person's request that Kratos
// passes on to hooks has it. Other calls are allowed.
type hookDirective struct {
	id                      string // of the calls in the receiver
	kind, trigger, decision string
}

const directiveHeader = "Accept-Language"

var directives atomic.Int64

func newDirective(kind hooks.Kind, trigger, decision string) hookDirective {
	return hookDirective{fmt.Sprint(directives.Add(1)), string(kind), trigger, decision}
}

func (d hookDirective) option() kratos.RequestOption {
	return kratos.Header(directiveHeader, strings.Join([]string{d.id, d.kind, d.trigger, d.decision}, "|"))
}

// hookReceiver is the program that Kratos calls, with a path for every kind and trigger.
type hookReceiver struct {
	*httptest.Server

	mu      sync.Mutex
	calls   map[string][]*hooks.Call // by id of the directive
	errs    map[string][]error
	arrived chan struct{} // closed and replaced at each call
}

func newHookReceiver(t *testing.T) *hookReceiver {
	rec := &hookReceiver{calls: map[string][]*hooks.Call{}, errs: map[string][]error{}, arrived: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{kind}/{trigger}", func(w http.ResponseWriter, r *http.Request) {
		kind, trigger := r.PathValue("kind"), r.PathValue("trigger")
		var id string
		decide := func(_ context.Context, c *hooks.Call) hooks.Response {
			d, _ := directiveOf(c.Header)
			if d.kind != kind || d.trigger != trigger {
				return hooks.Allow()
			}
			id = d.id
			rec.add(d.id, c)
			return decideAs(d, c)
		}
		report := func(_ context.Context, err error) {
			rec.mu.Lock()
			defer rec.mu.Unlock()
			rec.errs[id] = append(rec.errs[id], err)
		}
		body, _ := io.ReadAll(r.Body)
		if isBare(body, kind, trigger) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		buffered := httptest.NewRecorder()
		hooks.Handler(hookCaller, decide, hooks.OnError(report)).ServeHTTP(buffered, r)
		for name, values := range buffered.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(buffered.Code)
		_, _ = io.Copy(w, buffered.Body)
	})
	rec.Server = httptest.NewServer(mux)
	t.Cleanup(rec.Close)
	return rec
}

// newTestServer starts a server for one test.
func newTestServer(t *testing.T, h http.Handler) *httptest.Server {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// isBare reports whether a hook responds as no handler of package hooks does, without messages.
func isBare(body []byte, kind, trigger string) bool {
	var call struct {
		Header http.Header `json:"request_headers"`
	}
	_ = json.Unmarshal(body, &call)
	d, _ := directiveOf(call.Header)
	return d.decision == "bare" && d.kind == kind && d.trigger == trigger
}

func directiveOf(header http.Header) (d hookDirective, ok bool) {
	parts := strings.Split(header.Get(directiveHeader), "|")
	if len(parts) != 4 {
		return d, false
	}
	return hookDirective{parts[0], parts[1], parts[2], parts[3]}, true
}

// hookMessage is the id of the message of a hook that refuses.
const hookMessage = 1234

func decideAs(d hookDirective, c *hooks.Call) hooks.Response {
	switch d.decision {
	case "change":
		return hooks.Change(hooks.IdentityChange{MetadataPublic: map[string]string{"hook": d.trigger}})
	case "refuse":
		return hooks.Refuse(hooks.Message{Field: "traits.email", ID: hookMessage, Text: "Refused.", Context: map[string]int{"n": 1}})
	case "fail":
		return hooks.Fail(errors.New("the test fails it"))
	}
	return hooks.Allow()
}

func (rec *hookReceiver) add(id string, c *hooks.Call) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.calls[id] = append(rec.calls[id], c)
	close(rec.arrived)
	rec.arrived = make(chan struct{})
}

func (rec *hookReceiver) take(id string) (calls []*hooks.Call, errs []error, arrived <-chan struct{}) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return rec.calls[id], rec.errs[id], rec.arrived
}

// wait returns the first call of a directive.
func (rec *hookReceiver) wait(t *testing.T, d hookDirective) *hooks.Call {
	t.Helper()
	timeout := time.After(15 * time.Second)
	for {
		calls, _, arrived := rec.take(d.id)
		if len(calls) > 0 {
			return calls[0]
		}
		select {
		case <-arrived:
		case <-timeout:
			t.Fatalf("the hook %s was not called", d.trigger)
		}
	}
}

// hookItems returns the configuration of the hooks of a trigger: one that decides, one that
// notifies.
func (rec *hookReceiver) hookItems(t *testing.T, trigger string) []any {
	t.Helper()
	var items []any
	for _, kind := range []hooks.Kind{hooks.Decide, hooks.Notify} {
		items = append(items, hookItem(t, rec.URL+"/"+string(kind)+"/"+trigger, hookCaller, kind)...)
	}
	return items
}

// hookItem returns the YAML of hooks.Config as a value of server.Options.
func hookItem(t *testing.T, url string, caller hooks.Caller, kind hooks.Kind) (items []any) {
	t.Helper()
	return parseYAML[[]any](t, must(hooks.Config(url, caller, kind))(t))
}

func parseYAML[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	b := must(json.Marshal(v))(t) // the types of JSON
	v = *new(T)
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
