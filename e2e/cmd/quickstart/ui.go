package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

// The addresses of the website and of the page with emails. Passkeys need the name localhost, which
// kratos.yml has.
const (
	uiPort   = 4455
	mailPort = 4456
)

// runUI runs examples/selfservice-ui, and a page with the emails that Kratos sends, until ctx ends.
func runUI(ctx context.Context, srv *server.Server, port, mailPort int) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "kratos-go-ui-")
	if err != nil {
		return fmt.Errorf("quickstart: %w", err)
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "selfservice-ui")
	build := command(ctx, "go", "build", "-o", binary, "./examples/selfservice-ui")
	build.Dir, build.Stdout, build.Stderr = root, os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("quickstart: building examples/selfservice-ui: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-srv.Done():
			cancel(errors.New("quickstart: Kratos exited; -v shows its log"))
		case <-ctx.Done():
		}
	}()
	if err := serveMails(ctx, srv.Mail, mailPort); err != nil {
		return err
	}
	fmt.Printf("\nWebsite: http://localhost:%d/\nEmails:  http://localhost:%d/\nPress Ctrl-C to stop.\n\n", port, mailPort)
	website := command(ctx, binary, "-public", srv.PublicURL, "-admin", srv.AdminURL, "-listen", "localhost:"+strconv.Itoa(port))
	website.Dir, website.Stdout, website.Stderr = root, os.Stdout, os.Stderr
	err = website.Run()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("quickstart: the website ended: %w", err)
}

// mails are the emails to show.
type mails struct {
	mu  sync.Mutex
	all []shownMail
}

type shownMail struct {
	server.Message
	Code, Link string
	At         time.Time
}

// serveMails serves a page with the emails until ctx ends.
func serveMails(ctx context.Context, mail *server.Mail, port int) error {
	listener, err := net.Listen("tcp", "localhost:"+strconv.Itoa(port))
	if err != nil {
		return fmt.Errorf("quickstart: the page with emails: %w", err)
	}
	shown := new(mails)
	page := &http.Server{Handler: shown, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = page.Close() })
	go func() { _ = page.Serve(listener) }()
	go shown.collect(ctx, mail)
	return nil
}

func (m *mails) collect(ctx context.Context, mail *server.Mail) {
	for {
		message, err := mail.WaitAny(ctx)
		if err != nil {
			return
		}
		shown := shownMail{Message: message, At: time.Now()}
		shown.Code, _ = message.Code()
		shown.Link, _ = message.Link()
		m.mu.Lock()
		m.all = append(m.all, shown)
		m.mu.Unlock()
	}
}

var mailPage = template.Must(template.New("mails").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Emails</title>
<style>body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color-scheme:light dark}article{margin:1rem 0;padding:1rem;border:1px solid #8888}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>
</head>
<body>
<h1>Emails</h1>
{{range .}}<article>
<h2>{{.Subject}}</h2>
<p>To {{.To}}, {{.At.Format "15:04:05"}}</p>
{{with .Code}}<p>Code: <strong>{{.}}</strong></p>{{end}}
{{with .Link}}<p><a href="{{.}}">{{.}}</a></p>{{end}}
<pre>{{.Text}}</pre>
</article>
{{else}}<p>None so far.</p>{{end}}
</body>
</html>
`))

// ServeHTTP shows the emails, the newest first.
func (m *mails) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	all := slices.Clone(m.all)
	m.mu.Unlock()
	slices.Reverse(all)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = mailPage.Execute(w, all)
}
