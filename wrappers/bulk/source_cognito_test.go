package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestCognito(t *testing.T) {
	t.Parallel()
	t.Run("pages of list-users", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Cognito(export(t, "cognito/users.json"), everything), `
1 0b6f5a3e-1d2c-4b3a-9f8e-000000000001
traits {"email":"ann.cognito@kratoskit.example","name":{"first":"Ann","last":"Ackerman"},"phone":"+14155550161","username":"ann_cognito"}
verified email ann.cognito@kratoskit.example true completed
password by hook
admin {"attributes":{"custom:plan":"gold","locale":"nb"}}
notes mfa

2 0b6f5a3e-1d2c-4b3a-9f8e-000000000002
traits {"email":"ben.cognito@kratoskit.example"}
link google 108200000000000000031
state inactive
notes saml link
`)
	})
	t.Run("CSV", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Cognito(export(t, "cognito/users.csv"), everything), `
2 cat
traits {"email":"cat.cognito@kratoskit.example","name":"Cat C","username":"cat"}
verified email cat.cognito@kratoskit.example true completed
password by hook
admin {"attributes":{"address":"1 Demo Street\nOslo","custom:plan":"silver"}}
notes mfa

4 dan.cognito@kratoskit.example
traits {"email":"dan.cognito@kratoskit.example"}
password by hook
`)
	})
}
