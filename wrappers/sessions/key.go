package sessions

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/kratoskit/kratos-go/internal/access"
)

// key stands for a credential: its HMAC-SHA-256. Neither the memory of the cache nor a shared store
// has the credential itself.
type key [sha256.Size]byte

// hasher computes keys without allocating.
type hasher struct {
	mac  hash.Hash
	text []byte
	sum  [sha256.Size]byte
}

// newKeys returns a function for keys. Without a secret, they are of this process.
func newKeys(secret []byte) func(access.Credential) key {
	if secret == nil {
		secret = make([]byte, sha256.Size)
		_, _ = rand.Read(secret) // never fails
	}
	pool := sync.Pool{New: func() any { return &hasher{mac: hmac.New(sha256.New, secret)} }}
	return func(c access.Credential) key {
		h := pool.Get().(*hasher)
		defer pool.Put(h)
		// The length separates name and value, so that no two credentials have the same text.
		h.text = append(h.text[:0], byte(c.Kind))
		h.text = binary.BigEndian.AppendUint64(h.text, uint64(len(c.Name)))
		h.text = append(append(h.text, c.Name...), c.Value...)
		h.mac.Reset()
		h.mac.Write(h.text)
		h.mac.Sum(h.sum[:0])
		clear(h.text) // it is a secret
		if cap(h.text) > 4<<10 {
			h.text = nil
		}
		return h.sum
	}
}
