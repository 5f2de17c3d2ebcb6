package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// formOf is the form with these nodes: "group type name value", the value as JSON.
func formOf(t *testing.T, nodes ...string) kratos.Form {
	t.Helper()
	var form kratos.Form
	for _, n := range nodes {
		field := strings.SplitN(n, " ", 4)
		node := fmt.Sprintf(`{"type":"input","group":%q,"attributes":{"node_type":"input","type":%q,"name":%q,"value":%s}}`, field[0], field[1], field[2], field[3])
		var parsed kratos.UINode
		if err := json.Unmarshal([]byte(node), &parsed); err != nil {
			t.Fatalf("%s: %v", node, err)
		}
		form.UIContainer.Nodes = append(form.UIContainer.Nodes, parsed)
	}
	return form
}

// wire returns the body that a server received: form fields as a query without escapes, or JSON.
func wire(t *testing.T, form kratos.Form, body kratos.Submission) string {
	t.Helper()
	var got string
	client, _ := serve(t, routes{"POST /self-service/registration": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		if got = string(text); r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
			values, err := url.ParseQuery(got)
			if err != nil {
				t.Errorf("%s: %v", got, err)
			}
			got, _ = url.QueryUnescape(values.Encode())
		}
		if r.ContentLength != int64(len(text)) {
			t.Errorf("%d bytes of %d", len(text), r.ContentLength)
		}
		reply{status: 200, body: `{"identity":{"id":"a"}}`}.ServeHTTP(w, r)
	})})
	flow := newFlow[kratos.RegistrationFlow]("f")
	flow.UI = form.UIContainer
	if _, err := client.Browser(browserRequest("csrf_token_0=c")).Registration.Submit(t.Context(), flow, body); err != nil {
		t.Fatal(err)
	}
	return got
}

