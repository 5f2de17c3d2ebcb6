package kratos_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The traits of a form have the types of the identity schema.
func TestTraitsOfForms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		nodes []string
		want  string
	}{
		"a text":                                    {[]string{`default text traits.email "a@example.org"`}, `{"email":"a@example.org"}`},
		"names with dots are objects":               {[]string{`default text traits.name.first "Ada"`, `default text traits.name.last "King"`}, `{"name":{"first":"Ada","last":"King"}}`},
		"a number":                                  {[]string{`default number traits.age 7`}, `{"age":7}`},
		"a number keeps its digits":                 {[]string{`default number traits.score 42.50`, `default number traits.id 12345678901234567890`}, `{"id":12345678901234567890,"score":42.50}`},
		"zero and false are values":                 {[]string{`default number traits.age 0`, `default checkbox traits.tos false`}, `{"age":0,"tos":false}`},
		"hidden inputs keep their types":            {[]string{`default hidden traits.age 7`, `default hidden traits.tos true`}, `{"age":7,"tos":true}`},
		"a text of digits stays a text":             {[]string{`default text traits.zip "01069"`}, `{"zip":"01069"}`},
		"what was refused stays as it was entered":  {[]string{`default number traits.age "seven"`}, `{"age":"seven"}`},
		"null is left out":                          {[]string{`default text traits.email null`}, `{}`},
		"an empty text is left out":                 {[]string{`default text traits.email ""`, `default text traits.name.first ""`}, `{}`},
		"a list":                                    {[]string{`default text traits.tags ["a","b"]`}, `{"tags":["a","b"]}`},
		"an object":                                 {[]string{`default hidden traits.prefs {"a":[1]}`}, `{"prefs":{"a":[1]}}`},
		"an object and one of its members":          {[]string{`default hidden traits.prefs {"a":1}`, `default text traits.prefs.b "c"`}, `{"prefs":{"a":1,"b":"c"}}`},
		"a text where an object is":                 {[]string{`default hidden traits.prefs "x"`, `default text traits.prefs.b "c"`}, `{"prefs":{"b":"c"}}`},
		"a list item by item":                       {[]string{`default text traits.emails null`, `default text traits.emails.0 "a"`, `default text traits.emails.1 "b"`}, `{"emails":["a","b"]}`},
		"a list in another order":                   {[]string{`default text traits.emails.10 "c"`, `default text traits.emails.9 "b"`, `default text traits.emails null`}, `{"emails":["b","c"]}`},
		"a list and one item more":                  {[]string{`default text traits.emails "c"`, `default text traits.emails.0 "a"`}, `{"emails":["a","c"]}`},
		"a list without an input for one more":      {[]string{`default text traits.flags.0 true`, `default text traits.flags.1 false`}, `{"flags":[true,false]}`},
		"a list with an item that is empty":         {[]string{`default text traits.tags.0 ""`, `default text traits.tags.1 "b"`}, `{"tags":["b"]}`},
		"a list without values":                     {[]string{`default text traits.tags null`, `default text traits.tags.0 null`}, `{}`},
		"a list of objects":                         {[]string{`default text traits.people.0.name "a"`, `default number traits.people.1.age 3`}, `{"people":[{"name":"a"},{"age":3}]}`},
		"numbers for names":                         {[]string{`default text traits.years.2020 "x"`}, `{"years":{"2020":"x"}}`},
		"numbers with a zero before them for names": {[]string{`default text traits.codes null`, `default text traits.codes.01 "x"`, `default text traits.codes.1 "y"`}, `{"codes":{"01":"x","1":"y"}}`},
		"numbers below zero for names":              {[]string{`default text traits.floors null`, `default text traits.floors.-1 "x"`}, `{"floors":{"-1":"x"}}`},
		"the first of two with a value":             {[]string{`default hidden traits.email null`, `code hidden traits.email "a"`, `oidc hidden traits.email "b"`}, `{"email":"a"}`},
		"no other inputs":                           {[]string{`default hidden csrf_token "c"`, `password password password "p"`, `default text identifier "i"`, `default text traitsx "x"`}, `{}`},
		"no buttons":                                {[]string{`default submit traits.a "a"`, `default button traits.b "b"`}, `{}`},
		"no inputs":                                 {nil, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			traits := formOf(t, tc.nodes...).Traits()
			got, err := json.Marshal(traits)
			if err != nil || string(got) != tc.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tc.want)
			}
			if traits == nil {
				t.Error("the traits are nil, which is not an object")
			}
		})
	}
}

