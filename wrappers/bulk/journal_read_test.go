package bulk_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// A file of one line that is not a journal stays as it is. Only an empty file, and a header that a
// run could not write completely, become a journal.
func TestJournalThatIsAnotherFile(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text    string
		refused bool
	}{
		"a token with a line break":           {"s3cret-token\n", true},
		"a token without a line break":        {"s3cret-token", true},
		"JSON without a line break":           {`{"traits":{"email":"ada@example.org"}}`, true},
		"JSON of one byte":                    {"{", true},
		"JSON that is cut off":                {`{"traits":` + "\n", true},
		"a line break":                        {"\n", true},
		"zeros":                               {strings.Repeat("\x00", 100), true},
		"a document that begins as a header":  {`{"version":1,"name":"` + strings.Repeat("x", 100) + `"`, true},
		"a header of another version":         {`{"version":2,"salt":"00"}` + "\n", true},
		"an empty file":                       {"", false},
		"a header that is cut off":            {`{"version":1,"salt":"00112233`, false},
		"a header without its line break":     {`{"version":1,"salt":"00112233445566778899aabbccddeeff"}`, false},
		"a header that the system cut to NUL": {`{"version":1,"sa` + "\x00\x00\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := content(tc.text)(t)
			fake := &fakeKratos{}
			report, err := bulk.Import(t.Context(), newFake(t, fake), source(3, nil), bulk.Journal(path))
			after, _ := os.ReadFile(path)
			switch {
			case !tc.refused && (err != nil || report.Created != 3 || !bytes.HasPrefix(after, []byte(`{"version":1,"salt":"`))):
				t.Errorf("%+v, %v, and the file has %q", *report, err, after)
			case tc.refused && (err == nil || !strings.HasPrefix(err.Error(), "kratos: Import: read the journal: ") || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("%v", err)
			case tc.refused && (string(after) != tc.text || report.Created > 0):
				t.Errorf("%d created, and the file has %q, want %q", report.Created, after, tc.text)
			}
		})
	}
}
