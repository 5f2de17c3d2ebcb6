package kratos_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const leak = canary

// methodsOf returns one of each method of a flow, with a secret in every field.
func methodsOf[M any](zero ...M) []M {
	var all []M
	for _, m := range zero {
		v := reflect.New(reflect.TypeOf(m))
		if posted, ok := any(m).(kratos.Submission); ok {
			v.Elem().Set(reflect.ValueOf(posted))
		} else {
			plant(v.Elem(), 0)
		}
		all = append(all, v.Elem().Interface().(M))
	}
	return all
}

var posted = kratos.Submission{"method": "password", "password": leak, "traits": map[string]any{leak: leak}}

// leakyResponses are responses that have a secret in every place.
func leakyResponses() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"the form again": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 400, body: flowBody(leak, leak, `[{"id":4000006,"text":"s3cret","type":"error","context":{"secret":"s3cret"}}]`, `[{"id":4000001,"text":"s3cret","type":"error"}]`)}.ServeHTTP(w, r)
		},
		"the next form": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 200, body: flowBody(leak, leak, `[{"id":1,"text":"s3cret","type":"info"}]`, "[]")}.ServeHTTP(w, r)
		},
		"a session": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 200, body: `{"session":{"id":"s3cret","active":true,"tokenized":"s3cret"},"session_token":"s3cret","identity":{"id":"s3cret"},"continue_with":[{"action":"set_ory_session_token","ory_session_token":"s3cret"}]}`}.ServeHTTP(w, r)
		},
		"an error": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 403, body: `{"error":{"code":403,"message":"s3cret","reason":"s3cret","details":{"s3cret":"s3cret"},"debug":"s3cret"},"redirect_browser_to":"http://s3cret/","use_flow_id":"s3cret"}`}.ServeHTTP(w, r)
		},
		"somewhere else": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"reason":"s3cret"},"redirect_browser_to":"http://s3cret/?s3cret"}`}.ServeHTTP(w, r)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 303, header: http.Header{"Location": {"http://s3cret/self-service/login/flows?id=s3cret"}, "Set-Cookie": {"csrf_token_s3cret=s3cret"}}}.ServeHTTP(w, r)
		},
		"no JSON": func(w http.ResponseWriter, r *http.Request) { reply{status: 200, body: `s3cret`}.ServeHTTP(w, r) },
		"broken JSON": func(w http.ResponseWriter, r *http.Request) {
			reply{status: 200, body: `{"s3cret":s3cret`}.ServeHTTP(w, r)
		},
		"no response": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		},
	}
}

func TestNoFlowLeaksASecret(t *testing.T) {
	t.Parallel()
	for name, response := range leakyResponses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, logger := newLogSink()
			client, admin := serve(t, response, kratos.WithRetries(0), kratos.WithBearerToken(leak), logger)
			browser := client.Browser(browserRequest("csrf_token_0a=s3cret; ory_kratos_session=s3cret"))
			for _, verb := range verbs {
				if printed := fmt.Sprintf(verb+verb+verb+verb+verb+verb, client, *client, admin, browser, browser.Login, client.Login.With(kratos.StartLogin{ReturnTo: leak})); shows(printed) {
					t.Error(printed)
				}
			}
			for _, native := range []bool{true, false} {
				login, registration, settings, recovery, verification := client.Login, client.Registration, client.Settings, client.Recovery, client.Verification
				var opts []kratos.RequestOption
				if native {
					opts = append(opts, kratos.SessionToken(leak), kratos.Query("return_to", "http://"+leak))
				} else {
					login, registration, settings, recovery, verification = browser.Login, browser.Registration, browser.Settings, browser.Recovery, browser.Verification
				}
				leaks(t, login, opts, methodsOf(append(loginMethods(), posted)...))
				leaks(t, registration, opts, methodsOf(append(registrationMethods(), posted)...))
				leaks(t, settings, opts, methodsOf(append(settingsMethods(), posted)...))
				leaks(t, recovery, opts, methodsOf(append(recoveryMethods(), posted)...))
				leaks(t, verification, opts, methodsOf(append(verificationMethods(), posted)...))
			}
			if log := fmt.Sprint(sink.lines); len(sink.lines) == 0 || shows(log) {
				t.Errorf("logged %s", log)
			}
		})
	}
}

// leaks submits every method, and fails if the secret is in anything that can be printed.
func leaks[F, M, P any](t *testing.T, flows kratos.FlowClient[F, M, P], opts []kratos.RequestOption, methods []M) {
	t.Helper()
	flow := newFlow[F](leak)
	for _, method := range methods {
		if held := fmt.Sprint(struct{ unexported M }{method}); !strings.Contains(held, leak) {
			t.Fatalf("%T holds no secret: %s", method, held)
		}
		step, err := flows.Submit(t.Context(), flow, method, opts...)
		if (step == nil) == (err == nil) {
			t.Fatalf("%T: %v, %v", method, step, err)
		}
		printed := []any{method, err}
		if step != nil {
			printed = append(printed, step, *step, step.ContinueWith, step.Session, step.Identity, step.Flow)
		}
		for _, v := range printed {
			text := fmt.Sprintf("%v %+v %#v %s", v, v, v, v)
			for _, handler := range []func(*bytes.Buffer) slog.Handler{textHandler, jsonHandler} {
				text += logged(handler, func(l *slog.Logger) { l.Info("m", "v", v) })
			}
			if shows(text) {
				t.Errorf("%T: %T: %s", method, v, text)
			}
		}
	}
	_, err := flows.Start(t.Context(), opts...)
	_, gone := flows.Get(t.Context(), leak, opts...)
	_, again := flows.Restart(t.Context(), flow, opts...)
	if printed := fmt.Sprintf("%v %#v %v %v", err, err, gone, again); strings.Contains(strings.ToLower(printed), leak) {
		t.Error(printed)
	}
}
