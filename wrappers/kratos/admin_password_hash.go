package kratos

import (
	"encoding/base64"
	"fmt"
	"math/bits"
	"regexp"
	"strings"
	"sync"

	"github.com/kratoskit/kratos-go/gen"
)

// A Credential is a password, hash or OIDC account to import with an identity.
type Credential func(*IdentityWithCredentials)

// Credentials combines credentials for [CreateIdentity] and [UpdateIdentity].
func Credentials(list ...Credential) IdentityWithCredentials {
	var all gen.IdentityWithCredentials
	for _, add := range list {
		if add != nil {
			add(&all)
		}
	}
	return all
}

// PlaintextPassword is a password that Kratos hashes when it stores it.
func PlaintextPassword(password string) Credential {
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.Password = password }
}

// PasswordMigrationHook makes Kratos call its hook at the first login.
func PasswordMigrationHook() Credential {
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.UsePasswordMigrationHook = true }
}

// OIDCLink links an account by the provider's id in Kratos and the sub claim.
func OIDCLink(provider, subject string) Credential {
	return func(c *gen.IdentityWithCredentials) {
		links := &c.OIDC.Config.Providers
		*links = append(*links, gen.IdentityWithCredentialsOIDCConfigProvider{Provider: provider, Subject: subject})
	}
}

// SAMLLink links an account by the provider's id in Kratos and its NameID.
func SAMLLink(provider, subject string) Credential {
	return func(c *gen.IdentityWithCredentials) {
		links := &c.SAML.Config.Providers
		*links = append(*links, gen.IdentityWithCredentialsSAMLConfigProvider{Provider: provider, Subject: subject})
	}
}

// HashedPassword is a hash such as "$2a$…". It fails with [ErrInvalidArgument] where Kratos refuses
// the hash, or would refuse every login.
func HashedPassword(hash string) (Credential, error) { return hashedPassword("HashedPassword", hash) }

// hashedPassword is [HashedPassword] for the function that errors name.
func hashedPassword(function, hash string) (Credential, error) {
	if err := checkHash(hash); err != nil {
		return nil, wrapError(function, err)
	}
	return func(c *gen.IdentityWithCredentials) { c.Password.Config.HashedPassword = hash }, nil
}

// Argon2idHash is an Argon2id hash of version 19 (RFC 9106); memory is in KiB.
func Argon2idHash(memory, iterations uint32, parallelism uint8, salt, hash []byte) (Credential, error) {
	return hashedPassword("Argon2idHash", fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, iterations, parallelism, encodeRaw(salt), encodeRaw(hash)))
}

// PBKDF2Hash is a PBKDF2 hash (RFC 8018) by "sha1", "sha224" … or "sha512".
func PBKDF2Hash(digest string, iterations uint32, salt, hash []byte) (Credential, error) {
	return hashedPassword("PBKDF2Hash", fmt.Sprintf("$pbkdf2-%s$i=%d,l=%d$%s$%s", digest, iterations, len(hash), encodeRaw(salt), encodeRaw(hash)))
}

