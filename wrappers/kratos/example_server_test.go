package kratos_test

import (
	"encoding/json"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// exampleClient returns a client of a server that knows Ada.
func exampleClient() (*kratos.Client, func()) {
	server := exampleServer()
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	return client, server.Close
}

func exampleAdmin() (*kratos.Admin, func()) {
	server := exampleServer()
	admin, err := kratos.NewAdmin(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	return admin, server.Close
}

func exampleServer() *httptest.Server {
	flow := reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}
	session := `"session":` + sessionBody + `,"session_token":"ory_st_example"`
	var stronger atomic.Bool
	return httptest.NewServer(routes{
		"GET /self-service/login/api":          flow,
		"GET /self-service/registration/api":   flow,
		"GET /self-service/settings/api":       flow,
		"GET /self-service/login/browser":      ofThisServer(flow),
		"GET /self-service/login/flows":        ofThisServer(flow),
		"GET /self-service/verification/flows": reply{status: 200, body: flowBody("v", "sent_email", "[]", "[]")},
		"POST /self-service/verification":      reply{status: 200, body: flowBody("v", "passed_challenge", "[]", "[]")},
		"POST /self-service/registration": reply{status: 200, body: `{"identity":{"id":"77aa"},` + session +
			`,"continue_with":[{"action":"show_verification_ui","flow":{"id":"v","verifiable_address":"ada@example.org"}}]}`},
		"POST /self-service/login": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var in struct{ Method, Password, Code string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			resp := reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}
			switch {
			case in.Method == "totp":
				stronger.Store(true)
				fallthrough
			case in.Password == password, in.Code != "":
				resp = reply{status: 200, body: "{" + session + "}"}
			case in.Method == "code":
				resp = reply{status: 400, body: flowBody("f", "sent_email", sent, "[]")}
			}
			resp.ServeHTTP(w, r)
		}),
		"POST /self-service/settings": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			resp := reply{status: 200, body: flowBody("f", "success", "[]", "[]")}
			if r.Header.Get("X-Session-Token") == "ory_st_of_yesterday" {
				resp = reply{status: 403, body: `{"error":{"id":"session_refresh_required","code":403},"redirect_browser_to":"http://127.0.0.1:4433/self-service/login/browser?refresh=true"}`}
			}
			resp.ServeHTTP(w, r)
		}),
		"GET /sessions/whoami": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			resp := reply{status: 200, body: sessionBody}
			switch {
			case stronger.Load():
				resp.body = strings.Replace(sessionBody, `level":"aal1"`, `level":"aal2"`, 1)
			case r.Header.Get("X-Session-Token") == "ory_st_of_the_first_factor":
				resp = reply{status: 403, body: `{"error":{"id":"session_aal2_required","code":403}}`}
			}
			resp.ServeHTTP(w, r)
		}),
		"GET /admin/identities": reply{status: 200, body: `[{"id":"77aa","state":"active"},{"id":"88bb","state":"inactive"}]`},
	})
}

// ofThisServer replaces the URL of the server in responses by that of the request.
func ofThisServer(a reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply{status: a.status, body: strings.ReplaceAll(a.body, "http://127.0.0.1:4433", "http://"+r.Host)}.ServeHTTP(w, r)
	})
}
