package kratos_test

import (
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// goodHashes has hashes in every supported format.
var goodHashes = []string{
	"$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq",
	"$2b$12$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq",
	"$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$qb3jkMl2yQJQ5zNnZpvrsRfVJgVJHfLzIUBVtWkzKfU",
	"$argon2i$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$qb3jkMl2yQJQ5zNnZpvrsRfVJgVJHfLzIUBVtWkzKfU",
	"$pbkdf2-sha256$i=1000,l=4$MDEyMw$MDEyMw",
	"$scrypt$ln=16384,r=8,p=1$MDEyMw==$MDEyMw==",
	"$firescrypt$ln=14,r=8,p=1$MDEyMw==$MDEyMw==$Bw==$MDEyMw==",
	"$firescrypt$ln=14,r=8,p=1$MDEyMw==$MDEyMw==$$MDEyMw==",
	"$md5$X03MO1qnZdYdgyfeuILPmQ==",
	"$md5$pf=e1NBTFR9e1BBU1NXT1JEfQ==$MDEy$X03MO1qnZdYdgyfeuILPmQ==",
	"$sha1$pf=e1NBTFR9e1BBU1NXT1JEfQ==$MDEy$W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
	"$sha256$pf=e1NBTFR9e1BBU1NXT1JEfQ==$MDEy$XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=",
	"$md5-crypt$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
	"$sha256-crypt$rounds=535000$05R.9KB6UC2kLI3w$Q/zslzx./JjkAVPTwp6th7nW5m7JU91Gte/UmIh.U78",
	"$sha512-crypt$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1.",
	"{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9hzYWx0",
	"{SSHA256}XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQthzYWx0",
	"$hmac-md5$NWY0ZGNjM2I1YWE3NjVkNjFkODMyN2RlYjg4MmNmOTk=$a2V5",
}

func ExampleHashedPassword() {
	hash, err := kratos.HashedPassword("$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq")
	if err != nil {
		log.Fatal(err)
	}
	create := kratos.CreateIdentity{
		Traits:      map[string]any{"email": "ada@example.org"},
		Credentials: kratos.Credentials(hash, kratos.OIDCLink("acme", "10769150350006150715")),
	}
	for _, account := range create.Credentials.OIDC.Config.Providers {
		fmt.Println(account.Provider, account.Subject)
	}
	// Output: acme 10769150350006150715
}

func TestSupportedHashes(t *testing.T) {
	t.Parallel()
	for _, text := range goodHashes {
		hash, err := kratos.HashedPassword(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		credentials := kratos.Credentials(hash)
		if got := credentials.Password.Config.HashedPassword; got != text {
			t.Errorf("got %q, want %q", got, text)
		}
		for _, verb := range []string{"%v", "%s", "%+v", "%#v", "%q"} {
			t.Run(verb, func(t *testing.T) {
				if out := fmt.Sprintf(verb, credentials); strings.Contains(out, text[10:]) {
					t.Errorf("printed with %s, a hash is %s", verb, out)
				}
			})
		}
	}
}

func TestUnsupportedHashes(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                           "",
		"a password":                        "correct horse",
		"another format":                    "$9$abc",
		"truncated bcrypt":                  "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdg",
		"bcrypt with a line break":          "$2a$04$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq\n",
		"bcrypt with too low a cost":        "$2a$03$tX9sWmTVvSjBc4aYkZW5mOJQGqhCH2aMFBmzBMXYVOtKyMBAsAdgq",
		"argon2 of another version":         "$argon2id$v=16$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$qb3jkMl2yQJQ5zNnZpvrsRfVJgVJHfLzIUBVtWkzKfU",
		"argon2 without iterations":         "$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$qb3jkMl2yQJQ5zNnZpvrsRfVJgVJHfLzIUBVtWkzKfU",
		"argon2 with padding":               "$argon2id$v=19$m=64,t=1,p=1$MDEyMw==$MDEyMw==",
		"pbkdf2 of another length":          "$pbkdf2-sha256$i=1000,l=32$MDEyMw$MDEyMw",
		"pbkdf2 with an unsupported digest": "$pbkdf2-sha3$i=1000,l=4$MDEyMw$MDEyMw",
		"scrypt with a cost of 100":         "$scrypt$ln=100,r=8,p=1$MDEyMw==$MDEyMw==",
		"scrypt without padding":            "$scrypt$ln=16,r=8,p=1$MDEyMw$MDEyMw",
		"md5 of another length":             "$md5$MDEyMw==",
		"sha1 without a format":             "$sha1$$MDEy$W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"sha1 without the password":         "$sha1$pf=e1NBTFR9$MDEy$W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"ssha without salt":                 "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"ssha of another digest":            "{SSHA384}W6ph5Mm5Pz8GgiULbPgzG37mj9hzYWx0",
		"hmac in bytes":                     "$hmac-md5$X03MO1qnZdYdgyfeuILPmQ==$a2V5",
		"hmac without a key":                "$hmac-md5$NWY0ZGNjM2I1YWE3NjVkNjFkODMyN2RlYjg4MmNmOTk=$",
		"too long a hash":                   "$md5$" + strings.Repeat("A", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kratos.HashedPassword(text)
			if !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("%v, want ErrInvalidArgument", err)
			} else if len(text) > 20 && strings.Contains(err.Error(), text[12:]) {
				t.Errorf("the error has the hash: %v", err)
			}
		})
	}
}

func TestHashesFromParts(t *testing.T) {
	t.Parallel()
	b := make([]byte, 64)
	for name, err := range map[string]error{
		"argon2id": second(kratos.Argon2idHash(64, 1, 1, b[:16], b[:32])), "pbkdf2": second(kratos.PBKDF2Hash("sha512", 1000, b[:16], b)),
		"scrypt": second(kratos.ScryptHash(16384, 8, 1, b[:16], b[:32])), "firebase": second(kratos.FirebaseScryptHash(14, 8, b[:8], b, b[:1], b)),
		"sha": second(kratos.DigestHash("sha512", "{SALT}{PASSWORD}", b[:4], b)), "md5": second(kratos.DigestHash("md5", "", nil, b[:16])),
		"salted md5": second(kratos.DigestHash("md5", "{PASSWORD}{SALT}", b[:4], b[:16])), "hmac": second(kratos.HMACHash("sha1", strings.Repeat("0a", 20), b[:4])),
		"ssha": second(kratos.SSHAHash(b[:20], b[:4])), "ssha256": second(kratos.SSHAHash(b[:32], b[:4])), "ssha512": second(kratos.SSHAHash(b, b[:4])),
	} {
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	for name, err := range map[string]error{
		"argon2id without salt": second(kratos.Argon2idHash(64, 1, 1, nil, b[:32])), "pbkdf2 of nothing": second(kratos.PBKDF2Hash("sha512", 1000, b[:16], nil)),
		"scrypt of cost 3": second(kratos.ScryptHash(3, 8, 1, b[:16], b[:32])), "an unsupported digest": second(kratos.DigestHash("sha384", "{PASSWORD}", b[:4], b[:48])),
		"a digest of 21 bytes": second(kratos.SSHAHash(b[:21], b[:4])), "a format without the password": second(kratos.DigestHash("md5", "{SALT}", b[:4], b[:16])),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Errorf("%v, want ErrInvalidArgument", err)
			}
		})
	}
}
