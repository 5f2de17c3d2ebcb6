package ui_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

func files(contents map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, content := range contents {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

func TestTemplatesAreReplaced(t *testing.T) {
	t.Parallel()
	nodes := input("default", "csrf_token", "hidden", "token") + "," + input("password", "password", "password", "") + "," + input("password", "method", "submit", "password") +
		"," + input("oidc", "provider", "submit", "lab")
	for name, tc := range map[string]struct{ file, content, want string }{
		"all groups":           {"group.html", "<p>group {{.Name}}</p>", "<p>group password</p><p>group oidc</p>"},
		"one group":            {"group-oidc.html", "<p>{{.Name}}</p>", "</section><p>oidc</p>"},
		"all inputs":           {"input.html", "<p>{{.Label}}</p>", "<p>Label of password</p>"},
		"one input":            {"input-password.html", "<p>{{.Node.Name}}</p>", "<p>password</p>"},
		"buttons":              {"button.html", "<p>{{.Node.Value}}</p>", "<p>password</p>"},
		"the form":             {"form.html", "<p>{{len .Groups}} {{.Text \"or\"}}</p>", "<p>2 or</p>"},
		"a text of catalogues": {"button-method.html", "<p>{{.Text \"cancel\"}}</p>", "<p>Cancel</p>"},
	} {
		form, err := newPages(t, ui.Templates(files(map[string]string{tc.file: tc.content}))).Form(newForm(t, nodes), "en")
		if err != nil || !strings.Contains(string(form), tc.want) {
			t.Errorf("%s: %v, %s", name, err, form)
		}
	}
}

// The content of one page, and the document of all, are replaced.
func TestPagesAreReplaced(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("password", "password", "password", ""))
	site := newSite(t, &fake{flow: f.body}, ui.Templates(files(map[string]string{"login.html": "<p>mine</p>{{.Form.HTML}}"})), ui.Templates(files(map[string]string{"page.html": "<!doctype html><title>{{.Title}}</title>{{.Content}}"})))
	for page, want := range map[string]string{
		"/login?flow=f":    `<!doctype html><title>Sign in</title><p>mine</p>`,
		"/recovery?flow=f": `<!doctype html><title>Recover your account</title>`,
		"/error":           `<!doctype html><title>Something went wrong</title>`,
	} {
		if body := ask(site, "GET", page, "").Body.String(); !strings.HasPrefix(body, want) {
			t.Errorf("%s: %s", page, body)
		}
	}
}

// What is wrong with the options of a site is an error at its start.
func TestErrorsAtTheStart(t *testing.T) {
	t.Parallel()
	client := kratos.Must(kratos.NewClient("http://127.0.0.1:1"))
	template := func(name, content string) ui.Option {
		return ui.Templates(files(map[string]string{name: content}))
	}
	for name, tc := range map[string]struct {
		opt  ui.Option
		want string // in the error
	}{
		"a template that does not parse":       {template("input.html", "{{"), "input.html"},
		"a field that does not exist":          {template("group.html", "{{.Missing}}"), "group.html"},
		"a field in a branch for errors":       {template("form.html", "{{range .Errors}}{{.Missing}}{{end}}"), "form.html"},
		"a function that does not exist":       {template("page.html", "{{missing}}"), "page.html"},
		"a page that does not exist":           {template("logon.html", ""), "logon.html"},
		"a node that does not exist":           {template("node-password.html", ""), "node-password.html"},
		"a group with a mistake":               {template("group-saml.html", "{{.Missing}}"), "group-saml.html"},
		"an input with a mistake":              {template("input-email.html", "{{.Missing}}"), "input-email.html"},
		"the content of a page with a mistake": {template("settings.html", "{{.Missing}}"), "settings.html"},
		"a backup code with a mistake":         {template("codes.html", "{{range .Codes}}{{.Missing}}{{end}}"), "codes.html"},
		"a session with a mistake":             {template("sessions.html", "{{range .Sessions}}{{.Missing}}{{end}}"), "sessions.html"},
		"an attribute that escaping forbids":   {template("text.html", "<a onclick={{.Content}}"), "text.html"},
		"no file system":                       {ui.Templates(nil), "file system"},
		"a logo that is a script":              {ui.Logo("javascript:alert(1)"), "logo"},
		"a language without a tag":             {ui.Languages(nil), "language"},
		"a path of another site":               {ui.WithPaths(ui.Paths{Login: "//example.org"}), "path"},
		"assets without a slash":               {ui.WithPaths(ui.Paths{Assets: "/assets"}), "slash"},
	} {
		pages, err := ui.New(client, tc.opt)
		if err == nil || pages != nil || !strings.HasPrefix(err.Error(), "kratos: ui: ") || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ui.New(nil); err == nil {
		t.Error("without a client there is no error")
	}
}

// What is written without a template is what its file says.
func TestNodesWithoutTemplates(t *testing.T) {
	t.Parallel()
	direct, byTemplate := newPages(t), newPages(t, ui.Templates(os.DirFS("templates")))
	written := func(pages *ui.Pages, flow ui.Flow) string {
		html, err := pages.Form(flow, "de")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(html), "&#43;", "+") // html/template escapes it as well
	}
	hostile := newForm(t, strings.Replace(input("password", `'><script>`, "password", ""), `"messages":[]`, `"messages":[{"id":1,"text":"<b>&\u0000'+","type":"info"}]`, 1)+","+
		strings.Replace(input("password", "method", "submit", `'&<`), `"messages":[]`, `"messages":[{"id":2,"text":"</button>","type":"error"}]`, 1))
	for _, form := range append(recordedForms(t), hostile) {
		if got, want := written(direct, form.flow()), written(byTemplate, form.flow()); got != want {
			t.Fatalf("%v:\n%s\nwant:\n%s", form.exchange, got, want)
		}
	}
}
