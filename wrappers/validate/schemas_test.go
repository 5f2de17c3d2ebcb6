package validate_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

const personSchema = `{
  "$id": "https://schemas.example.org/person.schema.json",
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Person",
  "type": "object",
  "definitions": {"word": {"type": "string", "minLength": 2, "maxLength": 20, "pattern": "^[A-Z]"}},
  "properties": {
    "traits": {
      "type": "object",
      "properties": {
        "email": {
          "type": "string", "format": "email", "title": "E-Mail",
          "ory.sh/kratos": {"credentials": {"password": {"identifier": true}, "code": {"identifier": true, "via": "email"}}, "verification": {"via": "email"}}
        },
        "phone": {"type": "string", "format": "tel"},
        "born": {"type": "string", "format": "date"},
        "site": {"type": "string", "format": "uri"},
        "number": {"type": "string", "format": "uuid"},
        "age": {"type": ["integer", "null"], "minimum": 18, "maximum": 150},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25},
        "name": {"type": "object", "properties": {"first": {"$ref": "#/definitions/word"}}, "required": ["first"], "minProperties": 1, "maxProperties": 2},
        "tags": {"type": "array", "items": {"enum": ["new", 5, null]}, "minItems": 1, "maxItems": 3, "uniqueItems": true},
        "kind": {"const": "person"},
        "contact": {"anyOf": [{"type": "string"}, {"type": "object"}]},
        "plan": {"oneOf": [{"const": "free"}, {"const": "paid"}]},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"maxLength": 5}},
        "never": false, "not": {"not": {"type": "string"}},
        "both": {"allOf": [{"minLength": 3}, {"type": "string"}]}
      },
      "required": ["email"],
      "additionalProperties": false
    }
  },
  "additionalProperties": false
}`

