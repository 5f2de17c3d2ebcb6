package throttle_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// Package kratos reads the refusal of a native client as the error of a rate limit.
func TestRefusalOfNativeClient(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.fail("ada")
	server := httptest.NewServer(s.handler)
	defer server.Close()
	client := kratos.Must(kratos.NewClient(server.URL, kratos.WithRetries(0)))
	flow := new(kratos.LoginFlow)
	flow.ID = flowID
	_, err := client.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: "ada", Password: "right"})
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrRateLimited) || !errors.As(err, &e) || e.RetryAfter < time.Second {
		t.Fatalf("got %v, want ErrRateLimited with the time to wait", err)
	}
	if !strings.Contains(string(e.Details), `"id":9000429`) {
		t.Errorf("the details have no message: %s", e.Details)
	}
}

// The response is what the client shows, without a value of the request.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		accept, wantType, want string
	}{
		"a browser gets a page": {"text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8", `<p role="alert">Too many attempts. Try again in `},
		"a script gets JSON":    {"application/json", "application/json", `"text":"Too many attempts. Try again in `},
		"the first type counts": {"application/json, text/html", "application/json", `"retry_after":`},
		"no type is JSON":       {"", "application/json", `"id":"too_many_attempts"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite()
			s.fail("<SECRET>")
			r := password("<SECRET>", "SECRET").request()
			r.Header.Set("Accept", tc.accept)
			w := s.serve(r)
			if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, header %v", w.Code, w.Header())
			}
			if w.Header().Get("Content-Type") != tc.wantType || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("got %s: %s", w.Header().Get("Content-Type"), w.Body)
			}
			if strings.Contains(w.Body.String(), "SECRET") {
				t.Errorf("the response has a value of the request: %s", w.Body)
			}
		})
	}
}

func TestMessageText(t *testing.T) {
	t.Parallel()
	for want, wait := range map[string]time.Duration{
		"Too many attempts. Try again in a second.":   time.Millisecond,
		"Too many attempts. Try again in 2 seconds.":  1001 * time.Millisecond,
		"Too many attempts. Try again in 90 seconds.": 90 * time.Second,
		"Too many attempts. Try again in 15 minutes.": 15 * time.Minute,
	} {
		if got := (throttle.Refusal{RetryAfter: wait}).Message().Text; got != want {
			t.Errorf("%v: got %q, want %q", wait, got, want)
		}
	}
}
