package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The reasons are those of real servers, v1.3.1 to v25.4.0. Values that a person entered are
// "s3cret".
func TestErrorTextOfViolations(t *testing.T) {
	t.Parallel()
	const bad = "createIdentity: status 400: bad request"
	for name, tc := range map[string]struct {
		reason, message string
		status          int
		text            string   // of the error
		explained       []string // lines of Explain
	}{
		"a format": {
			"I[#/traits/email] S[#/properties/traits/properties/email] validation failed\n  I[#/traits/email] S[#/properties/traits/properties/email/format] \"s3cret\" is not valid \"email\"\n  I[#/traits/email] S[#/properties/traits/properties/email/format] \"s3cret\" is not valid \"email\"",
			"The request was malformed or contained invalid parameters", 400, bad + ": traits.email: format",
			[]string{"The request was malformed or contained invalid parameters", `traits.email: "s3cret" is not valid "email" (schema: #/properties/traits/properties/email/format)`},
		},
		"two keywords": {
			"I[#/traits/email] S[#/properties/traits/properties/email] validation failed\n  I[#/traits/email] S[#/properties/traits/properties/email/format] \"s3cret\" is not valid \"email\"\n  I[#/traits/email] S[#/properties/traits/properties/email/minLength] length must be >= 3, but got 1",
			"", 400, bad + ": traits.email: format, traits.email: minLength", []string{`traits.email: length must be >= 3, but got 1 (schema: #/properties/traits/properties/email/minLength)`},
		},
		"missing members": {`I[#/traits] S[#/properties/traits/required] missing properties: "email", "name"`, "", 400, bad + ": traits.email: required, traits.name: required", nil},
		"a missing member with a name that is not printed": {`I[#/traits] S[#/properties/traits/required] missing properties: "a, \"b"`, "", 400, bad + ": traits: required", nil},
		"a name that the schema does not have":             {`I[#/traits] S[#/properties/traits/additionalProperties] additionalProperties "s3cret", "s3cret\nI[#/a] S[#/properties/s3cret/type] x" not allowed`, "", 400, bad + ": traits: additionalProperties", nil},
		"a nested name":                                    {`I[#/traits/name/first] S[#/properties/traits/properties/name/properties/first/minLength] length must be >= 2, but got 1`, "", 400, bad + ": traits.name.first: minLength", nil},
		"a type":                                           {`I[#/traits/age] S[#/properties/traits/properties/age/type] expected integer, but got string`, "", 400, bad + ": traits.age: type", nil},
		"an element of a list":                             {"I[#/traits/tags/0] S[#/properties/traits/properties/tags/items/pattern] does not match pattern \"^[a-z]+$\"", "", 400, bad + ": traits.tags.*: pattern", nil},
		"elements of a tuple":                              {"I[#/traits/at/1] S[#/properties/traits/properties/at/items/1/maximum] must be <= 180 but found 999", "", 400, bad + ": traits.at.*: maximum", nil},
		"a list":                                           {"I[#/traits/tags] S[#/properties/traits/properties/tags/uniqueItems] items at index 0 and 1 are equal", "", 400, bad + ": traits.tags: uniqueItems", nil},
		"a name that the person chose":                     {`I[#/traits/map/s3cret] S[#/properties/traits/properties/map/additionalProperties/format] "s3cret" is not valid "email"`, "", 400, bad + ": traits.map.*: format", []string{`traits.map.s3cret: "s3cret" is not valid "email" (schema: #/properties/traits/properties/map/additionalProperties/format)`}},
		"a name with brackets":                             {`I[#/traits/map/s3cret%5D%20S%5B%23~1properties~1s3cret%20%0A] S[#/properties/traits/properties/map/additionalProperties/format] "z" is not valid "email"`, "", 400, bad + ": traits.map.*: format", nil},
		"a pattern of names":                               {`I[#/traits/pats/xs3cret] S[#/properties/traits/properties/pats/patternProperties/%5Ex/type] expected integer, but got string`, "", 400, bad + ": traits.pats.*: type", nil},
		"a rule for names":                                 {`I[#/traits/pats/xs3cret] S[#/properties/traits/properties/pats/propertyNames/maxLength] length must be <= 5, but got 7`, "", 400, bad + ": traits.pats.*: maxLength", nil},
		"one of several":                                   {"I[#/traits/one] S[#/properties/traits/properties/one/oneOf] oneOf failed\n  I[#/traits/one] S[#/properties/traits/properties/one/oneOf/0/type] expected string, but got array", "", 400, bad + ": traits.one: oneOf, traits.one: type", nil},
		"a reference":                                      {"I[#/traits/r] S[#/properties/traits/properties/r/$ref] doesn't validate with \"#/definitions/r\"\n  I[#/traits/r] S[#/definitions/r/maxLength] length must be <= 2, but got 6", "", 400, bad + ": traits.r: maxLength", nil},
		"below a reference":                                {"I[#/traits/home] S[#/properties/traits/properties/home/$ref] doesn't validate with \"#/definitions/address\"\n  I[#/traits/home/city] S[#/definitions/address/properties/city/type] expected string, but got number", "", 400, bad + ": traits.home.city: type", nil},
		"a reference to another file":                      {"I[#/traits/r] S[#/properties/traits/properties/r/$ref] doesn't validate with \"x\"\n  I[#/traits/r] S[https://s3cret.example/a.json?s3cret#/maxLength] length must be <= 2, but got 6", "", 400, bad + ": traits.r: maxLength", nil},
		"a condition":                                      {"I[#/traits/if] S[#/properties/traits/properties/if/then] if-then failed\n  I[#/traits/if] S[#/properties/traits/properties/if/then/const] value must be \"2\"", "", 400, bad + ": traits.if: then, traits.if: const", nil},
		"a dependency":                                     {`I[#/traits/dep] S[#/properties/traits/properties/dep/dependencies/s3cret/0] property "b" is required, if "s3cret" property exists`, "", 400, bad + ": traits.dep: dependencies", nil},
		"the traits themselves":                            {"I[#/traits] S[#/properties/traits/type] expected object, but got null", "", 400, bad + ": traits: type", nil},
		"a keyword of the operator's own":                  {"I[#/traits/a] S[#/properties/traits/properties/a/s3cret] no", "", 400, bad + ": traits.a: schema", nil},
		"a name that is not fit for a log":                 {"I[#/traits/a] S[#/properties/traits/properties/s3cret%0Ab/type] no", "", 400, bad + ": traits.*: type", nil},
		"more violations than a line shows":                {manyViolations(9), "", 400, bad + ": traits.f0: type, traits.f1: type, traits.f2: type, traits.f3: type, traits.f4: type, 4 more", nil},
		"a state":                                          {"identity state is not valid", "", 400, bad + ": state: enum", nil},
		"an unknown schema":                                {"Unable to find JSON Schema ID: s3cret", "", 400, bad + ": schema_id: unknown to the server", []string{"Unable to find JSON Schema ID: s3cret"}},
		"a hash":                                           {"The imported password does not match any known hash format. For more information see https://www.ory.sh/dr/2", "", 400, bad + ": credentials.password.config.hashed_password: format", []string{"For more information see https://www.ory.sh/dr/2"}},
		"a member of later versions":                       {"", `json: unknown field "organization_id"`, 400, bad + ": organization_id: unknown to this version of Kratos", nil},
		"a member that the person named":                   {"", `json: unknown field "s3cret"`, 400, bad, nil},
		"a conflict":                                       {"This identity conflicts with another identity that already exists.", "The resource could not be created due to a conflict", 409, "createIdentity: status 409: conflict", []string{"This identity conflicts with another identity that already exists."}},
		"a reason without a violation":                     {"s3cret", "s3cret", 400, bad, []string{"s3cret"}},
		"lines that resemble a violation":                  {"I[#/s3cret S[#/properties/s3cret/type] x\nI[#/a] S[#/properties/s3cret/type\nxI[#/a] S[#/properties/s3cret/type] x\nI[/a] S[#/properties/s3cret/type] x\nI[#/a] S[/properties/s3cret/type] x", "", 400, bad, nil},
		"a URL, whose query can be a token":                {"look at https://example.org/a?token=query#frag and http://b/?query, then go on", "", 400, bad, []string{"look at https://example.org/a?… and http://b/?… then go on"}},
		"terminal control characters":                      {"a\x1b[31mb\tc\u202ed", "", 400, bad, []string{"a?[31mb c?d"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"error": map[string]any{"code": tc.status, "reason": tc.reason, "message": tc.message, "details": map[string]string{"x": "detail"}}})
			if err != nil {
				t.Fatal(err)
			}
			_, admin := serve(t, reply{status: tc.status, body: string(body)})
			_, err = admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: ada})
			var e *kratos.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if e.Error() != "kratos: "+tc.text {
				t.Errorf("text %q, want %q", e, "kratos: "+tc.text)
			}
			explained := e.Explain()
			lines := strings.Split(explained, "\n")
			if lines[0] != tc.text {
				t.Errorf("the first line is %q, want %q", lines[0], tc.text)
			}
			for _, want := range tc.explained {
				if strings.Count(explained, want) != 1 {
					t.Errorf("explained as %q, want one %q", explained, want)
				}
			}
			for _, secret := range []string{"detail", "query"} {
				if strings.Contains(explained, secret) {
					t.Errorf("explained as %q, which has %q", explained, secret)
				}
			}
			if strings.ContainsFunc(explained, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
				t.Errorf("explained as %q, which cannot be printed", explained)
			}
		})
	}
}