// schemas returns Schemas of a server that has these, by id or the id in Base64, and counts how
// often it is asked.
func schemas(t testing.TB, served map[string]string) (*validate.TraitsValidator, *atomic.Int64) {
	t.Helper()
	asked := new(atomic.Int64)
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		next := &canned{status: 404, kind: "application/json", body: refused}
		id := strings.TrimPrefix(r.URL.Path, "/schemas/")
		schema, ok := served[id]
		if !ok {
			decoded, _ := base64.RawURLEncoding.DecodeString(id)
			schema, ok = served[string(decoded)]
		}
		if ok {
			next = &canned{status: 200, kind: "application/json", body: schema}
		}
		return next.RoundTrip(r)
	})
	client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return validate.NewTraitsValidator(client), asked
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTraits(t *testing.T) {
	t.Parallel()
	s, _ := schemas(t, map[string]string{"person": personSchema})
	for name, c := range map[string]struct{ traits, want string }{
		"what is needed":               {`"email":"ada@example.org"`, ""},
		"everything":                   {`"email":"ada@example.org","phone":"+44 20 7946 0000","born":"1815-12-10","site":"https://example.org/","number":"5","age":null,"share":0.25,"name":{"first":"Ada"},"tags":["new",5,null],"kind":"person","contact":{},"plan":"free","labels":{"a":"b"},"both":"abc"`, ""},
		"no email":                     {``, "/traits/email is missing (required)"},
		"a number without an end":      {`"email":"ada@example.org","share":1e1000001`, "/traits must have no number that is larger, longer or smaller than a double-precision one (number)"},
		"one with very many digits":    {`"email":"ada@example.org","tags":[` + strings.Repeat("1", 1_000_000) + `]`, "/traits must have no number that is larger, longer or smaller than a double-precision one (number)"},
		"one that is almost nothing":   {`"email":"ada@example.org","labels":{"a":1e-999999}`, "/traits must have no number that is larger, longer or smaller than a double-precision one (number)"},
		"an email that is none":        {`"email":"hunter2"`, "/traits/email must have the format email (format)"},
		"an email with a name":         {`"email":"Ada <ada@example.org>"`, "/traits/email must have the format email (format)"},
		"an email at a number":         {`"email":"ada@[127.0.0.1]"`, "/traits/email must have the format email (format)"},
		"an email of a host with a _":  {`"email":"ada@exam_ple.org"`, "/traits/email must have the format email (format)"},
		"an email of a long name":      {`"email":"` + strings.Repeat("a", 65) + `@example.org"`, "/traits/email must have the format email (format)"},
		"an email of another script":   {`"email":"ädä@example.org"`, ""},
		"an email that is null":        {`"email":null`, "/traits/email must be a string (type)"},
		"a phone number of no country": {`"email":"a@b.c","phone":"020 7946 0000"`, "/traits/phone must have the format tel (format)"},
		"a phone number with letters":  {`"email":"a@b.c","phone":"+1 800 FLOWERS"`, ""},
		"a phone number that is short": {`"email":"a@b.c","phone":"+1"`, "/traits/phone must have the format tel (format)"},
		"a phone number that is long":  {`"email":"a@b.c","phone":"+12345678901234567890"`, "/traits/phone must have the format tel (format)"},
		"a phone number with a star":   {`"email":"a@b.c","phone":"+1 800*hunter2"`, "/traits/phone must have the format tel (format)"},
		"an email in quotes":           {`"email":"\"a b\"@example.org"`, ""},
		"a date that there is not":     {`"email":"a@b.c","born":"1815-02-30"`, "/traits/born must have the format date (format)"},
		"no URI":                       {`"email":"a@b.c","site":"hunter2"`, "/traits/site must have the format uri (format)"},
		"numbers":                      {`"email":"a@b.c","age":17,"share":1`, "/traits/age must be at least 18 (minimum); /traits/share must be less than 1 (exclusiveMaximum)"},
		"other numbers":                {`"email":"a@b.c","age":151,"share":0`, "/traits/age must be at most 150 (maximum); /traits/share must be more than 0 (exclusiveMinimum)"},
		"a number in between":          {`"email":"a@b.c","age":18.5,"share":0.3`, "/traits/age must be a null or integer (type); /traits/share must be a multiple of 0.25 (multipleOf)"},
		"a name by reference":          {`"email":"a@b.c","name":{"first":"a"}`, "/traits/name/first must have at least 2 characters (minLength); /traits/name/first must match ^[A-Z] (pattern)"},
		"a name that is long":          {`"email":"a@b.c","name":{"first":"Aaaaaaaaaaaaaaaaaaaaaaaa"}`, "/traits/name/first must have at most 20 characters (maxLength)"},
		"a name without a first":       {`"email":"a@b.c","name":{}`, "/traits/name must have at least 1 members (minProperties); /traits/name/first is missing (required)"},
		"a name with more":             {`"email":"a@b.c","name":{"first":"Ada","hunter2":1,"c":2}`, "/traits/name must have at most 2 members (maxProperties)"},
		"tags":                         {`"email":"a@b.c","tags":["new","hunter2"]`, "/traits/tags/1 must be one of new, 5, null (enum)"},
		"no tags":                      {`"email":"a@b.c","tags":[]`, "/traits/tags must have at least 1 elements (minItems)"},
		"tags twice":                   {`"email":"a@b.c","tags":[5,5,5,5]`, "/traits/tags must have at most 3 elements (maxItems); /traits/tags must have no element twice (uniqueItems)"},
		"another constant":             {`"email":"a@b.c","kind":"hunter2"`, "/traits/kind must be person (const)"},
		"none of some types":           {`"email":"a@b.c","contact":5`, "/traits/contact must fit one of the schema's alternatives (anyOf)"},
		"none of some constants":       {`"email":"a@b.c","plan":"hunter2"`, "/traits/plan must fit one of the schema's alternatives (oneOf)"},
		"what must not be there":       {`"email":"a@b.c","never":1,"not":"hunter2"`, "/traits/never must be as the identity schema says (schema); /traits/not must be as the identity schema says (schema)"},
		"all of some":                  {`"email":"a@b.c","both":"a"`, "/traits/both must have at least 3 characters (minLength)"},
		"names of the person's own":    {`"email":"a@b.c","labels":{"h2":5,"hunter2":"x"}`, "/traits must have no names but such as the identity schema allows (propertyNames); /traits/labels/* must be a string (type)"},
		"members that there are not":   {`"email":"a@b.c","hunter2":1`, "/traits must have no members but those of the schema (additionalProperties)"},
		"a member twice":               {`"email":"a@b.c","email":"hunter2"`, "/traits must have no name twice (duplicate)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := s.ValidateTraits(t.Context(), "person", json.RawMessage("{"+c.traits+"}"))
			if got := strings.TrimPrefix(text(err), "traits: "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			leaks(t, name, err)
		})
	}
}

func TestTraitsThatAreNoObject(t *testing.T) {
	t.Parallel()
	s, _ := schemas(t, map[string]string{"default": personSchema})
	for name, c := range map[string]struct {
		traits any
		want   string
	}{
		"a struct":              {struct{ Email string }{secret}, "traits: /traits must have no members but those of the schema (additionalProperties); /traits/email is missing (required)"},
		"nil":                   {nil, "traits: /traits must be an object (type)"},
		"a list":                {[]string{secret}, "traits: /traits must be an object (type)"},
		"what JSON does not do": {math.NaN(), "traits: /traits must be a value that can be written as JSON (syntax)"},
		"broken JSON":           {json.RawMessage(`{"` + secret), "traits: /traits must be a value that can be written as JSON (syntax)"},
	} {
		err := s.ValidateIdentity(t.Context(), kratos.CreateIdentity{Traits: c.traits})
		if text(err) != c.want || !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("%s: got  %v\nwant %s", name, err, c.want)
		}
		leaks(t, name, err)
	}
}