func TestValuesOfForms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		nodes []string
		want  string
	}{
		"texts, with the token":                   {[]string{`default hidden csrf_token "c"`, `default text traits.name.first "Ada King"`}, "csrf_token=c&traits.name.first=Ada+King"},
		"numbers and booleans as JSON has them":   {[]string{`default number traits.score 42.50`, `default checkbox traits.tos true`, `default checkbox traits.news false`}, "traits.news=false&traits.score=42.50&traits.tos=true"},
		"a list has several values":               {[]string{`default text traits.tags ["a","","b"]`, `default text traits.years [1]`}, "traits.tags=a&traits.tags=&traits.tags=b&traits.years=1"},
		"a list item by item":                     {[]string{`default text traits.tags null`, `default text traits.tags.0 "a"`}, "traits.tags.0=a"},
		"an object is JSON":                       {[]string{`default hidden traits.prefs {"a":[1, 2]}`}, "traits.prefs=%7B%22a%22%3A%5B1%2C2%5D%7D"},
		"no inputs without a value":               {[]string{`default text a null`, `default text b ""`, `default text c []`}, ""},
		"a hidden method, and no button":          {[]string{`code hidden method "code"`, `code submit method "code"`, `code submit resend "code"`, `passkey button passkey_login_trigger "x"`}, "method=code"},
		"the first of two with a value":           {[]string{`default hidden identifier ""`, `code hidden identifier "i"`, `default hidden identifier "j"`}, "identifier=i"},
		"what was entered that was not accepted":  {[]string{`default number traits.age "seven"`}, "traits.age=seven"},
		"nothing of a form without any such node": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := formOf(t, tc.nodes...).Values(); got.Encode() != tc.want {
				t.Errorf("got  %s\nwant %s", got.Encode(), tc.want)
			}
		})
	}
	disabled := formOf(t, `default text traits.email "a"`)
	disabled.UIContainer.Nodes[0].Attributes.Disabled = true // Kratos would delete the trait otherwise
	if got := disabled.Values().Encode(); got != "traits.email=a" {
		t.Errorf("a disabled input: %s", got)
	}
}

// The values of the golden forms, with a method, are the next submission.
func TestSubmissionOfFormValues(t *testing.T) {
	t.Parallel()
	forms := goldenForms(t)
	for name, tc := range map[string]struct {
		form         kratos.Form
		method       string
		traits, sent string
	}{
		"login":        {forms.login.Form(), "password", `{}`, "csrf_token=csrf&method=password"},
		"registration": {forms.registration.Form(), "oidc", `{}`, "csrf_token=csrf&method=oidc"},
		"settings":     {forms.settings.Form(), "profile", `{"age":7,"emails":["a@example.org"]}`, "csrf_token=csrf&method=profile&traits.age=7&traits.emails=a@example.org"},
		"recovery":     {forms.recovery.Form(), "", `{}`, "csrf_token=csrf&method=code"},
		"verification": {forms.verification.Form(), "", `{}`, "csrf_token=csrf&method=code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := json.Marshal(tc.form.Traits()); err != nil || string(got) != tc.traits {
				t.Errorf("traits %s, %v, want %s", got, err, tc.traits)
			}
			values := tc.form.Values()
			if tc.method != "" {
				values.Set("method", tc.method)
			}
			body, err := tc.form.Submission(values)
			if err != nil {
				t.Fatal(err)
			}
			if got := wire(t, tc.form, body); got != tc.sent {
				t.Errorf("sent %s\nwant %s", got, tc.sent)
			}
		})
	}
}

// Traits of a form are sent as JSON, with unchanged numbers.
func TestFormTraitsAreSent(t *testing.T) {
	t.Parallel()
	var sent string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = string(body)
		reply{status: 200, body: `{"identity":{"id":"a"}}`}.ServeHTTP(w, r)
	}))
	form := formOf(t, `default hidden traits.email "a@example.org"`, `default hidden traits.name.first "Ada"`, `default hidden traits.id 12345678901234567890`, `default hidden traits.tags.0 "a"`)
	for name, method := range map[string]kratos.RegistrationMethod{
		"a password":           kratos.RegistrationPassword{Traits: form.Traits(), Password: "p"},
		"a code":               kratos.RegistrationCode{Traits: form.Traits(), Code: "123456"},
		"the first step again": kratos.RegistrationProfile{Traits: form.Traits()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), method); err != nil {
				t.Fatal(err)
			}
			if want := `"traits":{"email":"a@example.org","id":12345678901234567890,"name":{"first":"Ada"},"tags":["a"]}`; !strings.Contains(sent, want) {
				t.Errorf("sent %s, want %s in it", sent, want)
			}
		})
	}
}
