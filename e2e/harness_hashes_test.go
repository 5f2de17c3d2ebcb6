package e2e

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// importedHashes returns hashes of a password in the formats of other systems.
func importedHashes(t *testing.T, password string) map[string]kratos.Credential {
	t.Helper()
	salt, pw := []byte("0123456789abcdef"), []byte(password)
	hashes := map[string]kratos.Credential{}
	add := func(name string, hash kratos.Credential, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		hashes[name] = hash
	}
	parse := func(name, text string) {
		hash, err := kratos.HashedPassword(text)
		add(name, hash, err)
	}

	parse("bcrypt", bcryptHash(t, password))
	hash, err := kratos.Argon2idHash(64, 1, 1, salt, argon2.IDKey(pw, salt, 1, 64, 1, 32))
	add("argon2id", hash, err)
	key, err := pbkdf2.Key(sha256.New, password, salt, 1000, 32)
	if err != nil {
		t.Fatal(err)
	}
	hash, err = kratos.PBKDF2Hash("sha256", 1000, salt, key)
	add("pbkdf2", hash, err)
	key, err = scrypt.Key(pw, salt, 16, 8, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	hash, err = kratos.ScryptHash(16, 8, 1, salt, key)
	add("scrypt", hash, err)

	salted := append(salt[:len(salt):len(salt)], pw...)
	sum1, sum256, sum512, sumMD5 := sha1.Sum(salted), sha256.Sum256(salted), sha512.Sum512(salted), md5.Sum(salted)
	hash, err = kratos.DigestHash("sha1", "{SALT}{PASSWORD}", salt, sum1[:])
	add("sha1", hash, err)
	hash, err = kratos.DigestHash("sha256", "{SALT}{PASSWORD}", salt, sum256[:])
	add("sha256", hash, err)
	hash, err = kratos.DigestHash("sha512", "{SALT}{PASSWORD}", salt, sum512[:])
	add("sha512", hash, err)
	hash, err = kratos.DigestHash("md5", "{SALT}{PASSWORD}", salt, sumMD5[:])
	add("md5 with salt", hash, err)
	plain := md5.Sum(pw)
	hash, err = kratos.DigestHash("md5", "", nil, plain[:])
	add("md5", hash, err)

	ldap := sha256.Sum256(append(pw[:len(pw):len(pw)], salt...))
	hash, err = kratos.SSHAHash(ldap[:], salt)
	add("ssha256", hash, err)
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write(pw)
	hash, err = kratos.HMACHash("sha256", hex.EncodeToString(mac.Sum(nil)), []byte("key"))
	add("hmac", hash, err)
	return hashes
}

func bcryptHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 4)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}
