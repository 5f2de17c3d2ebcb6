package server

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"golang.org/x/crypto/bcrypt"
)

// maxBcrypt is the most bytes of a password that bcrypt can hash.
const maxBcrypt = 72

// hashFormat are the beginnings of the hashes that Kratos imports.
var hashFormat = regexp.MustCompile(`^(?:\$(2[abzy]?|argon2id?|md5|md5-crypt|sha256-crypt|sha512-crypt|pbkdf2-sha[0-9]{1,3}|scrypt|firescrypt|sha(?:1|256|512)|hmac-(?:md4|md5|sha1|sha224|sha256|sha384|sha512))\$|\{(SSHA(?:256|512)?)\})`)

// importPassword sets the password in clear text, or else the hash.
func (c *credential) importPassword(password, hash string) *apiError {
	switch {
	case len(password) > maxBcrypt:
		return newError(http.StatusBadRequest, "The password is longer than bcrypt allows.")
	case password != "":
		c.Password, c.Hash = password, ""
	case !hashFormat.MatchString(hash):
		return newError(http.StatusBadRequest, "The hash "+unknownHash+".")
	default:
		c.Password, c.Hash = "", hash
	}
	return nil
}

// matches reports whether a password is that of a credential. The error names the format of a hash
// that the Kratos in memory cannot compute.
func (c *credential) matches(password string) (bool, error) {
	if c.Hook && c.Password == "" {
		return false, errors.New("logins with the password migration hook")
	}
	if c.Password != "" || c.Hash == "" {
		return c.Password != "" && c.Password == password, nil
	}
	format := hashFormat.FindStringSubmatch(c.Hash)
	if format == nil || format[1] == "" || format[1][0] != '2' {
		return false, fmt.Errorf("logins with a password whose hash is %q", format[1]+format[2])
	}
	return bcrypt.CompareHashAndPassword([]byte(c.Hash), []byte(password)) == nil, nil
}

// passwordHash returns the hash of a password as the admin port shows it.
func (c *credential) passwordHash() string {
	if c.Password == "" {
		return c.Hash
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(c.Password)[:min(len(c.Password), maxBcrypt)], bcrypt.MinCost)
	if err != nil {
		return ""
	}
	return string(hash)
}