// A form is sent unchanged, except for fields that Kratos would misinterpret.
func TestSubmissionsOfForms(t *testing.T) {
	t.Parallel()
	nodes := []string{
		`default hidden csrf_token "c"`, `profile email traits.email ""`, `profile text traits.name.first null`, `profile text traits.name.last null`,
		`profile checkbox traits.newsletter null`, `profile number traits.age null`, `profile hidden traits.height 1.7`, `profile hidden traits.tall true`,
		`profile text traits.tags null`, `profile text traits.emails null`, `profile text traits.emails.0 "a"`, `profile text traits.emails.1 "b"`,
		`profile text traits.flags null`, `profile checkbox traits.flags.1 false`, `profile checkbox traits.flags.0 true`,
		`default hidden traits.colours.0 "red"`, `default hidden traits.colours.1 "blue"`, `profile text traits.years.2020 "x"`,
		`password submit method "password"`, `password password password null`, `lookup_secret button lookup_secret_reveal true`, `profile text a null`, `profile text a.b null`,
		`oidc submit provider "acme"`, `oidc submit provider "other"`, `saml submit provider "corp"`, `totp submit totp_unlink true`, `passkey submit passkey_remove "0a1b"`,
		`passkey hidden passkey_register ""`, `passkey hidden passkey_challenge "{}"`,
	}
	for name, tc := range map[string]struct {
		posted, want string
	}{
		"texts stay as they are":                         {"method=password&traits.name.first=Ada&traits.name.last=L&password=p", `csrf_token=c&method=password&password=p&traits.name.first=Ada&traits.name.last=L`},
		"characters stay as they are":                    {"method=password&password=%26%3d%2b+%25%00%c3%84", "csrf_token=c&method=password&password=&=+ %\x00Ä"},
		"a checkbox with a hidden field":                 {"method=password&traits.newsletter=false&traits.newsletter=true", `csrf_token=c&method=password&traits.newsletter=false&traits.newsletter=true`},
		"on of a checkbox is true":                       {"method=password&traits.newsletter=false&traits.newsletter=on", `csrf_token=c&method=password&traits.newsletter=false&traits.newsletter=true`},
		"on of a boolean is true":                        {"method=password&traits.tall=on", `csrf_token=c&method=password&traits.tall=true`},
		"on of anything else is on":                      {"method=password&password=on&traits.name.first=on", `csrf_token=c&method=password&password=on&traits.name.first=on`},
		"a number stays as it was typed":                 {"method=password&traits.age=007", `csrf_token=c&method=password&traits.age=007`},
		"a number that is left empty":                    {"method=password&traits.age=", `csrf_token=c&method=password&traits.age=`},
		"a text that is left empty":                      {"method=password&traits.name.first=&traits.tags=&traits.age=1&password=", `csrf_token=c&method=password&password=&traits.age=1`},
		"texts that are all left empty":                  {"method=password&traits.name.first=&traits.tags=&traits.emails=&traits.emails.0=", `csrf_token=c&method=password&traits={}`},
		"several values":                                 {"method=password&traits.tags=a&traits.tags=&traits.tags=b", `csrf_token=c&method=password&traits.tags=a&traits.tags=&traits.tags=b`},
		"a list that is not changed":                     {"method=password&traits.emails=&traits.emails.0=a&traits.emails.1=b", `csrf_token=c&method=password&traits.emails=a&traits.emails=b`},
		"a list in another order":                        {"method=password&traits.emails.1=b&traits.emails.0=a", `csrf_token=c&method=password&traits.emails=a&traits.emails=b`},
		"an item more":                                   {"method=password&traits.emails=d&traits.emails.0=a&traits.emails.1=b&traits.emails.10=c", `csrf_token=c&method=password&traits.emails=a&traits.emails=b&traits.emails=c&traits.emails=d`},
		"an item less":                                   {"method=password&traits.emails=&traits.emails.0=&traits.emails.1=b", `csrf_token=c&method=password&traits.emails=b`},
		"no item":                                        {"method=password&traits.emails=&traits.emails.0=&traits.emails.1=", `csrf_token=c&method=password&traits={}`},
		"a list of booleans":                             {"method=password&traits.flags=&traits.flags.0=false&traits.flags.0=on&traits.flags.1=false", `csrf_token=c&method=password&traits.flags=true&traits.flags=false`},
		"a list that is hidden":                          {"method=password&traits.colours.0=red&traits.colours.1=blue", `csrf_token=c&method=password&traits.colours=red&traits.colours=blue`},
		"an object with numbers for names":               {"method=password&traits.years.2020=x", `csrf_token=c&method=password&traits.years.2020=x`},
		"items of a list that the form does not have":    {"method=password&traits.tags.0=a", `csrf_token=c&method=password`},
		"a button can be a boolean":                      {"method=lookup_secret&lookup_secret_reveal=true", `csrf_token=c&lookup_secret_reveal=true&method=lookup_secret`},
		"fields that the form does not have are omitted": {"method=password&traits.admin=true&role=root&__proto__.x=1&traits={}", `csrf_token=c&method=password`},
		"fields of Kratos' own":                          {"method=password&id_token=t&upstream_parameters.login_hint=a&identifier=i", `csrf_token=c&id_token=t&identifier=i&method=password&upstream_parameters.login_hint=a`},
		"the token is the flow's own":                    {"method=password&csrf_token=other", `csrf_token=c&method=password`},
		"the first of two methods":                       {"method=password&method=nonsense", `csrf_token=c&method=password`},
		"a payload for hooks":                            {"method=password&transient_payload=" + `%7b"n":1.50,"a":[null]%7d`, `csrf_token=c&method=password&transient_payload={"n":1.50,"a":[null]}`},
		"a payload in fields":                            {"method=password&transient_payload.from=app&transient_payload.a.b=1&transient_payload.a.c=x&transient_payload.a.c=y", `csrf_token=c&method=password&transient_payload={"a":{"b":"1","c":"y"},"from":"app"}`},
		"a payload in both ways":                         {"method=password&transient_payload.a.b=1&transient_payload=" + `%7b"n":12345678901234567890,"a":%7b"c":2%7d%7d`, `csrf_token=c&method=password&transient_payload={"a":{"b":"1","c":2},"n":12345678901234567890}`},
		"an empty payload":                               {"method=password&transient_payload=", `csrf_token=c&method=password`},
		"a payload that is not an object":                {"method=password&transient_payload=[1]", ""},
		"a payload of two objects":                       {"method=password&transient_payload=" + `%7b%7d,"traits":%7b%7d`, ""},
		"a payload with a name twice":                    {"method=password&transient_payload=" + `%7b"a":1,"a":2%7d`, ""},
		"a payload whose parts are in conflict":          {"method=password&transient_payload.a=1&transient_payload.a.b=2", ""},
		"a payload with duplicate parts":                 {"method=password&transient_payload.a=1&transient_payload=" + `%7b"a":1%7d`, ""},
		"parameters that are not an object":              {"method=password&upstream_parameters=" + `%7b%7d,"traits":%7b%7d`, ""},
		"a method that the form does not have":           {"method=nonsense", ""},
		"no method":                                      {"password=p", ""},
		"nothing":                                        {"", ""},
		"a provider's button":                            {"provider=other&traits.age=1", `csrf_token=c&provider=other&traits.age=1`},
		"a provider's button, by SAML":                   {"provider=corp", `csrf_token=c&provider=corp`},
		"a provider that the form does not have":         {"provider=evil", ""},
		"a button that turns something off":              {"totp_unlink=true", `csrf_token=c&totp_unlink=true`},
		"a button that removes a key":                    {"passkey_remove=0a1b", `csrf_token=c&passkey_remove=0a1b`},
		"a script that filled in a field":                {"passkey_register={}&password=", `csrf_token=c&passkey_register={}&password=`},
		"a script that filled in no field":               {"passkey_register=&passkey_challenge={}", ""},
		"a name with too many parts":                     {"method=password&transient_payload" + strings.Repeat(".a", 40) + "=1", ""},
		"a form that is too large":                       {"method=password&password=" + strings.Repeat("p", 5<<20), ""},
		"fields that are in conflict":                    {"method=password&a=1&a.b=2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(tc.posted)
			if err != nil {
				t.Fatal(err)
			}
			form := formOf(t, nodes...)
			body, err := form.Submission(values)
			if (tc.want == "") != errors.Is(err, kratos.ErrInvalidArgument) {
				t.Fatalf("%s, %v", body, err)
			}
			if tc.want == "" {
				return
			}
			if got := wire(t, form, body); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if text := fmt.Sprintf("%v %+v %#v %s", body, body, body, body); strings.Contains(text, ":") {
				t.Errorf("printed as %s", text)
			}
		})
	}
}

