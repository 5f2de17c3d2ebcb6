package hooks_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestHandlerDecodesACall(t *testing.T) {
	t.Parallel()
	var got *hooks.Call
	h := hooks.Handler(caller, func(_ context.Context, c *hooks.Call) hooks.Response { got = c; return hooks.Allow() })
	sent := newCall()
	if w := serve(h, hookstest.NewRequest(caller, sent)); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Fatalf("status %d with %d bytes, want 204 without a body", w.Code, w.Body.Len())
	}
	for name, values := range map[string][2]any{
		"the name of the flow":            {got.Flow.Name, hooks.FlowRegistration},
		"the method":                      {got.Flow.Active, kratos.CredentialsTypePassword},
		"the type of client":              {got.Flow.Type, kratos.FlowTypeBrowser},
		"the id of the identity":          {got.Identity.ID, identityID},
		"the traits":                      {string(got.Identity.RawTraits), string(sent.Identity.RawTraits)},
		"the identity of the session":     {got.Session.Identity, got.Identity},
		"the authentication of a session": {got.Session.AAL, kratos.AAL1},
		"the transient payload":           {string(got.TransientPayload), `{"invite":"x"}`},
		"the headers":                     {got.Header.Get("User-Agent"), "test"},
		"the trigger":                     {got.TriggerID, triggerID},
		"the attempt":                     {got.RequestID, requestID},
		"the start of the flow":           {got.Flow.RequestURL, "https://kratos.example/self-service/registration/browser"},
	} {
		t.Run(name, func(t *testing.T) {
			if values[0] != values[1] {
				t.Errorf("got %v, want %v", values[0], values[1])
			}
		})
	}
}

func TestIdentityOfACall(t *testing.T) {
	t.Parallel()
	stored, unstored := newIdentity(), newIdentity()
	unstored.ID = ""
	for name, c := range map[string]struct {
		identity *kratos.Identity
		known    bool
		id       string
	}{
		"before a flow there is none":              {nil, false, ""},
		"one that is not stored yet has no id":     {unstored, true, ""},
		"one that is stored has the id of Kratos":  {stored, true, identityID},
		"without a session, the call has none too": {stored, true, identityID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *hooks.Call
			h := hooks.Handler(caller, func(_ context.Context, c *hooks.Call) hooks.Response { got = c; return hooks.Allow() })
			decide(t, h, &hooks.Call{Flow: hooks.Flow{Name: hooks.FlowRegistration}, Identity: c.identity})
			if (got.Identity != nil) != c.known || got.Session != nil {
				t.Fatalf("identity %v, session %v", got.Identity, got.Session)
			}
			if c.known && got.Identity.ID != c.id {
				t.Errorf("id %q, want %q", got.Identity.ID, c.id)
			}
		})
	}
}

func TestRequestsThatAreNotACall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*http.Request)
		body   string
		status int
		err    error
	}{
		"a GET":                      {func(r *http.Request) { r.Method = "GET" }, "{}", 405, hooks.ErrMalformedRequest},
		"no key":                     {func(r *http.Request) { r.Header.Del("X-Kratos-Key") }, "{}", 401, hooks.ErrUnauthorized},
		"a wrong key":                {func(r *http.Request) { r.Header.Set("X-Kratos-Key", key+"x") }, "{}", 401, hooks.ErrUnauthorized},
		"two keys":                   {func(r *http.Request) { r.Header.Add("X-Kratos-Key", key) }, "{}", 401, hooks.ErrUnauthorized},
		"a form":                     {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, "{}", 415, hooks.ErrMalformedRequest},
		"more than 1 MiB":            {nil, `"` + strings.Repeat("x", 1<<20) + `"`, 400, hooks.ErrMalformedRequest},
		"no JSON":                    {nil, "{", 422, hooks.ErrMalformedRequest},
		"no body":                    {nil, "", 422, hooks.ErrMalformedRequest},
		"the body of another config": {nil, `{"user_id":"1"}`, 422, hooks.ErrMalformedRequest},
		"an id that is not a UUID":   {nil, `{"flow":{"id":"../x"}}`, 422, hooks.ErrMalformedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			h := hooks.Handler(caller, func(context.Context, *hooks.Call) hooks.Response {
				t.Error("the function was called")
				return hooks.Allow()
			}, errs.option())
			r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json; charset=utf-8")
			caller.Authenticate(r)
			if c.change != nil {
				c.change(r)
			}
			w := serve(h, r)
			if w.Code != c.status || (w.Body.Len() > 0) != (c.status == 422) {
				t.Errorf("status %d with the body %q, want %d", w.Code, w.Body, c.status)
			}
			if got := errs.all(); len(got) != 1 || !errors.Is(got[0], c.err) || !strings.HasPrefix(got[0].Error(), "kratos: hooks: ") {
				t.Errorf("reported %v, want %v", got, c.err)
			}
		})
	}
}