// What is wrong with the document around the traits has its place too.
func TestTraitsInADocument(t *testing.T) {
	t.Parallel()
	s, _ := schemas(t, map[string]string{"default": `{"maxProperties":0,"required":["traits","more"]}`})
	want := "traits: /more is missing (required); body must have at most 0 members (maxProperties)"
	if err := s.ValidateTraits(t.Context(), "", map[string]any{}); text(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSchemasOfNoClient(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*validate.TraitsValidator{"nil": validate.NewTraitsValidator(nil), "zero": new(validate.TraitsValidator)} {
		if err := s.ValidateTraits(t.Context(), "", nil); !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s, asked := schemas(t, map[string]string{"default": personSchema, "other": `{}`})
	item := func(schema, email string) kratos.IdentityPatch {
		return kratos.IdentityPatch{Create: kratos.CreateIdentity{SchemaID: schema, Traits: map[string]string{"email": email}}}
	}
	err := s.ValidateBatch(t.Context(), []kratos.IdentityPatch{item("", "ada@example.org"), item("other", secret), item("default", secret), item("default", "")})
	want := "traits: /identities/2/create/traits/email must have the format email (format); /identities/3/create/traits/email must have the format email (format)"
	if text(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	leaks(t, "batch", err)
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times for two schemas", n)
	}
	if err := s.ValidateBatch(t.Context(), []kratos.IdentityPatch{item("", "ada@example.org"), item("no", secret)}); !errors.Is(err, kratos.ErrNotFound) {
		t.Errorf("a schema that there is not: %v", err)
	}
	if err := s.ValidateBatch(t.Context(), nil); err != nil {
		t.Errorf("nothing: %v", err)
	}
}

// A schema that cannot be used is an error of its own, and nothing that it names is loaded.
func TestSchemasThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const elsewhere = "kratos: the identity schema cannot be used: it refers to another document, which is not loaded"
	const invalid = "kratos: the identity schema cannot be used: it is no valid JSON Schema"
	for name, c := range map[string]struct{ schema, want string }{
		"a reference to the network":   {`{"properties":{"traits":{"$ref":"https://example.org/x.json"}}}`, elsewhere},
		"a reference to a file":        {`{"properties":{"traits":{"$ref":"file:///etc/hostname"}}}`, elsewhere},
		"a reference beside it":        {`{"properties":{"traits":{"$ref":"x.json"}}}`, elsewhere},
		"a dialect that nobody knows":  {`{"$schema":"https://example.org/dialect"}`, elsewhere},
		"a reference to nothing":       {`{"properties":{"traits":{"$ref":"#/definitions/x"}}}`, invalid},
		"a type that there is not":     {`{"type":"hologram"}`, invalid},
		"a pattern that Go cannot do":  {`{"properties":{"traits":{"pattern":"(?=x)"}}}`, invalid},
		"a reference that is a circle": {`{"properties":{"traits":{"$ref":"#/properties/traits"}}}`, "-"},
	} {
		s, asked := schemas(t, map[string]string{"x": c.schema})
		for range 2 {
			err := s.ValidateTraits(t.Context(), "x", map[string]any{})
			if c.want == "-" { // the library notices it when it validates
				if err == nil || errors.Is(err, validate.ErrSchema) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err == nil || err.Error() != c.want || !errors.Is(err, validate.ErrSchema) || errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		if n := asked.Load(); c.want != "-" && n != 2 {
			t.Errorf("%s: it was kept (%d)", name, n)
		}
	}
}

// Many goroutines that need a schema make for one request; it is asked for anew after five minutes.
func TestSchemasAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, asked := schemas(t, map[string]string{"default": personSchema})
		for i, want := range []int64{1, 1, 2} {
			var wg sync.WaitGroup
			for n := range 20 {
				wg.Go(func() {
					err := s.ValidateTraits(t.Context(), "", map[string]string{"email": fmt.Sprintf("a%d@example.org", n)})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := asked.Load(); n != want {
				t.Errorf("round %d: asked %d times, want %d", i, n, want)
			}
			time.Sleep(3 * time.Minute)
		}
	})
}

// Who waits for a schema that another is fetching can give up.
func TestWaitingForASchemaEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-release
			return (&canned{status: 200, kind: "application/json", body: personSchema}).RoundTrip(r)
		})}))
		if err != nil {
			t.Fatal(err)
		}
		s := validate.NewTraitsValidator(client)
		go func() { _ = s.ValidateTraits(context.Background(), "a", nil) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.ValidateTraits(ctx, "b", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(release)
	})
}
