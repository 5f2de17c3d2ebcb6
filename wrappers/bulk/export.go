package bulk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// ExportOption changes how [Export] works.
type ExportOption func(*exporter)

// WithCredentials adds the secrets of credentials of these types, such as password hashes and TOTP
// seeds: protect the file like a list of passwords. An import needs those of
// [kratos.CredentialsTypePassword] and [kratos.CredentialsTypeOIDC].
func WithCredentials(types ...kratos.CredentialsType) ExportOption {
	return func(e *exporter) { e.list.IncludeCredential = slices.Clone(types) }
}

// ExportJournal makes an export resumable: a run with the same file and journal continues after the
// last complete page. The writer has to be an [*os.File] that was opened without os.O_TRUNC and
// os.O_APPEND; what follows the last complete page is cut off.
func ExportJournal(path string) ExportOption { return func(e *exporter) { e.journal = path } }

// ExportPageSize sets the number of identities of a request, 1 to 500; the default is 500. A page
// is kept in memory.
func ExportPageSize(n int) ExportOption { return func(e *exporter) { e.list.PageSize = n } }

// Export writes all identities as JSON lines, in the order of Kratos (listIdentities, admin port),
// and returns how many there are in the file. Identities that are created or deleted meanwhile may
// be in it or not. [JSONLines] reads the file.
//
// The file has personal data; it has no credentials without [WithCredentials]. With a complete
// journal, Export returns the number at once.
func Export(ctx context.Context, admin *kratos.Admin, w io.Writer, opts ...ExportOption) (int, error) {
	e := &exporter{admin: admin, out: bufio.NewWriterSize(w, 64<<10), list: kratos.ListIdentities{PageSize: listPage}}
	for _, set := range opts {
		if set == nil {
			return 0, fmt.Errorf("kratos: Export: %w: an option is nil", kratos.ErrInvalidArgument)
		}
		set(e)
	}
	if e.list.PageSize < 1 || e.list.PageSize > listPage {
		return 0, fmt.Errorf("kratos: Export: %w: ExportPageSize takes 1 to 500", kratos.ErrInvalidArgument)
	}
	if e.journal != "" {
		f, ok := w.(*os.File)
		if !ok {
			return 0, fmt.Errorf("kratos: Export: %w: ExportJournal needs an *os.File to write to", kratos.ErrInvalidArgument)
		}
		if err := e.resume(f); err != nil {
			return 0, err
		}
		defer e.log.Close()
	}
	for !e.at.Complete {
		if err := e.page(ctx); err != nil {
			return e.at.Count, err
		}
	}
	return e.at.Count, nil
}

// exporter is a call of [Export].
type exporter struct {
	admin   *kratos.Admin
	out     *bufio.Writer
	list    kratos.ListIdentities
	journal string
	log     *os.File
	file    *os.File
	at      exportState
}

// exportState is a line of the journal of an export: what is in the file after a page.
type exportState struct {
	Credentials []kratos.CredentialsType `json:"credentials,omitempty"`
	Count       int                      `json:"count"`
	Bytes       int64                    `json:"bytes"`
	Next        string                   `json:"next,omitempty"` // page token
	Complete    bool                     `json:"complete,omitempty"`
}

// page writes a page.
func (e *exporter) page(ctx context.Context) error {
	e.list.PageToken = e.at.Next
	page, err := e.admin.IdentitiesPage(ctx, e.list)
	if err != nil {
		return err
	}
	for _, identity := range page.Items {
		line, err := gen.MarshalBody(identity)
		if err != nil {
			return fmt.Errorf("kratos: Export: %w", err)
		}
		n, err := e.out.Write(append(line, '\n'))
		if err != nil {
			return fmt.Errorf("kratos: Export: write the file: %w", withoutPath(err))
		}
		e.at.Bytes += int64(n)
		e.at.Count++
	}
	if err := e.out.Flush(); err != nil {
		return fmt.Errorf("kratos: Export: write the file: %w", withoutPath(err))
	}
	if page.NextPageToken != "" && page.NextPageToken == e.at.Next {
		return fmt.Errorf("kratos: Export: %w: the server repeats a page", kratos.ErrUnexpectedResponse)
	}
	e.at.Next, e.at.Complete = page.NextPageToken, page.NextPageToken == ""
	return e.save()
}

// resume opens and locks the journal, and cuts the file to what it says.
func (e *exporter) resume(file *os.File) (err error) {
	e.file = file
	if e.log, err = os.OpenFile(e.journal, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return fmt.Errorf("kratos: Export: open the journal: %w", withoutPath(err))
	}
	defer func() {
		if err != nil {
			_ = e.log.Close()
		}
	}()
	if err := lockFile(e.log); err != nil {
		return fmt.Errorf("kratos: Export: lock the journal: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(e.log, 64<<20))
	if err != nil {
		return fmt.Errorf("kratos: Export: read the journal: %w", withoutPath(err))
	}
	complete := text[:bytes.LastIndexByte(text, '\n')+1]
	if !isExportJournal(text) || len(complete) > 0 && e.at.decode(complete) != nil {
		return errors.New("kratos: Export: read the journal: the last line is damaged, or the file is not the journal of an export")
	}
	if len(complete) > 0 && !slices.Equal(e.at.Credentials, e.list.IncludeCredential) {
		return fmt.Errorf("kratos: Export: %w: the journal is of an export with other credentials", kratos.ErrInvalidArgument)
	}
	e.at.Credentials = e.list.IncludeCredential
	info, err := file.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("kratos: Export: %w", withoutPath(err))
	case info.Size() < e.at.Bytes:
		return fmt.Errorf("kratos: Export: %w: the file is shorter than the journal says", kratos.ErrInvalidArgument)
	}
	_, seek := e.log.Seek(int64(len(complete)), io.SeekStart)
	_, seekFile := file.Seek(e.at.Bytes, io.SeekStart)
	if err := errors.Join(e.log.Truncate(int64(len(complete))), seek, file.Truncate(e.at.Bytes), seekFile); err != nil {
		return fmt.Errorf("kratos: Export: %w", err)
	}
	return nil
}

// isExportJournal reports whether a file is empty or begins as a journal of an export. Any other file
// belongs to someone else, and is not overwritten.
func isExportJournal(text []byte) bool {
	return len(text) == 0 || bytes.HasPrefix(text, []byte(`{"count":`)) || bytes.HasPrefix(text, []byte(`{"credentials":`))
}

// decode decodes the last of some complete lines.
func (s *exportState) decode(lines []byte) error {
	last := lines[bytes.LastIndexByte(lines[:len(lines)-1], '\n')+1:]
	d := json.NewDecoder(bytes.NewReader(last))
	d.DisallowUnknownFields()
	return d.Decode(s)
}

// save notes that a page is complete, after it is on the disk.
func (e *exporter) save() error {
	if e.log == nil {
		return nil
	}
	if err := e.file.Sync(); err != nil {
		return fmt.Errorf("kratos: Export: write the file: %w", withoutPath(err))
	}
	line, err := json.Marshal(e.at)
	if err == nil {
		_, err = e.log.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("kratos: Export: write the journal: %w", withoutPath(err))
	}
	return nil
}
