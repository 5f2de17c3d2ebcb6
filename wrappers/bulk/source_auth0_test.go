package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestAuth0(t *testing.T) {
	t.Parallel()
	t.Run("JSON lines with hashes", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Auth0(export(t, "auth0/users.jsonl"), export(t, "auth0/hashes.jsonl"), everything), `
1 auth0|65f0c3a19d1e4b0012a7b001
traits {"email":"Ann.Auth0@kratoskit.example","name":{"first":"Ann","last":"Ackerman"},"username":"ann_a"}
verified email ann.auth0@kratoskit.example true completed
hash $2b$10$r.J23Gu0QRhxwFdGGd0MkeG
link google 108200000000000000001
admin {"app_metadata":{"plan":"gold","roles":["editor"]},"user_metadata":{"theme":"dark"}}

2 auth0|legacy-77
traits {"email":"ben.auth0@kratoskit.example","name":"Ben Børge"}
hash $2b$10$bLnu1F4xeqWLpLl2wwT/7ej
state inactive
notes mfa

3 github|4482001
traits {"email":"cat.auth0@kratoskit.example","name":"Cat"}
verified email cat.auth0@kratoskit.example true completed
link github 4482001
link partner c-77
notes saml link

4 sms|65f0c3a19d1e4b0012a7b009
traits {"name":"+14155550119","phone":"+14155550119"}
verified sms +14155550119 true completed

5 auth0|65f0c3a19d1e4b0012a7b005
traits {"email":"eve.auth0@kratoskit.example"}
verified email eve.auth0@kratoskit.example true completed
notes password
`)
	})
	t.Run("CSV without hashes, with a byte order mark and CRLF", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Auth0(export(t, "auth0/users.csv"), nil, everything), `
2 auth0|65f0c3a19d1e4b0012a7b001
traits {"email":"ann.auth0@kratoskit.example","name":"Ann \"A\"\nAckerman"}
verified email ann.auth0@kratoskit.example true completed
password by hook
admin {"app_metadata":{"plan":"gold"},"user_metadata":{"address":{"city":"Oslo"}}}

4 google-oauth2|108200000000000000002
traits {"email":"gus.auth0@kratoskit.example","name":"Gus"}
verified email gus.auth0@kratoskit.example true completed
link google 108200000000000000002
state inactive
`)
	})
}
