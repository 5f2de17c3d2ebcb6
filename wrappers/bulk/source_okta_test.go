package bulk_test

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestOkta(t *testing.T) {
	t.Parallel()
	t.Run("pages of users", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Okta(export(t, "okta/users.json"), everything), `
1 00udemo0000000000001
traits {"email":"ann.okta@kratoskit.example","name":{"first":"Ann","last":"Demo"},"phone":"+14155550171"}
verified email ann.okta@kratoskit.example true completed
password by hook
admin {"profile":{"department":"R\u0026D"}}
notes email, recovery question

2 00udemo0000000000002
traits {"email":"ben.okta@kratoskit.example","name":{"first":"Ben","last":"Demo"},"username":"ben_okta"}
password by hook
state inactive

3 00udemo0000000000003
traits {"email":"cat.okta@kratoskit.example","name":{"first":"Cat","last":"Demo"}}
state inactive
notes provider link

4 00udemo0000000000004
traits {"email":"dan.okta@kratoskit.example","name":{"first":"Dan","last":"Demo"}}
password by hook
`)
	})
	t.Run("JSON lines", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Okta(export(t, "okta/users.jsonl"), everything), `
1 00udemo0000000000001
traits {"email":"ann.okta@kratoskit.example","name":{"first":"Ann","last":"Demo"},"phone":"+14155550171"}
verified email ann.okta@kratoskit.example true completed
password by hook
admin {"profile":{"department":"R\u0026D"}}
notes email, recovery question

2 00udemo0000000000002
traits {"email":"ben.okta@kratoskit.example","name":{"first":"Ben","last":"Demo"},"username":"ben_okta"}
password by hook
state inactive

3 00udemo0000000000003
traits {"email":"cat.okta@kratoskit.example","name":{"first":"Cat","last":"Demo"}}
state inactive
notes provider link

4 00udemo0000000000004
traits {"email":"dan.okta@kratoskit.example","name":{"first":"Dan","last":"Demo"}}
password by hook
`)
	})
}
