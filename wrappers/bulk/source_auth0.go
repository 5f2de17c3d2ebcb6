package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Auth0 reads the accounts of Auth0 from users, the file of a user export job (JSON lines or CSV).
// Their passwords are in hashes, the JSON lines that Auth0's support provides
// (https://auth0.com/docs/manage-users/user-migration/bulk-user-exports).
//
//   - Without hashes (nil), accounts with a password use the password migration hook.
//   - The hashes are in memory, about 150 bytes each; users are read one by one. A hashes file that
//     is malformed is an error, and no user is read.
//   - Social and OpenID Connect identities become links. Passwordless ones are their addresses.
//   - blocked is the state. In a CSV file, columns such as "user_metadata.plan" are metadata.
//   - app_metadata and user_metadata are in metadata_admin; see Target.PublicMetadata.
//   - MFA enrollments and SAML identities are lost.
func Auth0(users, hashes io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		index, err := auth0Hashes(hashes)
		if err != nil {
			yield(Record{}, err)
			return
		}
		s := source{name: "Auth0", to: to}
		r, isJSON := openExport(users)
		var list iter.Seq2[Record, error]
		if isJSON {
			list = records(s, layout{}.accountsOf(r), func(data []byte) (account, error) {
				var u auth0User
				if err := decodeAccount(data, &u); err != nil {
					return account{}, err
				}
				u.raw = withoutMembers(data, "identities")
				return u.account(index), nil
			})
		} else {
			list = records(s, csvRows(r, "user_id"), func(columns csvRow) (account, error) {
				u, err := auth0Row(columns)
				if err != nil {
					return account{}, err
				}
				return u.account(index), nil
			})
		}
		list(yield)
	}
}

type auth0User struct {
	ID            text            `json:"user_id"`
	Email         text            `json:"email"`
	EmailVerified flag            `json:"email_verified"`
	Phone         text            `json:"phone_number"`
	PhoneVerified flag            `json:"phone_verified"`
	Username      text            `json:"username"`
	Name          text            `json:"name"`
	GivenName     text            `json:"given_name"`
	FamilyName    text            `json:"family_name"`
	Identities    []auth0Identity `json:"identities"`
	AppMetadata   json.RawMessage `json:"app_metadata"`
	UserMetadata  json.RawMessage `json:"user_metadata"`
	Blocked       flag            `json:"blocked"`
	MultiFactor   json.RawMessage `json:"multifactor"`

	raw func() json.RawMessage
}

type auth0Identity struct {
	Provider   text `json:"provider"`
	UserID     text `json:"user_id"`
	Connection text `json:"connection"`
}

// account returns the account of a user. Nil hashes mean that the export has none.
func (u *auth0User) account(hashes map[string]string) account {
	a := account{
		Profile: Profile{
			ID: string(u.ID), Username: string(u.Username), Name: string(u.Name),
			GivenName: string(u.GivenName), FamilyName: string(u.FamilyName),
		},
		raw:      u.raw,
		inactive: bool(u.Blocked),
	}
	a.addEmail(string(u.Email), bool(u.EmailVerified))
	a.addPhone(string(u.Phone), bool(u.PhoneVerified))
	a.setAdmin("app_metadata", u.AppMetadata)
	a.setUser("user_metadata", u.UserMetadata)
	if !isEmptyJSON(u.MultiFactor) {
		a.note("mfa")
	}
	if len(u.Identities) == 0 {
		u.Identities = []auth0Identity{auth0IdentityOf(string(u.ID))}
	}
	passwords := 0
	for _, i := range u.Identities {
		if i.Provider != "auth0" {
			i.addTo(&a)
			continue
		}
		if passwords++; passwords > 1 {
			a.note("password") // of another database connection
			continue
		}
		addAuth0Password(&a, string(i.UserID), hashes)
	}
	return a
}

// auth0IdentityOf returns the identity that the id of a user names: "provider|id", or
// "provider|connection|id".
func auth0IdentityOf(id string) auth0Identity {
	provider, user, _ := strings.Cut(id, "|")
	connection, _, _ := strings.Cut(user, "|")
	return auth0Identity{Provider: text(provider), UserID: text(user), Connection: text(connection)}
}

// addTo adds the identity of another provider than a database.
func (i auth0Identity) addTo(a *account) {
	name, subject := string(i.Provider), strings.TrimPrefix(string(i.UserID), string(i.Connection)+"|")
	switch name {
	case "email", "sms": // passwordless
		return
	case "samlp", "adfs", "pingfederate":
		a.note("saml link")
		return
	case "ad", "auth0-adldap":
		a.note("user federation")
		return
	case "google-apps": // the id is an email address, and not the subject
		a.note("provider link")
		return
	case "oidc", "oauth2", "okta": // the connection tells which provider it is
		name = string(i.Connection)
	}
	a.links = append(a.links, link{provider: name, subject: subject})
}

func addAuth0Password(a *account, id string, hashes map[string]string) {
	hash, ok := hashes[id]
	switch {
	case hashes == nil:
		a.useMigrationHook()
	case !ok:
		a.note("password")
	default:
		credential, err := kratos.HashedPassword(hash)
		a.setHash("", credential, err)
	}
}

// auth0Hashes returns the hashes by the id of a user of a database connection.
func auth0Hashes(r io.Reader) (map[string]string, error) {
	if r == nil {
		return nil, nil
	}
	index := map[string]string{}
	in, _ := openExport(r)
	for line, err := range (layout{}).accountsOf(in) {
		if err == nil {
			err = addAuth0Hash(index, line.value)
		}
		if err != nil {
			return nil, fmt.Errorf("kratos: %s %d of the password hashes of Auth0: %w", line.unit, line.number, err)
		}
	}
	return index, nil
}

func addAuth0Hash(index map[string]string, data []byte) error {
	var h struct {
		ID struct {
			OID text `json:"$oid"`
		} `json:"_id"`
		AltID text `json:"alt_id"`
		Hash  text `json:"passwordHash"`
	}
	if err := decodeAccount(data, &h); err != nil {
		return err
	}
	id := string(h.AltID)
	if id == "" {
		id = string(h.ID.OID)
	}
	if id == "" {
		return errors.New("there is neither an _id nor an alt_id")
	}
	if h.Hash != "" {
		index[id] = string(h.Hash)
	}
	return nil
}
