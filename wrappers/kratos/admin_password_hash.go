package kratos

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/bits"
	"regexp"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// PasswordHash is a hashed password in one of the formats that Kratos reads, for an import. Make
// one of the parts with the functions below, or of a string with [ParsePasswordHash]. It is a
// secret.
type PasswordHash struct{ text string }

// Format keeps the hash out of logs, whatever the verb.
func (PasswordHash) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "PasswordHash(…)") }

// ParsePasswordHash takes a hash as it stands in a database: $2a$… (bcrypt), $argon2id$…,
// $argon2i$…, $pbkdf2-sha256$…, $scrypt$…, $firescrypt$…, $md5$…, $sha1$…, $sha256$…, $sha512$…,
// {SSHA}…, {SSHA256}…, {SSHA512}…, $md5-crypt$…, $sha256-crypt$…, $sha512-crypt$… and
// $hmac-sha256$…. It fails with [ErrInvalidArgument] if the hash is in none of these formats, or malformed:
// Kratos would take some such hashes, and refuse the login.
func ParsePasswordHash(hash string) (PasswordHash, error) {
	if err := checkHash(hash); err != nil {
		return PasswordHash{}, wrapError("ParsePasswordHash", err)
	}
	return PasswordHash{hash}, nil
}

// Argon2idHash is the Argon2id hash of a password, of version 19: memory in KiB, iterations,
// parallelism, salt and hash.
func Argon2idHash(memory, iterations uint32, parallelism uint8, salt, hash []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, iterations, parallelism, encodeRaw(salt), encodeRaw(hash)))
}

// PBKDF2Hash is the PBKDF2 hash of a password: digest ("sha1", "sha224", "sha256", "sha384" or
// "sha512"), iterations, salt and hash.
func PBKDF2Hash(digest string, iterations uint32, salt, hash []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$pbkdf2-%s$i=%d,l=%d$%s$%s", digest, iterations, len(hash), encodeRaw(salt), encodeRaw(hash)))
}

// ScryptHash is the scrypt hash of a password: cost N, which is a power of two, block size,
// parallelism, salt and hash.
func ScryptHash(cost, block, parallelism uint32, salt, hash []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", cost, block, parallelism, encodeStd(salt), encodeStd(hash)))
}

// FirebaseScryptHash is a password hash that was exported from Firebase: memory cost (the
// exponent), rounds, salt and hash of the person, and the salt separator and signer key of the
// project.
func FirebaseScryptHash(memoryCost, rounds uint32, salt, hash, saltSeparator, signerKey []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$firescrypt$ln=%d,r=%d,p=1$%s$%s$%s$%s", memoryCost, rounds, encodeStd(salt), encodeStd(hash), encodeStd(saltSeparator), encodeStd(signerKey)))
}

// SHAHash is the plain hash of password and salt: digest ("sha1", "sha256" or "sha512"), and a
// format that says how they are put together, such as "{SALT}{PASSWORD}".
func SHAHash(digest, format string, salt, hash []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$%s$pf=%s$%s$%s", digest, encodeStd([]byte(format)), encodeStd(salt), encodeStd(hash)))
}

// MD5Hash is the plain MD5 hash of password and salt; format says how they are put together, such
// as "{SALT}{PASSWORD}", and is "" where there is no salt.
func MD5Hash(format string, salt, hash []byte) (PasswordHash, error) {
	if format == "" && len(salt) == 0 {
		return ParsePasswordHash("$md5$" + encodeStd(hash))
	}
	return ParsePasswordHash(fmt.Sprintf("$md5$pf=%s$%s$%s", encodeStd([]byte(format)), encodeStd(salt), encodeStd(hash)))
}

