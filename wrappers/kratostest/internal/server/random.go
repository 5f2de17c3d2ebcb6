package server

import (
	"crypto/rand"
	"encoding/base64"
	"math/big"

	"github.com/google/uuid"
)

// newID returns a random UUID.
func newID() string { return uuid.NewString() }

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// randomText returns n random letters of an alphabet.
func randomText(n int, alphabet string) string {
	text := make([]byte, n)
	for i := range text {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic("kratostest: no random numbers: " + err.Error())
		}
		text[i] = alphabet[k.Int64()]
	}
	return string(text)
}

// randomBytes returns n random bytes in standard base64.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// newToken returns a session token.
func newToken() string { return "ory_st_" + randomText(32, alphanumeric) }

// newCode returns a one-time code.
func newCode() string { return randomText(6, "0123456789") }

// newCookie returns the value of a session cookie.
func newCookie() string { return base64.URLEncoding.EncodeToString(randomBytes(240)) }
