package front_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/front"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// start starts a server of a version behind a Front, and returns the URLs of its ports.
func start(t *testing.T, version string) (f *front.Front, public, admin string) {
	t.Helper()
	s, err := server.New(server.Config{
		Version: version, Schemas: []server.IdentitySchema{{ID: "default", JSON: `{"type":"object"}`}}, UIURL: "http://127.0.0.1/ui",
		FlowLifespan: time.Hour, CodeLifespan: time.Hour, SessionLifespan: time.Hour, PrivilegedSessionMaxAge: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	f = front.New(s.Public(), s.Admin(), front.NewRoutes(server.Operations()), true)
	publicPort, adminPort := httptest.NewServer(f.Public()), httptest.NewServer(f.Admin())
	s.SetURLs(publicPort.URL, adminPort.URL)
	t.Cleanup(func() {
		f.Close()
		publicPort.Close()
		adminPort.Close()
	})
	return f, publicPort.URL, adminPort.URL
}

// send sends a request, and returns the response with its body.
func send(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(read)
}

func TestAFaultIsOfTheNextRequestsOfAnOperation(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	if err := s.Fail("isAlive", 2, front.Fault{Status: 503}); err != nil {
		t.Fatal(err)
	}
	var statuses []int
	for range 3 {
		response, _ := send(t, "GET", public+"/health/alive", "")
		statuses = append(statuses, response.StatusCode)
	}
	if statuses[0] != 503 || statuses[1] != 503 || statuses[2] != 200 {
		t.Errorf("statuses are %d, want 503 twice and 200", statuses)
	}
	if err := s.Fail("", 0, front.Fault{Status: 500}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if response, _ := send(t, "GET", public+"/health/alive", ""); response.StatusCode != 500 {
			t.Errorf("status %d, want 500 until Recover", response.StatusCode)
		}
	}
	if err := s.Recover(""); err != nil {
		t.Fatal(err)
	}
	if response, _ := send(t, "GET", public+"/health/alive", ""); response.StatusCode != 200 {
		t.Errorf("status %d after Recover", response.StatusCode)
	}
}

func TestARateLimitHasRetryAfter(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	if err := s.Fail("isAlive", 1, front.Fault{Kind: front.FaultRateLimited, RetryAfter: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	response, _ := send(t, "GET", public+"/health/alive", "")
	if got := response.Header.Get("Retry-After"); response.StatusCode != 429 || got != "2" {
		t.Errorf("status %d and Retry-After %q, want 429 and 2", response.StatusCode, got)
	}
}

func TestADroppedRequestIsAnErrorOnAConnectionThatWasUsedAsWell(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	send(t, "GET", public+"/health/alive", "")
	if err := s.Fail("isAlive", 1, front.Fault{Kind: front.FaultDrop}); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(public + "/health/alive")
	if err == nil {
		t.Fatalf("status %d, want an error", response.StatusCode)
	}
}

func TestAHangingRequestEndsWithTheClientAndWithTheServer(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	if err := s.Fail("isAlive", 2, front.Fault{Kind: front.FaultHang}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	request, err := http.NewRequestWithContext(ctx, "GET", public+"/health/alive", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := http.DefaultTransport.RoundTrip(request)
		ended <- err
	}()
	for calls := 0; calls == 0; {
		found, err := s.Calls("isAlive")
		if err != nil {
			t.Fatal(err)
		}
		calls = len(found)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("a hanging request has a response")
	}
	go func() { _, _ = http.Get(public + "/health/alive") }() // Close of the test ends it
}

func TestADatabaseThatIsDown(t *testing.T) {
	s, public, admin := start(t, "v1.3.1")
	if err := s.Fail("", 0, front.Fault{Kind: front.FaultDatabaseDown}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, url, accept string
		status              int
	}{
		{"GET", public + "/health/alive", "", 200},
		{"GET", public + "/health/ready", "", 503},
		{"GET", admin + "/admin/health/ready", "", 503},
		{"GET", public + "/sessions/whoami", "", 401},
		{"GET", public + "/sessions", "", 401},
		{"GET", public + "/self-service/login/api", "", 500},
		{"GET", public + "/self-service/login/browser", "application/json", 500},
		{"GET", public + "/self-service/login/browser", "text/html", 303},
		{"GET", public + "/self-service/verification/browser", "text/html", 500},
		{"POST", public + "/self-service/login?flow=00000000-0000-4000-8000-000000000000", "application/json", 500},
	} {
		response, body := send(t, c.method, c.url, "", "Accept", c.accept)
		if response.StatusCode != c.status {
			t.Errorf("%s %s (%s): status %d, want %d: %s", c.method, c.url, c.accept, response.StatusCode, c.status, body)
		}
	}
}

func TestAnUnknownOperationHasNamesThatAreNear(t *testing.T) {
	s, _, _ := start(t, "v1.3.1")
	err := s.Fail("ToSesion", 1, front.Fault{Status: 500})
	if err == nil || !strings.Contains(err.Error(), "toSession") {
		t.Errorf("error %v, want one with toSession", err)
	}
	if _, err := s.Calls("updateLogin"); err == nil || !strings.Contains(err.Error(), "updateLoginFlow") {
		t.Errorf("error %v, want one with updateLoginFlow", err)
	}
	if err := s.Fail("toSession", 1, front.Fault{Status: 99}); err == nil {
		t.Error("a fault with status 99 is accepted")
	}
}

func TestCallsHaveNoSecrets(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	const login = "/self-service/login?flow=00000000-0000-4000-8000-000000000000"
	form := url.Values{"password": {"S3CRET"}, "csrf_token": {"S3CRET"}, "identifier": {"ann@example.org"}}.Encode()
	for contentType, body := range map[string]string{
		"application/json":                  `{"password":"S3CRET","identifier":"ann@example.org","code":"S3CRET","nested":[{"session_token":"S3CRET"}],"totp_code":123456}`,
		"application/x-www-form-urlencoded": form,
		"text/plain":                        "S3CRET",
	} {
		send(t, "POST", public+login+"&token=S3CRET&code=S3CRET", body, "Content-Type", contentType, "Cookie", "csrf=S3CRET; other=S3CRET",
			"Authorization", "Bearer S3CRET", "X-Session-Token", "S3CRET", "Referer", "http://127.0.0.1/?token=S3CRET")
	}
	calls, err := s.Calls("updateLoginFlow")
	if err != nil || len(calls) != 3 {
		t.Fatalf("%d calls (%v), want 3", len(calls), err)
	}
	for _, c := range calls {
		printed := strings.Join([]string{c.Path, c.Query.Encode(), c.Body}, " ")
		for name, values := range c.Header {
			printed += " " + name + "=" + strings.Join(values, ",")
		}
		if strings.Contains(printed, "S3CRET") || strings.Contains(printed, "123456") {
			t.Errorf("a secret is in %s", printed)
		}
		if c.Header.Get("Content-Type") != "text/plain" && !strings.Contains(c.Body, "ann") {
			t.Errorf("the identifier is not in %s", c.Body)
		}
		if c.Status == 0 || c.Method != "POST" || c.Query.Get("flow") == "" || c.Header.Get("Cookie") != "csrf=***; other=***" {
			t.Errorf("status %d, method %q, flow %q, cookie %q", c.Status, c.Method, c.Query.Get("flow"), c.Header.Get("Cookie"))
		}
	}
}

func TestTheRecordOfCallsIsBounded(t *testing.T) {
	s, public, _ := start(t, "v1.3.1")
	large := `{"a":"` + strings.Repeat("x", 1<<20) + `"}`
	send(t, "POST", public+"/self-service/login", large, "Content-Type", "application/json")
	for range 4200 {
		s.Public().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/health/alive", nil))
	}
	calls, err := s.Calls("")
	if err != nil || len(calls) != 4096 {
		t.Errorf("%d calls (%v), want 4096", len(calls), err)
	}
}
