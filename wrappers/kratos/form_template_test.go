package kratos_test

import (
	"encoding/json"
	"html"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// formPage renders all parts of a form with html/template.
var formPage = template.Must(template.New("form.html").Parse(`
{{- $form := .}}
{{- range .Messages}}<p class="{{.Type}}" id="m{{.ID}}">{{.Text}}</p>{{end}}
{{- if .HasErrors}}<p class="errors">{{range $name, $messages := .FieldErrors}}{{$name}} {{len $messages}} {{end}}</p>{{end}}
{{- range $group := .Groups}}
<form action="{{$form.Action}}" method="{{$form.Method}}" id="{{$group}}">
	{{range $form.Shared}}{{template "node" .}}{{end}}
	{{range $form.Group $group}}{{template "node" .}}{{end}}
</form>
{{- end}}
{{- range .Nodes}}{{if eq .Type "script"}}
<script id="{{.ID}}" type="{{.ScriptType}}" src="{{.Src}}" integrity="{{.Integrity}}" crossorigin="{{.Crossorigin}}" referrerpolicy="{{.Referrerpolicy}}" nonce="{{.Nonce}}"{{if .Async}} async{{end}}></script>
{{- end}}{{end}}
{{- with .Field "csrf_token"}}<meta name="{{.Name}}">{{end}}
{{- with .Field "missing"}}<p>never</p>{{end}}
{{- with .Value "traits.email"}}<p>you are {{.}}</p>{{end}}
{{- with .Traits}}<p>traits {{.email}}</p>{{end}}
{{- range $name, $values := .Values}}{{if ne $name "csrf_token"}}<p>{{$name}} is {{index $values 0}}</p>{{end}}{{end}}
{{- range .Providers "provider"}}<p>provider {{.}}</p>{{end}}
{{- with .TOTPSecret}}<p>secret {{.}}</p>{{end}}
{{- with .TOTPQR}}<p>picture {{len .}}</p>{{end}}
{{- range .LookupSecretCodes}}<p>code {{.}}</p>{{end}}

{{- define "node"}}
{{- if eq .Type "text"}}<p id="{{.ID}}">{{.Label.Text}}: {{.Text.Text}}</p>
{{- else if eq .Type "a"}}<a id="{{.ID}}" href="{{.Href}}">{{.Label.Text}}</a>
{{- else if eq .Type "img"}}<img id="{{.ID}}" src="{{if .PNG}}data:image/png;base64,{{.PNG}}{{else}}{{.Src}}{{end}}" width="{{.Width}}" height="{{.Height}}" alt="{{.Label.Text}}">
{{- else if eq .Type "input"}}
{{- if .Button}}<button type="{{.InputType}}" name="{{.Name}}" value="{{.Value}}"{{with .Onclick}} data-onclick="{{.}}"{{end}}>{{.Label.Text}}</button>
{{- else}}<label>{{.Label.Text}} <input type="{{.InputType}}" name="{{.Name}}" value="{{.Value}}" autocomplete="{{.Autocomplete}}" pattern="{{.Pattern}}"
	{{- with .MaxLength}} maxlength="{{.}}"{{end}}{{if .Required}} required{{end}}{{if .Disabled}} disabled{{end}}{{if .Checked}} checked{{end}}{{with .Onload}} data-onload="{{.}}"{{end}}></label>
{{- end}}{{end}}
{{- range .Messages}}<em class="{{.Type}}" id="m{{.ID}}">{{.Text}}</em>{{end}}
{{- end}}`))

func rendered(t *testing.T, page *template.Template, data any) string {
	t.Helper()
	var out strings.Builder
	if err := page.Execute(&out, data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A page has all parts of recorded forms.
func TestTemplatesShowRecordedForms(t *testing.T) {
	t.Parallel()
	forms := 0
	for _, e := range exchanges(t) {
		form, _, ok := formOfExchange(t, e)
		if !ok {
			continue
		}
		forms++
		page := rendered(t, formPage, form)
		text := html.UnescapeString(page)
		for _, n := range form.UIContainer.Nodes {
			if len(form.Groups()) == 0 { // and so nothing to submit
				break
			}
			for _, want := range rendering(t, &n) {
				if !strings.Contains(text, want) {
					t.Errorf("%s: the page lacks %q of %s %s", e, want, n.Group, n.Attributes.Name+n.Attributes.ID)
				}
			}
		}
		for _, m := range form.Messages {
			if !strings.Contains(text, m.Text+"</p>") {
				t.Errorf("%s: the page lacks message %d", e, m.ID)
			}
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "UIText") || strings.Contains(page, "%!") {
			t.Errorf("%s: the page has something that no template can show:\n%s", e, page)
		}
	}
	if forms < 100 {
		t.Errorf("only %d forms were recorded", forms)
	}
}

// rendering returns what a page must have of a node, without methods that the form does not offer.
func rendering(t *testing.T, n *kratos.UINode) (shown []string) {
	t.Helper()
	a := n.Attributes
	var value any
	if len(a.Value) > 0 {
		if err := json.Unmarshal(a.Value, &value); err != nil {
			t.Fatal(err)
		}
	}
	if text, ok := value.(string); ok {
		shown = append(shown, `value="`+text+`"`)
	} else if value != nil {
		shown = append(shown, `value="`+string(a.Value)+`"`)
	}
	for name, value := range map[string]string{"name": a.Name, "type": string(a.Type), "href": a.Href, "src": a.Src, "integrity": a.Integrity, "nonce": a.Nonce} {
		if value != "" {
			shown = append(shown, name+`="`+value+`"`)
		}
	}
	for _, m := range append([]kratos.Message{}, n.Messages...) {
		shown = append(shown, `id="m`+strconv.Itoa(m.ID)+`">`+m.Text)
	}
	for _, m := range []*kratos.Message{n.Meta.Label, a.Text, a.Title} {
		if m != nil {
			shown = append(shown, m.Text)
		}
	}
	return shown
}

// A Node has each attribute of a node in its field.
func TestNodesOfForms(t *testing.T) {
	t.Parallel()
	const pixel = "iVBORw0KGgo="
	label := kratos.Message{ID: 1070002, Text: "E-Mail", Type: kratos.UITextTypeInfo}
	for name, tc := range map[string]struct {
		node string
		want kratos.Node
	}{
		"an input": {
			`{"type":"input","group":"password","attributes":{"node_type":"input","name":"traits.email","type":"email","value":"a&b","required":true,"disabled":true,"autocomplete":"email","pattern":"[a-z]+","maxlength":320},
			  "messages":[{"id":4000002,"text":"missing","type":"error"}],"meta":{"label":{"id":1070002,"text":"E-Mail","type":"info"}}}`,
			kratos.Node{
				Type: kratos.UINodeTypeInput, Group: kratos.UINodeGroupPassword, Label: label, Messages: []kratos.Message{{ID: 4000002, Text: "missing", Type: kratos.UITextTypeError}},
				InputType: kratos.UIInputTypeEmail, Name: "traits.email", Value: "a&b", Required: true, Disabled: true, Autocomplete: kratos.UIAutocompleteEmail, Pattern: "[a-z]+", MaxLength: 320,
			},
		},
		"a label of the input itself": {
			`{"type":"input","attributes":{"name":"a","type":"text","label":{"id":1070002,"text":"E-Mail","type":"info"}}}`,
			kratos.Node{Type: kratos.UINodeTypeInput, InputType: kratos.UIInputTypeText, Name: "a", Label: label},
		},
		"a checkbox that is checked": {
			`{"type":"input","attributes":{"name":"a","type":"checkbox","value":true}}`,
			kratos.Node{Type: kratos.UINodeTypeInput, InputType: kratos.UIInputTypeCheckbox, Name: "a", Value: "true", Checked: true},
		},
		"a checkbox that is not checked": {
			`{"type":"input","attributes":{"name":"a","type":"checkbox","value":false}}`,
			kratos.Node{Type: kratos.UINodeTypeInput, InputType: kratos.UIInputTypeCheckbox, Name: "a", Value: "false"},
		},
		"a boolean that is hidden": {
			`{"type":"input","attributes":{"name":"a","type":"hidden","value":true}}`,
			kratos.Node{Type: kratos.UINodeTypeInput, InputType: kratos.UIInputTypeHidden, Name: "a", Value: "true"},
		},
		"a number": {
			`{"type":"input","attributes":{"name":"a","type":"number","value":42.50}}`,
			kratos.Node{Type: kratos.UINodeTypeInput, InputType: kratos.UIInputTypeNumber, Name: "a", Value: "42.50"},
		},
		"a button for a passkey": {
			`{"type":"input","group":"passkey","attributes":{"name":"a","type":"button","onclickTrigger":"oryPasskeyLogin","onloadTrigger":"oryPasskeyLoginAutocompleteInit","onclick":"window.x()"}}`,
			kratos.Node{
				Type: kratos.UINodeTypeInput, Group: kratos.UINodeGroupPasskey, InputType: kratos.UIInputTypeButton, Name: "a", Button: true,
				Onclick: kratos.UITriggerPasskeyLogin, Onload: kratos.UITriggerPasskeyLoginAutocompleteInit,
			},
		},
		"a text": {
			`{"type":"text","attributes":{"id":"i","text":{"id":1050006,"text":"JBSW","type":"info"}}}`,
			kratos.Node{Type: kratos.UINodeTypeText, ID: "i", Text: kratos.Message{ID: 1050006, Text: "JBSW", Type: kratos.UITextTypeInfo}},
		},
		"an anchor": {
			`{"type":"a","attributes":{"id":"i","href":"https://example.org/","title":{"id":1070002,"text":"E-Mail","type":"info"}}}`,
			kratos.Node{Type: kratos.UINodeTypeAnchor, ID: "i", Href: "https://example.org/", Label: label},
		},
		"a picture": {
			`{"type":"img","attributes":{"id":"i","src":"data:image/png;base64,` + pixel + `","width":256,"height":128}}`,
			kratos.Node{Type: kratos.UINodeTypeImage, ID: "i", Src: "data:image/png;base64," + pixel, PNG: pixel, Width: 256, Height: 128},
		},
		"a picture by its URL": {
			`{"type":"img","attributes":{"src":"https://example.org/a.png"}}`,
			kratos.Node{Type: kratos.UINodeTypeImage, Src: "https://example.org/a.png"},
		},
		"a script": {
			`{"type":"script","attributes":{"id":"i","src":"/s.js","type":"text/javascript","integrity":"sha512-x","crossorigin":"anonymous","referrerpolicy":"no-referrer","nonce":"n","async":true}}`,
			kratos.Node{Type: kratos.UINodeTypeScript, ID: "i", Src: "/s.js", ScriptType: "text/javascript", Integrity: "sha512-x", Crossorigin: "anonymous", Referrerpolicy: "no-referrer", Nonce: "n", Async: true},
		},
		"an element of a later version": {`{"type":"div","group":"later","attributes":{"node_type":"div"}}`, kratos.Node{Type: "div", Group: "later"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var form kratos.Form
			if err := jsonv2.Unmarshal([]byte(`{"nodes":[`+tc.node+`]}`), &form); err != nil {
				t.Fatal(err)
			}
			if got := form.Nodes(); len(got) != 1 || !reflect.DeepEqual(got[0], tc.want) {
				t.Errorf("got  %s\nwant %s", printFields(got[0]), printFields(tc.want))
			}
		})
	}
}

// printFields prints the fields that Format omits.
func printFields(n kratos.Node) string {
	var b strings.Builder
	for i, v := 0, reflect.ValueOf(n); i < v.NumField(); i++ {
		if field := v.Field(i); !field.IsZero() {
			text, _ := json.Marshal(field.Interface())
			b.WriteString(v.Type().Field(i).Name + ": " + string(text) + " ")
		}
	}
	return b.String()
}

// PNG only has a PNG image in Base64, which is safe in a data URL.
func TestNodePNG(t *testing.T) {
	t.Parallel()
	const prefix = "data:image/png;base64,"
	for name, tc := range map[string]struct{ src, want string }{
		"a picture":                     {prefix + "iVBORw0KGgo=", "iVBORw0KGgo="},
		"a picture without padding":     {prefix + "AAAA", "AAAA"},
		"no padding where it is needed": {prefix + "iVBORw0KGgo", ""},
		"padding before the end":        {prefix + "iVBORw0KGgo=AAAA", ""},
		"several lines":                 {prefix + "AAAA\nAAAA", ""},
		"a return":                      {prefix + "AAAA\rAAAA", ""},
		"the alphabet of URLs":          {prefix + "_-_-", ""},
		"markup":                        {prefix + `iVBORw0KGgo="><script>`, ""},
		"another kind":                  {"data:image/svg+xml;base64,AAAA", ""},
		"a page":                        {"data:text/html;base64,AAAA", ""},
		"capitals":                      {"DATA:image/png;base64,AAAA", ""},
		"a parameter":                   {"data:image/png;charset=x;base64,AAAA", ""},
		"no Base64":                     {"data:image/png,AAAA", ""},
		"nothing":                       {prefix, ""},
		"a URL":                         {"https://example.org/data:image/png;base64,AAAA", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node := kratos.UINode{Type: kratos.UINodeTypeImage}
			node.Attributes.Src = tc.src
			var form kratos.Form
			form.UIContainer.Nodes = []kratos.UINode{node}
			if got := form.Nodes()[0].PNG; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Values from a server do not become markup or scripts.
func TestTemplatesEscapeForms(t *testing.T) {
	t.Parallel()
	const markup = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
	var form kratos.Form
	flow := strings.NewReplacer("$m", strings.ReplaceAll(markup, `"`, `\"`), "$u", "javascript:alert(1)").Replace(`{"action":"$u","method":"$m","messages":[{"id":1,"text":"$m","type":"$m"}],"nodes":[
		{"type":"input","group":"$m","attributes":{"name":"$m","type":"$m","value":"$m","pattern":"$m","autocomplete":"$m"},"messages":[{"id":1,"text":"$m","type":"error"}],"meta":{"label":{"id":1,"text":"$m","type":"info"}}},
		{"type":"input","group":"$m","attributes":{"name":"csrf_token","type":"submit","value":"$m","onclickTrigger":"$m","onclick":"$m"}},
		{"type":"text","group":"$m","attributes":{"id":"$m","text":{"id":1,"text":"$m","type":"info"}}},
		{"type":"a","group":"$m","attributes":{"id":"$m","href":"$u","title":{"id":1,"text":"$m","type":"info"}}},
		{"type":"img","group":"$m","attributes":{"id":"$m","src":"$u"}},
		{"type":"img","group":"$m","attributes":{"id":"$m","src":"data:text/html,$m"}},
		{"type":"script","group":"$m","attributes":{"id":"$m","src":"data:text/javascript,alert(1)","integrity":"$m","nonce":"$m"}}
	]}`)
	if err := jsonv2.Unmarshal([]byte(flow), &form); err != nil {
		t.Fatal(err)
	}
	page := rendered(t, formPage, form)
	for _, bad := range []string{"<script>", "onerror=alert(1)>", "javascript:", "data:text"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q:\n%s", bad, page)
		}
	}
	if n := strings.Count(page, "ZgotmplZ"); n != 5 {
		t.Errorf("%d URLs are withheld, want 5:\n%s", n, page)
	}
	if want := html.EscapeString(markup); !strings.Contains(page, want) {
		t.Errorf("the page lacks the text %q:\n%s", want, page)
	}
}

// A template can be executed with the flow, and with an empty form.
func TestTemplatesOfFlows(t *testing.T) {
	t.Parallel()
	page := template.Must(template.New("flow").Parse(`{{with .Form}}{{.Action}} {{len .Nodes}} {{(index .Nodes 0).InputType}}{{end}}`))
	flows := goldenForms(t)
	for name, flow := range map[string]any{"login": flows.login, "registration": flows.registration, "settings": flows.settings, "recovery": flows.recovery, "verification": flows.verification} {
		t.Run(name, func(t *testing.T) {
			if got := rendered(t, page, flow); !strings.HasSuffix(got, " hidden") {
				t.Errorf("the page is %q", got)
			}
		})
	}
	if got := rendered(t, formPage, kratos.Form{}); strings.TrimSpace(got) != "" {
		t.Errorf("a form without anything: %q", got)
	}
}
