package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestKeycloak(t *testing.T) {
	t.Parallel()
	t.Run("a realm", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Keycloak(export(t, "keycloak/demo-realm.json"), everything), `
1 7a1c0f5e-2b3d-4e6f-8a90-000000000001
traits {"email":"ann.keycloak@kratoskit.example","name":{"first":"Ann","last":"Ackerman"},"phone":"+14155550131","username":"ann"}
verified email ann.keycloak@kratoskit.example true completed
verified sms +14155550131 true completed
hash $argon2id$v=19$m=7168,t=5,p=1$
link google 108200000000000000021
admin {"attributes":{"locale":["nb"],"phoneNumber":["+14155550131"],"phoneNumberVerified":["true"]},"clientRoles":{"account":["view-profile"]},"groups":["/staff"],"realmRoles":["default-roles-demo","editor"]}
notes totp

2 7a1c0f5e-2b3d-4e6f-8a90-000000000002
traits {"email":"ben.keycloak@kratoskit.example","username":"ben"}
hash $pbkdf2-sha512$i=210000,l=64$j
state inactive
notes required actions

3 7a1c0f5e-2b3d-4e6f-8a90-000000000003
traits {"email":"cat.keycloak@kratoskit.example","username":"cat"}
verified email cat.keycloak@kratoskit.example true completed
hash $pbkdf2-sha256$i=27500,l=64$fw
notes backup codes, webauthn

4 7a1c0f5e-2b3d-4e6f-8a90-000000000004
traits {"email":"dan.keycloak@kratoskit.example","username":"dan"}
verified email dan.keycloak@kratoskit.example true completed
hash $pbkdf2-sha1$i=20000,l=64$SCKF

5 7a1c0f5e-2b3d-4e6f-8a90-000000000005
traits {"email":"eve.keycloak@kratoskit.example","username":"eve"}
verified email eve.keycloak@kratoskit.example true completed
notes password bcrypt-plugin, user federation

6 7a1c0f5e-2b3d-4e6f-8a90-000000000006
error kratos: element 6 of the Keycloak export: the account is not imported: it is a service account
`)
	})
	t.Run("a file of users from before version 8", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Keycloak(export(t, "keycloak/demo-users-0.json"), everything), `
1 7a1c0f5e-2b3d-4e6f-8a90-000000000011
traits {"email":"old.keycloak@kratoskit.example"}
verified email old.keycloak@kratoskit.example true completed
hash $pbkdf2-sha256$i=27500,l=64$fw
`)
	})
}