// HMACHash is the HMAC of a password: digest ("md4", "md5", "sha1", "sha224", "sha256", "sha384" or
// "sha512"), the HMAC in hexadecimal, and the key.
func HMACHash(digest, hexMAC string, key []byte) (PasswordHash, error) {
	return ParsePasswordHash(fmt.Sprintf("$hmac-%s$%s$%s", digest, encodeStd([]byte(hexMAC)), encodeStd(key)))
}

// SSHAHash is the salted hash of a password as LDAP servers keep it: the digest of password and
// salt, 20 bytes of SHA-1, 32 of SHA-256 or 64 of SHA-512, and the salt.
func SSHAHash(digest, salt []byte) (PasswordHash, error) {
	name := map[int]string{20: "{SSHA}", 32: "{SSHA256}", 64: "{SSHA512}"}[len(digest)]
	return ParsePasswordHash(name + encodeStd(append(digest[:len(digest):len(digest)], salt...)))
}

// A Credential is something to log in with that an identity is created with; see [Credentials].
type Credential func(*gen.IdentityWithCredentials)

// Credentials puts together what an identity is created with:
//
//	kratos.CreateIdentity{
//		Traits:      traits,
//		Credentials: kratos.Credentials(kratos.HashedPassword(hash), kratos.OIDCLink("google", subject)),
//	}
func Credentials(list ...Credential) gen.IdentityWithCredentials {
	var all gen.IdentityWithCredentials
	for _, add := range list {
		if add != nil {
			add(&all)
		}
	}
	return all
}

// PlaintextPassword is a password that Kratos hashes.
func PlaintextPassword(password string) Credential {
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.Password = password }
}

// HashedPassword is a password that another system hashed; the person goes on using it.
func HashedPassword(hash PasswordHash) Credential {
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.HashedPassword = hash.text }
}

// PasswordMigrationHook makes Kratos ask the password migration hook of its configuration at the
// first login.
func PasswordMigrationHook() Credential {
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.UsePasswordMigrationHook = true }
}

// OIDCLink links an identity to the account that the provider, by its id in Kratos' configuration,
// knows as subject.
func OIDCLink(provider, subject string) Credential {
	return func(c *gen.IdentityWithCredentials) {
		links := &c.OIDC.Config.Providers
		*links = append(*links, gen.IdentityWithCredentialsOIDCConfigProvider{Provider: provider, Subject: subject})
	}
}

// hashFormat is the form of one kind of hash; it is what Kratos' own reader asks for.
type hashFormat struct {
	prefix  string
	pattern string // of all that follows the prefix
	check   func(parts []string) bool
}

const (
	rawBase64 = `([A-Za-z0-9+/]+)`       // base64 without padding
	stdBase64 = `([A-Za-z0-9+/]+={0,2})` // base64 with padding
	opt       = `([A-Za-z0-9+/]*={0,2})` // the same, or nothing
)

