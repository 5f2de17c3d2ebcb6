package kratos_test

import (
	"encoding/json"
	"errors"
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
	i := kratos.Identity{Traits: []byte(`{"email":"ada@example.org","big":9007199254740993,"more":1}`), MetadataAdmin: []byte(`null`)}
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

// Kratos takes traits of 5 MiB, and its response can have them more than once.
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

// Names are compared as encoding/json does, so that a struct without tags is filled as well.
func TestNamesOfTraits(t *testing.T) {
	t.Parallel()
	i := kratos.Identity{Traits: []byte(`{"username":"ada","firstName":"Ada","EMAIL":"e","name":{"last":"King"},"age":36,"Age":37}`)}
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
	if err := json.Unmarshal(i.Traits, &want); err != nil || got != want {
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
	if raw, err := kratos.Traits[json.RawMessage](i); err != nil || string(raw) != string(i.Traits) {
		t.Errorf("as it is: %s, %v", raw, err)
	}
}
