package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A receiver that does not respond is a 504.
func TestHookThatHangs(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(receiver.Close)
	s := &Server{client: receiver.Client()}
	response, _ := s.attempt(t.Context(), &Receiver{URL: receiver.URL, Authenticate: func(*http.Request) {}}, http.Header{}, nil, time.Millisecond)
	failure := (&call{Server: s}).applyHook(&trigger{}, response)
	if failure == nil || failure.err == nil || failure.err.Code != http.StatusGatewayTimeout {
		t.Errorf("%+v", failure)
	}
}
