package throttle_test

import (
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// In front of Kratos' Proxy: pages, scripts and native clients submit to it.
func Example() {
	limit := throttle.New(throttle.TrustedProxies("X-Forwarded-For", netip.MustParsePrefix("10.0.0.0/8")))

	mux := http.NewServeMux()
	mux.Handle("/auth/", limit.Handler(kratos.Must(kratos.NewClient("http://127.0.0.1:4433")).Proxy("/auth")))
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: mux}
	log.Print(server.ListenAndServe())
}

func ExampleThrottle_Handler() {
	wrongPassword := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"ui":{"messages":[{"id":4000006,"type":"error"}]}}`)
	})
	handler := throttle.New().Handler(wrongPassword)
	for range 7 {
		r := httptest.NewRequest("POST", "/self-service/login?flow=a", strings.NewReader(`{"method":"password","identifier":"ada","password":"?"}`))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Print(w.Code, " ")
	}
	// Output:
	// 400 400 400 400 400 400 429
}

// The form is shown again with the message, which costs one request to Kratos.
func ExampleRefused() {
	client := exampleClient()
	form := template.Must(template.New("").Parse("{{range .}}{{.ID}} {{.Text}}\n{{end}}"))

	limit := throttle.New(throttle.Refused(func(w http.ResponseWriter, r *http.Request, refusal throttle.Refusal) {
		flow, err := client.Browser(r).Login.Get(r.Context(), r.URL.Query().Get("flow"))
		if err != nil || refusal.Flow != "login" || !strings.HasPrefix(r.Header.Get("Accept"), "text/html") {
			throttle.Respond(w, r, refusal)
			return
		}
		flow.UI.Messages = []kratos.Message{refusal.Message()}
		w.WriteHeader(http.StatusTooManyRequests)
		_ = form.Execute(w, flow.UI.Messages)
	}))

	s := &site{}
	s.handler = limit.Handler(&s.fakeKratos)
	s.fail("ada")
	w := s.send(password("ada", "wrong").asPage())
	fmt.Print(w.Code, "\n", w.Body)
	// Output:
	// 429
	// 9000429 Too many attempts. Try again in a second.
}

// exampleClient is a client of a server that has one flow.
func exampleClient() *kratos.Client {
	return kratos.Must(kratos.NewClient("http://127.0.0.1:4433", kratos.WithHTTPClient(&http.Client{Transport: flowServer{}})))
}

type flowServer struct{}

func (flowServer) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":%q,"type":"browser","state":"choose_method","request_url":"http://127.0.0.1/","expires_at":"2030-01-01T00:00:00Z","issued_at":"2030-01-01T00:00:00Z","ui":{"action":"http://127.0.0.1/","method":"POST","nodes":[],"messages":[]}}`, flowID)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}
