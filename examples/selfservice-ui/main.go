// Selfservice-ui is a website with accounts: the pages of package ui, Kratos behind a proxy on the
// same origin with a limit of guesses, and a page that requires a session.
//
//	make ui                          # with a Kratos, and a page with the emails that it sends
//	go run ./examples/selfservice-ui # with the Kratos of make kratos
//
// Kratos' configuration has to name the pages as its ui_url: /login, /registration, /recovery,
// /verification, /settings and /error.
package main

import (
	"cmp"
	_ "embed"
	"flag"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// options are the flags of the program, each with an environment variable.
type options struct {
	public, admin, listen, name, logo, theme string

	throttle       bool
	trustedProxies []netip.Prefix
}

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("selfservice-ui", flag.ContinueOnError)
	for _, f := range []struct {
		value                         *string
		name, variable, preset, usage string
	}{
		{&o.public, "public", "KRATOS_PUBLIC_URL", "http://127.0.0.1:4433", "URL of Kratos' public API"},
		{&o.admin, "admin", "KRATOS_ADMIN_URL", "", "URL of Kratos' admin API, with which people delete their accounts; empty: they cannot"},
		{&o.listen, "listen", "LISTEN", "127.0.0.1:4455", "address to listen on"},
		{&o.name, "name", "SITE_NAME", "Example", "name of the site"},
		{&o.logo, "logo", "SITE_LOGO", "", "URL of the logo of the site"},
		{&o.theme, "theme", "SITE_THEME", "", "file with CSS for the pages, such as :root{--accent:#0a7d4f}"},
	} {
		flags.StringVar(f.value, f.name, cmp.Or(os.Getenv(f.variable), f.preset), fmt.Sprintf("%s ($%s)", f.usage, f.variable))
	}
	flags.Func("trusted-proxies", "networks of proxies whose X-Forwarded-For is trusted, such as 10.0.0.0/8,fd00::/8 ($TRUSTED_PROXIES)", o.setTrustedProxies)
	flags.BoolVar(&o.throttle, "throttle", true, "limit guesses of passwords and codes ($THROTTLE)")
	for name, variable := range map[string]string{"trusted-proxies": "TRUSTED_PROXIES", "throttle": "THROTTLE"} {
		if value := os.Getenv(variable); value != "" {
			if err := flags.Set(name, value); err != nil {
				fmt.Fprintf(flags.Output(), "%s: %v\n", variable, err)
				return o, err
			}
		}
	}
	err := flags.Parse(args)
	return o, err
}

// setTrustedProxies reads a list of networks.
func (o *options) setTrustedProxies(list string) error {
	o.trustedProxies = nil
	for text := range strings.SplitSeq(list, ",") {
		proxy, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		o.trustedProxies = append(o.trustedProxies, proxy)
	}
	return nil
}

func main() {
	o, err := parseOptions(os.Args[1:])
	if err == flag.ErrHelp {
		return
	}
	if err != nil {
		os.Exit(2) // flag has printed it
	}
	client, err := kratos.NewClient(o.public)
	if err != nil {
		log.Fatal(err)
	}
	handler, err := o.site(client)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("http://%s/", o.listen)
	log.Fatal(newServer(o.listen, handler).ListenAndServe())
}

// pageOptions returns those of the pages.
func (o options) pageOptions() ([]ui.Option, error) {
	opts := []ui.Option{ui.Name(o.name)}
	if o.logo != "" {
		opts = append(opts, ui.Logo(o.logo))
	}
	if o.theme != "" {
		css, err := os.ReadFile(o.theme)
		if err != nil {
			return nil, err
		}
		opts = append(opts, ui.Theme(string(css)))
	}
	if o.admin != "" {
		admin, err := kratos.NewAdmin(o.admin)
		if err != nil {
			return nil, err
		}
		opts = append(opts, ui.DeleteAccount(admin))
	}
	return opts, nil
}

// site returns the website.
func (o options) site(client *kratos.Client) (http.Handler, error) {
	opts, err := o.pageOptions()
	if err != nil {
		return nil, err
	}
	pages, err := ui.New(client, opts...)
	if err != nil {
		return nil, err
	}
	guard := sessions.New(client, sessions.LoginPage("/login"), sessions.Cache(10_000, time.Minute))

	proxy := client.Proxy("/auth")
	if o.throttle {
		proxy = throttle.New(throttle.Refused(pages.ShowRefusal)).Handler(proxy) // the pages show refusals
	}
	mux := http.NewServeMux()
	mux.Handle("/auth/", proxy)
	pages.Mount(mux, "")
	mux.Handle("GET /{$}", guard.Require()(http.HandlerFunc(o.home)))
	return o.withClientAddress(o.withSecurityHeaders(mux)), nil
}

var (
	//go:embed home.html
	homeSource string
	homePage   = template.Must(template.New("home").Parse(homeSource))
)

// home is a page of the site for people with a session.
func (o options) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	data := struct {
		Name, Logo string
		Session    *kratos.Session
	}{o.name, o.logo, kratos.SessionFromContext(r.Context())}
	if err := homePage.Execute(w, data); err != nil {
		log.Print(err)
	}
}
