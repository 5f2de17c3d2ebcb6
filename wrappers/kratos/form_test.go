package kratos_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestForms(t *testing.T) {
	t.Parallel()
	settings := new(kratos.SettingsFlow)
	if err := jsonv2.Unmarshal([]byte(`{"id":"f","ui":{"messages":[{"id":1050001,"type":"success"}],"nodes":[
		{"type":"input","group":"default","attributes":{"node_type":"input","name":"csrf_token","type":"hidden","value":"masked"}},
		{"type":"input","group":"profile","attributes":{"node_type":"input","name":"traits.newsletter","type":"checkbox","value":true}},
		{"type":"input","group":"profile","attributes":{"node_type":"input","name":"traits.age","type":"number","value":42.50},"messages":[{"id":4000020,"type":"error"},{"id":1,"type":"info"}]},
		{"type":"input","group":"oidc","attributes":{"node_type":"input","name":"link","type":"submit","value":"google"}},
		{"type":"input","group":"oidc","attributes":{"node_type":"input","name":"link","type":"submit","value":"github"}},
		{"type":"input","group":"oidc","attributes":{"node_type":"input","name":"unlink","type":"submit","value":"apple"}},
		{"type":"img","group":"totp","attributes":{"node_type":"img","id":"totp_qr","src":"data:image/png;base64,AA","width":1,"height":1}},
		{"type":"text","group":"totp","attributes":{"node_type":"text","id":"totp_secret_key","text":{"id":1050006,"text":"JBSW","type":"info","context":{"secret":"JBSW"}}}},
		{"type":"text","group":"lookup_secret","attributes":{"node_type":"text","id":"lookup_secret_codes","text":{"id":1050015,"text":"a, b","type":"info","context":{"secrets":[
			{"id":1050009,"text":"aaaa","type":"info"},{"id":1050014,"text":"Secret was used","type":"info"},{"id":1050009,"text":"bbbb","type":"info"}]}}}},
		{"type":"div","group":"later","attributes":{"node_type":"div"}}
	]}}`), settings); err != nil {
		t.Fatal(err)
	}
	form := settings.Form()
	for name, want := range map[string]string{"csrf_token": "masked", "traits.newsletter": "true", "traits.age": "42.50", "missing": "", "link": "google"} {
		t.Run(name, func(t *testing.T) {
			if got := form.Value(name); got != want {
				t.Errorf("value of %s: %q, want %q", name, got, want)
			}
		})
	}
	if form.Field("missing") != nil || form.Field("traits.age").InputType != kratos.UIInputTypeNumber {
		t.Error("fields by name")
	}
	if got := form.Groups(); !slices.Equal(got, []kratos.UINodeGroup{"profile", "oidc", "totp", "lookup_secret", "later"}) {
		t.Errorf("groups %v", got)
	}
	if len(form.Group(kratos.UINodeGroupOIDC)) != 3 || len(form.Group("none")) != 0 {
		t.Error("nodes by group")
	}
	if got := strings.Join(form.Providers("link"), " ") + "/" + strings.Join(form.Providers("unlink"), " ") + "/" + strings.Join(form.Providers("provider"), " "); got != "google github/apple/" {
		t.Errorf("providers %s", got)
	}
	if secret, qr := form.TOTPSecret(), form.TOTPQR(); secret != "JBSW" || !strings.HasPrefix(qr, "data:") {
		t.Errorf("totp %q %q", secret, qr)
	}
	if got := form.LookupSecretCodes(); !slices.Equal(got, []string{"aaaa", "bbbb"}) {
		t.Errorf("lookup codes %v", got)
	}
	switch errs := form.FieldErrors(); {
	case !form.HasErrors():
		t.Error("the form has no errors")
	case len(errs) != 1:
		t.Errorf("len(errs) = %d, want 1", len(errs))
	case len(errs["traits.age"]) != 1:
		t.Errorf(`len(errs["traits.age"]) = %d, want 1`, len(errs["traits.age"]))
	}

	empty := new(kratos.LoginFlow).Form()
	secret, qr := empty.TOTPSecret(), empty.TOTPQR()
	switch {
	case empty.HasErrors():
		t.Error("an empty form has errors")
	case len(empty.FieldErrors())+len(empty.Groups())+len(empty.LookupSecretCodes())+len(secret+qr) > 0:
		t.Error("an empty form has fields")
	case empty.Value("csrf_token") != "":
		t.Errorf(`empty.Value("csrf_token") = %q, want none`, empty.Value("csrf_token"))
	}
}

// The HTML form of each method has all elements that the method needs.
func TestFormsOfMethods(t *testing.T) {
	t.Parallel()
	names := func(nodes []kratos.Node) string {
		var names []string
		for _, n := range nodes {
			names = append(names, n.Name)
		}
		return strings.Join(names, " ")
	}
	for name, tc := range map[string]struct {
		nodes          []string
		groups, shared string
	}{
		"traits and the token belong to every method": {
			[]string{`default hidden csrf_token "c"`, `default email traits.email null`, `password password password null`, `oidc submit provider "acme"`}, "[password oidc]", "csrf_token traits.email",
		},
		"the identifier of the first step belongs to every method": {
			[]string{`identifier_first hidden identifier "i"`, `default hidden csrf_token "c"`, `password password password null`}, "[password]", "identifier csrf_token",
		},
		"a step of its own is offered": {
			[]string{`identifier_first text identifier "i"`, `identifier_first submit method "identifier_first"`, `default hidden csrf_token "c"`}, "[identifier_first]", "csrf_token",
		},
		"a method that is hidden belongs to no other": {
			[]string{`code hidden method "code"`, `code hidden identifier "i"`, `password password password null`}, "[password]", "identifier",
		},
		"a button is enough":    {[]string{`passkey hidden passkey_login null`, `passkey button passkey_login_trigger null`}, "[passkey]", ""},
		"a form without inputs": {nil, "[]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := formOf(t, tc.nodes...)
			if got := fmt.Sprint(form.Groups()); got != tc.groups {
				t.Errorf("the form offers %s, want %s", got, tc.groups)
			}
			if got := names(form.Shared()); got != tc.shared {
				t.Errorf("every method has %q, want %q", got, tc.shared)
			}
		})
	}
	script := kratos.UINode{Type: kratos.UINodeTypeScript, Group: kratos.UINodeGroupWebAuthn}
	var form kratos.Form
	form.UIContainer.Nodes = []kratos.UINode{script}
	if len(form.Groups()) != 0 || len(form.Shared()) != 0 || len(form.Nodes()) != 1 {
		t.Errorf("a script alone offers %v, and every method has %d elements", form.Groups(), len(form.Shared()))
	}
}
