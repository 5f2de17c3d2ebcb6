package bulk_test

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

func TestFirebase(t *testing.T) {
	t.Parallel()
	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Firebase(export(t, "firebase/users.json"), firebaseHash(t), everything), `
1 fbAnn00000000000000000000001
traits {"email":"ann.firebase@kratoskit.example","name":"Ann Ackerman"}
verified email ann.firebase@kratoskit.example true completed
hash $firescrypt$ln=14,r=8,p=1$KFO/
link google 108200000000000000011
admin {"customAttributes":{"plan":"gold","level":3}}
notes provider link

2 fbBen00000000000000000000002
traits {"email":"ben.firebase@kratoskit.example","phone":"+14155550120"}
hash $firescrypt$ln=14,r=8,p=1$46Dr
state inactive
notes mfa

3 fbCat00000000000000000000003
traits {}
`)
	})
	t.Run("CSV without a header", func(t *testing.T) {
		t.Parallel()
		wantRecords(t, bulk.Firebase(export(t, "firebase/users.csv"), firebaseHash(t), everything), `
1 fbAnn00000000000000000000001
traits {"email":"ann.firebase@kratoskit.example","name":"Ann \"A\"\nAckerman, PhD"}
verified email ann.firebase@kratoskit.example true completed
hash $firescrypt$ln=14,r=8,p=1$KFO/
link google 108200000000000000011
link apple 001234.apple.subject
admin {"customAttributes":{"plan":"gold","motto":"say \"hi\" now"}}

3 fbBen00000000000000000000002
traits {"email":"ben.firebase@kratoskit.example","phone":"+14155550120"}
hash $firescrypt$ln=14,r=8,p=1$46Dr
state inactive
`)
	})
}

func firebaseHash(t testing.TB) bulk.FirebaseHash {
	t.Helper()
	var config struct {
		Key       string `json:"base64_signer_key"`
		Separator string `json:"base64_salt_separator"`
		Rounds    int    `json:"rounds"`
		MemCost   int    `json:"mem_cost"`
	}
	text, err := io.ReadAll(export(t, "firebase/hash_config.json"))
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bulk.FirebaseHash{SignerKey: config.Key, SaltSeparator: config.Separator, Rounds: config.Rounds, MemCost: config.MemCost}
}