func hashFormats() []hashFormat {
	return []hashFormat{
		{"$2", `[abzy]?\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}`, nil},
		{"$argon2id$", `v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, argon2Parts},
		{"$argon2i$", `v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, argon2Parts},
		{"$pbkdf2-", `sha(?:1|224|256|384|512)\$i=([1-9][0-9]{0,8}),l=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, pbkdf2Parts},
		{"$scrypt$", `ln=([1-9][0-9]{0,8}),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$` + stdBase64 + `\$` + stdBase64, scryptParts},
		{"$firescrypt$", `ln=([1-9]|[12][0-9]),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$` + stdBase64 + `\$` + stdBase64 + `\$` + opt + `\$` + stdBase64, firebaseParts},
		{"$md5-crypt$", `[!-#%-9;-~]{1,8}\$[./A-Za-z0-9]{22}`, nil},
		{"$sha256-crypt$", `(?:rounds=[1-9][0-9]{3,8}\$)?[!-#%-9;-~]{1,16}\$[./A-Za-z0-9]{43}`, nil},
		{"$sha512-crypt$", `(?:rounds=[1-9][0-9]{3,8}\$)?[!-#%-9;-~]{1,16}\$[./A-Za-z0-9]{86}`, nil},
		{"$md5$", `(?:pf=` + stdBase64 + `\$` + opt + `\$)?` + stdBase64, plainParts(16)},
		{"$sha1$", `pf=` + stdBase64 + `\$` + opt + `\$` + stdBase64, plainParts(20)},
		{"$sha256$", `pf=` + stdBase64 + `\$` + opt + `\$` + stdBase64, plainParts(32)},
		{"$sha512$", `pf=` + stdBase64 + `\$` + opt + `\$` + stdBase64, plainParts(64)},
		{"$hmac-", `(md4|md5|sha1|sha224|sha256|sha384|sha512)\$` + stdBase64 + `\$` + stdBase64, hmacParts},
		{"{SSHA}", stdBase64, sshaParts(20)},
		{"{SSHA256}", stdBase64, sshaParts(32)},
		{"{SSHA512}", stdBase64, sshaParts(64)},
	}
}

// checkHash refuses a hash that Kratos cannot read. What it says names the format, and nothing of
// the hash.
func checkHash(hash string) error {
	if len(hash) > 4096 {
		return argumentError("the password hash is too long")
	}
	for _, f := range hashFormats() {
		rest, ok := strings.CutPrefix(hash, f.prefix)
		if !ok {
			continue
		}
		parts := regexp.MustCompile(`^(?:` + f.pattern + `)$`).FindStringSubmatch(rest)
		if parts == nil || f.check != nil && !f.check(parts[1:]) {
			return argumentError("the password hash begins with " + f.prefix + ", but the rest is malformed")
		}
		return nil
	}
	return argumentError("the password hash is in no format that Kratos reads")
}

func encodeRaw(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
func encodeStd(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// size64 returns how many bytes a base64 text stands for, or -1 if it is none.
func size64(enc *base64.Encoding, text string) int {
	b, err := enc.Strict().DecodeString(text)
	if err != nil {
		return -1
	}
	return len(b)
}

func rawSize(text string) int { return size64(base64.RawStdEncoding, text) }
func stdSize(text string) int { return size64(base64.StdEncoding, text) }

func argon2Parts(p []string) bool {
	return parseNumber(p[0]) >= 8 && parseNumber(p[1]) >= 1 && parseNumber(p[2]) >= 1 && parseNumber(p[2]) <= 255 && rawSize(p[3]) >= 8 && rawSize(p[4]) >= 4
}

func pbkdf2Parts(p []string) bool {
	return rawSize(p[2]) > 0 && rawSize(p[3]) == parseNumber(p[1])
}

func scryptParts(p []string) bool {
	cost := parseNumber(p[0])
	return cost > 1 && bits.OnesCount(uint(cost)) == 1 && stdSize(p[3]) > 0 && stdSize(p[4]) > 0
}

func firebaseParts(p []string) bool {
	return stdSize(p[3]) > 0 && stdSize(p[4]) > 0 && stdSize(p[5]) >= 0 && stdSize(p[6]) > 0
}

// plainParts checks the parts of a plain hash of this many bytes: a format, the salt, and the hash.
func plainParts(size int) func([]string) bool {
	return func(p []string) bool {
		if stdSize(p[2]) != size {
			return false
		}
		if p[0] == "" {
			return true // without a salt, and so without a format
		}
		format, err := base64.StdEncoding.Strict().DecodeString(p[0])
		return err == nil && strings.Contains(string(format), "{PASSWORD}") && stdSize(p[1]) >= 0
	}
}

func hmacParts(p []string) bool {
	digits := map[string]int{"md4": 32, "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
	return stdSize(p[1]) == digits[p[0]] && stdSize(p[2]) > 0
}

func sshaParts(size int) func([]string) bool {
	return func(p []string) bool { return stdSize(p[0]) > size }
}

// number reads a short decimal number, which a pattern has matched.
func parseNumber(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
