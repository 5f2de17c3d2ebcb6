package bulk

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Nothing is sent without an intent in the journal: a full disk ends the import with a clear error.
func TestFullDiskEndsTheImport(t *testing.T) {
	t.Parallel()
	sent := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent++ }))
	t.Cleanup(srv.Close)
	admin, err := kratos.NewAdmin(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSettings([]Option{MaxOutage(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	im := newImporter(s, admin)
	if im.journal, err = openJournal(filepath.Join(t.TempDir(), "journal.jsonl")); err != nil {
		t.Fatal(err)
	}
	_ = im.journal.file.Close()
	if im.journal.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	}
	err = im.run(t.Context(), func(yield func(Record, error) bool) {
		yield(Record{Line: 1, Identity: kratos.CreateIdentity{Traits: map[string]string{"email": "ada@example.org"}}}, nil)
	})
	switch {
	case !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "continues the import"):
		t.Errorf("%v, want %v", err, syscall.ENOSPC)
	case sent > 0:
		t.Errorf("sent %d requests", sent)
	case im.report.Created != 0 || im.report.Unsettled != 1:
		t.Errorf("%+v", im.report)
	}
}
