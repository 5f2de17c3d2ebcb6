package kratos_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestTypedTraits(t *testing.T) {
	t.Parallel()
	type traits struct {
		Email string `json:"email"`
		Big   int64  `json:"big"`
	}
	i := kratos.Identity{RawTraits: []byte(`{"email":"ada@example.org","big":9007199254740993,"more":1}`), RawMetadataAdmin: []byte(`null`)}
	got, err := kratos.Traits[traits](i)
	switch {
	case err != nil:
		t.Error(err)
	case got.Email != "ada@example.org":
		t.Errorf(`got.Email = %q, want "ada@example.org"`, got.Email)
	case got.Big != 9007199254740993:
		t.Errorf("got.Big = %d, want 9007199254740993", got.Big)
	}
	if again, err := kratos.Traits[traits](&i); err != nil || again != got {
		t.Errorf("by pointer: %+v, %v", again, err)
	}
	if m, err := kratos.MetadataAdmin[map[string]int](i); err != nil || m != nil {
		t.Errorf("null metadata: %v, %v", m, err)
	}
	if m, err := kratos.MetadataPublic[traits]((*kratos.Identity)(nil)); err != nil || m != (traits{}) {
		t.Errorf("no metadata: %v, %v", m, err)
	}
	if _, err := kratos.Traits[[]string](i); !errors.Is(err, kratos.ErrUnexpectedResponse) || strings.Contains(err.Error(), "ada") {
		t.Errorf("traits of another shape: %v", err)
	}
}

// Kratos accepts traits of 5 MiB, and its response can have them more than once.
func TestLargeIdentities(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 5<<20)
	_, admin := serve(t, reply{status: 200, body: `{"id":"i","traits":"` + large + `","metadata_public":"` + large + `"}`})
	ctx := t.Context()
	for name, err := range map[string]error{
		"read": second(admin.Identity(ctx, idA)), "created": second(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: ada})),
		"updated": second(admin.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{Traits: ada})), "patched": second(admin.SetTraits(ctx, idA, ada)),
	} {
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	tooLarge := map[string]string{"a": large}
	for name, err := range map[string]error{
		"created": second(admin.CreateIdentity(ctx, kratos.CreateIdentity{Traits: tooLarge})), "updated": second(admin.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{Traits: tooLarge})),
		"patched": second(admin.SetTraits(ctx, idA, tooLarge)), "given a password": second(admin.SetPassword(ctx, idA, kratos.PlaintextPassword("p"))),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, kratos.ErrInvalidArgument) || !strings.Contains(err.Error(), "5 MiB") {
				t.Errorf("%s with more than Kratos reads: %v", name, err)
			}
		})
	}
}

// Names are compared as encoding/json does, so a struct needs no tags.
func TestNamesOfTraits(t *testing.T) {
	t.Parallel()
	i := kratos.Identity{RawTraits: []byte(`{"username":"ada","firstName":"Ada","EMAIL":"e","name":{"last":"King"},"age":36,"Age":37}`)}
	type traits struct {
		Username  string
		FirstName string
		Email     string `json:"email"`
		Name      struct{ Last string }
		Age       int `json:"age"`
	}
	got, err := kratos.Traits[traits](i)
	switch {
	case err != nil:
		t.Error(err)
	case got.Username != "ada":
		t.Errorf(`got.Username = %q, want "ada"`, got.Username)
	case got.FirstName != "Ada":
		t.Errorf(`got.FirstName = %q, want "Ada"`, got.FirstName)
	case got.Email != "e":
		t.Errorf(`got.Email = %q, want "e"`, got.Email)
	case got.Name.Last != "King":
		t.Errorf(`got.Name.Last = %q, want "King"`, got.Name.Last)
	}
	var want traits
	if err := json.Unmarshal(i.RawTraits, &want); err != nil || got != want {
		t.Errorf("got %+v, encoding/json %+v, %v", got, want, err)
	}
	switch m, err := kratos.Traits[map[string]any](i); {
	case err != nil:
		t.Errorf("a map: %v", err)
	case m["username"] != "ada":
		t.Errorf(`a map: m["username"] = %q, want "ada"`, m["username"])
	case m["Username"] != nil:
		t.Errorf(`a map: m["Username"] = %v, want none`, m["Username"])
	}
	if raw, err := kratos.Traits[json.RawMessage](i); err != nil || string(raw) != string(i.RawTraits) {
		t.Errorf("as it is: %s, %v", raw, err)
	}
}

type (
	personTraits struct {
		Email string `json:"email"`
		Phone string `json:"phone"`
	}
	otherTraits    struct{ Username, Nickname string }
	embeddedTraits struct {
		personTraits
		Nickname string `json:"nickname"`
	}
	namedTraits struct {
		personTraits `json:"person"`
	}
	optionalTraits struct {
		Nickname string `json:"nickname,omitzero"`
		Age      *int   `json:"age,omitempty"`
		Note     string `json:"-"`
	}
	halfOptionalTraits struct {
		Nickname string `json:"nickname,omitzero"`
		Age      int    `json:"age"`
	}
	ownTraits struct{ text string }
)