// ScryptHash is an scrypt hash (RFC 7914). The cost N is a power of two.
func ScryptHash(cost, blockSize, parallelism uint32, salt, hash []byte) (Credential, error) {
	return hashedPassword("ScryptHash", fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", cost, blockSize, parallelism, encodeStd(salt), encodeStd(hash)))
}

// FirebaseScryptHash is a hash exported from Firebase: salt and hash are the user's, and the rest
// the project's. The memoryCost is an exponent.
func FirebaseScryptHash(memoryCost, rounds uint32, salt, hash, saltSeparator, signerKey []byte) (Credential, error) {
	return hashedPassword("FirebaseScryptHash", fmt.Sprintf("$firescrypt$ln=%d,r=%d,p=1$%s$%s$%s$%s", memoryCost, rounds, encodeStd(salt), encodeStd(hash), encodeStd(saltSeparator), encodeStd(signerKey)))
}

// DigestHash is an "md5", "sha1", "sha256" or "sha512" digest of a format such as
// "{SALT}{PASSWORD}". An MD5 hash needs neither format nor salt.
func DigestHash(digest, format string, salt, hash []byte) (Credential, error) {
	const function = "DigestHash"
	if digest == "md5" && format == "" && len(salt) == 0 {
		return hashedPassword(function, "$md5$"+encodeStd(hash))
	}
	return hashedPassword(function, fmt.Sprintf("$%s$pf=%s$%s$%s", digest, encodeStd([]byte(format)), encodeStd(salt), encodeStd(hash)))
}

// HMACHash is an HMAC in hexadecimal by "md4", "md5", "sha1" … or "sha512".
func HMACHash(digest, hexMAC string, key []byte) (Credential, error) {
	return hashedPassword("HMACHash", fmt.Sprintf("$hmac-%s$%s$%s", digest, encodeStd([]byte(hexMAC)), encodeStd(key)))
}

// SSHAHash is a salted SHA-1, SHA-256 or SHA-512 digest of an LDAP server.
func SSHAHash(digest, salt []byte) (Credential, error) {
	name := map[int]string{20: "{SSHA}", 32: "{SSHA256}", 64: "{SSHA512}"}[len(digest)]
	return hashedPassword("SSHAHash", name+encodeStd(append(digest[:len(digest):len(digest)], salt...)))
}

// hashFormat is the syntax of an encoded hash, as Kratos parses it.
type hashFormat struct {
	prefix  string
	pattern string                    // of what follows the prefix
	check   func(parts []string) bool // of the groups of the pattern; nil if that is enough

	syntax *regexp.Regexp // of the pattern
}

const (
	rawBase64 = `([A-Za-z0-9+/]+)`       // base64 without padding
	stdBase64 = `([A-Za-z0-9+/]+={0,2})` // base64 with padding
	optBase64 = `([A-Za-z0-9+/]*={0,2})` // the same, or empty

	maxHash = 4096 // bytes
)

// hashFormats returns the formats. They are compiled once, since a batch has a thousand hashes.
var hashFormats = sync.OnceValue(func() []hashFormat {
	formats := []hashFormat{
		{prefix: "$2", pattern: `[abzy]?\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}`},
		{prefix: "$argon2id$", pattern: `v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, check: argon2Parts},
		{prefix: "$argon2i$", pattern: `v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, check: argon2Parts},
		{prefix: "$pbkdf2-", pattern: `sha(?:1|224|256|384|512)\$i=([1-9][0-9]{0,8}),l=([0-9]{1,3})\$` + rawBase64 + `\$` + rawBase64, check: pbkdf2Parts},
		{prefix: "$scrypt$", pattern: `ln=([1-9][0-9]{0,8}),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$` + stdBase64 + `\$` + stdBase64, check: scryptParts},
		{prefix: "$firescrypt$", pattern: `ln=([1-9]|[12][0-9]),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$` + stdBase64 + `\$` + stdBase64 + `\$` + optBase64 + `\$` + stdBase64, check: firebaseParts},
		{prefix: "$md5-crypt$", pattern: `[!-#%-9;-~]{1,8}\$[./A-Za-z0-9]{22}`},
		{prefix: "$sha256-crypt$", pattern: `(?:rounds=[1-9][0-9]{3,8}\$)?[!-#%-9;-~]{1,16}\$[./A-Za-z0-9]{43}`},
		{prefix: "$sha512-crypt$", pattern: `(?:rounds=[1-9][0-9]{3,8}\$)?[!-#%-9;-~]{1,16}\$[./A-Za-z0-9]{86}`},
		{prefix: "$md5$", pattern: `(?:pf=` + stdBase64 + `\$` + optBase64 + `\$)?` + stdBase64, check: unkeyedParts(16)},
		{prefix: "$sha1$", pattern: `pf=` + stdBase64 + `\$` + optBase64 + `\$` + stdBase64, check: unkeyedParts(20)},
		{prefix: "$sha256$", pattern: `pf=` + stdBase64 + `\$` + optBase64 + `\$` + stdBase64, check: unkeyedParts(32)},
		{prefix: "$sha512$", pattern: `pf=` + stdBase64 + `\$` + optBase64 + `\$` + stdBase64, check: unkeyedParts(64)},
		{prefix: "$hmac-", pattern: `(md4|md5|sha1|sha224|sha256|sha384|sha512)\$` + stdBase64 + `\$` + stdBase64, check: hmacParts},
		{prefix: "{SSHA}", pattern: stdBase64, check: sshaParts(20)},
		{prefix: "{SSHA256}", pattern: stdBase64, check: sshaParts(32)},
		{prefix: "{SSHA512}", pattern: stdBase64, check: sshaParts(64)},
	}
	for i, f := range formats {
		formats[i].syntax = regexp.MustCompile(`^(?:` + f.pattern + `)$`)
	}
	return formats
})

// checkHash validates an encoded hash. The error names the format, and has no part of the hash.
func checkHash(hash string) error {
	if len(hash) > maxHash {
		return argumentError("the password hash is longer than 4096 bytes")
	}
	for _, f := range hashFormats() {
		rest, ok := strings.CutPrefix(hash, f.prefix)
		if !ok {
			continue
		}
		parts := f.syntax.FindStringSubmatch(rest)
		if parts == nil || f.check != nil && !f.check(parts[1:]) {
			return argumentError("the password hash begins with " + f.prefix + " and is malformed")
		}
		return nil
	}
	return argumentError("the password hash is not in a format that Kratos supports")
}

func encodeRaw(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
func encodeStd(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// decodedSize returns the number of bytes that s encodes, or -1 if s is not base64.
func decodedSize(enc *base64.Encoding, s string) int {
	b, err := enc.Strict().DecodeString(s)
	if err != nil {
		return -1
	}
	return len(b)
}

func rawSize(s string) int { return decodedSize(base64.RawStdEncoding, s) }
func stdSize(s string) int { return decodedSize(base64.StdEncoding, s) }

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

// unkeyedParts validates the parts of an unkeyed hash of size bytes: format, salt and hash.
func unkeyedParts(size int) func([]string) bool {
	return func(p []string) bool {
		if stdSize(p[2]) != size {
			return false
		}
		if p[0] == "" {
			return true // neither format nor salt
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

// parseNumber parses a decimal number that a pattern has matched.
func parseNumber(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