func browserRequest(cookies string) *http.Request {
	r, err := http.NewRequest("GET", "http://app.example.org/", nil)
	if err != nil {
		panic(err)
	}
	if cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
	return r
}

func TestCredentialOptions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		node  string
		group kratos.UINodeGroup
		want  string
	}{
		"a login with a passkey":        {`passkey hidden passkey_challenge "{\"publicKey\":{\"a\":1}}"`, kratos.UINodeGroupPasskey, `{"publicKey":{"a":1}}`},
		"a registration with a passkey": {`passkey hidden passkey_create_data "{\"credentialOptions\":{\"publicKey\":{\"a\":1}},\"displayNameFieldName\":\"traits.email\"}"`, kratos.UINodeGroupPasskey, `{"publicKey":{"a":1}}`},
		"settings with a passkey":       {`passkey hidden passkey_create_data "{\"publicKey\":{\"a\":1}}"`, kratos.UINodeGroupPasskey, `{"publicKey":{"a":1}}`},
		"a new security key":            {`webauthn button webauthn_register_trigger "{\"publicKey\":{\"a\":1}}"`, kratos.UINodeGroupWebAuthn, `{"publicKey":{"a":1}}`},
		"a login with a security key":   {`webauthn button webauthn_login_trigger "{\"publicKey\":{\"a\":1}}"`, kratos.UINodeGroupWebAuthn, `{"publicKey":{"a":1}}`},
		"of another group":              {`webauthn button webauthn_login_trigger "{\"publicKey\":{\"a\":1}}"`, kratos.UINodeGroupPasskey, ``},
		"none":                          {`password password password ""`, kratos.UINodeGroupPasskey, ``},
		"malformed options":             {`passkey hidden passkey_challenge "{"`, kratos.UINodeGroupPasskey, ``},
		"options of another shape":      {`passkey hidden passkey_challenge "[]"`, kratos.UINodeGroupPasskey, ``},
	} {
		t.Run(name, func(t *testing.T) {
			if got := formOf(t, tc.node).CredentialOptions(tc.group); string(got) != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestMessageContext(t *testing.T) {
	t.Parallel()
	for context, want := range map[string]func(kratos.MessageContext) bool{
		`{"min_length":8,"actual_length":1}`: func(c kratos.MessageContext) bool { return c.MinLength == 8 && c.ActualLength == 1 },
		`{"property":"email"}`:               func(c kratos.MessageContext) bool { return c.Property == "email" },
		`{"available_credential_types":["password"],"credential_identifier_hint":"a@b"}`: func(c kratos.MessageContext) bool { return c.AvailableCredentialTypes[0] == "password" },
		`{"expired_at":"2026-11-23T17:00:00Z","expired_at_unix":1}`:                      func(c kratos.MessageContext) bool { return c.ExpiredAt.Year() == 2026 },
		`{"property":7,"reason":"r","maximum":"x","allowed_types":["string"],"secrets":[{}]}`: func(c kratos.MessageContext) bool {
			return c.Reason == "r" && c.Property == "" && c.AllowedTypes[0] == "string"
		},
		``:    func(c kratos.MessageContext) bool { return c.Reason == "" },
		`[1]`: func(c kratos.MessageContext) bool { return c.Reason == "" },
	} {
		t.Run(context, func(t *testing.T) {
			if got := kratos.ParseMessageContext(kratos.Message{Context: json.RawMessage(context)}); !want(got) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestEmptySubmissions(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"POST /self-service/login": reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}})
	flow := newFlow[kratos.LoginFlow]("f")
	flow.UI = formOf(t, `default hidden csrf_token "c"`).UIContainer
	if _, err := client.Login.Submit(t.Context(), flow, kratos.Submission(nil)); !errors.Is(err, kratos.ErrRejected) {
		t.Errorf("%v, want what Kratos says of it", err)
	}
}

func TestRegistrationScreenPrevious(t *testing.T) {
	t.Parallel()
	var got map[string]any
	client, _ := serve(t, routes{"POST /self-service/registration": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = nil
		_ = json.NewDecoder(r.Body).Decode(&got)
		reply{status: 400, body: strings.ReplaceAll(flowBody("f", "choose_method", "[]", "[]"), "login", "registration")}.ServeHTTP(w, r)
	})})
	for screen, want := range map[kratos.RegistrationScreen]string{"": "profile", kratos.RegistrationScreenCredentialSelection: "profile", kratos.RegistrationScreenPrevious: "profile:back"} {
		t.Run(fmt.Sprint(screen), func(t *testing.T) {
			if _, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), kratos.RegistrationProfile{Screen: screen}); err != nil || got["method"] != want {
				t.Errorf("screen %q: %v, sent %v", screen, err, got)
			}
		})
	}
	form := formOf(t, `profile submit screen "previous"`)
	back, err := form.Submission(url.Values{"screen": {"previous"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := wire(t, form, back); got != "screen=previous" {
		t.Errorf("a button that was pressed: sent %s", got)
	}
}
