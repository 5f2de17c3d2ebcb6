package bulk

import (
	"bufio"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// FirebaseHash has the password hash parameters of a Firebase project, as the console shows them in
// Authentication > Users (https://firebase.google.com/docs/cli/auth). The signer key is a secret.
// The zero value is for projects without passwords.
type FirebaseHash struct {
	redacted[FirebaseHash]

	// SignerKey is base64_signer_key.
	SignerKey string
	// SaltSeparator is base64_salt_separator.
	SaltSeparator string
	// Rounds is rounds, 1 to 8.
	Rounds int
	// MemCost is mem_cost, 1 to 14.
	MemCost int
}

// Firebase reads the accounts of Firebase Authentication or Google Cloud Identity Platform from a
// file of "firebase auth:export", in JSON or CSV.
//
//   - An account with a password hash is an error if hash is the zero value, or if the export was
//     made without the permission to read hashes. Firebase omits hashes of other algorithms.
//   - A hash with invalid parameters is [kratos.ErrInvalidArgument].
//   - Providers become links. customAttributes are in metadata_admin.
//   - disabled is the state. Phone numbers are not verified: an administrator can set any.
//   - Multi-factor enrollments are lost.
//   - A row that is not one of the export ends the sequence: the file is another one.
func Firebase(r io.Reader, hash FirebaseHash, to Target) iter.Seq2[Record, error] {
	key, err := hash.decode()
	if err != nil {
		return onlyError(err)
	}
	return func(yield func(Record, error) bool) {
		s := source{name: "Firebase", to: to}
		b, isJSON := openExport(r)
		if !isJSON {
			records(s, firebaseRows(b), func(fields []string) (account, error) {
				u, err := firebaseRow(fields)
				if err != nil {
					return account{Profile: Profile{ID: string(u.ID)}}, err
				}
				return u.account(key)
			})(yield)
			return
		}
		records(s, layout{list: "users"}.accountsOf(b), func(data []byte) (account, error) {
			var u firebaseUser
			if err := decodeAccount(data, &u); err != nil {
				return account{}, err
			}
			u.raw = withoutMembers(data, "passwordHash", "salt")
			return u.account(key)
		})(yield)
	}
}

// firebaseKey is a decoded FirebaseHash.
type firebaseKey struct {
	FirebaseHash
	signerKey, saltSeparator []byte
}

func (h FirebaseHash) decode() (firebaseKey, error) {
	k := firebaseKey{FirebaseHash: h}
	if h == (FirebaseHash{}) {
		return k, nil
	}
	var err, sepErr error
	k.signerKey, err = decodeBase64(h.SignerKey)
	k.saltSeparator, sepErr = decodeBase64(h.SaltSeparator)
	switch {
	case err != nil || len(k.signerKey) == 0:
		return k, hashError("SignerKey is not base64")
	case sepErr != nil:
		return k, hashError("SaltSeparator is not base64")
	case h.Rounds < 1 || h.Rounds > 8:
		return k, hashError("Rounds is not 1 to 8")
	case h.MemCost < 1 || h.MemCost > 14:
		return k, hashError("MemCost is not 1 to 14")
	}
	return k, nil
}

func hashError(text string) error {
	return fmt.Errorf("kratos: Firebase: %w: FirebaseHash.%s", kratos.ErrInvalidArgument, text)
}

// decodeBase64 decodes both alphabets, with or without padding.
func decodeBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(s), "="))
	return base64.RawStdEncoding.DecodeString(s)
}

type firebaseUser struct {
	ID               text               `json:"localId"`
	Email            text               `json:"email"`
	EmailVerified    flag               `json:"emailVerified"`
	PasswordHash     text               `json:"passwordHash"`
	Salt             text               `json:"salt"`
	Name             text               `json:"displayName"`
	Phone            text               `json:"phoneNumber"`
	Disabled         flag               `json:"disabled"`
	CustomAttributes text               `json:"customAttributes"` // JSON in a string
	Providers        []firebaseProvider `json:"providerUserInfo"`
	MFA              json.RawMessage    `json:"mfaInfo"`

	raw func() json.RawMessage
}

type firebaseProvider struct {
	ID      text `json:"providerId"`
	Subject text `json:"rawId"`
}

