package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Keycloak reads the accounts of Keycloak realms from a file of "kc.sh export", or from several, in
// sequence, such as by [io.MultiReader] (https://www.keycloak.org/server/importExport).
//
//   - Supported hashes are argon2 (argon2id), pbkdf2-sha512, pbkdf2-sha256 and pbkdf2.
//   - Identity providers become links. Target.Provider gets their alias; for a SAML provider, it
//     has to return "".
//   - The attributes phoneNumber and phoneNumberVerified are the phone.
//   - attributes, realmRoles, clientRoles and groups are in metadata_admin.
//   - enabled is the state. Service accounts are [ErrSkipped].
//   - Second factors, required actions and passwords in a user federation are lost.
func Keycloak(r io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		in, _ := openExport(r)
		users := layout{list: "users", nested: true}.accountsOf(in)
		records(source{name: "Keycloak", to: to}, users, keycloakAccount)(yield)
	}
}

type keycloakUser struct {
	ID              text                       `json:"id"`
	Username        text                       `json:"username"`
	Email           text                       `json:"email"`
	EmailVerified   flag                       `json:"emailVerified"`
	FirstName       text                       `json:"firstName"`
	LastName        text                       `json:"lastName"`
	Enabled         *flag                      `json:"enabled"`
	Attributes      map[string]json.RawMessage `json:"attributes"`
	Credentials     []keycloakCredential       `json:"credentials"`
	Providers       []keycloakProvider         `json:"federatedIdentities"`
	RealmRoles      json.RawMessage            `json:"realmRoles"`
	ClientRoles     json.RawMessage            `json:"clientRoles"`
	Groups          json.RawMessage            `json:"groups"`
	RequiredActions json.RawMessage            `json:"requiredActions"`
	ServiceAccount  text                       `json:"serviceAccountClientId"`
	FederationLink  text                       `json:"federationLink"`
}

type keycloakProvider struct {
	Alias   text `json:"identityProvider"`
	Subject text `json:"userId"`
}

func keycloakAccount(data []byte) (account, error) {
	var u keycloakUser
	if err := decodeAccount(data, &u); err != nil {
		return account{}, err
	}
	a := account{
		Profile: Profile{
			ID: string(u.ID), Username: string(u.Username), GivenName: string(u.FirstName), FamilyName: string(u.LastName),
		},
		raw:      withoutMembers(data, "credentials"),
		inactive: u.Enabled != nil && !bool(*u.Enabled),
	}
	if u.ServiceAccount != "" {
		return a, fmt.Errorf("%w: it is a service account", ErrSkipped)
	}
	a.Name = fullName(a.GivenName, a.FamilyName)
	a.addEmail(string(u.Email), bool(u.EmailVerified))
	verified, _ := parseFlag(u.attribute("phoneNumberVerified"))
	a.addPhone(u.attribute("phoneNumber"), verified)
	if a.hasAddress(a.Username) { // a realm can use addresses as usernames
		a.Username = ""
	}
	a.setAdmin("attributes", encode(u.Attributes))
	a.setAdmin("realmRoles", u.RealmRoles)
	a.setAdmin("clientRoles", u.ClientRoles)
	a.setAdmin("groups", u.Groups)
	for _, p := range u.Providers {
		a.links = append(a.links, link{provider: string(p.Alias), subject: string(p.Subject)})
	}
	if !isEmptyJSON(u.RequiredActions) {
		a.note("required actions")
	}
	if u.FederationLink != "" {
		a.note("user federation")
	}
	for _, c := range u.Credentials {
		c.addTo(&a)
	}
	return a, nil
}

// attribute returns the first value of an attribute.
func (u *keycloakUser) attribute(name string) string {
	var values []text
	if json.Unmarshal(u.Attributes[name], &values) != nil || len(values) == 0 {
		return ""
	}
	return string(values[0])
}

// keycloakCredential is a credential. Versions before 8 do not have the data in strings.
type keycloakCredential struct {
	Type           text `json:"type"`
	SecretData     text `json:"secretData"`     // JSON in a string
	CredentialData text `json:"credentialData"` // JSON in a string
	Plaintext      text `json:"value"`          // in files written by hand

	OldHash       text `json:"hashedSaltedValue"`
	OldSalt       text `json:"salt"`
	OldIterations int  `json:"hashIterations"`
	OldAlgorithm  text `json:"algorithm"`
}

// keycloakHash is a hash with its parameters.
type keycloakHash struct {
	algorithm  string
	iterations int
	salt, hash []byte
	parameters map[string][]text
}

func (c keycloakCredential) addTo(a *account) {
	switch c.Type {
	case "password":
		c.addPasswordTo(a)
	case "otp", "totp", "hotp":
		a.note("totp")
	case "recovery-authn-codes":
		a.note("backup codes")
	case "webauthn", "webauthn-passwordless":
		a.note("webauthn")
	default:
		a.note("mfa")
	}
}

func (c keycloakCredential) addPasswordTo(a *account) {
	if c.Plaintext != "" {
		a.setHash("", kratos.PlaintextPassword(string(c.Plaintext)), nil)
		return
	}
	h, err := c.hash()
	if err != nil {
		a.noteHash(h.algorithm)
		return
	}
	credential, err := h.credential()
	a.setHash(h.algorithm, credential, err)
}

func (c keycloakCredential) hash() (keycloakHash, error) {
	var secret struct {
		Value text `json:"value"`
		Salt  text `json:"salt"`
	}
	var data struct {
		Iterations int               `json:"hashIterations"`
		Algorithm  text              `json:"algorithm"`
		Parameters map[string][]text `json:"additionalParameters"`
	}
	if c.SecretData == "" {
		secret.Value, secret.Salt = c.OldHash, c.OldSalt
		data.Iterations, data.Algorithm = c.OldIterations, c.OldAlgorithm
	} else if json.Unmarshal([]byte(c.SecretData), &secret) != nil || json.Unmarshal([]byte(c.CredentialData), &data) != nil {
		return keycloakHash{}, errUnknownHash
	}
	h := keycloakHash{algorithm: string(data.Algorithm), iterations: data.Iterations, parameters: data.Parameters}
	var err, saltErr error
	h.hash, err = decodeBase64(string(secret.Value))
	h.salt, saltErr = decodeBase64(string(secret.Salt))
	return h, errors.Join(err, saltErr)
}

var errUnknownHash = errors.New("unknown password hash")

func (h keycloakHash) credential() (kratos.Credential, error) {
	iterations := uint32(max(h.iterations, 0))
	switch h.algorithm {
	case "argon2":
		if h.parameter("type") != "id" || h.parameter("version") != "1.3" {
			return nil, errUnknownHash
		}
		return kratos.Argon2idHash(h.number("memory"), iterations, uint8(min(h.number("parallelism"), 255)), h.salt, h.hash)
	case "pbkdf2-sha512":
		return kratos.PBKDF2Hash("sha512", iterations, h.salt, h.hash)
	case "pbkdf2-sha256":
		return kratos.PBKDF2Hash("sha256", iterations, h.salt, h.hash)
	case "pbkdf2":
		return kratos.PBKDF2Hash("sha1", iterations, h.salt, h.hash)
	}
	return nil, errUnknownHash
}

func (h keycloakHash) parameter(name string) string {
	if len(h.parameters[name]) == 0 {
		return ""
	}
	return string(h.parameters[name][0])
}

func (h keycloakHash) number(name string) uint32 { return parseUint32(h.parameter(name)) }
