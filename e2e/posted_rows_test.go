package e2e

import (
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// postedSchema has traits of all kinds that Kratos has fields for, none of them required but one.
const postedSchema = `{
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

// postedRow is a form that is posted in two ways to flows of one kind, straight to Kratos and
// through Form.Submission and Submit.
type postedRow struct {
	name  string
	has   string   // the traits of the person who posts, as JSON
	posts []string // one after another; those that begin with "+" have what the form shows as well
	fault string   // why what Kratos makes of it is a fault; "" if both ways have to come to the same
	want  string   // part of what comes of it through the site's own server
}

// postedSet are rows of one kind of flow.
type postedSet struct {
	flow     string
	twoSteps bool
	post     func(*poster) string
	rows     []postedRow
}

// signsUp is a registration with a password and these fields.
func signsUp(name, fields, want string) postedRow {
	return postedRow{name: name, posts: []string{"method=password&password={password}&traits.username={name}&" + fields}, want: want}
}

// saves is a change of the settings of a person with these traits, with these fields over those
// that the form shows.
func saves(name, has, fields, want string) postedRow {
	return postedRow{name: name, has: has, posts: []string{"+method=profile&" + fields}, want: want}
}

// faulty is a row that Kratos misreads.
func (row postedRow) faulty(fault string) postedRow {
	row.fault = fault
	return row
}

const (
	itemsForgotten = "Kratos forgets the items of a list that its form shows, and takes the empty field beside them"
	emptyText      = "Kratos makes a list with one empty text of the empty field that its form shows for a list"
	noCheckbox     = "Kratos does not know the value that browsers send for a checkbox without one"
	spoils         = "a method that the flow does not have spoils it for good"
	notSent        = "what cannot be right is not sent"
)

var postedRows = []postedSet{
	{flow: "registration", post: func(p *poster) string { return posts(p, registration) }, rows: []postedRow{
		{name: "a: an empty identifier", posts: []string{"method=password&password={password}&traits.username=&traits.phone=%2b4917012345678"}, want: `"messages":[4000009]`},
		signsUp("b: an empty URL", "traits.site=", `"status":200`),
		signsUp("c: an empty phone number", "traits.phone=", `"status":200`),
		signsUp("d: an empty date", "traits.born=", `"status":200`),
		signsUp("e: an empty enum", "traits.kind=", `"status":200`),
		signsUp("f: an empty number", "traits.age=&traits.height=", `"status":200`),
		signsUp("g: one item of a list", "traits.emails={email}", `"emails":["{name}@example.org"]`),
		signsUp("h: two items of a list", "traits.emails=a@example.org&traits.emails=b@example.org", `"emails":["a@example.org","b@example.org"]`),
		signsUp("i: a list of texts", "traits.tags=a&traits.tags=&traits.tags=a", `"tags":["a","","a"]`),
		signsUp("k: an empty list of texts", "traits.tags=", `"traits":{"name":{"home":{}},"prefs":{},"username":"{name}"}`).faulty(emptyText),
		signsUp("l: numbers as browsers allow them", "traits.age=007&traits.height=.5", `"age":7`),
		signsUp("m: an exponent", "traits.age=1e3&traits.height=-1.5E-3", `"age":1000`),
		signsUp("n: true in other words", "traits.tos=T", `"tos":true`),
		signsUp("n: yes", "traits.tos=yes", `"traits.tos":[4000026]`),
		signsUp("o: a payload for web hooks", "transient_payload="+`%7b"consent":true,"n":3%7d`, `"hook":{"consent":true,"n":3}`),
		signsUp("an empty list of addresses", "traits.emails=", `"status":200`).faulty(emptyText),
		signsUp("items that the form does not show", "traits.emails.0=a@example.org&traits.emails.1=b@example.org", `"status":200`),
		signsUp("a wrong address in a list", "traits.emails=a@example.org&traits.emails=b", `"traits.emails.1":[4000001]`),
		signsUp("True", "traits.tos=True", `"tos":true`),
		signsUp("TRUE", "traits.tos=TRUE", `"tos":true`),
		signsUp("1", "traits.tos=1", `"tos":true`),
		signsUp("0", "traits.tos=0", `"tos":false`),
		signsUp("F", "traits.tos=F", `"tos":false`),
		signsUp("an empty boolean", "traits.tos=", `"status":200`),
		signsUp("on", "traits.tos=on", `"tos":true`).faulty(noCheckbox),
		signsUp("a checkbox with a hidden field", "traits.tos=false&traits.tos=true", `"tos":true`),
		signsUp("a checkbox with a hidden field, not checked", "traits.tos=false", `"tos":false`),
		signsUp("a checkbox with a hidden field, on", "traits.tos=false&traits.tos=on", `"tos":true`).faulty(noCheckbox),
		signsUp("white space around a boolean", "traits.tos=+true+", `4000026`),
		signsUp("a number that is none", "traits.age=seven", `"traits.age":[4000026]`),
		signsUp("a hexadecimal number", "traits.age=0x10", `"traits.age":[4000026]`),
		signsUp("a number with a comma", "traits.height=1,5", `"traits.height":[4000026]`),
		signsUp("a fraction for an integer", "traits.age=1.5", `"traits.age":[4000026]`),
		signsUp("a fraction that is an integer", "traits.age=1.0", `"age":1`),
		signsUp("a number that is too small", "traits.age=-1", `"traits.age"`),
		signsUp("an integer above 2^53, which Kratos rounds", "traits.age=9007199254740993", `"age":9007199254740992`),
		signsUp("a very large number", "traits.height=1e400", `"fields":{"traits.height"`),
		signsUp("infinity", "traits.height=Inf", ``),
		signsUp("the first of two numbers", "traits.age=1&traits.age=2", `"age":1`),
		signsUp("the first of two texts", "traits.short=ab&traits.short=cd", `"short":"ab"`),
		signsUp("numbers in a list", "traits.scores=1&traits.scores=2.50&traits.years=07&traits.years=1e3", `"scores":[1,2.5]`),
		signsUp("one number in a list", "traits.scores=1", `"scores":[1]`),
		signsUp("an empty list of numbers", "traits.scores=&traits.years=&traits.flags=", `"status":200`).faulty(emptyText),
		signsUp("booleans in a list", "traits.flags=true&traits.flags=0&traits.flags=T", `"flags":[true,false,true]`),
		signsUp("nested objects", "traits.name.first=Ada&traits.name.home.floor=03&traits.name.home.lift=1&traits.name.home.names=a", `"names":["a"]`),
		signsUp("empty nested objects", "traits.name.first=&traits.name.home.floor=", `"home":{}`),
		signsUp("a text that is too long", "traits.short=abcd", `"traits.short":[4000017]`),
		signsUp("a text that is too short", "traits.short=a", `"traits.short":[4000003]`),
		signsUp("a text of another pattern", "traits.pin=a1", `"traits.pin":[4000004]`),
		signsUp("digits in a text", "traits.pin=007&traits.short=1e3", `"pin":"007"`),
		signsUp("words in a text", "traits.short=on&traits.name.first=true&traits.name.last=null", `"short":"on"`),
		signsUp("another value of an enum", "traits.kind=c", `"traits.kind"`),
		signsUp("a value of an enum", "traits.kind=a", `"kind":"a"`),
		signsUp("a wrong URL", "traits.site=nope", `"traits.site":[4000001]`),
		signsUp("characters of all kinds", "traits.name.first=%c3%84%26%3d%2b%25%22%5c%3c%0a+%f0%9f%98%80", `"first":"Ä`),
		signsUp("JSON in a text", `traits.name.first=%7b"a":1%7d`, `"first":"{\"a\":1}"`),
		signsUp("a field that no form has", "traits.role=admin&role=admin&__proto__.x=1&traits.name.x=1", `"status":200`),
		signsUp("an object that the schema leaves open", `traits.prefs=%7b"a":1%7d`, `"prefs":{}`).faulty("Kratos has no field for it in its form"),
		signsUp("an empty payload", "transient_payload=", `"status":200`),
		signsUp("texts in a payload", "transient_payload.from=app&transient_payload.a.b=1", `"hook":{"a":{"b":"1"},"from":"app"}`).faulty("Kratos does not take a payload from several fields"),
		signsUp("a payload in two ways", `transient_payload=%7b"n":1.5%7d&transient_payload.from=app`, `"hook":{"from":"app","n":1.5}`).faulty("Kratos does not take a payload from several fields"),
		signsUp("a payload that is a list", `transient_payload=[1]`, `refused`).faulty(notSent),
		signsUp("a payload that is not JSON", `transient_payload=%7b`, `refused`).faulty(notSent),
		signsUp("a payload that is more than JSON", `transient_payload=%7b%7d,"traits":%7b"prefs":%7b"a":1%7d%7d`, `refused`).faulty("Kratos does not look at what it takes into its own JSON"),
		{name: "p: a script, after a passkey", posts: []string{`passkey_register=%7b%7d&traits.username={name}&traits.tos=T`}, want: `"status":400`},
		{name: "a passkey, by a script", posts: []string{"passkey_register={passkey}&traits.username={name}&traits.short=ab"}, want: `"status":200`},
		{name: "a script, after a security key", posts: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=key&traits.username={name}`}, want: `"status":400`},
		{name: "a code, and a new one", posts: []string{"method=code&traits.email={email}&traits.username={name}&traits.age=007", "method=code&traits.email={email}&traits.username={name}&traits.age=007&code=000000", "method=code&traits.email={email}&traits.username={name}&traits.age=007&code=&resend=code"}, want: `"messages":[1040005]`},
		{name: "a right code, with all that the form shows", posts: []string{"method=code&traits.email={email}&traits.username={name}&traits.age=007", "+method=code&code={code}"}, fault: emptyText, want: `"age":7`},
		{name: "a provider's button", posts: []string{"provider=acme&traits.username={name}&traits.age=007"}, want: `"status":422`},
		{name: "a provider's button, and what the provider is told", posts: []string{"provider=acme&upstream_parameters.login_hint={email}"}, want: `"status":422`},
		{name: "a wrong password", posts: []string{"method=password&password=short&traits.username={name}"}, want: `"password":[4000032]`},
		{name: "no password", posts: []string{"method=password&password=&traits.username={name}"}, want: `"password":[4000002]`},
		{name: "another token", posts: []string{"method=password&csrf_token=other&password={password}&traits.username={name}"}, fault: "the site's own server adds the token", want: `"status":200`},
		{name: "an unknown method", posts: []string{"method=nonsense&traits.username={name}"}, fault: notSent, want: "refused"},
		{name: "no button", posts: []string{"password={password}&traits.username={name}"}, fault: notSent, want: "refused"},
		{name: "a method of other forms", posts: []string{"method=totp&traits.username={name}"}, want: `"status":400`},
	}},
	{flow: "registration in two steps", twoSteps: true, post: func(p *poster) string { return posts(p, registration) }, rows: []postedRow{
		{name: "one after the other", posts: []string{"method=profile&traits.username={name}&traits.age=007&traits.emails=a@example.org&traits.emails=b@example.org&traits.scores=1", "method=password&password={password}&traits.username={name}&traits.age=7"}, want: `"age":7`},
		{name: "what the second form shows", posts: []string{"method=profile&traits.username={name}&traits.age=007&traits.tos=1&traits.name.first=Ada", "+method=password&password={password}"}, want: `"first":"Ada"`},
		{name: "a list", posts: []string{"method=profile&traits.username={name}&traits.emails=a@example.org&traits.emails=b@example.org", "+method=password&password={password}"}, fault: itemsForgotten, want: `"emails":["a@example.org","b@example.org"]`},
		{name: "back and forth", posts: []string{"method=profile&traits.username={name}&traits.height=.5", "screen=previous&traits.username={name}&traits.height=0.5", "method=profile&traits.username={name}&traits.height=1", "method=password&password={password}&traits.username={name}&traits.height=1"}, want: `"height":1`},
		{name: "a wrong trait", posts: []string{"method=profile&traits.username={name}&traits.age=x&traits.site=y"}, want: `"traits.age":[4000026]`},
		{name: "both at once", posts: []string{"method=password&password={password}&traits.username={name}&traits.tags=a"}, want: `"tags":["a"]`},
		{name: "the first page again, after the second", posts: []string{"method=profile&traits.username={name}", "method=profile&traits.username={name}&traits.tags=a"}, want: `"status":400`},
	}},
	{flow: "login", post: func(p *poster) string { p.joins(); return posts(p, login) }, rows: []postedRow{
		{name: "identifier and password", posts: []string{"method=identifier_first&identifier={name}", "+method=password&identifier={name}&password={password}"}, want: `"status":200`},
		{name: "the first page again, after the second", posts: []string{"method=identifier_first&identifier=other", "method=identifier_first&identifier={name}", "method=password&identifier={name}&password={password}"}, want: `"status":200`},
		{name: "a wrong password", posts: []string{"method=password&identifier={name}&password=x"}, want: `"messages":[4000006]`},
		{name: "an empty identifier", posts: []string{"method=identifier_first&identifier="}, want: `"identifier":[4000037]`},
		{name: "an empty password", posts: []string{"method=password&identifier={name}&password="}, want: `"password":[4000002]`},
		{name: "digits", posts: []string{"method=password&identifier=007&password=1e3"}, want: `"messages":[4000006]`},
		{name: "a payload", posts: []string{`method=password&identifier={name}&password={password}&transient_payload=%7b"a":[1,true,null]%7d`}, want: `"hook":{"a":[1,true,null]}`},
		{name: "a code, and a new one", posts: []string{"method=code&identifier={email}", "method=code&identifier={email}&code=000000", "method=code&identifier={email}&code=&resend=code"}, want: `"sent_email"`},
		{name: "a right code", posts: []string{"method=code&identifier={email}", "method=code&identifier={email}&code={code}"}, want: `"traits"`},
		{name: "another method", posts: []string{"method=link&identifier={name}"}, want: `"status":400`},
		{name: "an unknown method", posts: []string{"method=nonsense&identifier={name}"}, fault: notSent, want: "refused"},
	}},
	{flow: "login on one page", twoSteps: true, post: func(p *poster) string { p.joins(); return posts(p, login) }, rows: []postedRow{
		{name: "q: a script, after a passkey", posts: []string{`passkey_login=%7b%7d&identifier=&password=&passkey_challenge=%7b%7d`}, want: `"status":400`},
		{name: "a password", posts: []string{"method=password&identifier={name}&password={password}&passkey_login=&passkey_challenge=%7b%7d"}, want: `"status":200`},
		{name: "a provider's button", posts: []string{"provider=acme&identifier=&password="}, want: `"status":422`},
		{name: "a provider's button, and what the provider is told", posts: []string{"provider=acme&upstream_parameters.prompt=login"}, want: `"status":422`},
		{name: "another provider's button", posts: []string{"method=oidc&provider=nobody"}, want: `"status":4`},
		{name: "a security key that nobody has", posts: []string{"method=webauthn&identifier={name}"}, want: `"status":400`},
		{name: "an empty form", posts: []string{"method=password&identifier=&password="}, want: `4000002`},
	}},
	{flow: "settings", post: func(p *poster) string { p.joins(); p.signsIn(); return posts(p, settings) }, rows: []postedRow{
		saves("nothing changed", `{"tags":["a"],"emails":["a@example.org"],"scores":[1.5],"flags":[true,false],"years":[7]}`, "", `"emails":["a@example.org"],"flags":[true,false],"name":{"home":{"lift":false}},"prefs":{},"scores":[1.5],"tags":["a"],"tos":false,"username":"{name}","years":[7]`).faulty(itemsForgotten),
		saves("j: a list that was not changed", `{"emails":["a@example.org","b@example.org"]}`, "", `"emails":["a@example.org","b@example.org"]`).faulty(itemsForgotten),
		saves("an item more", `{"tags":["a","b"]}`, "traits.tags=c", `"tags":["a","b","c"]`).faulty(itemsForgotten),
		saves("two items more, by their numbers", `{"tags":["a"]}`, "traits.tags.10=c&traits.tags.9=b", `"tags":["a","b","c"]`).faulty(itemsForgotten),
		saves("an item less", `{"tags":["a","b","c"]}`, "traits.tags.1=", `"tags":["a","c"]`).faulty(itemsForgotten),
		saves("an item changed", `{"years":[1,2]}`, "traits.years.1=007", `"years":[1,7]`).faulty(itemsForgotten),
		saves("a wrong item", `{"emails":["a@example.org","b@example.org"]}`, "traits.emails.1=x", `"traits.emails.1":[4000001]`).faulty(itemsForgotten),
		saves("no items any more", `{"emails":["a@example.org"]}`, "traits.emails.0=", `"email":"{name}@example.org","name":`).faulty(itemsForgotten),
		saves("items in a new order, without their numbers", `{}`, "traits.emails=b@example.org&traits.emails=a@example.org&traits.tags=x&traits.scores=1&traits.years=1&traits.flags=true&traits.name.home.names=a", `"emails":["b@example.org","a@example.org"]`),
		saves("a list that stays empty", `{"short":"ab"}`, "traits.emails=a@example.org&traits.scores=1&traits.years=1&traits.flags=true&traits.name.home.names=a", `"short":"ab","tos":false,"username"`).faulty(emptyText),
		{name: "a text that is removed", has: `{"short":"ab","site":"https://example.org/","age":7}`, posts: []string{"method=profile&traits.username={name}&traits.short=&traits.site=&traits.age="}, want: `"traits":{"name":{"home":{}},"prefs":{},"username":"{name}"}`},
		{name: "nothing at all", posts: []string{"method=profile&traits.username="}, want: `"traits":{"name":{"home":{}},"prefs":{}}`},
		{name: "a number and a boolean", posts: []string{"method=profile&traits.username={name}&traits.age=007&traits.tos=on&traits.tos=false"}, want: `"tos":false`},
		{name: "on", posts: []string{"method=profile&traits.username={name}&traits.tos=false&traits.tos=on"}, fault: noCheckbox, want: `"tos":true`},
		{name: "wrong traits", posts: []string{"method=profile&traits.username={name}&traits.age=x&traits.born=x&traits.name.home.lift=x"}, want: `"traits.name.home.lift":[4000026]`},
		{name: "wrong traits, and right ones then", posts: []string{"method=profile&traits.username={name}&traits.age=x", "method=profile&traits.username={name}&traits.age=1e3"}, want: `"age":1000`},
		{name: "an object that the schema leaves open", has: `{"prefs":{"a":1}}`, posts: []string{"method=profile&traits.username={name}&traits.prefs.a=1"}, want: `"prefs":{}`},
		{name: "a payload", posts: []string{`method=profile&traits.username={name}&transient_payload=%7b"n":0.10%7d`}, want: `"hook":{"n":0.1}`},
		{name: "a password", posts: []string{"method=password&password=another%20correct%20horse"}, want: `"success"`},
		{name: "a password that is too short", posts: []string{"method=password&password=x"}, want: `"password":[4000032]`},
		{name: "an empty password", posts: []string{"method=password&password="}, want: `"password":[4000002]`},
		{name: "p: a script, after a passkey", posts: []string{`passkey_settings_register=%7b%7d`}, want: `"status":4`},
		{name: "a script, after a security key", posts: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=key`}, want: `"status":4`},
		{name: "a passkey, added by a script and removed by its button", posts: []string{"passkey_settings_register={passkey}", "passkey_remove={key id}"}, want: `"success"`},
		{name: "a security key, added by a script and removed by its button", posts: []string{"webauthn_register={security key}&webauthn_register_displayname=blue", "webauthn_remove={key id}"}, want: `"success"`},
		{name: "a security key without a name", posts: []string{`webauthn_register=%7b%7d&webauthn_register_displayname=`}, want: `"status":4`},
		{name: "an authenticator app, linked and unlinked", posts: []string{"method=totp&totp_code={totp}", "totp_unlink=true"}, want: `"success"`},
		{name: "a wrong code of an app", posts: []string{"method=totp&totp_code=000"}, want: `"totp_code":[4000008]`},
		{name: "an empty code of an app", posts: []string{"method=totp&totp_code="}, want: `"totp_code"`},
		{name: "backup codes", posts: []string{"lookup_secret_regenerate=true", "lookup_secret_confirm=true", "lookup_secret_reveal=true", "lookup_secret_disable=true"}, want: `"success"`},
		{name: "backup codes, in other words", posts: []string{"lookup_secret_regenerate=true&method=lookup_secret", "lookup_secret_confirm=true"}, want: `"success"`},
		{name: "a provider's button", posts: []string{"link=acme"}, want: `"status":422`},
		{name: "a method of other forms", posts: []string{"method=identifier_first"}, want: `"status":4`},
		{name: "an unknown method", posts: []string{"method=nonsense"}, fault: notSent, want: "refused"},
	}},
	{flow: "recovery", post: func(p *poster) string { p.joins(); return posts(p, recovery) }, rows: []postedRow{
		{name: "a wrong code, and a new one", posts: []string{"method=code&email={email}", "method=code&code=000000", "method=code&code=&email={email}"}, want: `"sent_email"`},
		{name: "an address beside a code", posts: []string{"method=code&email={email}", "method=code&code=000000&email={email}"}, want: `"sent_email"`},
		{name: "a right code", posts: []string{"method=code&email={email}", "method=code&code={code}"}, want: `"to":"/settings"`},
		{name: "a code without a method", posts: []string{"method=code&email={email}", "code=000000"}, fault: notSent, want: "refused"},
		{name: "the button for a new code alone", posts: []string{"method=code&email={email}", "email={email}"}, fault: spoils, want: `"sent_email"`},
		{name: "an empty address", posts: []string{"method=code&email="}, want: `"email":[4000002]`},
		{name: "a wrong address", posts: []string{"method=code&email=x"}, want: `"email":[4000001]`},
		{name: "an unknown address", posts: []string{"method=code&email=nobody@example.org"}, want: `"sent_email"`},
		{name: "a payload", posts: []string{"method=code&email={email}&transient_payload=%7b%7d"}, want: `"sent_email"`},
		{name: "an unknown method", posts: []string{"method=nonsense&email={email}"}, fault: spoils, want: "refused"},
		{name: "a method that is turned off here", posts: []string{"method=link&email={email}"}, fault: spoils, want: "refused"},
		{name: "no method", posts: []string{"email={email}"}, fault: spoils, want: "refused"},
	}},
	{flow: "verification", post: func(p *poster) string { p.joins(); return posts(p, verification) }, rows: []postedRow{
		{name: "a wrong code, and a new one", posts: []string{"method=code&email={email}", "method=code&code=000000", "method=code&code=&email={email}"}, want: `"sent_email"`},
		{name: "a right code", posts: []string{"method=code&email={email}", "method=code&code={code}"}, want: `"passed_challenge"`},
		{name: "an empty address", posts: []string{"method=code&email="}, want: `"email":[4000002]`},
		{name: "a wrong address", posts: []string{"method=code&email=x"}, want: `"email":[4000001]`},
		{name: "an empty code", posts: []string{"method=code&email={email}", "method=code&code="}, want: `"status":4`},
		{name: "an unknown method", posts: []string{"method=nonsense&email={email}"}, fault: spoils, want: "refused"},
		{name: "a method that is turned off here", posts: []string{"method=link&email={email}"}, fault: spoils, want: "refused"},
		{name: "no method", posts: []string{"email={email}"}, fault: spoils, want: "refused"},
	}},
	{flow: "second factor", post: secondFactor, rows: []postedRow{
		{name: "a wrong code of an app", posts: []string{"method=totp&totp_code=000000"}, want: `"status":400`},
		{name: "an empty code of an app", posts: []string{"method=totp&totp_code="}, want: `"status":400`},
		{name: "a wrong backup code", posts: []string{"method=lookup_secret&lookup_secret=00000000"}, want: `"status":400`},
	}},
}

// secondFactor posts forms to a login in which a person with an authenticator app and backup codes
// proves more.
func secondFactor(p *poster) string {
	p.joins()
	p.signsIn()
	through, forms := p.through, p.row.posts
	p.through, p.row.posts = false, []string{"lookup_secret_regenerate=true", "lookup_secret_confirm=true", "method=totp&totp_code={totp}"}
	if setUp := posts(p, settings); strings.Contains(setUp, `"status":4`) {
		p.t.Fatalf("no second factor: %s", setUp)
	}
	p.through, p.row.posts = through, forms
	p.user = p.another() // whose session has the first factor only
	p.signsIn()
	return posts(p, login.with(kratos.StartLogin{AAL: kratos.AAL2}))
}
