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

// newValidator returns a validator for a server with schemas by id or Base64 of the id, and the
// number of requests.
func newValidator(t testing.TB, served map[string]string) (*validate.TraitsValidator, *atomic.Int64) {
	t.Helper()
	requests := new(atomic.Int64)
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		requests.Add(1)
		next := &cannedTransport{status: 404, mediaType: "application/json", body: kratosError}
		id := strings.TrimPrefix(r.URL.Path, "/schemas/")
		schema, ok := served[id]
		if !ok {
			decoded, _ := base64.RawURLEncoding.DecodeString(id)
			schema, ok = served[string(decoded)]
		}
		if ok {
			next = &cannedTransport{status: 200, mediaType: "application/json", body: schema}
		}
		return next.RoundTrip(r)
	})
	client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return validate.NewTraitsValidator(client), requests
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTraits(t *testing.T) {
	t.Parallel()
	s, _ := newValidator(t, map[string]string{"person": personSchema})
	for name, c := range map[string]struct{ traits, want string }{
		"the required traits":                     {`"email":"ada@example.org"`, ""},
		"all traits":                              {`"email":"ada@example.org","phone":"+44 20 7946 0000","born":"1815-12-10","site":"https://example.org/","number":"5","age":null,"share":0.25,"name":{"first":"Ada"},"tags":["new",5,null],"kind":"person","contact":{},"plan":"free","labels":{"a":"b"},"both":"abc"`, ""},
		"a missing email":                         {``, "/traits/email is missing (required)"},
		"a number beyond float64":                 {`"email":"ada@example.org","share":1e1000001`, "/traits must not have a number of more than 400 characters or beyond the range of a float64 (range)"},
		"a number with many digits":               {`"email":"ada@example.org","tags":[` + strings.Repeat("1", 1_000_000) + `]`, "/traits must not have a number of more than 400 characters or beyond the range of a float64 (range)"},
		"a number too close to zero":              {`"email":"ada@example.org","labels":{"a":1e-999999}`, "/traits must not have a number of more than 400 characters or beyond the range of a float64 (range)"},
		"a word for an email":                     {`"email":"hunter2"`, "/traits/email must have the format email (format)"},
		"an email with a display name":            {`"email":"Ada <ada@example.org>"`, "/traits/email must have the format email (format)"},
		"an email at an IP address":               {`"email":"ada@[127.0.0.1]"`, "/traits/email must have the format email (format)"},
		"an email with an underscore in the host": {`"email":"ada@exam_ple.org"`, "/traits/email must have the format email (format)"},
		"an email with a long local part":         {`"email":"` + strings.Repeat("a", 65) + `@example.org"`, "/traits/email must have the format email (format)"},
		"an email with non-ASCII letters":         {`"email":"ädä@example.org"`, ""},
		"an email that is null":                   {`"email":null`, "/traits/email must be a string (type)"},
		"a phone number without country code":     {`"email":"a@b.c","phone":"020 7946 0000"`, "/traits/phone must have the format tel (format)"},
		"a phone number with letters":             {`"email":"a@b.c","phone":"+1 800 FLOWERS"`, ""},
		"a short phone number":                    {`"email":"a@b.c","phone":"+1"`, "/traits/phone must have the format tel (format)"},
		"a long phone number":                     {`"email":"a@b.c","phone":"+12345678901234567890"`, "/traits/phone must have the format tel (format)"},
		"a phone number with a star":              {`"email":"a@b.c","phone":"+1 800*hunter2"`, "/traits/phone must have the format tel (format)"},
		"an email in quotes":                      {`"email":"\"a b\"@example.org"`, ""},
		"a date that does not exist":              {`"email":"a@b.c","born":"1815-02-30"`, "/traits/born must have the format date (format)"},
		"a word for a URI":                        {`"email":"a@b.c","site":"hunter2"`, "/traits/site must have the format uri (format)"},
		"numbers out of range":                    {`"email":"a@b.c","age":17,"share":1`, "/traits/age must be at least 18 (minimum); /traits/share must be less than 1 (exclusiveMaximum)"},
		"numbers out of range at the other end":   {`"email":"a@b.c","age":151,"share":0`, "/traits/age must be at most 150 (maximum); /traits/share must be greater than 0 (exclusiveMinimum)"},
		"a fraction":                              {`"email":"a@b.c","age":18.5,"share":0.3`, "/traits/age must be a null or integer (type); /traits/share must be a multiple of 0.25 (multipleOf)"},
		"a schema by reference":                   {`"email":"a@b.c","name":{"first":"a"}`, "/traits/name/first must have at least 2 characters (minLength); /traits/name/first must match ^[A-Z] (pattern)"},
		"a string that is too long":               {`"email":"a@b.c","name":{"first":"Aaaaaaaaaaaaaaaaaaaaaaaa"}`, "/traits/name/first must have at most 20 characters (maxLength)"},
		"an object that lacks a property":         {`"email":"a@b.c","name":{}`, "/traits/name must have at least 1 properties (minProperties); /traits/name/first is missing (required)"},
		"an object with more properties":          {`"email":"a@b.c","name":{"first":"Ada","hunter2":1,"c":2}`, "/traits/name must have at most 2 properties (maxProperties)"},
		"an item outside an enum":                 {`"email":"a@b.c","tags":["new","hunter2"]`, "/traits/tags/1 must be one of new, 5, null (enum)"},
		"too few items":                           {`"email":"a@b.c","tags":[]`, "/traits/tags must have at least 1 items (minItems)"},
		"duplicate items":                         {`"email":"a@b.c","tags":[5,5,5,5]`, "/traits/tags must have at most 3 items (maxItems); /traits/tags must not have an item twice (uniqueItems)"},
		"another constant":                        {`"email":"a@b.c","kind":"hunter2"`, "/traits/kind must be person (const)"},
		"no alternative of anyOf":                 {`"email":"a@b.c","contact":5`, "/traits/contact must match at least one of the alternatives (anyOf)"},
		"no alternative of oneOf":                 {`"email":"a@b.c","plan":"hunter2"`, "/traits/plan must match exactly one of the alternatives (oneOf)"},
		"the schemas false and not":               {`"email":"a@b.c","never":1,"not":"hunter2"`, "/traits/never violates the identity schema (schema); /traits/not violates the identity schema (schema)"},
		"allOf":                                   {`"email":"a@b.c","both":"a"`, "/traits/both must have at least 3 characters (minLength)"},
		"undeclared names":                        {`"email":"a@b.c","labels":{"h2":5,"hunter2":"x"}`, "/traits has a property name that the schema does not allow (propertyNames); /traits/labels/* must be a string (type)"},
		"additional properties":                   {`"email":"a@b.c","hunter2":1`, "/traits has a property that the schema does not define (additionalProperties)"},
		"a duplicate property":                    {`"email":"a@b.c","email":"hunter2"`, "/traits must not have a name twice (duplicate)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := s.ValidateTraits(t.Context(), "person", json.RawMessage("{"+c.traits+"}"))
			if got := strings.TrimPrefix(errorText(err), "traits: "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			expectNoSecret(t, name, err)
		})
	}
}