func (u *firebaseUser) account(key firebaseKey) (account, error) {
	a := account{
		Profile:  Profile{ID: string(u.ID), Name: string(u.Name)},
		raw:      u.raw,
		inactive: bool(u.Disabled),
	}
	a.addEmail(string(u.Email), bool(u.EmailVerified))
	a.addPhone(string(u.Phone), false)
	a.setAdmin("customAttributes", json.RawMessage(u.CustomAttributes))
	for _, p := range u.Providers {
		a.links = append(a.links, link{provider: string(p.ID), subject: string(p.Subject)})
	}
	if !isEmptyJSON(u.MFA) {
		a.note("mfa")
	}
	return a, u.setPassword(&a, key)
}

// redactedHash is what Firebase exports to someone who may not read hashes.
const redactedHash = "REDACTED"

func (u *firebaseUser) setPassword(a *account, key firebaseKey) error {
	if u.PasswordHash == "" {
		return nil
	}
	hash, err := decodeBase64(string(u.PasswordHash))
	salt, saltErr := decodeBase64(string(u.Salt))
	switch {
	case err != nil || saltErr != nil:
		return errors.New("the password hash or its salt is not base64")
	case strings.HasPrefix(string(hash), redactedHash):
		return errors.New("the password hash is redacted: export with the permission firebaseauth.configs.getHashConfig")
	case len(key.signerKey) == 0:
		return errors.New("the account has a password hash: give the password hash parameters of the project (kratosctl import --hash-config)")
	}
	credential, err := kratos.FirebaseScryptHash(uint32(key.MemCost), uint32(key.Rounds), salt, hash, key.saltSeparator, key.signerKey)
	if err != nil {
		return errors.New("the password hash or its salt is empty")
	}
	a.setHash("", credential, nil)
	return nil
}

// firebaseColumns is the number of columns of a CSV export, without those of further providers.
const firebaseColumns = 28

// firebaseRows yields the rows of a CSV export, which has no header. One of another form is the last:
// its values can be secrets, and are in no record and no error.
func firebaseRows(b *bufio.Reader) iter.Seq2[sourceItem[[]string], error] {
	// The exporter does not double a quote after a backslash.
	lazy := func(c *csv.Reader) { c.FieldsPerRecord, c.LazyQuotes = -1, true }
	return func(yield func(sourceItem[[]string], error) bool) {
		for row, err := range csvFields(b, lazy) {
			if err == nil {
				err = checkFirebaseRow(row.value)
				row.last = err != nil
			}
			if !yield(row, err) || row.last {
				return
			}
		}
	}
}

func checkFirebaseRow(fields []string) error {
	const other = "the file is neither JSON nor CSV of firebase auth:export"
	switch {
	case len(fields) < firebaseColumns:
		return fmt.Errorf("%s: the row has %d columns, and an export at least %d", other, len(fields), firebaseColumns)
	case strings.ContainsFunc(fields[0], isNotInID):
		return errors.New(other + ": the first column is not a localId")
	}
	return nil
}

// isNotInID reports whether no localId has a character.
func isNotInID(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune("\"'`{}", r)
}

// firebaseRow returns the user of a row of a CSV export, which has no header.
func firebaseRow(fields []string) (*firebaseUser, error) {
	fields = append(fields[:len(fields):len(fields)], make([]string, 64)...)
	u := &firebaseUser{
		ID: text(fields[0]), Email: text(fields[1]), PasswordHash: text(fields[3]), Salt: text(fields[4]),
		Name: text(fields[5]), Phone: text(fields[25]), CustomAttributes: text(fields[27]),
	}
	for _, p := range []struct {
		column int
		name   text
	}{
		{7, "google.com"}, {11, "facebook.com"}, {15, "twitter.com"}, {19, "github.com"}, {28, "apple.com"},
		{32, "microsoft.com"}, {36, "gc.apple.com"}, {40, "playgames.google.com"}, {44, "linkedin.com"}, {48, "yahoo.com"},
	} {
		if subject := fields[p.column]; subject != "" {
			u.Providers = append(u.Providers, firebaseProvider{ID: p.name, Subject: text(subject)})
		}
	}
	verified, err := parseFlag(fields[2])
	disabled, disabledErr := parseFlag(fields[26])
	if err != nil || disabledErr != nil {
		return u, errors.New("the columns are not those of an export: emailVerified or disabled is neither true nor false")
	}
	u.EmailVerified, u.Disabled = flag(verified), flag(disabled)
	u.raw = csvRow{
		"localId": fields[0], "email": fields[1], "displayName": fields[5], "photoUrl": fields[6], "createdAt": fields[23],
		"lastLoginAt": fields[24], "phoneNumber": fields[25], "customAttributes": fields[27],
	}.withoutColumns()
	return u, nil
}
