package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestSupabase(t *testing.T) {
	t.Parallel()
	t.Run("users and identities", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Supabase(export(t, "supabase/users.csv"), export(t, "supabase/identities.csv"), everything), `
2 3f5d1c20-6a7b-4c8d-9e0f-000000000001
traits {"email":"ann.supabase@kratoskit.example","name":"Ann \"A\" Ackerman","phone":"+14155550141"}
verified email ann.supabase@kratoskit.example true completed
verified sms +14155550141 true completed
hash $2a$10$NLNUjLeKVzCVTz9RSBaRNeB
admin {"raw_app_meta_data":{"provider":"email","providers":["email"]},"raw_user_meta_data":{"full_name":"Ann \"A\" Ackerman","bio":"line one\nline two"}}

3 3f5d1c20-6a7b-4c8d-9e0f-000000000002
traits {"email":"ben.supabase@kratoskit.example"}
hash $2a$10$gK2ZsyoQr9RhfeYXF7dCCev
state inactive
admin {"raw_app_meta_data":{"provider":"email","providers":["email"]}}

4 3f5d1c20-6a7b-4c8d-9e0f-000000000003
traits {"email":"cat.supabase@kratoskit.example"}
verified email cat.supabase@kratoskit.example true completed
link github 4482003
admin {"raw_app_meta_data":{"provider":"github","providers":["github","sso:1"]}}
notes saml link

5 3f5d1c20-6a7b-4c8d-9e0f-000000000004
error kratos: line 5 of the Supabase export: the account is not imported: it was deleted
`)
	})
}
