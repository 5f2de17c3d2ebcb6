package ui_test

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// A page has every node and message of recorded forms, in both languages.
func TestRecordedFormsAreComplete(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, f := range recordedForms(t) {
		for _, lang := range []string{"en", "de"} {
			what := f.exchange.String() + " " + lang
			form, err := pages.Form(f.flow(), lang)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			elements := parse(t, what, string(form))
			checkReferences(t, what, elements)
			checkForm(t, what, f.form, elements)
			if text := string(form); strings.Contains(text, "ZgotmplZ") || lang == "de" && strings.Contains(text, ">{") {
				t.Errorf("%s: not a text: %s", what, text)
			}
			if t.Failed() {
				t.Fatalf("%s:\n%s", what, form)
			}
		}
	}
}

// checkForm checks that the elements have the nodes and messages of a form.
func checkForm(t *testing.T, what string, form kratos.Form, elements []element) {
	t.Helper()
	for _, m := range form.Messages {
		if found := find(elements, "data-testid", fmt.Sprint("ui/message/", m.ID)); len(found) == 0 {
			t.Errorf("%s: message %d is missing", what, m.ID)
		}
	}
	for _, n := range form.Nodes() {
		var mark string
		switch n.Type {
		case kratos.UINodeTypeText:
			mark = "node/text/" + n.ID + "/text"
		case kratos.UINodeTypeImage:
			mark = "node/image/" + n.ID
		case kratos.UINodeTypeAnchor:
			mark = "node/anchor/" + n.ID
		case kratos.UINodeTypeScript:
			continue
		default:
			checkInput(t, what, form, n, elements)
			continue
		}
		if len(find(elements, "data-testid", mark)) == 0 {
			t.Errorf("%s: %s is missing", what, mark)
		}
	}
}

func checkInput(t *testing.T, what string, form kratos.Form, n kratos.Node, elements []element) {
	t.Helper()
	found := slices.ContainsFunc(find(elements, "name", n.Name), func(e element) bool {
		return e.attrs["value"] == n.Value || e.attrs["type"] == "checkbox"
	})
	if !found && (len(form.Groups()) > 0 || n.InputType != kratos.UIInputTypeHidden) && !(n.Name == "method" && n.InputType == kratos.UIInputTypeHidden) {
		t.Errorf("%s: the input %s with value %q is missing", what, n.Name, n.Value)
	}
	for _, m := range n.Messages {
		if len(find(elements, "data-testid", fmt.Sprint("ui/message/", m.ID))) == 0 {
			t.Errorf("%s: message %d of %s is missing", what, m.ID, n.Name)
		}
	}
}

// Enter presses the first button of a form: the method's own, and never one that removes something.
func TestEnterSubmitsTheMethod(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, f := range recordedForms(t) {
		html, err := pages.Form(f.flow(), "en")
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range strings.Split(string(html), "<form ")[1:] {
			form, _, _ = strings.Cut(form, "</form>")
			elements := parse(t, f.exchange.String(), "<form "+form)
			entered := slices.ContainsFunc(elements, func(e element) bool { return e.tag == "input" && e.attrs["type"] != "hidden" })
			if !strings.Contains(form, `name="csrf_token"`) && strings.Contains(string(html), `name="csrf_token"`) {
				t.Errorf("%s: a form lacks the CSRF token", f.exchange)
			}
			first := slices.IndexFunc(elements, func(e element) bool { return e.tag == "button" })
			if !entered || first < 0 {
				continue
			}
			name := elements[first].attrs["name"]
			if hasMethod := strings.Contains(form, `<button type="submit" name="method"`); hasMethod && name != "method" || strings.HasSuffix(name, "_remove") || strings.HasSuffix(name, "unlink") {
				t.Errorf("%s: Enter presses %s in\n%s", f.exchange, name, form)
			}
		}
	}
}

// newForm returns a form with these nodes, in JSON.
func newForm(t testing.TB, nodes string) recordedForm {
	t.Helper()
	f := recordedForm{page: "login"}
	body := `{"action":"https://example.org/self-service/login?flow=f","method":"POST","nodes":[` + nodes + `]}`
	if err := json.Unmarshal([]byte(body), &f.form.UIContainer); err != nil {
		t.Fatal(err)
	}
	f.body = `{"id":"f","state":"show_form","ui":` + body + `}`
	return f
}

func input(group, name, inputType, value string) string {
	return fmt.Sprintf(`{"type":"input","group":%q,"attributes":{"name":%q,"type":%q,"value":%q,"node_type":"input"},"messages":[],"meta":{"label":{"id":0,"type":"info","text":"Label of %s"}}}`, group, name, inputType, value, name)
}

