package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestClerk(t *testing.T) {
	t.Parallel()
	t.Run("CSV", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Clerk(export(t, "clerk/users.csv"), everything), `
2 user_2demo000000000000000001
traits {"email":"ann.clerk@kratoskit.example","name":{"first":"Ann","last":"Demo"},"phone":"+14155550151","username":"ann_c"}
verified email ann.clerk@kratoskit.example true completed
verified sms +14155550151 true completed
hash $2a$10$r.J23Gu0QRhxwFdGGd0MkeG
notes email, totp

3 user_2demo000000000000000002
traits {"email":"ben.clerk@kratoskit.example","name":{"first":"Ben","last":"Demo"}}
hash $argon2id$v=19$m=4096,t=3,p=1$

4 user_2demo000000000000000003
traits {"email":"cat.clerk@kratoskit.example","name":{"first":"Cat","last":"Demo"}}
verified email cat.clerk@kratoskit.example true completed
hash $pbkdf2-sha256$i=5000,l=32$odI

5 user_2demo000000000000000004
traits {"email":"dan.clerk@kratoskit.example","name":{"first":"Dan","last":"Demo"}}
verified email dan.clerk@kratoskit.example true completed
hash $pbkdf2-sha256$i=6000,l=32$Z1N

6 user_2demo000000000000000005
traits {"email":"eve.clerk@kratoskit.example","name":{"first":"Eve","last":"Demo"}}
verified email eve.clerk@kratoskit.example true completed
hash $pbkdf2-sha1$i=4000,l=20$aFNhT

7 user_2demo000000000000000006
traits {"email":"fay.clerk@kratoskit.example","name":{"first":"Fay","last":"Demo"}}
verified email fay.clerk@kratoskit.example true completed
hash $firescrypt$ln=14,r=8,p=1$dSnx

8 user_2demo000000000000000007
traits {"email":"gus.clerk@kratoskit.example","name":{"first":"Gus","last":"Demo"}}
verified email gus.clerk@kratoskit.example true completed
hash {SSHA}2Nlf+HuNeU3vZm89PlejBwMO

9 user_2demo000000000000000008
traits {"email":"hal.clerk@kratoskit.example","name":{"first":"Hal","last":"Demo"}}
verified email hal.clerk@kratoskit.example true completed
hash $sha256$pf=e1BBU1NXT1JEfQ==$$1

10 user_2demo000000000000000009
traits {"email":"ida.clerk@kratoskit.example","name":{"first":"Ida","last":"Demo"}}
verified email ida.clerk@kratoskit.example true completed
notes password phpass

11 user_2demo000000000000000010
traits {"email":"jon.clerk@kratoskit.example","name":{"first":"Jon","last":"Demo"}}
verified email jon.clerk@kratoskit.example true completed
password by hook

12 user_2demo000000000000000011
traits {"email":"kim.clerk@kratoskit.example","name":{"first":"Kim, \"K\"\nJr.","last":"Demo"}}
verified email kim.clerk@kratoskit.example true completed
`)
	})
}
