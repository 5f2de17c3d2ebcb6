package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheLogHasNoSecret(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte(`{"id":"flow-id","ui":{"nodes":[]}}`))
			return
		}
		_, _ = w.Write([]byte(`{"session":{"id":"s"},"session_token":"ory_st_secret"}`))
	}))
	defer server.Close()
	var out bytes.Buffer
	if err := run(t.Context(), server.URL, slog.New(slog.NewTextHandler(&out, nil))); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"secret", "flow-id", "ada@"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, &out)
		}
	}
	if strings.Count(out.String(), "path=/self-service/login") != 2 || !strings.Contains(out.String(), "status=200") {
		t.Errorf("the log is\n%s", &out)
	}
}