func manyViolations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "I[#/traits/f%d] S[#/properties/traits/properties/f%d/type] expected string, but got null\n", i, i)
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	t.Parallel()
	explain := func(err error) string {
		var e *kratos.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		return e.Explain()
	}
	t.Run("a form", func(t *testing.T) {
		t.Parallel()
		client, _ := serve(t, reply{status: 400, body: flowBody("f", "choose_method", wrong, `[{"id":4000005,"text":"The password is too short.","type":"error"}]`)})
		_, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{Identifier: "ada", Password: "s3cret"})
		want := "updateLoginFlow: status 400: the input was rejected: 4000006, 4000005 (password)\n" +
			"  The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number. (4000006)\n" +
			"  password: The password is too short. (4000005)"
		if got := explain(err); got[strings.Index(got, "\n"):] != want[strings.Index(want, "\n"):] || !strings.HasPrefix(got, "updateLoginFlow: status 400: the input was rejected") {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
	t.Run("a way for browsers, which has secrets in its URL", func(t *testing.T) {
		t.Parallel()
		client, _ := serve(t, reply{status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"message":"m","reason":"go to http://h/s3cret?s3cret"},"redirect_browser_to":"http://h/s3cret"}`})
		if got := explain(second(client.Whoami(t.Context(), kratos.SessionToken("t")))); strings.Contains(got, "s3cret") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a batch", func(t *testing.T) {
		t.Parallel()
		results := strings.Repeat(`{"action":"create","identity":"i"},`, 3) + strings.Repeat(`{"action":"error","error":{"code":400,"message":"m","reason":"r"}},`, 25)
		_, admin := serve(t, reply{status: 200, body: `{"identities":[` + strings.TrimSuffix(results, ",") + `]}`})
		items := make([]kratos.IdentityPatch, 28)
		for i := range items {
			items[i].Create.Traits = ada
		}
		got := explain(second(admin.BatchPatchIdentities(t.Context(), items)))
		if !strings.HasPrefix(got, "batchPatchIdentities: status 200: 25 of 28 items were not created, or are unconfirmed\n  item 3: batchPatchIdentities: status 400: bad request\n    m\n    r\n  item 4: ") ||
			!strings.HasSuffix(got, "\n  and 5 more") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("more than 8 KiB", func(t *testing.T) {
		t.Parallel()
		body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": 400, "reason": strings.Repeat("äöü ", 100_000)}})
		_, admin := serve(t, reply{status: 400, body: string(body)})
		switch got := explain(second(admin.Identity(t.Context(), idA))); {
		case len(got) > 9<<10:
			t.Errorf("len(got) = %d, want at most 9<<10", len(got))
		case !strings.HasSuffix(got, "…"):
			t.Errorf(`%q, want one that ends with "…"`, got)
		case strings.Contains(got, "\ufffd"):
			t.Errorf(`%q says "\ufffd"`, got)
		}
	})
	t.Run("an argument", func(t *testing.T) {
		t.Parallel()
		_, admin := serve(t, http.NotFoundHandler())
		if got := explain(second(admin.Identity(t.Context(), ""))); got != "getIdentity: the identity's id is empty" {
			t.Errorf("got %s", got)
		}
	})
}

// Kratos responds with status 500 to an empty identifier.
func TestEmptyIdentifierInTraits(t *testing.T) {
	t.Parallel()
	empty := `{"error":{"code":500,"status":"Internal Server Error","reason":"Unable to create identity credentials with missing or empty identifier.","message":"An internal server error occurred, please contact the system administrator"}}`
	client, admin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		reply{status: 500, body: empty}.ServeHTTP(w, r)
	}))
	browser := client.Browser(fromBrowser())
	traits := map[string]string{"username": ""}
	registration, settings := newFlow[kratos.RegistrationFlow]("f"), newFlow[kratos.SettingsFlow]("f")
	for name, err := range map[string]error{
		"createIdentity":              second(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: traits})),
		"updateIdentity":              second(admin.UpdateIdentity(t.Context(), idA, kratos.UpdateIdentity{Traits: traits})),
		"patchIdentity":               second(admin.SetTraits(t.Context(), idA, traits)),
		"registration":                second(client.Registration.Submit(t.Context(), registration, kratos.RegistrationPassword{Traits: traits, Password: "p"})),
		"registration with a code":    second(client.Registration.Submit(t.Context(), registration, kratos.RegistrationCode{Traits: traits})),
		"registration in a browser":   second(browser.Registration.Submit(t.Context(), registration, kratos.RegistrationPassword{Traits: traits, Password: "p"})),
		"settings":                    second(client.Settings.Submit(t.Context(), settings, kratos.SettingsProfile{Traits: traits}, kratos.SessionToken("t"))),
		"settings in a browser":       second(browser.Settings.Submit(t.Context(), settings, kratos.SettingsProfile{Traits: traits})),
		"a form that a browser posts": second(browser.Registration.Submit(t.Context(), registration, kratos.Submission{"method": "password", "traits": traits})),
	} {
		t.Run(name, func(t *testing.T) {
			if got := matches(err); got != "ErrInvalidArgument" {
				t.Errorf("is %q, want ErrInvalidArgument (%v)", got, err)
			}
			switch text := fmt.Sprint(err); {
			case !strings.Contains(text, "status 500"):
				t.Errorf(`%q, want one that says "status 500"`, text)
			case !strings.Contains(text, "identifier in the traits is empty"):
				t.Errorf(`%q, want one that says "identifier in the traits is empty"`, text)
			case !strings.Contains(text, "omitzero"):
				t.Errorf(`%q, want one that says "omitzero"`, text)
			}
		})
	}
	_, admin = serve(t, reply{status: 500, body: `{"error":{"code":500,"message":"Unable to locate the table"}}`})
	if err := second(admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: traits})); matches(err) != "ErrServer" {
		t.Errorf("a broken database: %v", err)
	}
}
