// Package doctor finds faults in the configuration of a running Ory Kratos and of the proxies in
// front of it. It changes nothing that people use: it starts flows, reads, and submits one login
// with an identifier that does not exist. It never sends an email.
//
// [Run] runs the checks of the table in check.go. What they find is in kind.go, with the severity
// and the reason of each; the other files have the checks by subject.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Severity says how bad a [Finding] is.
type Severity string

// The severities, the worst first.
const (
	Error   Severity = "error"   // a part of the login does not work, or is not safe
	Warning Severity = "warning" // works for some people, or not for long
	Info    Severity = "info"    // good to know
)

// Finding is a fault, or a check that was not possible (ID "not-checked"). No field has a cookie,
// token, secret or URL query in it.
type Finding struct {
	// ID names the kind of finding, such as "cookie-domain"; see [Kinds].
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	What     string   `json:"what"`
	Why      string   `json:"why"`
	// Fix is the line of kratos.yml or of the proxy to change.
	Fix string `json:"fix"`
	// Evidence is what was seen, such as a header, or file and line of the configuration.
	Evidence string `json:"evidence,omitempty"`
}

// Options are what [Run] examines. Public, Admin or Config is required. Checks that need what is
// not given become findings of severity [Info].
type Options struct {
	// Public is the base URL of the public API that browsers use, and Admin that of the admin API.
	Public, Admin string
	// Site is the URL of the website whose people log in.
	Site string
	// Config is the configuration of Kratos, or nil; see [ReadConfig].
	Config *Config
	// AdminToken is a bearer token that a gateway in front of the admin API requires. It is sent to
	// Admin only.
	AdminToken string
	// QueuedFor is the age from which a queued message is overdue; 0 means a minute.
	QueuedFor time.Duration
	// Ignore has the IDs of findings to leave out.
	Ignore []string
	// Transport sends the requests; nil means [http.DefaultTransport].
	Transport http.RoundTripper
}

// Run runs all checks and returns what they found, in the order of the checks. The error is that of
// ctx, of invalid options, or that nothing could be examined.
func Run(ctx context.Context, opts Options) ([]Finding, error) {
	e, err := newExam(ctx, opts)
	if err != nil {
		return nil, err
	}
	e.examine()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("kratos: %w", err)
	}
	if e.public == "" && e.admin == "" && e.config == nil {
		return nil, errors.New("kratos: nothing can be examined: " + e.problem)
	}
	return e.findings, nil
}

// ExitStatus returns 2 if there is an [Error], 1 if there is a [Warning], and 0 otherwise.
func ExitStatus(findings []Finding) int {
	status := 0
	for _, f := range findings {
		switch f.Severity {
		case Error:
			return 2
		case Warning:
			status = 1
		}
	}
	return status
}

func newExam(ctx context.Context, opts Options) (*exam, error) {
	if opts.Public == "" && opts.Admin == "" && opts.Config == nil {
		return nil, errors.New("kratos: doctor needs --public, --admin or --config")
	}
	if opts.QueuedFor <= 0 {
		opts.QueuedFor = time.Minute
	}
	known := Kinds()
	for _, id := range opts.Ignore {
		if _, ok := known[id]; !ok {
			return nil, fmt.Errorf("kratos: --ignore: there is not a finding %q", id)
		}
	}
	e := &exam{ctx: ctx, opts: opts, config: opts.Config}
	var err error
	if e.public, err = baseURL("--public", opts.Public); err != nil {
		return nil, err
	}
	if e.admin, err = baseURL("--admin", opts.Admin); err != nil {
		return nil, err
	}
	if e.site, err = baseURL("--site", opts.Site); err != nil {
		return nil, err
	}
	return e, nil
}

// baseURL returns raw without a slash at the end. Its errors do not repeat raw, which can have a
// password.
func baseURL(flag, raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return "", fmt.Errorf("kratos: %s is not a URL that begins with http:// or https:// and a host", flag)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("kratos: %s must not have a user, a query or a fragment", flag)
	}
	return strings.TrimRight(u.String(), "/"), nil
}