func (o *ownTraits) UnmarshalJSON(text []byte) error { o.text = string(text); return nil }

// Traits that do not fit the type are an error, not a zero value.
func TestTraitsOfOtherTypes(t *testing.T) {
	t.Parallel()
	const person, empty = `{"email":"ada@example.org","active":true}`, `{}`
	for name, tc := range map[string]struct {
		traits string
		decode func(kratos.Identity) (any, error)
		want   any // nil where it is an error
	}{
		"a struct with some of the members":          {person, as[personTraits], personTraits{Email: "ada@example.org"}},
		"a pointer to a struct":                      {person, as[*personTraits], &personTraits{Email: "ada@example.org"}},
		"a member that is empty":                     {`{"email":""}`, as[personTraits], personTraits{}},
		"a member that is null":                      {`{"email":null}`, as[personTraits], personTraits{}},
		"a struct with none of the members":          {person, as[otherTraits], nil},
		"a pointer to a struct with none of them":    {person, as[*otherTraits], nil},
		"a pointer to a pointer to a struct":         {person, as[**otherTraits], nil},
		"a struct without exported fields":           {person, as[url.Userinfo], nil},
		"a struct without fields":                    {person, as[struct{}], nil},
		"a struct in a struct":                       {person, as[embeddedTraits], embeddedTraits{personTraits: personTraits{Email: "ada@example.org"}}},
		"a struct under a name of its own":           {person, as[namedTraits], nil},
		"fields that are all optional":               {person, as[optionalTraits], optionalTraits{}},
		"a pointer to a struct with optional fields": {person, as[*optionalTraits], &optionalTraits{}},
		"fields of which one is optional":            {person, as[halfOptionalTraits], nil},
		"a type that decodes itself":                 {person, as[ownTraits], ownTraits{person}},
		"a map":                                      {person, as[map[string]any], map[string]any{"email": "ada@example.org", "active": true}},
		"any":                                        {person, as[any], map[string]any{"email": "ada@example.org", "active": true}},
		"a map of another type":                      {person, as[map[string]int], nil},
		"JSON":                                       {person, as[json.RawMessage], json.RawMessage(person)},
		"bytes":                                      {person, as[[]byte], []byte(person)},
		"a text":                                     {person, as[string], nil},
		"no traits":                                  {"", as[otherTraits], otherTraits{}},
		"no traits, as bytes":                        {"", as[[]byte], []byte{}},
		"null":                                       {"null", as[otherTraits], otherTraits{}},
		"null by pointer":                            {"null", as[*otherTraits], (*otherTraits)(nil)},
		"empty traits":                               {empty, as[otherTraits], otherTraits{}},
		"empty traits by pointer":                    {empty, as[*otherTraits], &otherTraits{}},
		"empty traits as a map":                      {empty, as[map[string]string], map[string]string{}},
		"a name in another case":                     {`{"EMAIL":"e"}`, as[personTraits], personTraits{Email: "e"}},
		"a name with characters that JSON escapes":   {`{"e\"mail":"e"}`, as[personTraits], nil},
		"a member that is an object, and fits none of two": {`{"name":{"first":"Ada"}}`, as[otherTraits], nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.decode(kratos.Identity{RawTraits: []byte(tc.traits)})
			switch {
			case tc.want == nil && !errors.Is(err, kratos.ErrUnexpectedResponse):
				t.Errorf("got %+v, %v", got, err)
			case tc.want == nil && strings.Contains(err.Error(), "ada"):
				t.Errorf("the error has a value: %v", err)
			case tc.want != nil && (err != nil || !reflect.DeepEqual(got, tc.want)):
				t.Errorf("got %#v, %v, want %#v", got, err, tc.want)
			}
		})
	}
	_, err := kratos.Traits[otherTraits](kratos.Identity{RawTraits: []byte(person)})
	if want := "kratos: Traits: the traits have none of the fields of kratos_test.otherTraits; if all are optional, tag them omitzero"; err == nil || err.Error() != want {
		t.Errorf("the error says %v, want %s", err, want)
	}
}

func as[T any](i kratos.Identity) (any, error) {
	got, err := kratos.Traits[T](i)
	return got, err
}

// The caller can change the bytes that [kratos.Traits] returns.
func TestTraitsAsBytesAreCopied(t *testing.T) {
	t.Parallel()
	i := kratos.Identity{RawTraits: []byte(`{"a":1}`), RawMetadataPublic: []byte(`[1]`)}
	traits, err := kratos.Traits[[]byte](i)
	metadata, err2 := kratos.MetadataPublic[[]byte](i)
	if err != nil || err2 != nil || string(traits) != `{"a":1}` || string(metadata) != `[1]` {
		t.Fatalf("%s, %s, %v, %v", traits, metadata, err, err2)
	}
	traits[0] = 'x'
	if string(i.RawTraits) != `{"a":1}` {
		t.Errorf("the identity has %s", i.RawTraits)
	}
}
