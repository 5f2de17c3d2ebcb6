package bulk

import (
	"encoding/json"
	"io"
	"iter"
)

// Okta reads the accounts of Okta from the JSON of its users API: arrays, also several pages one
// after the other, or JSON lines
// (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/).
//
//   - Okta exports no passwords: accounts that it, Active Directory or LDAP checks use the password
//     migration hook.
//   - Addresses are verified if credentials.emails has them with the status VERIFIED.
//   - The rest of the profile is in metadata_admin.
//   - The state is active for ACTIVE, PROVISIONED, PASSWORD_EXPIRED, LOCKED_OUT and RECOVERY, else
//     inactive.
//   - Identities at providers are not in this API, and are lost, as are second factors.
func Okta(r io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		in, _ := openExport(r)
		records(source{name: "Okta", to: to}, layout{}.accountsOf(in), oktaAccount)(yield)
	}
}

type oktaUser struct {
	ID          text                       `json:"id"`
	Status      text                       `json:"status"`
	Profile     map[string]json.RawMessage `json:"profile"`
	Credentials oktaCredentials            `json:"credentials"`
}

type oktaCredentials struct {
	Question json.RawMessage `json:"recovery_question"`
	Emails   []struct {
		Value  text `json:"value"`
		Status text `json:"status"`
	} `json:"emails"`
	Provider struct {
		Type text `json:"type"`
	} `json:"provider"`
}

func oktaAccount(data []byte) (account, error) {
	var u oktaUser
	if err := decodeAccount(data, &u); err != nil {
		return account{}, err
	}
	a := account{
		Profile: Profile{
			ID: string(u.ID), Name: u.take("displayName"), GivenName: u.take("firstName"), FamilyName: u.take("lastName"),
		},
		raw:      withoutMembers(data, "credentials"),
		inactive: !oktaIsActive(string(u.Status)),
	}
	if a.Name == "" {
		a.Name = fullName(a.GivenName, a.FamilyName)
	}
	a.addEmail(u.take("email"), false)
	a.addEmail(u.take("secondEmail"), false)
	for _, e := range u.Credentials.Emails {
		a.addEmail(string(e.Value), e.Status == "VERIFIED")
	}
	a.addPhone(u.take("mobilePhone"), false)
	if login := u.take("login"); !a.hasAddress(login) {
		a.Username = login
	}
	a.setAdmin("profile", encode(u.Profile))
	if !isEmptyJSON(u.Credentials.Question) {
		a.note("recovery question")
	}
	switch u.Credentials.Provider.Type {
	case "FEDERATION", "SOCIAL":
		a.note("provider link")
	default: // OKTA, IMPORT, ACTIVE_DIRECTORY, LDAP
		a.useMigrationHook()
	}
	return a, nil
}

// take removes a member of the profile that is a string, and returns it.
func (u *oktaUser) take(name string) string {
	var value string
	if json.Unmarshal(u.Profile[name], &value) != nil && u.Profile[name] != nil {
		return ""
	}
	delete(u.Profile, name)
	return value
}

func oktaIsActive(status string) bool {
	switch status {
	case "ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "LOCKED_OUT", "RECOVERY":
		return true
	}
	return false
}
