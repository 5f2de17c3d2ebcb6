package e2e

import (
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// submissionSchema has traits of all types that Kratos has fields for. Only one is required.
const submissionSchema = `{
  "$id": "https://kratoskit.example/schemas/posted.json", "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
  "properties": {"traits": {"type": "object", "properties": {
    "username": {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}, "webauthn": {"identifier": true}, "passkey": {"display_name": true}}}},
    "email": {"type": "string", "format": "email", "ory.sh/kratos": {"credentials": {"code": {"identifier": true, "via": "email"}}, "verification": {"via": "email"}, "recovery": {"via": "email"}}},
    "phone": {"type": "string", "format": "tel"}, "site": {"type": "string", "format": "uri"}, "born": {"type": "string", "format": "date"},
    "kind": {"type": "string", "enum": ["a", "b"]}, "short": {"type": "string", "minLength": 2, "maxLength": 3}, "pin": {"type": "string", "pattern": "^[0-9]+$"},
    "age": {"type": "integer", "minimum": 0, "maximum": 1e30}, "height": {"type": "number"}, "tos": {"type": "boolean"},
    "emails": {"type": "array", "items": {"type": "string", "format": "email"}}, "tags": {"type": "array", "items": {"type": "string"}},
    "scores": {"type": "array", "items": {"type": "number"}}, "years": {"type": "array", "items": {"type": "integer"}}, "flags": {"type": "array", "items": {"type": "boolean"}},
    "name": {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"},
      "home": {"type": "object", "properties": {"floor": {"type": "integer"}, "lift": {"type": "boolean"}, "names": {"type": "array", "items": {"type": "string"}}}}}},
    "prefs": {"type": "object"}
  }}}
}`

// submissionCase is a sequence of forms that are submitted in two ways, directly to Kratos and with
// Form.Submission and Submit.
type submissionCase struct {
	name       string
	traits     string   // of the person, as JSON
	forms      []string // in order; the prefix "+" adds the fields that the form shows
	difference string   // why the results differ; "" if they must be equal
	want       string   // part of the result with the SDK; "{malformed address}" is malformedAddress

	// sinceV254 replaces difference and want with Kratos v25.4 and later, which neither accepts its
	// own form with an empty list in a second step nor passes the payload of settings to web hooks.
	sinceV254 *result
}

type result struct{ difference, want string }

// submissionSet has the cases of a flow.
type submissionSet struct {
	flow     string
	twoSteps bool
	submit   func(*submitter) string
	cases    []submissionCase
}

// registrationCase returns a case of a registration with a password and these fields.
func registrationCase(name, fields, want string) submissionCase {
	return submissionCase{name: name, forms: []string{"method=password&password={password}&traits.username={name}&" + fields}, want: want}
}

// settingsCase returns a case of changed settings of a person with these traits. The fields replace
// those that the form shows.
func settingsCase(name, has, fields, want string) submissionCase {
	return submissionCase{name: name, traits: has, forms: []string{"+method=profile&" + fields}, want: want}
}

// withDifference returns the case with the reason why both ways have different results.
func (row submissionCase) withDifference(fault string) submissionCase {
	row.difference = fault
	return row
}

const (
	lostItems    = "Kratos ignores the items of a list that its form shows, and uses the empty field next to them"
	emptyString  = "Kratos converts the empty field of a list in its form to a list with an empty string"
	noCheckbox   = "Kratos does not accept the default value of a checkbox"
	unusableFlow = "a method that the flow does not have makes it unusable"
	notSent      = "the SDK does not send invalid submissions"
)

var submissionSets = []submissionSet{
	{flow: "registration", submit: func(p *submitter) string { return submitForms(p, registration) }, cases: []submissionCase{
		{name: "a: an empty identifier", forms: []string{"method=password&password={password}&traits.username=&traits.phone=%2b12025550123"}, want: `"messages":[4000009]`},
		registrationCase("b: an empty URL", "traits.site=", `"status":200`),
		registrationCase("c: an empty phone number", "traits.phone=", `"status":200`),
		registrationCase("d: an empty date", "traits.born=", `"status":200`),
		registrationCase("e: an empty enum", "traits.kind=", `"status":200`),
		registrationCase("f: an empty number", "traits.age=&traits.height=", `"status":200`),
		registrationCase("g: one item of a list", "traits.emails={email}", `"emails":["{name}@example.org"]`),
		registrationCase("h: two items of a list", "traits.emails=a@example.org&traits.emails=b@example.org", `"emails":["a@example.org","b@example.org"]`),
		registrationCase("i: a list of texts", "traits.tags=a&traits.tags=&traits.tags=a", `"tags":["a","","a"]`),
		registrationCase("k: an empty list of texts", "traits.tags=", `"traits":{"name":{"home":{}},"prefs":{},"username":"{name}"}`).withDifference(emptyString),
		registrationCase("l: numbers as browsers allow them", "traits.age=007&traits.height=.5", `"age":7`),
		registrationCase("m: an exponent", "traits.age=1e3&traits.height=-1.5E-3", `"age":1000`),
		registrationCase("n: true in other words", "traits.tos=T", `"tos":true`),
		registrationCase("n: yes", "traits.tos=yes", `"traits.tos":[4000026]`),
		registrationCase("o: a payload for web hooks", "transient_payload="+`%7b"consent":true,"n":3%7d`, `"hook":{"consent":true,"n":3}`),
		registrationCase("an empty list of addresses", "traits.emails=", `"status":200`).withDifference(emptyString),
		registrationCase("items that the form does not show", "traits.emails.0=a@example.org&traits.emails.1=b@example.org", `"status":200`),
		registrationCase("a wrong address in a list", "traits.emails=a@example.org&traits.emails=b", `"traits.emails.1":[{malformed address}]`),
		registrationCase("True", "traits.tos=True", `"tos":true`),
		registrationCase("TRUE", "traits.tos=TRUE", `"tos":true`),
		registrationCase("1", "traits.tos=1", `"tos":true`),
		registrationCase("0", "traits.tos=0", `"tos":false`),
		registrationCase("F", "traits.tos=F", `"tos":false`),
		registrationCase("an empty boolean", "traits.tos=", `"status":200`),
		registrationCase("on", "traits.tos=on", `"tos":true`).withDifference(noCheckbox),
		registrationCase("a checkbox with a hidden field", "traits.tos=false&traits.tos=true", `"tos":true`),
		registrationCase("a checkbox with a hidden field, not checked", "traits.tos=false", `"tos":false`),
		registrationCase("a checkbox with a hidden field, on", "traits.tos=false&traits.tos=on", `"tos":true`).withDifference(noCheckbox),
		registrationCase("white space around a boolean", "traits.tos=+true+", `4000026`),
		registrationCase("a number that is none", "traits.age=seven", `"traits.age":[4000026]`),
		registrationCase("a hexadecimal number", "traits.age=0x10", `"traits.age":[4000026]`),
		registrationCase("a number with a comma", "traits.height=1,5", `"traits.height":[4000026]`),
		registrationCase("a fraction for an integer", "traits.age=1.5", `"traits.age":[4000026]`),
		registrationCase("a fraction that is an integer", "traits.age=1.0", `"age":1`),
		registrationCase("a number that is too small", "traits.age=-1", `"traits.age"`),
		registrationCase("an integer above 2^53, which Kratos rounds", "traits.age=9007199254740993", `"age":9007199254740992`),
		registrationCase("a very large number", "traits.height=1e400", `"fields":{"traits.height"`),
		registrationCase("infinity", "traits.height=Inf", ``),
		registrationCase("the first of two numbers", "traits.age=1&traits.age=2", `"age":1`),
		registrationCase("the first of two texts", "traits.short=ab&traits.short=cd", `"short":"ab"`),
		registrationCase("numbers in a list", "traits.scores=1&traits.scores=2.50&traits.years=07&traits.years=1e3", `"scores":[1,2.5]`),
		registrationCase("one number in a list", "traits.scores=1", `"scores":[1]`),
		registrationCase("an empty list of numbers", "traits.scores=&traits.years=&traits.flags=", `"status":200`).withDifference(emptyString),
		registrationCase("booleans in a list", "traits.flags=true&traits.flags=0&traits.flags=T", `"flags":[true,false,true]`),
		registrationCase("nested objects", "traits.name.first=Ada&traits.name.home.floor=03&traits.name.home.lift=1&traits.name.home.names=a", `"names":["a"]`),
		registrationCase("empty nested objects", "traits.name.first=&traits.name.home.floor=", `"home":{}`),
		registrationCase("a text that is too long", "traits.short=abcd", `"traits.short":[4000017]`),
		registrationCase("a text that is too short", "traits.short=a", `"traits.short":[4000003]`),
		registrationCase("a text of another pattern", "traits.pin=a1", `"traits.pin":[4000004]`),
		registrationCase("digits in a text", "traits.pin=007&traits.short=1e3", `"pin":"007"`),
		registrationCase("words in a text", "traits.short=on&traits.name.first=true&traits.name.last=null", `"short":"on"`),
		registrationCase("another value of an enum", "traits.kind=c", `"traits.kind"`),
		registrationCase("a value of an enum", "traits.kind=a", `"kind":"a"`),
		registrationCase("a wrong URL", "traits.site=nope", `"traits.site":[4000001]`),
		registrationCase("characters of all kinds", "traits.name.first=%c3%84%26%3d%2b%25%22%5c%3c%0a+%f0%9f%98%80", `"first":"Ä`),
		registrationCase("JSON in a text", `traits.name.first=%7b"a":1%7d`, `"first":"{\"a\":1}"`),
		registrationCase("a field that no form has", "traits.role=admin&role=admin&__proto__.x=1&traits.name.x=1", `"status":200`),
		registrationCase("an object that the schema leaves open", `traits.prefs=%7b"a":1%7d`, `"prefs":{}`).withDifference("Kratos has no field for it in its form"),
		registrationCase("an empty payload", "transient_payload=", `"status":200`),
		registrationCase("texts in a payload", "transient_payload.from=app&transient_payload.a.b=1", `"hook":{"a":{"b":"1"},"from":"app"}`).withDifference("Kratos does not take a payload from several fields"),
		registrationCase("a payload in two ways", `transient_payload=%7b"n":1.5%7d&transient_payload.from=app`, `"hook":{"from":"app","n":1.5}`).withDifference("Kratos does not take a payload from several fields"),
		registrationCase("a payload that is a list", `transient_payload=[1]`, `rejected`).withDifference(notSent),
		registrationCase("a payload that is not JSON", `transient_payload=%7b`, `rejected`).withDifference(notSent),
		registrationCase("a payload that is more than JSON", `transient_payload=%7b%7d,"traits":%7b"prefs":%7b"a":1%7d%7d`, `rejected`).withDifference("Kratos does not look at what it takes into its own JSON"),
		{name: "p: a script, after a passkey", forms: []string{`passkey_register=%7b%7d&traits.username={name}&traits.tos=T`}, want: `"status":400`},
		{name: "a passkey, by a script", forms: []string{"passkey_register={passkey}&traits.username={name}&traits.short=ab"}, want: `"status":200`},
		{name: "a script, after a security key", forms: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=key&traits.username={name}`}, want: `"status":400`},
		{name: "a code, and a new one", forms: []string{"method=code&traits.email={email}&traits.username={name}&traits.age=007", "method=code&traits.email={email}&traits.username={name}&traits.age=007&code=000000", "method=code&traits.email={email}&traits.username={name}&traits.age=007&code=&resend=code"}, want: `"messages":[1040005]`},
		{name: "a right code, with all that the form shows", forms: []string{"method=code&traits.email={email}&traits.username={name}&traits.age=007", "+method=code&code={code}"}, difference: emptyString, want: `"age":7`},
		{name: "a provider's button", forms: []string{"provider=acme&traits.username={name}&traits.age=007"}, want: `"status":422`},
		{name: "a provider's button, with upstream parameters", forms: []string{"provider=acme&upstream_parameters.login_hint={email}"}, want: `"status":422`},
		{name: "a wrong password", forms: []string{"method=password&password=short&traits.username={name}"}, want: `"password":[4000032]`},
		{name: "no password", forms: []string{"method=password&password=&traits.username={name}"}, want: `"password":[4000002]`},
		{name: "another token", forms: []string{"method=password&csrf_token=other&password={password}&traits.username={name}"}, difference: "the site's own server adds the token", want: `"status":200`},
		{name: "an unknown method", forms: []string{"method=nonsense&traits.username={name}"}, difference: notSent, want: "rejected"},
		{name: "no button", forms: []string{"password={password}&traits.username={name}"}, difference: notSent, want: "rejected"},
		{name: "a method of other forms", forms: []string{"method=totp&traits.username={name}"}, want: `"status":400`},
	}},
	{flow: "registration in two steps", twoSteps: true, submit: func(p *submitter) string { return submitForms(p, registration) }, cases: []submissionCase{
		{name: "one after the other", forms: []string{"method=profile&traits.username={name}&traits.age=007&traits.emails=a@example.org&traits.emails=b@example.org&traits.scores=1", "method=password&password={password}&traits.username={name}&traits.age=7"}, want: `"age":7`},
		{name: "what the second form shows", forms: []string{"method=profile&traits.username={name}&traits.age=007&traits.tos=1&traits.name.first=Ada", "+method=password&password={password}"}, want: `"first":"Ada"`, sinceV254: &result{emptyString, `"first":"Ada"`}},
		{name: "a list", forms: []string{"method=profile&traits.username={name}&traits.emails=a@example.org&traits.emails=b@example.org", "+method=password&password={password}"}, difference: lostItems, want: `"emails":["a@example.org","b@example.org"]`},
		{name: "back and forth", forms: []string{"method=profile&traits.username={name}&traits.height=.5", "screen=previous&traits.username={name}&traits.height=0.5", "method=profile&traits.username={name}&traits.height=1", "method=password&password={password}&traits.username={name}&traits.height=1"}, want: `"height":1`},
		{name: "a wrong trait", forms: []string{"method=profile&traits.username={name}&traits.age=x&traits.site=y"}, want: `"traits.age":[4000026]`},
		{name: "both at once", forms: []string{"method=password&password={password}&traits.username={name}&traits.tags=a"}, want: `"tags":["a"]`},
		{name: "the first page again, after the second", forms: []string{"method=profile&traits.username={name}", "method=profile&traits.username={name}&traits.tags=a"}, want: `"status":400`},
	}},
	{flow: "login", submit: func(p *submitter) string { p.createAccount(); return submitForms(p, login) }, cases: []submissionCase{
		{name: "identifier and password", forms: []string{"method=identifier_first&identifier={name}", "+method=password&identifier={name}&password={password}"}, want: `"status":200`},
		{name: "the first page again, after the second", forms: []string{"method=identifier_first&identifier=other", "method=identifier_first&identifier={name}", "method=password&identifier={name}&password={password}"}, want: `"status":200`},
		{name: "a wrong password", forms: []string{"method=password&identifier={name}&password=x"}, want: `"messages":[4000006]`},
		{name: "an empty identifier", forms: []string{"method=identifier_first&identifier="}, want: `"identifier":[4000037]`},
		{name: "an empty password", forms: []string{"method=password&identifier={name}&password="}, want: `"password":[4000002]`},
		{name: "digits", forms: []string{"method=password&identifier=007&password=1e3"}, want: `"messages":[4000006]`},
		{name: "a payload", forms: []string{`method=password&identifier={name}&password={password}&transient_payload=%7b"a":[1,true,null]%7d`}, want: `"hook":{"a":[1,true,null]}`},
		{name: "a code, and a new one", forms: []string{"method=code&identifier={email}", "method=code&identifier={email}&code=000000", "method=code&identifier={email}&code=&resend=code"}, want: `"sent_email"`},
		{name: "a right code", forms: []string{"method=code&identifier={email}", "method=code&identifier={email}&code={code}"}, want: `"traits"`},
		{name: "another method", forms: []string{"method=link&identifier={name}"}, want: `"status":400`},
		{name: "an unknown method", forms: []string{"method=nonsense&identifier={name}"}, difference: notSent, want: "rejected"},
	}},
	{flow: "login on one page", twoSteps: true, submit: func(p *submitter) string { p.createAccount(); return submitForms(p, login) }, cases: []submissionCase{
		{name: "q: a script, after a passkey", forms: []string{`passkey_login=%7b%7d&identifier=&password=&passkey_challenge=%7b%7d`}, want: `"status":400`},
		{name: "a password", forms: []string{"method=password&identifier={name}&password={password}&passkey_login=&passkey_challenge=%7b%7d"}, want: `"status":200`},
		{name: "a provider's button", forms: []string{"provider=acme&identifier=&password="}, want: `"status":422`},
		{name: "a provider's button, with upstream parameters", forms: []string{"provider=acme&upstream_parameters.prompt=login"}, want: `"status":422`},
		{name: "another provider's button", forms: []string{"method=oidc&provider=initech"}, want: `"status":4`},
		{name: "an unknown security key", forms: []string{"method=webauthn&identifier={name}"}, want: `"status":400`},
		{name: "an empty form", forms: []string{"method=password&identifier=&password="}, want: `4000002`},
	}},
	{flow: "settings", submit: func(p *submitter) string { p.createAccount(); p.startSession(); return submitForms(p, settings) }, cases: []submissionCase{
		settingsCase("no change", `{"tags":["a"],"emails":["a@example.org"],"scores":[1.5],"flags":[true,false],"years":[7]}`, "", `"emails":["a@example.org"],"flags":[true,false],"name":{"home":{"lift":false}},"prefs":{},"scores":[1.5],"tags":["a"],"tos":false,"username":"{name}","years":[7]`).withDifference(lostItems),
		settingsCase("j: a list that was not changed", `{"emails":["a@example.org","b@example.org"]}`, "", `"emails":["a@example.org","b@example.org"]`).withDifference(lostItems),
		settingsCase("an item more", `{"tags":["a","b"]}`, "traits.tags=c", `"tags":["a","b","c"]`).withDifference(lostItems),
		settingsCase("two items more, by their numbers", `{"tags":["a"]}`, "traits.tags.10=c&traits.tags.9=b", `"tags":["a","b","c"]`).withDifference(lostItems),
		settingsCase("an item less", `{"tags":["a","b","c"]}`, "traits.tags.1=", `"tags":["a","c"]`).withDifference(lostItems),
		settingsCase("an item changed", `{"years":[1,2]}`, "traits.years.1=007", `"years":[1,7]`).withDifference(lostItems),
		settingsCase("a wrong item", `{"emails":["a@example.org","b@example.org"]}`, "traits.emails.1=x", `"traits.emails.1":[{malformed address}]`).withDifference(lostItems),
		settingsCase("no items any more", `{"emails":["a@example.org"]}`, "traits.emails.0=", `"email":"{name}@example.org","name":`).withDifference(lostItems),
		settingsCase("items in a new order, without their numbers", `{}`, "traits.emails=b@example.org&traits.emails=a@example.org&traits.tags=x&traits.scores=1&traits.years=1&traits.flags=true&traits.name.home.names=a", `"emails":["b@example.org","a@example.org"]`),
		settingsCase("a list that stays empty", `{"short":"ab"}`, "traits.emails=a@example.org&traits.scores=1&traits.years=1&traits.flags=true&traits.name.home.names=a", `"short":"ab","tos":false,"username"`).withDifference(emptyString),
		{name: "a text that is removed", traits: `{"short":"ab","site":"https://example.org/","age":7}`, forms: []string{"method=profile&traits.username={name}&traits.short=&traits.site=&traits.age="}, want: `"traits":{"name":{"home":{}},"prefs":{},"username":"{name}"}`},
		{name: "no traits", forms: []string{"method=profile&traits.username="}, want: `"traits":{"name":{"home":{}},"prefs":{}}`},
		{name: "a number and a boolean", forms: []string{"method=profile&traits.username={name}&traits.age=007&traits.tos=on&traits.tos=false"}, want: `"tos":false`},
		{name: "on", forms: []string{"method=profile&traits.username={name}&traits.tos=false&traits.tos=on"}, difference: noCheckbox, want: `"tos":true`},
		{name: "wrong traits", forms: []string{"method=profile&traits.username={name}&traits.age=x&traits.born=x&traits.name.home.lift=x"}, want: `"traits.name.home.lift":[4000026]`},
		{name: "wrong traits, and right ones then", forms: []string{"method=profile&traits.username={name}&traits.age=x", "method=profile&traits.username={name}&traits.age=1e3"}, want: `"age":1000`},
		{name: "an object that the schema leaves open", traits: `{"prefs":{"a":1}}`, forms: []string{"method=profile&traits.username={name}&traits.prefs.a=1"}, want: `"prefs":{}`},
		{name: "a payload", forms: []string{`method=profile&traits.username={name}&transient_payload=%7b"n":0.10%7d`}, want: `"hook":{"n":0.1}`, sinceV254: &result{want: `"hook":null`}},
		{name: "a password", forms: []string{"method=password&password=another%20correct%20horse"}, want: `"success"`},
		{name: "a password that is too short", forms: []string{"method=password&password=x"}, want: `"password":[4000032]`},
		{name: "an empty password", forms: []string{"method=password&password="}, want: `"password":[4000002]`},
		{name: "p: a script, after a passkey", forms: []string{`passkey_settings_register=%7b%7d`}, want: `"status":4`},
		{name: "a script, after a security key", forms: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=key`}, want: `"status":4`},
		{name: "a passkey, added by a script and removed by its button", forms: []string{"passkey_settings_register={passkey}", "passkey_remove={key id}"}, want: `"success"`},
		{name: "a security key, added by a script and removed by its button", forms: []string{"webauthn_register={security key}&webauthn_register_displayname=blue", "webauthn_remove={key id}"}, want: `"success"`},
		{name: "a security key without a name", forms: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=`}, want: `"status":4`},
		{name: "an authenticator app, linked and unlinked", forms: []string{"method=totp&totp_code={totp}", "totp_unlink=true"}, want: `"success"`},
		{name: "a wrong code of an app", forms: []string{"method=totp&totp_code=000"}, want: `"totp_code":[4000008]`},
		{name: "an empty code of an app", forms: []string{"method=totp&totp_code="}, want: `"totp_code"`},
		{name: "backup codes", forms: []string{"lookup_secret_regenerate=true", "lookup_secret_confirm=true", "lookup_secret_reveal=true", "lookup_secret_disable=true"}, want: `"success"`},
		{name: "backup codes, in other words", forms: []string{"lookup_secret_regenerate=true&method=lookup_secret", "lookup_secret_confirm=true"}, want: `"success"`},
		{name: "a provider's button", forms: []string{"link=acme"}, want: `"status":422`},
		{name: "a method of other forms", forms: []string{"method=identifier_first"}, want: `"status":4`},
		{name: "an unknown method", forms: []string{"method=nonsense"}, difference: notSent, want: "rejected"},
	}},
	{flow: "recovery", submit: func(p *submitter) string { p.createAccount(); return submitForms(p, recovery) }, cases: []submissionCase{
		{name: "a wrong code, and a new one", forms: []string{"method=code&email={email}", "method=code&code=000000", "method=code&code=&email={email}"}, want: `"sent_email"`},
		{name: "an address and a code", forms: []string{"method=code&email={email}", "method=code&code=000000&email={email}"}, want: `"sent_email"`},
		{name: "a right code", forms: []string{"method=code&email={email}", "method=code&code={code}"}, want: `"to":"/settings"`},
		{name: "a code without a method", forms: []string{"method=code&email={email}", "code=000000"}, difference: notSent, want: "rejected"},
		{name: "the button for a new code alone", forms: []string{"method=code&email={email}", "email={email}"}, difference: unusableFlow, want: `"sent_email"`},
		{name: "an empty address", forms: []string{"method=code&email="}, want: `"email":[4000002]`},
		{name: "a wrong address", forms: []string{"method=code&email=x"}, want: `"email":[{malformed address}]`},
		{name: "an unknown address", forms: []string{"method=code&email=unknown@example.org"}, want: `"sent_email"`},
		{name: "a payload", forms: []string{"method=code&email={email}&transient_payload=%7b%7d"}, want: `"sent_email"`},
		{name: "an unknown method", forms: []string{"method=nonsense&email={email}"}, difference: unusableFlow, want: "rejected"},
		{name: "a method that is turned off here", forms: []string{"method=link&email={email}"}, difference: unusableFlow, want: "rejected"},
		{name: "no method", forms: []string{"email={email}"}, difference: unusableFlow, want: "rejected"},
	}},
	{flow: "verification", submit: func(p *submitter) string { p.createAccount(); return submitForms(p, verification) }, cases: []submissionCase{
		{name: "a wrong code, and a new one", forms: []string{"method=code&email={email}", "method=code&code=000000", "method=code&code=&email={email}"}, want: `"sent_email"`},
		{name: "a right code", forms: []string{"method=code&email={email}", "method=code&code={code}"}, want: `"passed_challenge"`},
		{name: "an empty address", forms: []string{"method=code&email="}, want: `"email":[4000002]`},
		{name: "a wrong address", forms: []string{"method=code&email=x"}, want: `"email":[{malformed address}]`},
		{name: "an empty code", forms: []string{"method=code&email={email}", "method=code&code="}, want: `"status":4`},
		{name: "an unknown method", forms: []string{"method=nonsense&email={email}"}, difference: unusableFlow, want: "rejected"},
		{name: "a method that is turned off here", forms: []string{"method=link&email={email}"}, difference: unusableFlow, want: "rejected"},
		{name: "no method", forms: []string{"email={email}"}, difference: unusableFlow, want: "rejected"},
	}},
	{flow: "second factor", submit: submitSecondFactor, cases: []submissionCase{
		{name: "a wrong code of an app", forms: []string{"method=totp&totp_code=000000"}, want: `"status":400`},
		{name: "an empty code of an app", forms: []string{"method=totp&totp_code="}, want: `"status":400`},
		{name: "a wrong backup code", forms: []string{"method=lookup_secret&lookup_secret=00000000"}, want: `"status":400`},
	}},
}

// submitSecondFactor submits forms to the second factor of a person with an authenticator app and
// backup codes.
func submitSecondFactor(p *submitter) string {
	p.createAccount()
	p.startSession()
	viaSDK, forms := p.viaSDK, p.testCase.forms
	p.viaSDK, p.testCase.forms = false, []string{"lookup_secret_regenerate=true", "lookup_secret_confirm=true", "method=totp&totp_code={totp}"}
	if setUp := submitForms(p, settings); strings.Contains(setUp, `"status":4`) {
		p.t.Fatalf("no second factor: %s", setUp)
	}
	p.viaSDK, p.testCase.forms = viaSDK, forms
	p.user = p.newUser() // with a session of the first factor
	p.startSession()
	return submitForms(p, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
}