// A failure is a message in the form, and reported once, without the text of its cause.
func TestFailures(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial secret-host: password secret")
	block := make(chan struct{})
	t.Cleanup(func() { close(block) })
	for name, c := range map[string]struct {
		f       hooks.Func
		opts    []hooks.Option
		err     error
		retried bool
	}{
		"an error":                              {func(context.Context, *hooks.Call) hooks.Response { return hooks.Fail(cause) }, nil, hooks.ErrFailed, false},
		"an error to try again after":           {func(context.Context, *hooks.Call) hooks.Response { return hooks.Retry(cause) }, nil, hooks.ErrFailed, true},
		"a panic":                               {func(context.Context, *hooks.Call) hooks.Response { panic(cause) }, nil, hooks.ErrPanic, false},
		"a panic with nil":                      {func(context.Context, *hooks.Call) hooks.Response { panic(nil) }, nil, hooks.ErrPanic, false},
		"the zero response":                     {func(context.Context, *hooks.Call) (r hooks.Response) { return r }, nil, hooks.ErrInvalidResponse, false},
		"a function that ignores its context":   {func(context.Context, *hooks.Call) hooks.Response { <-block; return hooks.Allow() }, []hooks.Option{hooks.Timeout(time.Millisecond)}, hooks.ErrTimeout, false},
		"a function that returns after it ends": {func(ctx context.Context, _ *hooks.Call) hooks.Response { <-ctx.Done(); return hooks.Fail(ctx.Err()) }, []hooks.Option{hooks.Timeout(time.Millisecond)}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			outcome := decide(t, hooks.Handler(caller, c.f, append(c.opts, errs.option())...), newCall())
			got := errs.all()
			if len(got) != 1 || c.err != nil && !errors.Is(got[0], c.err) || strings.Contains(got[0].Error(), "secret") {
				t.Fatalf("reported %v, want %v", got, c.err)
			}
			if errors.Is(c.err, hooks.ErrFailed) && !errors.Is(got[0], cause) {
				t.Error("the cause is not in the error")
			}
			if outcome.Retried != c.retried || outcome.Refused == c.retried {
				t.Fatalf("%+v", outcome)
			}
			if c.retried {
				return
			}
			if messages := outcome.Messages[""]; len(messages) != 1 || messages[0].ID != kratos.MessageSystemError {
				t.Errorf("the form has %v", messages)
			}
		})
	}
}

func TestPanicAfterTheTimeoutIsReported(t *testing.T) {
	t.Parallel()
	reported := make(chan error, 2)
	block := make(chan struct{})
	h := hooks.Handler(caller, func(context.Context, *hooks.Call) hooks.Response { <-block; panic("secret") },
		hooks.Timeout(time.Millisecond), hooks.OnError(func(_ context.Context, err error) { reported <- err }))
	decide(t, h, newCall())
	if err := <-reported; !errors.Is(err, hooks.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("reported %v first", err)
	}
	close(block)
	if err := <-reported; !errors.Is(err, hooks.ErrPanic) {
		t.Errorf("reported %v second", err)
	}
}

func TestFailureMessageIsShown(t *testing.T) {
	t.Parallel()
	h := hooks.Handler(caller, func(context.Context, *hooks.Call) hooks.Response { return hooks.Fail(nil) },
		hooks.FailureMessage(hooks.Message{ID: 1, Text: "Call us."}), new(errorList).option())
	want := map[string][]kratos.Message{"": {{ID: 1, Text: "Call us.", Type: kratos.UITextTypeError}}}
	if got := decide(t, h, newCall()).Messages; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestInvalidArgumentsPanic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(){
		"Handler without a caller":   func() { hooks.Handler(hooks.Caller{}, allow) },
		"Handler without a function": func() { hooks.Handler(caller, nil) },
		"PasswordMigration without a caller": func() {
			hooks.PasswordMigration(hooks.Caller{}, func(context.Context, string, string) (bool, error) { return true, nil })
		},
		"PasswordMigration without a function":  func() { hooks.PasswordMigration(caller, nil) },
		"Courier without a caller":              func() { hooks.Courier(hooks.Caller{}, func(context.Context, *hooks.Mail) error { return nil }) },
		"Courier without a function":            func() { hooks.Courier(caller, nil) },
		"a key that is empty":                   func() { hooks.APIKey("X-Key", "") },
		"a key that is short":                   func() { hooks.APIKey("X-Key", "secret") },
		"an older key that is empty":            func() { hooks.APIKey("X-Key", key, "") },
		"a key with a line break":               func() { hooks.APIKey("X-Key", key+"\n") },
		"a header with a colon":                 func() { hooks.APIKey("X:Key", key) },
		"no header":                             func() { hooks.APIKey("", key) },
		"a user with a colon":                   func() { hooks.BasicAuth("a:b", key) },
		"no user":                               func() { hooks.BasicAuth("", key) },
		"an empty password":                     func() { hooks.BasicAuth("a", "") },
		"a time-out that is too long":           func() { hooks.Timeout(19 * time.Second) },
		"no time-out":                           func() { hooks.Timeout(0) },
		"no function for errors":                func() { hooks.OnError(nil) },
		"an empty message":                      func() { hooks.FailureMessage(hooks.Message{}) },
		"Once without a store":                  func() { hooks.Once(nil, allow) },
		"Once without a function":               func() { hooks.Once(hooks.NewMemory(1), nil) },
		"a memory of no entries":                func() { hooks.NewMemory(0) },
		"credentials of a caller without a key": func() { hooks.Caller{}.Authenticate(httptest.NewRequest("POST", "/", nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				text, _ := recover().(string)
				if !strings.HasPrefix(text, "hooks: ") || strings.Contains(text, key) {
					t.Errorf("panic %q", text)
				}
			}()
			c()
		})
	}
}
