package bulk

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// auth0Row returns the user of a row of a CSV export. Its columns are the members, or paths of
// members such as "user_metadata.plan" and "identities[0].provider".
func auth0Row(columns csvRow) (*auth0User, error) {
	for name, value := range columns {
		columns[name] = strings.TrimPrefix(value, "'") // Auth0 protects strings from spreadsheets
	}
	u := &auth0User{
		ID:           text(columns["user_id"]),
		Email:        text(columns["email"]),
		Phone:        text(columns["phone_number"]),
		Username:     text(columns["username"]),
		Name:         text(columns["name"]),
		GivenName:    text(columns["given_name"]),
		FamilyName:   text(columns["family_name"]),
		AppMetadata:  encode(columns.object("app_metadata.")),
		UserMetadata: encode(columns.object("user_metadata.")),
		raw:          columns.withoutColumns(slices.Collect(columns.named("identities["))...),
	}
	for column, target := range map[string]*flag{"email_verified": &u.EmailVerified, "phone_verified": &u.PhoneVerified, "blocked": &u.Blocked} {
		value, err := columns.flagOf(column)
		if err != nil {
			return nil, err
		}
		*target = flag(value)
	}
	if columns["multifactor"] != "" || columns["multifactor[0]"] != "" {
		u.MultiFactor = []byte(`["mfa"]`)
	}
	u.Identities = columns.identities()
	return u, nil
}

// identities returns the identities of the columns "identities[0].provider" and so on.
func (r csvRow) identities() []auth0Identity {
	var list []auth0Identity
	for i := 0; ; i++ {
		prefix := "identities[" + strconv.Itoa(i) + "]."
		found := auth0Identity{
			Provider:   text(r[prefix+"provider"]),
			UserID:     text(r[prefix+"user_id"]),
			Connection: text(r[prefix+"connection"]),
		}
		if found.Provider == "" || found.UserID == "" {
			return list
		}
		list = append(list, found)
	}
}

// named yields the names of the columns with a prefix.
func (r csvRow) named(prefix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range r {
			if strings.HasPrefix(name, prefix) && !yield(name) {
				return
			}
		}
	}
}

// object returns the values of the columns with a prefix, nested by the dots in their names.
func (r csvRow) object(prefix string) map[string]any {
	object := map[string]any{}
	for _, name := range slices.Sorted(r.named(prefix)) {
		if r[name] == "" {
			continue
		}
		if err := setMember(object, strings.TrimPrefix(name, prefix), r[name]); err != nil {
			object[strings.TrimPrefix(name, prefix)] = r[name] // "a.b" beside "a" stays "a.b"
		}
	}
	return object
}
