package kratos_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestRestartKeepsWhatTheFlowWasStartedWith(t *testing.T) {
	t.Parallel()
	var got, token string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, token = r.URL.RawQuery, r.Header.Get("X-Session-Token")
		reply{status: 200, body: flowBody("new", "choose_method", "[]", "[]")}.ServeHTTP(w, r)
	}))
	for began, want := range map[string]string{
		"http://kratos/self-service/login/api?refresh=true&aal=aal2&return_to=https%3A%2F%2Fapp%2F&utm=1":  "aal=aal2&refresh=true&return_to=https%3A%2F%2Fapp%2F",
		"http://kratos/self-service/login/api?return_session_token_exchange_code=true&return_to=app%3A%2F": "return_session_token_exchange_code=true&return_to=app%3A%2F",
		"http://kratos/self-service/login/api": "",
		"":                                     "",
	} {
		t.Run(began, func(t *testing.T) {
			old := newFlow[kratos.LoginFlow]("old")
			old.RequestURL = began
			flow, err := client.Login.Restart(t.Context(), old, kratos.SessionToken("t"))
			switch {
			case err != nil:
				t.Error(err)
			case flow.ID != "new":
				t.Errorf(`flow.ID = %q, want "new"`, flow.ID)
			case got != want:
				t.Errorf("got = %v, want %v", got, want)
			case token != "t":
				t.Errorf(`token = %q, want "t"`, token)
			}
		})
	}
	old := newFlow[kratos.LoginFlow]("old")
	old.RequestURL = "http://kratos/?return_to=a"
	login := client.Login.With(kratos.StartLogin{ReturnTo: "b", Refresh: true})
	if _, err := login.Restart(t.Context(), old); err != nil || got != "refresh=true&return_to=b" {
		t.Errorf("parameters in place of those of the flow: %v, sent %q", err, got)
	}
	if _, err := login.Restart(t.Context(), old, kratos.Query("return_to", "c")); err != nil || got != "refresh=true&return_to=c" {
		t.Errorf("an option in place of both: %v, sent %q", err, got)
	}
	broken := newFlow[kratos.LoginFlow]("old")
	broken.RequestURL = "http://[s3cret"
	for _, bad := range []*kratos.LoginFlow{nil, broken} {
		if _, err := client.Login.Restart(t.Context(), bad); !errors.Is(err, kratos.ErrInvalidArgument) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v, want ErrInvalidArgument", err)
		}
	}
}

func TestNextSteps(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		actions string
		want    kratos.ContinueWithAction
	}{
		"settings before verification":     {"set_ory_session_token show_verification_ui show_settings_ui", kratos.ContinueShowSettingsUI},
		"recovery before verification":     {"show_verification_ui show_recovery_ui", kratos.ContinueShowRecoveryUI},
		"a form before a redirect":         {"redirect_browser_to show_verification_ui", kratos.ContinueShowVerificationUI},
		"a redirect if there is no form":   {"show_pin_entry_ui redirect_browser_to", kratos.ContinueRedirectBrowserTo},
		"a token is nothing to show":       {"set_ory_session_token", ""},
		"an unknown action is kept, alone": {"show_pin_entry_ui", ""},
		"none":                             {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var steps kratos.ContinueWithList
			for _, action := range strings.Fields(tc.actions) {
				steps = append(steps, kratos.ContinueWith{Action: kratos.ContinueWithAction(action)})
			}
			var got kratos.ContinueWithAction
			if next := steps.NextUI(); next != nil {
				got = next.Action
			}
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestWhyTheCSRFCheckFailed(t *testing.T) {
	t.Parallel()
	const refused = `{"error":{"id":"security_csrf_violation","code":403,"message":"m"}}`
	for name, tc := range map[string]struct {
		cookies  string
		response reply
		want     string
	}{
		"no cookie at all":         {"", reply{status: 403, body: refused}, "no CSRF cookie was sent"},
		"a session cookie only":    {"ory_kratos_session=s3cret", reply{status: 403, body: refused}, "no CSRF cookie was sent"},
		"the cookie of another":    {"csrf_token_0a=s3cret", reply{status: 403, body: refused, header: http.Header{"Set-Cookie": {"csrf_token_0b=s3cret"}}}, "from another domain"},
		"the token of another":     {"csrf_token_0a=s3cret", reply{status: 403, body: refused, header: http.Header{"Set-Cookie": {"csrf_token_0a=s3cret"}}}, "does not match the cookie"},
		"no cookie is set":         {"csrf_token_0a=s3cret", reply{status: 403, body: refused}, "does not match the cookie"},
		"a native client's flow":   {"csrf_token_0a=s3cret", reply{status: 400, body: flowBody("f", "choose_method", `[{"id":4000001,"text":"t","type":"error"}]`, "[]")}, "the flow is a native client's"},
		"the same with an old one": {"csrf_token_0a=s3cret; csrf_token_0b=s3cret", reply{status: 403, body: refused, header: http.Header{"Set-Cookie": {"csrf_token_0b=s3cret"}}}, "does not match the cookie"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, routes{"POST /self-service/login": tc.response})
			_, err := client.Browser(browserRequest(tc.cookies)).Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{})
			switch {
			case !errors.Is(err, kratos.ErrCSRF):
				t.Errorf("%v, want ErrCSRF", err)
			case !strings.Contains(err.Error(), tc.want):
				t.Errorf("%v, want it to have %q", err, tc.want)
			case strings.Contains(err.Error(), "s3cret"):
				t.Errorf(`%v has "s3cret"`, err)
			}
		})
	}
}

