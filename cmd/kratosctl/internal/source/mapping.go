package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// columns are what a column of a CSV file can become: with a name after a colon, or without.
var (
	namedColumns = map[string]func(string) bulk.Column{
		"trait": bulk.Trait, "trait-json": bulk.TraitJSON, "verified": bulk.Verified, "oidc": bulk.OIDCSubject,
		"metadata-public": bulk.MetadataPublic, "metadata-admin": bulk.MetadataAdmin,
	}
	plainColumns = map[string]func() bulk.Column{
		"password": bulk.Password, "password-hash": bulk.PasswordHash, "ref": bulk.Reference,
		"external-id": bulk.ExternalID, "state": bulk.State, "schema-id": bulk.SchemaID,
	}
)

const mapUsage = "kratos: --map takes COLUMN=TARGET, where TARGET is trait:NAME, trait-json:NAME, verified:TRAIT, password, password-hash, " +
	"oidc:PROVIDER, metadata-public:NAME, metadata-admin:NAME, ref, external-id, state or schema-id"

// mappingOf returns the mapping of pairs such as "mail=trait:email". The name of a column can have
// an equals sign: the last one counts.
func mappingOf(pairs []string) (bulk.Mapping, error) {
	if len(pairs) == 0 {
		return nil, errors.New("kratos: --from csv needs --map for each column to import, such as --map mail=trait:email")
	}
	mapping := bulk.Mapping{}
	for _, pair := range pairs {
		at := strings.LastIndexByte(pair, '=')
		if at < 1 {
			return nil, errors.New(mapUsage)
		}
		column := pair[:at]
		if _, ok := mapping[column]; ok {
			return nil, fmt.Errorf("kratos: --map has the column %q twice", column)
		}
		target, name, _ := strings.Cut(pair[at+1:], ":")
		switch named, plain := namedColumns[target], plainColumns[target]; {
		case named != nil && name != "":
			mapping[column] = named(name)
		case plain != nil && name == "":
			mapping[column] = plain()
		default:
			return nil, errors.New(mapUsage)
		}
	}
	return mapping, nil
}

// target returns how profiles become identities.
func (o Options) target() (bulk.Target, error) {
	to := bulk.Target{SchemaID: o.SchemaID, PublicMetadata: o.PublicMetadata}
	var err error
	if to.Traits, err = traitsOf(o.Traits); err != nil {
		return to, err
	}
	names := map[string]string{}
	for _, pair := range o.Providers {
		from, id, ok := strings.Cut(pair, "=")
		if !ok || from == "" {
			return to, errors.New("kratos: --provider takes OLD=NEW; NEW is empty for a provider whose links are left out")
		}
		names[from] = id
	}
	if len(names) > 0 {
		to.Provider = func(name string) string {
			if id, ok := names[name]; ok {
				return id
			}
			return bulk.DefaultProvider(name)
		}
	}
	return to, nil
}

// profileFields are the values of an account that --trait knows, besides raw.PATH.
var profileFields = map[string]func(bulk.Profile) string{
	"email":       bulk.Profile.Email,
	"phone":       bulk.Profile.Phone,
	"username":    func(p bulk.Profile) string { return p.Username },
	"name":        func(p bulk.Profile) string { return p.Name },
	"given_name":  func(p bulk.Profile) string { return p.GivenName },
	"family_name": func(p bulk.Profile) string { return p.FamilyName },
}

const traitUsage = "kratos: --trait takes TRAIT=FIELD, where FIELD is email, phone, username, name, given_name, family_name or raw.PATH"

// trait is a trait and where its value is in a profile.
type trait struct {
	path  []string
	field func(bulk.Profile) string
	raw   []string // path in Profile.Raw, if field is nil
}

// traitsOf returns the function for [bulk.Target], or nil without specifications: the default.
func traitsOf(specs []string) (func(bulk.Profile) (any, error), error) {
	if len(specs) == 0 {
		return nil, nil
	}
	var traits []trait
	for _, spec := range specs {
		name, field, _ := strings.Cut(spec, "=")
		t := trait{path: strings.Split(name, "."), field: profileFields[field]}
		if path, ok := strings.CutPrefix(field, "raw."); ok {
			t.raw = strings.Split(path, ".")
		}
		if slices.Contains(t.path, "") || t.field == nil && (len(t.raw) == 0 || slices.Contains(t.raw, "")) {
			return nil, errors.New(traitUsage)
		}
		traits = append(traits, t)
	}
	return func(p bulk.Profile) (any, error) {
		object := map[string]any{}
		for _, t := range traits {
			value := t.value(p)
			if value == nil || value == "" {
				continue
			}
			if err := set(object, t.path, value); err != nil {
				return nil, err
			}
		}
		if len(object) == 0 {
			return nil, errors.New("the account has none of the values of --trait")
		}
		return object, nil
	}, nil
}

func (t trait) value(p bulk.Profile) any {
	if t.field != nil {
		return t.field(p)
	}
	var value any
	if json.Unmarshal(p.Raw, &value) != nil {
		return nil
	}
	for _, name := range t.raw {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// set sets a member of an object by its path.
func set(object map[string]any, path []string, value any) error {
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok && object[name] != nil {
			return errors.New("--trait has a trait that is both a value and an object")
		}
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
	return nil
}
