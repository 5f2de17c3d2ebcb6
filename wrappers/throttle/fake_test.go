package throttle_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// fakeKratos is a handler that responds to submissions as Kratos does. Every password is "right",
// and every code 123456.
type fakeKratos struct {
	mu       sync.Mutex
	reached  int // submissions
	sessions int
	last     string // body
}

const (
	wrongPassword  = `{"id":"%s","state":"choose_method","ui":{"messages":[{"id":4000006,"type":"error"}],"nodes":[]}}`
	wrongTOTP      = `{"id":"%s","state":"choose_method","ui":{"messages":[{"id":4000008,"type":"error"}],"nodes":[]}}`
	wrongRecovery  = `{"id":"%s","state":"sent_email","ui":{"messages":[{"id":4060006,"type":"error"}],"nodes":[]}}`
	sentRecovery   = `{"id":"%s","state":"sent_email","ui":{"messages":[{"id":1060003,"type":"info"}],"nodes":[]}}`
	passedRecovery = `{"id":"%s","state":"passed_challenge","ui":{"messages":[],"nodes":[]}}`
)

func (k *fakeKratos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reached++
	body, _ := io.ReadAll(r.Body)
	k.last = string(body)
	values, _ := url.ParseQuery(k.last)
	isPage := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if !isPage {
		var members map[string]string
		_ = json.Unmarshal(body, &members)
		for name, value := range members {
			values.Set(name, value)
		}
	}
	if strings.HasSuffix(r.URL.Path, "login") {
		k.login(w, r, values, isPage)
		return
	}
	right := values.Get("code") == "123456"
	form := map[bool]string{true: passedRecovery, false: wrongRecovery}[right]
	if values.Get("code") == "" {
		form = sentRecovery
	}
	k.respond(w, r, isPage, right, http.StatusOK, form)
}

func (k *fakeKratos) login(w http.ResponseWriter, r *http.Request, values url.Values, isPage bool) {
	switch {
	case values.Get("method") == "totp":
		k.respond(w, r, isPage, values.Get("totp_code") == "123456", http.StatusBadRequest, wrongTOTP)
	case values.Get("method") == "passkey":
		k.respond(w, r, isPage, true, http.StatusOK, "")
	default:
		k.respond(w, r, isPage, values.Get("password") == "right", http.StatusBadRequest, wrongPassword)
	}
}

// respond writes the form again, or what follows a success.
func (k *fakeKratos) respond(w http.ResponseWriter, r *http.Request, isPage, success bool, status int, form string) {
	k.sessions++
	flow := r.URL.Query().Get("flow")
	switch {
	case isPage && success:
		http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Value: fmt.Sprint("session-", k.sessions), Path: "/"})
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	case isPage:
		http.Redirect(w, r, "/ui?flow="+flow, http.StatusSeeOther)
	case success && strings.HasSuffix(r.URL.Path, "login"):
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"session":{"id":"a"},"session_token":"ory_st_%d"}`, k.sessions)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, form, flow)
	}
}

func (k *fakeKratos) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reached
}

// submission is a request to the fake Kratos.
type submission struct {
	flow    string // login by default
	id      string // of the flow
	address string // of the client, 192.0.2.1 by default
	page    bool   // a form, not JSON
	token   string // of the session of a native client
	fields  map[string]string
}

// password returns a login.
func password(identifier, password string) submission {
	return submission{fields: map[string]string{"method": "password", "identifier": identifier, "password": password}}
}

func (s submission) from(address string) submission { s.address = address; return s }
func (s submission) asPage() submission             { s.page = true; return s }

const flowID = "01234567-89ab-cdef-0123-456789abcdef"

func (s submission) request() *http.Request {
	flow, id := s.flow, s.id
	if flow == "" {
		flow = "login"
	}
	if id == "" {
		id = flowID
	}
	values, contentType, accept := url.Values{}, "application/json", "application/json"
	for name, value := range s.fields {
		values.Set(name, value)
	}
	text, _ := json.Marshal(s.fields)
	if s.page {
		text, contentType, accept = []byte(values.Encode()), "application/x-www-form-urlencoded", "text/html,*/*"
	}
	r := httptest.NewRequest("POST", "/auth/self-service/"+flow+"?flow="+id, strings.NewReader(string(text)))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Accept", accept)
	if s.token != "" {
		r.Header.Set("X-Session-Token", s.token)
	}
	r.RemoteAddr = "192.0.2.1:5000"
	if s.address != "" {
		r.RemoteAddr = s.address + ":5000"
	}
	return r
}

// site is a fake Kratos behind a throttle.
type site struct {
	fakeKratos
	handler http.Handler
}

func newSite(opts ...throttle.Option) *site {
	s := &site{}
	s.handler = throttle.New(opts...).Handler(&s.fakeKratos)
	return s
}

func (s *site) send(sub submission) *httptest.ResponseRecorder { return s.serve(sub.request()) }

func (s *site) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// expect sends a submission that must have a status.
func (s *site) expect(t *testing.T, sub submission, status int) *httptest.ResponseRecorder {
	t.Helper()
	w := s.send(sub)
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	return w
}

// fail sends so many wrong passwords that no further one is free.
func (s *site) fail(identifier string) {
	for range 10 {
		s.send(password(identifier, "wrong"))
	}
}
