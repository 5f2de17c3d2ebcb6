package sessions_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A request with several credentials makes all of them forgotten.
func TestAllCredentialsOfAChangeAreForgotten(t *testing.T) {
	t.Parallel()
	fake, guard, client := newFake(t, sessions.Cache(10, time.Minute))
	h := guard.Require()(hello)
	lines := []string{"X-Session-Token: t", "Cookie: ory_kratos_session=c"}
	for _, credential := range []string{"t", "c"} {
		fake.set(credential, person{id: "ada"})
	}
	for _, line := range lines {
		get(h, line)
	}
	send(client.Proxy("/auth"), request("POST", "/auth/self-service/login?flow=f", lines...))
	for _, line := range lines {
		get(h, line)
	}
	if fake.count("t") != 2 || fake.count("c") != 2 {
		t.Errorf("%d and %d calls, want 2 and 2", fake.count("t"), fake.count("c"))
	}
}

// Forged requests through the proxy cause no more calls than one for each that Kratos accepts.
func TestForgedChanges(t *testing.T) {
	t.Parallel()
	fake, guard, client := newFake(t, sessions.Cache(10, time.Minute))
	proxy := client.Proxy("/auth")
	for status, want := range map[int]uint64{401: 0, 403: 0, 500: 0, 200: 50} {
		fake.change(func(f *fakeKratos) {
			f.failure = func(r *http.Request) (*http.Response, error) {
				if r.Method == "POST" {
					return respond(status, nil, `{}`)(r)
				}
				if r.URL.Path == "/health/ready" {
					f.change(func(f *fakeKratos) { f.ready++ })
					return respond(200, nil, `{"status":"ok"}`)(r)
				}
				return respond(401, nil, unauthorized)(r)
			}
		})
		calls, ready := guard.Stats().Calls, fake.readyCalls()
		for i := range 50 {
			send(proxy, request("POST", "/auth/self-service/settings?flow=f", fmt.Sprintf("Cookie: ory_kratos_session=forged%d-%d", status, i)))
		}
		if n := guard.Stats().Calls - calls; n != want {
			t.Errorf("status %d: %d calls for 50 requests, want %d", status, n, want)
		}
		if n := fake.readyCalls() - ready; want == 0 && n > 0 || n > 10 {
			t.Errorf("status %d: %d calls of isReady", status, n)
		}
	}
}

// A change that Kratos does not respond to is not followed by another call: somebody waits.
func TestAChangeWithoutResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, client := newFake(t, sessions.Cache(10, time.Minute))
		fake.set("t", person{id: "ada"})
		mustBe(t, guard, "t", "ada")
		fake.change(func(f *fakeKratos) { f.failure = hang })
		start := time.Now()
		send(client.Proxy("/auth"), request("POST", "/auth/self-service/settings?flow=f", "Cookie: ory_kratos_session=unknown"))
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("the request took %v, want the time-out of the client", d)
		}
		_, err := client.Settings.Submit(t.Context(), settingsFlow(), kratos.SettingsPassword{Password: "new"}, kratos.SessionToken("t"))
		if err == nil {
			t.Error("no error")
		}
		fake.change(func(f *fakeKratos) { f.failure = nil })
		mustBe(t, guard, "t", "ada")
		if n := fake.count("t"); n != 2 {
			t.Errorf("%d calls, want 2: the change may have had an effect", n)
		}
	})
}

// The token of the program is not taken for that of a person.
func TestTheTokenOfTheProgram(t *testing.T) {
	t.Parallel()
	fake := &fakeKratos{sessions: map[string]person{}, calls: map[string]int{}}
	client := kratos.Must(kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: fake}), kratos.WithBearerToken("key")))
	guard := sessions.New(client, sessions.Cache(10, time.Minute))
	t.Cleanup(guard.Close)
	send(client.Proxy("/auth"), request("POST", "/auth/self-service/settings?flow=f"))
	_, _ = client.Recovery.Submit(t.Context(), recoveryFlow(), kratos.RecoveryCode{Code: "123456"})
	if s := guard.Stats(); s.Forgotten != 0 || s.Calls != 0 {
		t.Errorf("stats: %+v", s)
	}
}

func recoveryFlow() *kratos.RecoveryFlow {
	f := new(kratos.RecoveryFlow)
	f.ID, f.UI = "11111111-2222-3333-4444-555555555555", ui()
	return f
}
