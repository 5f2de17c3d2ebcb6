package bulk_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestExportErrors(t *testing.T) {
	t.Parallel()
	gone := errors.New("the disk is gone")
	healthy, down := &fakeKratos{identities: existing(1, 2)}, &fakeKratos{fault: func(int, *http.Request) fault { return fault{status: 500} }}
	file, err := os.Create(filepath.Join(t.TempDir(), "export.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	journal := content(`{"count":2,"bytes":1000,"next":"x"}` + "\n")(t)
	ok, broken := newFake(t, healthy), newFake(t, down)
	for name, tc := range map[string]struct {
		admin *kratos.Admin
		to    io.Writer
		opts  []bulk.ExportOption
		want  error
		text  string
	}{
		"the file cannot be written":              {ok, brokenWriter{gone}, nil, gone, "write the file"},
		"the server fails":                        {broken, io.Discard, nil, kratos.ErrServer, ""},
		"pages of 0":                              {ok, io.Discard, []bulk.ExportOption{bulk.ExportPageSize(0)}, kratos.ErrInvalidArgument, "1 to 500"},
		"pages of 501":                            {ok, io.Discard, []bulk.ExportOption{bulk.ExportPageSize(501)}, kratos.ErrInvalidArgument, "1 to 500"},
		"a nil option":                            {ok, io.Discard, []bulk.ExportOption{nil}, kratos.ErrInvalidArgument, "an option is nil"},
		"a journal and no file":                   {ok, io.Discard, []bulk.ExportOption{bulk.ExportJournal("x")}, kratos.ErrInvalidArgument, "*os.File"},
		"a journal of a file that is longer":      {ok, file, []bulk.ExportOption{bulk.ExportJournal(journal)}, kratos.ErrInvalidArgument, "shorter"},
		"a journal of other credentials":          {ok, file, []bulk.ExportOption{bulk.ExportJournal(journal), bulk.WithCredentials(kratos.CredentialsTypePassword)}, kratos.ErrInvalidArgument, "other credentials"},
		"a journal that is a folder":              {ok, file, []bulk.ExportOption{bulk.ExportJournal(t.TempDir())}, nil, "open the journal"},
		"a journal that is a file of other lines": {ok, file, []bulk.ExportOption{bulk.ExportJournal(content("id,email\n")(t))}, nil, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := bulk.Export(t.Context(), tc.admin, tc.to, tc.opts...)
			switch {
			case err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || !strings.HasPrefix(err.Error(), "kratos: "):
				t.Errorf("%v, want %v with %q", err, tc.want, tc.text)
			case n > 2:
				t.Errorf("%d identities", n)
			}
		})
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	n, err := bulk.Export(t.Context(), newFake(t, &fakeKratos{identities: existing(1, 2)}), &file)
	if err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if got := summary(t, bulk.JSONLines(&file)); got != `1 {"email":"p1@example.org"}`+"\n"+`2 {"email":"p2@example.org"}` {
		t.Errorf("got\n%s", got)
	}
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	to, err := os.Create(empty)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	for range 2 {
		if n, err := bulk.Export(t.Context(), newFake(t, &fakeKratos{}), to, bulk.ExportJournal(empty+".journal")); err != nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	}
}
