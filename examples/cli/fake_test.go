package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

const (
	password   = "correct horse"
	totpCode   = "123456"
	identityID = "9f425a8d-7efc-4768-8f23-7647a74fdf13"
	flowNodes  = `{"type":"input","group":"totp","attributes":{"name":"totp_code","type":"text","node_type":"input"},"messages":[],"meta":{}}`
)

// fakeKratos has native logins with a password and, if secondFactor is set, with the code of an
// app.
type fakeKratos struct {
	url          string
	secondFactor bool

	mu       sync.Mutex
	down     bool
	sessions map[string]string // the assurance level by token
	issued   int
}

func newFakeKratos(t *testing.T) *fakeKratos {
	f := &fakeKratos{sessions: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /self-service/login/api", func(w http.ResponseWriter, _ *http.Request) { f.respond(w, 200, flow("")) })
	mux.HandleFunc("POST /self-service/login", f.login)
	mux.HandleFunc("GET /sessions/whoami", f.whoami)
	mux.HandleFunc("DELETE /self-service/logout/api", f.logout)
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, _ *http.Request) { f.respond(w, 200, `{"status":"ok"}`) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.down {
			f.respond(w, 503, `{"error":{"code":503}}`)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fakeKratos) setDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// open returns the number of open sessions.
func (f *fakeKratos) open() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sessions)
}

// endAll ends all sessions.
func (f *fakeKratos) endAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.sessions)
}

func (*fakeKratos) respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func flow(message string) string {
	messages := "[]"
	if message != "" {
		messages = `[{"id":4000006,"type":"error","text":"` + message + `"}]`
	}
	return `{"id":"5e9c1c1e-7efc-4768-8f23-7647a74fdf13","type":"api","state":"choose_method","ui":{"action":"a","method":"POST","nodes":[` + flowNodes + `],"messages":` + messages + `}}`
}

func session(aal string) string {
	return `{"id":"1a2b3c4d-7efc-4768-8f23-7647a74fdf13","active":true,"expires_at":"2100-01-01T00:00:00Z","authenticator_assurance_level":"` + aal + `","identity":{"id":"` + identityID + `","schema_id":"person","schema_url":"","state":"active","traits":{}}}`
}

func (f *fakeKratos) login(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Method, Password string
		TOTPCode         string `json:"totp_code"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	token := r.Header.Get("X-Session-Token")
	switch {
	case body.Method == "password" && body.Password == password:
		f.issued++
		token = fmt.Sprint("ory_st_s3cret_", f.issued)
		f.sessions[token] = "aal1"
	case body.Method == "totp" && body.TOTPCode == totpCode && f.sessions[token] != "":
		f.sessions[token] = "aal2"
	default:
		f.respond(w, 400, flow("The provided credentials are invalid."))
		return
	}
	f.respond(w, 200, `{"session_token":"`+token+`","session":`+session(f.sessions[token])+`}`)
}

func (f *fakeKratos) whoami(w http.ResponseWriter, r *http.Request) {
	switch aal := f.sessions[r.Header.Get("X-Session-Token")]; {
	case aal == "":
		f.respond(w, 401, `{"error":{"code":401,"status":"Unauthorized","reason":"No valid session credentials found in the request.","message":"The request could not be authorized"}}`)
	case aal == "aal1" && f.secondFactor:
		f.respond(w, 403, `{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"http://127.0.0.1/"}`)
	default:
		f.respond(w, 200, session(aal))
	}
}

func (f *fakeKratos) logout(w http.ResponseWriter, r *http.Request) {
	var body struct {
		SessionToken string `json:"session_token"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	if f.sessions[body.SessionToken] == "" {
		f.respond(w, 403, `{"error":{"code":403,"status":"Forbidden","reason":"The provided Ory Session Token could not be found, is invalid, or otherwise malformed.","message":"The requested action was forbidden"}}`)
		return
	}
	delete(f.sessions, body.SessionToken)
	w.WriteHeader(204)
}
