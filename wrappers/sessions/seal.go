package sessions

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"

	"github.com/kratoskit/kratos-go/internal/access"
)

var (
	errStore  = errors.New("kratos: the shared store failed")
	errSealed = errors.New("kratos: a value in the shared store was not sealed with this secret")
)

// seal encrypts and authenticates values with AES-256-GCM, together with the names of their keys:
// who can write to the store can neither make a session nor give it to another credential.
type seal struct {
	newKey func(access.Credential) key
	aead   cipher.AEAD
	names  []byte
}

func newSeal(secret []byte) seal {
	derive := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, secret, nil, "kratos-go sessions v1 "+use, sha256.Size)
		if err != nil {
			panic(err) // never with this length
		}
		return k
	}
	block, err := aes.NewCipher(derive("values"))
	if err != nil {
		panic(err) // never with this length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // never with AES
	}
	return seal{newKey: newKeys(derive("credentials")), aead: aead, names: derive("identities")}
}

// nameKey returns the key of the store for an identity.
func (s *seal) nameKey(id string) (k key) {
	mac := hmac.New(sha256.New, s.names)
	mac.Write([]byte(id))
	mac.Sum(k[:0])
	return k
}

func (s *seal) lock(name string, text []byte) []byte {
	return s.aead.Seal(nil, nil, text, []byte(name))
}

func (s *seal) open(name string, sealed []byte) ([]byte, error) {
	text, err := s.aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}
