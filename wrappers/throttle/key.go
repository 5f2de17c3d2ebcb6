package throttle

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
)

const minSecret = 32 // bytes

// keys makes the names of counters.
type keys struct{ pool sync.Pool }

type hasher struct {
	mac  hash.Hash
	text []byte
	sum  []byte
}

// newKeys returns keys for a secret. Without one, they are of this process.
func newKeys(secret []byte) *keys {
	if secret == nil {
		secret = make([]byte, minSecret)
		_, _ = rand.Read(secret) // never fails
	}
	return &keys{sync.Pool{New: func() any { return &hasher{mac: hmac.New(sha256.New, secret)} }}}
}

// name returns the name of a counter: a keyed hash of what it counts.
func (k *keys) name(parts ...string) string {
	h := k.hash(parts)
	defer k.pool.Put(h)
	return base64.RawURLEncoding.EncodeToString(h.sum[:16])
}

// number returns a positive number of 48 bits instead, which a counter can have as its value.
func (k *keys) number(parts ...string) int64 {
	h := k.hash(parts)
	defer k.pool.Put(h)
	return int64(binary.BigEndian.Uint64(h.sum)>>16) + 1
}

func (k *keys) hash(parts []string) *hasher {
	h := k.pool.Get().(*hasher)
	h.text = h.text[:0]
	for _, part := range parts { // the length separates them, so that no two lists have the same text
		h.text = binary.BigEndian.AppendUint64(h.text, uint64(len(part)))
		h.text = append(h.text, part...)
	}
	h.mac.Reset()
	h.mac.Write(h.text)
	h.sum = h.mac.Sum(h.sum[:0])
	clear(h.text) // it may be a session
	if cap(h.text) > 4<<10 {
		h.text = nil
	}
	return h
}
