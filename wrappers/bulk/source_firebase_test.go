package bulk_test

import (
	"encoding/json"
	"io"
	"strings"
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

// A file that is neither JSON nor CSV of Firebase ends the read, without a record and without a
// value of the file.
func TestFirebaseOfAnotherFile(t *testing.T) {
	t.Parallel()
	const columns = 28
	good := "fbAnn,a@kratoskit.example,true" + strings.Repeat(",", columns-3) + "\n"
	wide := func(id string) string { return id + strings.Repeat(",", columns) + "\n" }
	for name, file := range map[string]string{
		"a password in each line":   "hunter2\nhunter2\n",
		"CSV of three columns":      "hunter2,a@kratoskit.example,true\nhunter2,b@kratoskit.example,true\n",
		"CSV of 27 columns":         "hunter2" + strings.Repeat(",", columns-2) + "\n",
		"JSON after a word":         "users: {\"hunter2\":1}\n",
		"an id with a space":        wide("hunter2 hunter2"),
		"an id with a quote":        wide(`hunter2"`),
		"an id with a brace":        wide("hunter2{"),
		"an id with a NUL":          wide("hunter2\x00"),
		"an id that is not UTF-8":   wide("hunter2\xff"),
		"an id with a line break":   wide("\"hunter2\nx\""),
		"after a row of the export": good + "hunter2,x\n" + good,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, errs := collect(bulk.Firebase(strings.NewReader(file), firebaseHash(t), everything))
			if strings.HasPrefix(file, good) && len(list) == 2 && errs[0] == nil {
				list, errs = list[1:], errs[1:]
			}
			if len(list) != 1 || errs[0] == nil {
				t.Fatalf("%d records, %v", len(list), errs)
			}
			text := errs[0].Error()
			if list[0].Line != 0 || list[0].Ref != "" || !strings.Contains(text, "neither JSON nor CSV of firebase auth:export") || strings.Contains(text, "hunter2") {
				t.Errorf("%+v, %s", list[0], text)
			}
		})
	}
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
