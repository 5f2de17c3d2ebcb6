package bulk

import (
	"encoding/json"
	"io"
	"iter"
	"strings"
)

// Cognito reads the accounts of an Amazon Cognito user pool: the JSON of "aws cognito-idp
// list-users", also several pages one after the other, or a CSV file with the header of
// "get-csv-header" (https://docs.aws.amazon.com/cognito/latest/developerguide/).
//
//   - Cognito exports no passwords: accounts with one use the password migration hook.
//   - The id is the attribute sub, and in a CSV file without it cognito:username.
//   - The attribute identities becomes links. Other attributes are in metadata_admin.
//   - The state is inactive if the account is disabled or compromised.
//   - SAML identities and MFA settings are lost.
func Cognito(r io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		s := source{name: "Cognito", to: to}
		b, isJSON := openExport(r)
		if isJSON {
			records(s, layout{list: "Users"}.accountsOf(b), cognitoJSON)(yield)
			return
		}
		records(s, csvRows(b, "cognito:username"), cognitoRow)(yield)
	}
}

// cognitoUser is an account of both formats.
type cognitoUser struct {
	Username   text            `json:"Username"`
	Attributes []cognitoPair   `json:"Attributes"`
	Enabled    *flag           `json:"Enabled"`
	Status     text            `json:"UserStatus"`
	MFA        json.RawMessage `json:"MFAOptions"`
}

type cognitoPair struct {
	Name  text `json:"Name"`
	Value text `json:"Value"`
}

func cognitoJSON(data []byte) (account, error) {
	var u cognitoUser
	if err := decodeAccount(data, &u); err != nil {
		return account{}, err
	}
	attributes := map[string]string{}
	for _, pair := range u.Attributes {
		attributes[string(pair.Name)] = string(pair.Value)
	}
	a, err := cognitoAccount(string(u.Username), string(u.Status), attributes)
	a.raw = withoutMembers(data)
	a.inactive = u.Enabled != nil && !bool(*u.Enabled) || u.Status == "COMPROMISED"
	if !isEmptyJSON(u.MFA) {
		a.note("mfa")
	}
	return a, err
}

func cognitoRow(columns csvRow) (account, error) {
	attributes := map[string]string{}
	for name, value := range columns {
		if value != "" && !strings.HasPrefix(name, "cognito:") {
			attributes[name] = value
		}
	}
	a, err := cognitoAccount(columns["cognito:username"], "", attributes)
	a.raw = columns.withoutColumns()
	mfa, mfaErr := columns.flagOf("cognito:mfa_enabled")
	if err == nil {
		err = mfaErr
	}
	if mfa {
		a.note("mfa")
	}
	return a, err
}

func cognitoAccount(username, status string, attributes map[string]string) (account, error) {
	a := account{Profile: Profile{
		ID: attributes["sub"], Username: attributes["preferred_username"], Name: attributes["name"],
		GivenName: attributes["given_name"], FamilyName: attributes["family_name"],
	}}
	if a.ID == "" {
		a.ID = username
	}
	for address, add := range map[string]func(string, bool){"email": a.addEmail, "phone_number": a.addPhone} {
		verified, err := csvRow(attributes).flagOf(address + "_verified")
		if err != nil {
			return a, err
		}
		add(attributes[address], verified)
	}
	external := status == "EXTERNAL_PROVIDER"
	if a.Username == "" && !external && username != attributes["sub"] && !a.hasAddress(username) {
		a.Username = username
	}
	if !external {
		a.useMigrationHook()
	}
	addCognitoLinks(&a, attributes["identities"])
	for _, known := range []string{"sub", "identities", "preferred_username", "name", "given_name", "family_name", "email", "email_verified", "phone_number", "phone_number_verified"} {
		delete(attributes, known)
	}
	a.setAdmin("attributes", encode(attributes))
	return a, nil
}

// addCognitoLinks adds the links of the attribute identities, which is JSON in a string.
func addCognitoLinks(a *account, identities string) {
	if identities == "" {
		return
	}
	var list []struct {
		UserID       text `json:"userId"`
		ProviderName text `json:"providerName"`
		ProviderType text `json:"providerType"`
	}
	if json.Unmarshal([]byte(identities), &list) != nil {
		a.note("provider link")
		return
	}
	for _, i := range list {
		if strings.EqualFold(string(i.ProviderType), "SAML") {
			a.note("saml link")
			continue
		}
		a.links = append(a.links, link{provider: string(i.ProviderName), subject: string(i.UserID)})
	}
}
