package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// account is what a reader has found in an export.
type account struct {
	Profile
	raw         func() json.RawMessage // Profile.Raw
	inactive    bool
	credentials []kratos.Credential
	links       []link
	admin       map[string]json.RawMessage // metadata that only administrators could change
	user        map[string]json.RawMessage // metadata that the person could change
	notes       []string
}

// link is an account at an OpenID Connect provider.
type link struct{ provider, subject string }

func (a *account) note(text string) { a.notes = append(a.notes, text) }

// setHash adds the password hash that a function of package kratos has returned. The algorithm is
// the name of the hash in the other system.
func (a *account) setHash(algorithm string, hash kratos.Credential, err error) {
	if err != nil {
		a.noteHash(algorithm)
		return
	}
	a.credentials = append(a.credentials, hash)
}

// noteHash notes a password that is lost. It names the algorithm only if that looks like a name:
// the member could have the hash itself.
func (a *account) noteHash(algorithm string) {
	const nameChars = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	if algorithm == "" || len(algorithm) > 32 || strings.Trim(algorithm, nameChars) != "" {
		a.note("password")
		return
	}
	a.note("password " + algorithm)
}

func (a *account) useMigrationHook() {
	a.credentials = append(a.credentials, kratos.PasswordMigrationHook())
}

// setAdmin keeps metadata, and notes that it is lost if it is not JSON.
func (a *account) setAdmin(name string, value json.RawMessage) { a.setMetadata(&a.admin, name, value) }

// setUser is [account.setAdmin] for metadata that the person could change.
func (a *account) setUser(name string, value json.RawMessage) { a.setMetadata(&a.user, name, value) }

func (a *account) setMetadata(to *map[string]json.RawMessage, name string, value json.RawMessage) {
	switch {
	case isEmptyJSON(value):
	case !json.Valid(value):
		a.note("metadata")
	default:
		if *to == nil {
			*to = map[string]json.RawMessage{}
		}
		(*to)[name] = value
	}
}

func isEmptyJSON(value json.RawMessage) bool {
	switch strings.TrimSpace(string(value)) {
	case "", "null", "{}", "[]", `""`:
		return true
	}
	return false
}

// record returns the identity of an account.
func (t Target) record(line int, a account) (Record, error) {
	r := Record{Line: line, Ref: a.ID}
	if a.ID == "" {
		return r, errors.New("the account has no id")
	}
	traits, err := t.traits(a)
	if err != nil {
		return r, err
	}
	values, err := stringsOf(traits)
	if err != nil {
		return r, err
	}
	for _, l := range a.links {
		provider := t.provider(l.provider)
		if provider == "" || l.subject == "" {
			a.note("provider link")
			continue
		}
		a.credentials = append(a.credentials, kratos.OIDCLink(provider, l.subject))
	}
	r.Identity = kratos.CreateIdentity{
		SchemaID:            t.SchemaID,
		ExternalID:          a.ID,
		Traits:              traits,
		Credentials:         kratos.Credentials(a.credentials...),
		VerifiableAddresses: a.verifiable(values),
	}
	if a.inactive {
		r.Identity.State = kratos.IdentityStateInactive
	}
	t.setMetadata(&r.Identity, a)
	slices.Sort(a.notes)
	r.Notes = slices.Compact(a.notes)
	return r, nil
}

func (t Target) traits(a account) (any, error) {
	p := a.Profile
	if t.Traits == nil {
		if p.Email() == "" {
			return nil, errors.New("the account has no email address, and Target.Traits is nil")
		}
		return map[string]string{"email": p.Email()}, nil
	}
	if a.raw != nil {
		p.Raw = a.raw()
	}
	traits, err := t.Traits(p)
	if err == nil && traits == nil {
		err = errors.New("it returned nil")
	}
	if err != nil {
		return nil, fmt.Errorf("Target.Traits: %w", err)
	}
	return traits, nil
}

func (t Target) setMetadata(to *kratos.CreateIdentity, a account) {
	admin := map[string]json.RawMessage{}
	maps.Copy(admin, a.admin)
	if t.PublicMetadata && len(a.user) > 0 {
		to.MetadataPublic = a.public()
	} else {
		maps.Copy(admin, a.user)
	}
	if len(admin) > 0 {
		to.MetadataAdmin = admin
	}
}

// public returns the metadata that the person could change. It is the object itself if it is the
// only one.
func (a *account) public() any {
	if len(a.user) == 1 {
		for _, value := range a.user {
			if value[0] == '{' {
				return value
			}
		}
	}
	return a.user
}

// verifiable returns the verified addresses that are among the strings of the traits, and notes the
// identifiers that are not.
func (a *account) verifiable(traits map[string]bool) []kratos.VerifiableAddress {
	var list []kratos.VerifiableAddress
	add := func(from []Address, via kratos.AddressChannel) {
		for _, address := range from {
			switch {
			case !traits[strings.ToLower(address.Value)]:
				a.note(map[kratos.AddressChannel]string{kratos.AddressChannelEmail: "email", kratos.AddressChannelSMS: "phone"}[via])
			case address.Verified:
				// Kratos stores email addresses in lower case; phone numbers have no case.
				list = append(list, kratos.VerifiableAddress{Value: strings.ToLower(address.Value), Via: via, Verified: true, Status: kratos.AddressStatusCompleted})
			}
		}
	}
	add(a.Emails, kratos.AddressChannelEmail)
	add(a.Phones, kratos.AddressChannelSMS)
	if a.Username != "" && !traits[strings.ToLower(a.Username)] {
		a.note("username")
	}
	return list
}

// stringsOf returns the strings of the traits, in lower case.
func stringsOf(traits any) (map[string]bool, error) {
	text, err := json.Marshal(traits)
	if err != nil {
		return nil, errors.New("the traits cannot be encoded as JSON")
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, errors.New("the traits cannot be encoded as JSON")
	}
	values := map[string]bool{}
	collectStrings(value, values)
	return values, nil
}

func collectStrings(value any, to map[string]bool) {
	switch v := value.(type) {
	case string:
		to[strings.ToLower(strings.TrimSpace(v))] = true
	case []any:
		for _, element := range v {
			collectStrings(element, to)
		}
	case map[string]any:
		for _, member := range v {
			collectStrings(member, to)
		}
	}
}