func TestNativeRecoveryNamesTheSettingThatIsMissing(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ada := k.Person(kratostest.Person{})
	recovered := func(recovery kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery]) (*kratos.FlowResult[kratos.RecoveryFlow], error) {
		sent, err := recovery.Do(t.Context(), kratos.RecoveryCode{Email: ada.Email})
		if err != nil {
			t.Fatal(err)
		}
		return recovery.Submit(t.Context(), sent.Flow, kratos.RecoveryCode{Code: k.Code(ada.Email)})
	}
	_, err := recovered(k.Client().Recovery)
	if !errors.Is(err, kratos.ErrBrowserLocationChangeRequired) || !strings.Contains(err.Error(), "feature_flags.use_continue_with_transitions") {
		t.Errorf("a native client: %v", err)
	}
	step, err := recovered(k.Client().BrowserWithCookies(nil).Recovery)
	if err != nil || !strings.HasPrefix(step.RedirectTo, "http://127.0.0.1:4455/settings?flow=") {
		t.Errorf("a browser: %+v, %v", step, err)
	}
}

func TestAwaitSessionToken(t *testing.T) {
	t.Parallel()
	calls := 0
	client, _ := serve(t, routes{"GET /sessions/token-exchange": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		response := reply{status: 404, body: `{"error":{"code":404,"message":"m"}}`}
		if calls == 3 {
			response = reply{status: 200, body: `{"session_token":"t","session":` + sessionBody + `}`}
		}
		if r.URL.Query().Get("init_code") == "bad" {
			response = reply{status: 400, body: `{"error":{"code":400,"message":"m"}}`}
		}
		response.ServeHTTP(w, r)
	})})
	session, err := client.AwaitSessionToken(t.Context(), "a", "b", time.Millisecond)
	switch {
	case err != nil:
		t.Error(err)
	case session.SessionToken != "t":
		t.Errorf(`session.SessionToken = %q, want "t"`, session.SessionToken)
	case calls != 3:
		t.Errorf("calls = %d, want 3", calls)
	}
	if _, err := client.AwaitSessionToken(t.Context(), "bad", "b", time.Millisecond); !errors.Is(err, kratos.ErrBadRequest) {
		t.Errorf("codes that are refused: %v", err)
	}
	if _, err := client.AwaitSessionToken(t.Context(), "a", "b", 0); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Errorf("no pause: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := client.AwaitSessionToken(ctx, "a", "b", time.Millisecond); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, kratos.ErrUnreachable) {
		t.Errorf("a sign-in that never finishes: %v", err)
	}
}

func TestASpentLinkNamesTheFlowToUse(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"POST /self-service/recovery": reply{status: 303, header: http.Header{"Location": {"http://ui/recovery?flow=new"}}}})
	_, err := client.Browser(browserRequest("")).Recovery.Submit(t.Context(), newFlow[kratos.RecoveryFlow]("f"), kratos.RecoveryLink{Email: "a@example.org"})
	var e *kratos.Error
	switch {
	case !errors.Is(err, kratos.ErrFlowReplaced):
		t.Errorf("%v, want ErrFlowReplaced", err)
	case !errors.As(err, &e):
		t.Errorf("%v is an error of another type", err)
	case e.FlowID != "new":
		t.Errorf(`%v: e.FlowID = %q, want "new"`, err, e.FlowID)
	case e.RedirectTo != "http://ui/recovery?flow=new":
		t.Errorf(`%v: e.RedirectTo = %q, want "http://ui/recovery?flow=new"`, err, e.RedirectTo)
	}
}
