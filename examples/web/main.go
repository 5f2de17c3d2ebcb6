// Web is a website with its own pages for Kratos' self-service flows, and one page that requires a
// session. Browsers reach Kratos through its proxy only.
//
//	make kratos           # in one terminal
//	go run ./examples/web # in another; then open http://127.0.0.1:4455/
//
// Kratos' configuration has to name these pages as its ui_url: /login, /registration, /recovery,
// /verification, /settings and /error. With social sign-in, give the providers' origins with
// -providers: see withSecurityHeaders.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"html/template"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

var (
	//go:embed page.html
	source string
	//go:embed passkeys.js
	script string
)

var tmpl = template.Must(template.New("page").Parse(source))

// flow is any of the five flows.
type flow interface{ Form() kratos.Form }

// content is what a page shows.
type content struct {
	Title   string
	Flow    flow
	Session *kratos.Session
	Error   string
}

func show(w http.ResponseWriter, c content) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := tmpl.Execute(w, c); err != nil {
		log.Print(err)
	}
}

// page returns the page of a flow.
func page[F flow](title string) func(http.ResponseWriter, *http.Request, F) {
	return func(w http.ResponseWriter, _ *http.Request, f F) { show(w, content{Title: title, Flow: f}) }
}

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	listen := flag.String("listen", "127.0.0.1:4455", "address to listen on")
	providers := flag.String("providers", "", "origins of social sign-in providers, such as https://accounts.google.com, with spaces between them")
	flag.Parse()
	client, err := kratos.NewClient(*public)
	if err != nil {
		log.Fatal(err)
	}
	server := newServer(*listen, site(client, strings.Fields(*providers)))
	log.Printf("http://%s/", *listen)
	log.Fatal(server.ListenAndServe())
}

func site(client *kratos.Client, providers []string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/auth/", client.Proxy("/auth"))
	mux.Handle("GET /login", client.Login.Handler(page[*kratos.LoginFlow]("Log in")))
	mux.Handle("GET /registration", client.Registration.Handler(page[*kratos.RegistrationFlow]("Register")))
	mux.Handle("GET /recovery", client.Recovery.Handler(page[*kratos.RecoveryFlow]("Recover your account")))
	mux.Handle("GET /verification", client.Verification.Handler(page[*kratos.VerificationFlow]("Verify your address")))
	mux.Handle("GET /settings", client.Settings.Handler(page[*kratos.SettingsFlow]("Settings")))
	mux.Handle("GET /error", client.ErrorHandler(func(w http.ResponseWriter, _ *http.Request, e *kratos.FlowError) {
		show(w, content{Title: "That went wrong", Error: e.Error.Message})
	}))
	mux.HandleFunc("GET /passkeys.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write([]byte(script))
	})
	mux.Handle("POST /logout", logout(client))
	guard := sessions.New(client, sessions.LoginPage("/login"), sessions.Cache(10_000, time.Minute))
	signedIn := guard.Require()
	mux.Handle("GET /{$}", signedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		show(w, content{Title: "Welcome", Session: kratos.SessionFromContext(r.Context())})
	})))
	return withSecurityHeaders(providers, withCSRFProtection(mux))
}

// logout ends the session of the browser. It is a POST, so that no link of another site does it.
func logout(client *kratos.Client) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		flow, err := browser.CreateLogoutFlow(r.Context(), "")
		if err == nil {
			err = browser.Logout(r.Context(), flow.LogoutToken)
		}
		browser.SetCookies(w)
		if err != nil && !errors.Is(err, kratos.ErrNoSession) {
			log.Print(err)
			http.Error(w, "you are still logged in", http.StatusServiceUnavailable)
			return
		}
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	}
}