// The identifier is shown once if one method has a field of its own and the others have buttons.
func TestMethodsThatShareTheIdentifier(t *testing.T) {
	t.Parallel()
	identifier, csrf := input("default", "identifier", "text", ""), input("default", "csrf_token", "hidden", "token")
	password := input("password", "password", "password", "") + "," + input("password", "method", "submit", "password")
	code := input("code", "method", "submit", "code")
	provider := input("oidc", "provider", "submit", "lab")
	totp := input("totp", "totp_code", "text", "") + "," + input("totp", "method", "submit", "totp")
	lookup := input("lookup_secret", "lookup_secret", "text", "") + "," + input("lookup_secret", "method", "submit", "lookup_secret")
	remove := input("passkey", "passkey_remove", "submit", "00")
	for name, tc := range map[string]struct {
		nodes string
		want  string // names of inputs and buttons, by form
	}{
		"a password":                              {csrf + "," + identifier + "," + password, "csrf_token identifier password method"},
		"the button before the field":             {csrf + "," + input("password", "method", "submit", "password") + "," + input("password", "password", "password", ""), "csrf_token password method"},
		"a code needs only the identifier":        {csrf + "," + identifier + "," + code + "," + password, "csrf_token identifier password method method"},
		"only a code":                             {csrf + "," + identifier + "," + code, "csrf_token identifier method"},
		"a provider needs nothing":                {provider + "," + csrf + "," + identifier + "," + password, "csrf_token identifier password method | csrf_token provider"},
		"a provider that lacks traits":            {provider + "," + csrf + "," + input("default", "traits.email", "email", ""), "csrf_token traits.email provider"},
		"two second factors":                      {csrf + "," + lookup + "," + totp, "csrf_token totp_code method | csrf_token lookup_secret method"},
		"two methods with fields, and identifier": {csrf + "," + identifier + "," + password + "," + totp, "csrf_token identifier password method | csrf_token identifier totp_code method"},
		"what is removed is apart":                {csrf + "," + remove + "," + input("passkey", "name", "text", "") + "," + input("passkey", "add", "button", ""), "csrf_token name add | csrf_token passkey_remove"},
		"only what is removed":                    {csrf + "," + remove, "csrf_token passkey_remove"},
		"back to another screen is last":          {csrf + "," + input("profile", "screen", "submit", "previous") + "," + password, "csrf_token password method | csrf_token screen"},
		"hidden state of another method":          {csrf + "," + input("identifier_first", "identifier", "hidden", "ada") + "," + password, "csrf_token identifier password method"},
		"nothing to enter":                        {csrf, ""},
		"a field without a method":                {csrf + "," + identifier, "csrf_token identifier"},
	} {
		form, err := newPages(t).Form(newForm(t, tc.nodes), "en")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range parse(t, name, string(form)) {
			switch {
			case e.tag == "form" && len(got) > 0:
				got = append(got, "|")
			case e.attrs["name"] != "":
				got = append(got, e.attrs["name"])
			}
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, " "), tc.want)
		}
	}
}

func TestErrorsAreSummarizedAndDescribed(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("default", "csrf_token", "hidden", "token")+","+input("password", "password", "password", "")+","+input("password", "method", "submit", "password"))
	f.form.UIContainer.Messages = []kratos.Message{{ID: 4000006, Type: "error", Text: "wrong"}, {ID: 1010003, Type: "info", Text: "again"}}
	f.form.UIContainer.Nodes[1].Messages = []kratos.Message{{ID: 4000032, Type: "error", Text: "short"}, {ID: 1, Type: "info", Text: "a hint"}}
	form, err := newPages(t).Form(f, "en")
	if err != nil {
		t.Fatal(err)
	}
	elements := parse(t, "form", string(form))
	checkReferences(t, "form", elements)
	summary := find(elements, "role", "alert")
	_, focused := summary[0].attrs["autofocus"]
	if len(summary) != 1 || !focused || strings.Count(string(form), "autofocus") != 1 {
		t.Error("the summary does not get the focus")
	}
	field := find(elements, "name", "password")[0]
	if field.attrs["aria-invalid"] != "true" || len(strings.Fields(field.attrs["aria-describedby"])) != 2 {
		t.Errorf("the field: %v", field.attrs)
	}
	if link := find(elements, "href", "#"+field.attrs["id"]); len(link) != 1 || link[0].text != "Label of password: short" {
		t.Errorf("the link to the field: %v", link)
	}
	for id, n := range map[int]int{4000006: 1, 1010003: 1, 4000032: 1, 1: 1} {
		if got := len(find(elements, "data-testid", fmt.Sprint("ui/message/", id))); got != n {
			t.Errorf("message %d is there %d times", id, got)
		}
	}
}

func TestNodeOption(t *testing.T) {
	t.Parallel()
	pages := newPages(t, ui.Node(func(n kratos.Node, lang string) (template.HTML, bool) {
		return template.HTML("<p>" + lang + "</p>"), n.Name == "identifier" || n.Type == "future"
	}))
	f := newForm(t, input("default", "csrf_token", "hidden", "token")+","+input("default", "identifier", "text", "")+`,{"type":"future","group":"password","attributes":{"node_type":"future"},"messages":[],"meta":{}}`)
	form, err := pages.Form(f, "de")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(form); strings.Count(got, "<p>de</p>") != 2 || strings.Contains(got, `name="identifier"`) || !strings.Contains(got, `name="csrf_token"`) {
		t.Errorf("%s", got)
	}
	if form, err = newPages(t).Form(f, "de"); err != nil || !strings.Contains(string(form), `name="identifier"`) {
		t.Errorf("%v: %s", err, form)
	}
}

// No value of a form is printed.
func TestFormsAreNotPrinted(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("default", "csrf_token", "hidden", "secret-token")+","+input("password", "password", "password", "secret-password"))
	var printed string
	pages := newPages(t, ui.Templates(files(map[string]string{"group.html": `{{print .}}{{range .Forms}}{{print .}}{{range .Fields}}{{print .}}{{end}}{{end}}`})))
	form, err := pages.Form(f, "en")
	if err != nil {
		t.Fatal(err)
	}
	printed = string(form) + fmt.Sprintf("%v %+v %#v", pages, pages, pages)
	if strings.Contains(printed, "secret-") {
		t.Error(printed)
	}
}
