// Web is a website with its own pages for everything that a person does to an account, and one page for people who are
// signed in. Browsers never see Kratos itself.
//
//	make kratos           # in one terminal
//	go run ./examples/web # in another; then open http://127.0.0.1:4455/
//
// Kratos' configuration has to name these pages as its ui_url: /login, /registration, /recovery, /verification, /settings and
// /error.
package main

import (
	_ "embed"
	"flag"
	"html/template"
	"log"
	"net/http"
	"slices"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"value": kratos.ValueOf, "methods": methods}).Parse(source))

// methods returns the groups of a form that have something to press or to read.
func methods(f *kratos.Form) []kratos.UINodeGroup {
	return slices.DeleteFunc(f.Groups(), func(group kratos.UINodeGroup) bool {
		return !slices.ContainsFunc(f.Group(group), func(n kratos.UINode) bool {
			return n.Type != kratos.UINodeTypeScript && n.Attributes.Type != kratos.UIInputTypeHidden
		})
	})
}

// content is what a page shows.
type content struct {
	Title   string
	Form    *kratos.Form
	Session *kratos.Session
	Error   string
}

func show(w http.ResponseWriter, c content) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := page.Execute(w, c); err != nil {
		log.Print(err)
	}
}

func form(w http.ResponseWriter, title string, f kratos.Form) {
	show(w, content{Title: title, Form: &f})
}

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	listen := flag.String("listen", "127.0.0.1:4455", "address to listen on")
	flag.Parse()
	client, err := kratos.NewClient(*public)
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Addr: *listen, Handler: site(client), ReadHeaderTimeout: 10 * time.Second}
	log.Printf("http://%s/", *listen)
	log.Fatal(server.ListenAndServe())
}

func site(client *kratos.Client) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/auth/", client.Proxy("/auth"))
	mux.Handle("GET /login", client.Login.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.LoginFlow) { form(w, "Log in", f.Form()) }))
	mux.Handle("GET /registration", client.Registration.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.RegistrationFlow) {
		form(w, "Register", f.Form())
	}))
	mux.Handle("GET /recovery", client.Recovery.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.RecoveryFlow) {
		form(w, "Recover your account", f.Form())
	}))
	mux.Handle("GET /verification", client.Verification.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.VerificationFlow) {
		form(w, "Verify your address", f.Form())
	}))
	mux.Handle("GET /settings", client.Settings.Page(func(w http.ResponseWriter, _ *http.Request, f *kratos.SettingsFlow) { form(w, "Settings", f.Form()) }))
	mux.Handle("GET /error", client.ErrorPage(func(w http.ResponseWriter, _ *http.Request, e *kratos.FlowError) {
		show(w, content{Title: "That went wrong", Error: e.Error.Message})
	}))
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		to := "/login"
		if flow, err := browser.CreateLogoutFlow(r.Context()); err == nil {
			to = flow.LogoutURL
		}
		browser.Relay(w)
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	signedIn := client.RequireSession(func(w http.ResponseWriter, r *http.Request, _ error) {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	})
	mux.Handle("GET /{$}", signedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		show(w, content{Title: "Welcome", Session: kratos.SessionOf(r.Context())})
	})))
	return mux
}
