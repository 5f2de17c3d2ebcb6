package bulk

import (
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Clerk reads the accounts of Clerk from the CSV file of its dashboard's export
// (https://clerk.com/docs/deployments/exporting-users).
//
//   - Supported hashes are bcrypt, argon2i, argon2id, pbkdf2_sha1, pbkdf2_sha256 (also of Django),
//     scrypt_firebase, ldap_ssha, sha256 and md5. For awscognito, the password migration hook is
//     used. Other hashes are lost.
//   - The file has neither links, metadata nor organizations; TOTP secrets are lost.
//   - A column banned, if there is one, is the state. Locks are temporary, and ignored.
func Clerk(r io.Reader, to Target) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		in, _ := openExport(r)
		rows := csvRows(in, "id", "primary_email_address")
		records(source{name: "Clerk", to: to}, rows, clerkAccount)(yield)
	}
}

func clerkAccount(columns csvRow) (account, error) {
	a := account{
		Profile: Profile{
			ID: columns["id"], Username: columns["username"], GivenName: columns["first_name"], FamilyName: columns["last_name"],
		},
		raw: columns.withoutColumns("password_digest", "totp_secret", "backup_codes"),
	}
	a.Name = fullName(a.GivenName, a.FamilyName)
	clerkAddresses(columns["primary_email_address"], columns["verified_email_addresses"], columns["unverified_email_addresses"], a.addEmail)
	clerkAddresses(columns["primary_phone_number"], columns["verified_phone_numbers"], columns["unverified_phone_numbers"], a.addPhone)
	var err error
	if a.inactive, err = columns.flagOf("banned"); err != nil {
		return a, err
	}
	if columns["totp_secret"] != "" {
		a.note("totp")
	}
	if digest := columns["password_digest"]; digest != "" {
		addClerkPassword(&a, columns["password_hasher"], digest)
	}
	return a, nil
}

// clerkAddresses adds the primary address and the others, which are separated by "|" or ",".
func clerkAddresses(primary, verified, unverified string, add func(string, bool)) {
	split := func(list string) []string {
		return strings.FieldsFunc(list, func(r rune) bool { return r == '|' || r == ',' || r == ' ' })
	}
	known := split(verified)
	add(primary, slices.Contains(known, primary))
	for _, address := range known {
		add(address, true)
	}
	for _, address := range split(unverified) {
		add(address, false)
	}
}

func addClerkPassword(a *account, hasher, digest string) {
	if hasher == "awscognito" {
		a.useMigrationHook()
		return
	}
	credential, err := clerkHash(hasher, digest)
	a.setHash(hasher, credential, err)
}

// clerkHash returns the hash of a digest in the format that Clerk documents for the hasher
// (https://clerk.com/docs/reference/backend/user/create-user).
func clerkHash(hasher, digest string) (kratos.Credential, error) {
	switch hasher {
	case "bcrypt", "argon2i", "argon2id", "ldap_ssha":
		return kratos.HashedPassword(digest)
	case "md5":
		sum, err := decodeHex(digest)
		if err != nil {
			return nil, err
		}
		return kratos.DigestHash("md5", "", nil, sum)
	case "sha256":
		sum, err := decodeHex(digest)
		if err != nil {
			return nil, err
		}
		return kratos.DigestHash("sha256", "{PASSWORD}", nil, sum)
	case "pbkdf2_sha256":
		return clerkPBKDF2("sha256", digest, decodeBase64, decodeBase64)
	case "pbkdf2_sha256_django":
		return clerkPBKDF2("sha256", digest, asBytes, decodeBase64)
	case "pbkdf2_sha1":
		return clerkPBKDF2("sha1", digest, asBytes, decodeHex)
	case "scrypt_firebase":
		return clerkFirebaseHash(digest)
	}
	return nil, errUnknownHash
}

// clerkPBKDF2 parses "name$iterations$salt$hash".
func clerkPBKDF2(algorithm, digest string, salt, hash func(string) ([]byte, error)) (kratos.Credential, error) {
	parts := strings.Split(digest, "$")
	if len(parts) != 4 {
		return nil, errUnknownHash
	}
	decodedSalt, saltErr := salt(parts[2])
	decodedHash, hashErr := hash(parts[3])
	if saltErr != nil || hashErr != nil {
		return nil, errUnknownHash
	}
	return kratos.PBKDF2Hash(algorithm, parseUint32(parts[1]), decodedSalt, decodedHash)
}

// clerkFirebaseHash parses "hash$salt$signer key$salt separator$rounds$memory cost".
func clerkFirebaseHash(digest string) (kratos.Credential, error) {
	parts := strings.Split(digest, "$")
	if len(parts) != 6 {
		return nil, errUnknownHash
	}
	var decoded [4][]byte
	for i := range decoded {
		var err error
		if decoded[i], err = decodeBase64(parts[i]); err != nil {
			return nil, errUnknownHash
		}
	}
	return kratos.FirebaseScryptHash(parseUint32(parts[5]), parseUint32(parts[4]), decoded[1], decoded[0], decoded[3], decoded[2])
}
