package kratos_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestTokenize(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /sessions/whoami": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := reply{status: 400, body: `{"error":{"code":400,"message":"m"}}`}
		switch r.URL.RawQuery {
		case "tokenize_as=jwt":
			response = reply{status: 200, body: strings.Replace(sessionBody, "{", `{"tokenized":"eyJ",`, 1)}
		case "tokenize_as=ignored":
			response = reply{status: 200, body: sessionBody}
		}
		response.ServeHTTP(w, r)
	})})
	browser := client.Browser(browserRequest("ory_kratos_session=s"))
	for name, tokenize := range map[string]func(string) (*kratos.Session, error){
		"a native client": func(template string) (*kratos.Session, error) {
			return client.Tokenize(t.Context(), template, kratos.SessionToken("t"))
		},
		"a browser": func(template string) (*kratos.Session, error) { return browser.Tokenize(t.Context(), template) },
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := tokenize("jwt"); err != nil || s.Tokenized != "eyJ" || s.ID != "5a2b" {
				t.Errorf("got %v, %v", s, err)
			}
			for template, want := range map[string]error{"missing": kratos.ErrBadRequest, "ignored": kratos.ErrUnexpectedResponse, "": kratos.ErrInvalidArgument} {
				if s, err := tokenize(template); !errors.Is(err, want) || s != nil {
					t.Errorf("template %q: %v, %v, want %v", template, s, err, want)
				}
			}
		})
	}
	if _, err := client.Tokenize(t.Context(), "jwt"); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("without a session token: %v, want ErrNoSession", err)
	}
}