func TestTraitsOfOtherTypes(t *testing.T) {
	t.Parallel()
	s, _ := newValidator(t, map[string]string{"default": personSchema})
	for name, c := range map[string]struct {
		traits any
		want   string
	}{
		"a struct":                        {struct{ Email string }{secret}, "traits: /traits has a property that the schema does not define (additionalProperties); /traits/email is missing (required)"},
		"nil":                             {nil, "traits: /traits must be an object (type)"},
		"a list":                          {[]string{secret}, "traits: /traits must be an object (type)"},
		"a value that JSON does not have": {math.NaN(), "traits: /traits cannot be encoded as JSON (syntax)"},
		"invalid JSON":                    {json.RawMessage(`{"` + secret), "traits: /traits cannot be encoded as JSON (syntax)"},
	} {
		err := s.ValidateIdentity(t.Context(), kratos.CreateIdentity{Traits: c.traits})
		if errorText(err) != c.want || !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("%s: got  %v\nwant %s", name, err, c.want)
		}
		expectNoSecret(t, name, err)
	}
}

// A violation of the object that has the traits has a pointer too.
func TestTraitsInDocument(t *testing.T) {
	t.Parallel()
	s, _ := newValidator(t, map[string]string{"default": `{"maxProperties":0,"required":["traits","more"]}`})
	want := "traits: body must have at most 0 properties (maxProperties); /more is missing (required)"
	if err := s.ValidateTraits(t.Context(), "", map[string]any{}); errorText(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestValidatorWithoutClient(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*validate.TraitsValidator{"nil": validate.NewTraitsValidator(nil), "zero": new(validate.TraitsValidator)} {
		if err := s.ValidateTraits(t.Context(), "", nil); !errors.Is(err, kratos.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s, requests := newValidator(t, map[string]string{"default": personSchema, "other": `{}`})
	item := func(schema, email string) kratos.IdentityPatch {
		return kratos.IdentityPatch{Create: kratos.CreateIdentity{SchemaID: schema, Traits: map[string]string{"email": email}}}
	}
	err := s.ValidateBatch(t.Context(), []kratos.IdentityPatch{item("", "ada@example.org"), item("other", secret), item("default", secret), item("default", "")})
	want := "traits: /identities/2/create/traits/email must have the format email (format); /identities/3/create/traits/email must have the format email (format)"
	if errorText(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	expectNoSecret(t, "batch", err)
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests for two schemas", n)
	}
	if err := s.ValidateBatch(t.Context(), []kratos.IdentityPatch{item("", "ada@example.org"), item("no", secret)}); !errors.Is(err, kratos.ErrNotFound) {
		t.Errorf("an unknown schema: %v", err)
	}
	if err := s.ValidateBatch(t.Context(), nil); err != nil {
		t.Errorf("no items: %v", err)
	}
}

// An invalid schema is an error of its own, and documents that it refers to are not loaded.
func TestInvalidSchemas(t *testing.T) {
	t.Parallel()
	const external = "kratos: invalid identity schema: it refers to another document, which is not loaded"
	const invalid = "kratos: invalid identity schema: not a valid JSON Schema"
	for name, c := range map[string]struct{ schema, want string }{
		"a reference to the network":         {`{"properties":{"traits":{"$ref":"https://example.org/x.json"}}}`, external},
		"a reference to a file":              {`{"properties":{"traits":{"$ref":"file:///etc/hostname"}}}`, external},
		"a relative reference":               {`{"properties":{"traits":{"$ref":"x.json"}}}`, external},
		"an unknown dialect":                 {`{"$schema":"https://example.org/dialect"}`, external},
		"a reference to nothing":             {`{"properties":{"traits":{"$ref":"#/definitions/x"}}}`, invalid},
		"an unknown type":                    {`{"type":"hologram"}`, invalid},
		"a pattern that Go does not support": {`{"properties":{"traits":{"pattern":"(?=x)"}}}`, invalid},
		"a circular reference":               {`{"properties":{"traits":{"$ref":"#/properties/traits"}}}`, "-"},
	} {
		s, requests := newValidator(t, map[string]string{"x": c.schema})
		for range 2 {
			err := s.ValidateTraits(t.Context(), "x", map[string]any{})
			if c.want == "-" { // the library detects it when it validates
				if err == nil || errors.Is(err, validate.ErrInvalidSchema) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err == nil || err.Error() != c.want || !errors.Is(err, validate.ErrInvalidSchema) || errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		if n := requests.Load(); c.want != "-" && n != 2 {
			t.Errorf("%s: it was cached: %d requests", name, n)
		}
	}
}

// Concurrent calls fetch a schema once, and it is fetched again after five minutes.
func TestSchemaCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, requests := newValidator(t, map[string]string{"default": personSchema})
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
			if n := requests.Load(); n != want {
				t.Errorf("round %d: %d requests, want %d", i, n, want)
			}
			time.Sleep(3 * time.Minute)
		}
	})
}

// A call returns when its context is done, also while another one fetches the schema.
func TestContextOfFetching(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-release
			return (&cannedTransport{status: 200, mediaType: "application/json", body: personSchema}).RoundTrip(r)
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
