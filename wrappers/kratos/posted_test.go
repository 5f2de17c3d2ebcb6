package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
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
		form.Nodes = append(form.Nodes, parsed)
	}
	return form
}

func TestPosted(t *testing.T) {
	t.Parallel()
	nodes := []string{
		`default hidden csrf_token "c"`, `profile email traits.email ""`, `profile text traits.name.first null`, `profile text traits.name.last null`,
		`profile checkbox traits.newsletter null`, `profile number traits.age null`, `profile hidden traits.height 1.7`, `profile hidden traits.tall true`,
		`password submit method "password"`, `password password password null`, `lookup_secret button lookup_secret_reveal true`, `profile text a null`, `profile text a.b null`,
		`oidc submit provider "acme"`, `oidc submit provider "other"`, `totp submit totp_unlink true`, `passkey submit passkey_remove "0a1b"`,
	}
	for name, tc := range map[string]struct {
		posted, want string
	}{
		"names with dots become objects":             {"method=password&traits.name.first=Ada&traits.name.last=L&password=p", `{"method":"password","password":"p","traits":{"name":{"first":"Ada","last":"L"}}}`},
		"a checkbox is a boolean":                    {"method=password&traits.newsletter=false&traits.newsletter=true", `{"method":"password","traits":{"newsletter":true}}`},
		"a checkbox that is not checked":             {"method=password&traits.newsletter=false", `{"method":"password","traits":{"newsletter":false}}`},
		"a number stays as it was typed":             {"method=password&traits.age=12345678901234567890.10", `{"method":"password","traits":{"age":12345678901234567890.10}}`},
		"a number that is none is for Kratos":        {"method=password&traits.age=0x7", `{"method":"password","traits":{"age":"0x7"}}`},
		"a number that is left empty is not sent":    {"method=password&traits.age=", `{"method":"password"}`},
		"hidden fields keep their types":             {"method=password&traits.height=1.7&traits.tall=true", `{"method":"password","traits":{"height":1.7,"tall":true}}`},
		"a button can be a boolean":                  {"method=lookup_secret&lookup_secret_reveal=true", `{"lookup_secret_reveal":true,"method":"lookup_secret"}`},
		"fields that the form does not have are not": {"method=password&traits.admin=true&role=root&__proto__.x=1", `{"method":"password"}`},
		"the token is the flow's own":                {"method=password&csrf_token=other", `{"method":"password"}`},
		"a payload for hooks is kept":                {"method=password&transient_payload.from=app", `{"method":"password","transient_payload":{"from":"app"}}`},
		"a method that the form does not have":       {"method=nonsense", ""},
		"no method":                                  {"password=p", ""},
		"a provider's button":                        {"provider=other", `{"method":"oidc","provider":"other"}`},
		"a provider that the form does not have":     {"provider=evil", ""},
		"a button that turns something off":          {"totp_unlink=true", `{"method":"totp","totp_unlink":true}`},
		"a button that removes a key":                {"passkey_remove=0a1b", `{"method":"passkey","passkey_remove":"0a1b"}`},
		"a name with too many parts":                 {"method=password&transient_payload" + strings.Repeat(".a", 40) + "=1", ""},
		"fields that exclude each other":             {"method=password&a=1&a.b=2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(tc.posted)
			if err != nil {
				t.Fatal(err)
			}
			body, err := formOf(t, nodes...).Posted(values)
			if (tc.want == "") != errors.Is(err, kratos.ErrInvalid) {
				t.Fatalf("%s, %v", body, err)
			}
			if got, _ := json.Marshal(map[string]any(body)); tc.want != "" && string(got) != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if text := fmt.Sprintf("%v %+v %#v %s", body, body, body, body); strings.Contains(text, ":") {
				t.Errorf("printed as %s", text)
			}
		})
	}
}

func TestPostedIsSubmitted(t *testing.T) {
	t.Parallel()
	var got map[string]any
	client, _ := serve(t, routes{"POST /self-service/login": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&got)
		reply{status: 200, body: `{"session":` + sessionBody + `}`}.ServeHTTP(w, r)
	})})
	flow := newFlow[kratos.LoginFlow]("f")
	flow.UI = formOf(t, `default hidden csrf_token "c"`, `password submit method "password"`, `password password password null`).UIContainer
	body, err := flow.Form().Posted(url.Values{"method": {"password"}, "password": {"p"}})
	if err != nil {
		t.Fatal(err)
	}
	step, err := client.Browser(browserRequest("csrf_token_0=c")).Login.Submit(t.Context(), flow, body)
	if err != nil || !step.Done || got["csrf_token"] != "c" || got["password"] != "p" {
		t.Errorf("%v, %v, sent %v", step, err, got)
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
		"a broken one":                  {`passkey hidden passkey_challenge "{"`, kratos.UINodeGroupPasskey, ``},
		"one of another shape":          {`passkey hidden passkey_challenge "[]"`, kratos.UINodeGroupPasskey, ``},
	} {
		if got := formOf(t, tc.node).CredentialOptions(tc.group); string(got) != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestContextOf(t *testing.T) {
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
		if got := kratos.ContextOf(kratos.Message{Context: json.RawMessage(context)}); !want(got) {
			t.Errorf("%s: %+v", context, got)
		}
	}
}

func TestPostedOfNothing(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"POST /self-service/login": reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}})
	flow := newFlow[kratos.LoginFlow]("f")
	flow.UI = formOf(t, `default hidden csrf_token "c"`).UIContainer
	if _, err := client.Login.Submit(t.Context(), flow, kratos.Posted(nil)); !errors.Is(err, kratos.ErrRejected) {
		t.Errorf("%v, want what Kratos says of it", err)
	}
}

func TestTheWayBackFromTheSecondStepOfARegistration(t *testing.T) {
	t.Parallel()
	var got map[string]any
	client, _ := serve(t, routes{"POST /self-service/registration": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = nil
		_ = json.NewDecoder(r.Body).Decode(&got)
		reply{status: 400, body: strings.ReplaceAll(flowBody("f", "choose_method", "[]", "[]"), "login", "registration")}.ServeHTTP(w, r)
	})})
	for screen, want := range map[kratos.RegistrationScreen]string{"": "profile", kratos.RegistrationScreenCredentialSelection: "profile", kratos.RegistrationScreenPrevious: "profile:back"} {
		if _, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), kratos.RegistrationProfile{Screen: screen}); err != nil || got["method"] != want {
			t.Errorf("screen %q: %v, sent %v", screen, err, got)
		}
	}
	back, err := formOf(t, `profile submit screen "previous"`).Posted(url.Values{"screen": {"previous"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), back); err != nil || got["method"] != "profile:back" {
		t.Errorf("a button that was pressed: %v, sent %v", err, got)
	}
}
