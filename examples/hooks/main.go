// Hooks is a program that Kratos calls. In a registration, it refuses email addresses of domains
// that are not allowed, adds metadata to the identity, and tells another service of it. At the first
// login of an imported identity, it checks the password against the hashes of an old system.
//
//	export HOOK_KEY=$(openssl rand -hex 16) # also in Kratos' configuration
//	go run . -config                        # prints Kratos' configuration
//	go run . -domains example.org -notify https://crm.example.org/people -passwords old.csv
//
// The file has a line "email,bcrypt hash" for each person. Identities are imported with
// kratos.PasswordMigrationHook.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("hooks", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:4456", "address to listen on")
	url := flags.String("url", "http://127.0.0.1:4456", "URL of this program for Kratos")
	printConfig := flags.Bool("config", false, "print Kratos' configuration")
	domains := flags.String("domains", "example.org", "domains of email addresses that may register, with commas")
	notify := flags.String("notify", "", "URL to which registrations are posted")
	passwords := flags.String("passwords", "", "file with the hashes of the old system")
	if err := flags.Parse(args); err != nil {
		return err
	}
	key := os.Getenv("HOOK_KEY")
	if len(key) < 16 {
		return errors.New("HOOK_KEY has to have at least 16 characters")
	}
	caller := hooks.APIKey("X-Hook-Key", key)
	if *printConfig {
		return writeConfig(out, *url, caller)
	}
	old, err := readPasswords(*passwords)
	if err != nil {
		return err
	}
	r := registrations{domains: strings.Split(*domains, ","), service: *notify, client: &http.Client{Timeout: 5 * time.Second}}
	server := &http.Server{Addr: *listen, Handler: newHandler(caller, r, old), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// newHandler returns the paths that Kratos calls.
func newHandler(caller hooks.Caller, r registrations, old oldPasswords) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /registration", hooks.Handler(caller, r.decide))
	mux.Handle("POST /registered", hooks.Handler(caller, hooks.Once(hooks.NewMemory(10_000), r.notify)))
	mux.Handle("POST /password", hooks.PasswordMigration(caller, old.check))
	return mux
}

// writeConfig prints the parts of Kratos' configuration, each after a comment with its place.
func writeConfig(out io.Writer, url string, caller hooks.Caller) error {
	decide, err1 := hooks.Config(url+"/registration", caller, hooks.Decide)
	notify, err2 := hooks.Config(url+"/registered", caller, hooks.Notify)
	password, err3 := hooks.PasswordMigrationConfig(url+"/password", caller)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "# selfservice.flows.registration.after.password.hooks\n%s%s- hook: session\n"+
		"---\n# selfservice.methods.password.config.migrate_hook\n%s", decide, notify, password)
	return err
}
