package bulk_test

import (
	"io"
	"iter"
	"maps"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// A file that is compressed or in UTF-16 ends the read with an error that says so.
func TestFilesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	all := maps.Clone(readers)
	all["firebase"] = func(r io.Reader) iter.Seq2[bulk.Record, error] {
		return bulk.Firebase(r, bulk.FirebaseHash{}, everything)
	}
	all["JSON lines"] = bulk.JSONLines
	all["CSV"] = func(r io.Reader) iter.Seq2[bulk.Record, error] {
		return bulk.CSV(r, bulk.Mapping{"email": bulk.Trait("email")})
	}
	for name, read := range all {
		for start, want := range map[string]string{
			"\x1f\x8b\x08\x00": "compressed with gzip",
			"\xff\xfe{\x00":    "UTF-16",
			"\xfe\xff\x00{":    "UTF-16",
			"\xff\xfe":         "UTF-16",
		} {
			t.Run(name+" of "+want, func(t *testing.T) {
				t.Parallel()
				list, errs := collect(read(strings.NewReader(start)))
				if len(list) != 1 || list[0].Line != 0 || errs[0] == nil || !strings.HasPrefix(errs[0].Error(), "kratos: ") || !strings.Contains(errs[0].Error(), want) {
					t.Errorf("%d records, %v, want %s", len(list), errs, want)
				}
			})
		}
	}
}
