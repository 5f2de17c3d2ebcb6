// Package source opens files with the accounts of another system as records for an import.
package source

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
)

// Options are the files of an import, and how their accounts become identities.
type Options struct {
	// From is the format, one of Formats.
	From string
	// Files are the paths of the export; "-" is In.
	Files []string
	In    io.Reader
	// SchemaID is the identity schema of records that have none.
	SchemaID string
	// Map has the columns of a CSV file, such as "mail=trait:email".
	Map []string
	// Traits says which values of an account become traits, such as "phone=phone".
	Traits []string
	// Providers are pairs such as "google-oauth2=google".
	Providers []string
	// PublicMetadata is that of [bulk.Target].
	PublicMetadata bool
	// HashConfig is a file with the password hash parameters of a Firebase project.
	HashConfig string
	// Hashes is the file with Auth0's password hashes.
	Hashes string
	// Identities is the file of Supabase's table auth.identities.
	Identities string
}

// format is how a system is read.
type format struct {
	open    func(f *files, o Options, to bulk.Target) (iter.Seq2[bulk.Record, error], error)
	several bool     // the export can consist of several files
	flags   []string // that are only for this format, or for formats that list them, too
}

// targetFlags are those of formats that read profiles.
var targetFlags = []string{"trait", "provider", "public-metadata"}

var formats = map[string]format{
	"jsonl":    {open: openJSONLines},
	"csv":      {open: openCSV, flags: []string{"map"}},
	"auth0":    {open: openAuth0, flags: append([]string{"hashes"}, targetFlags...)},
	"clerk":    {open: openWith(bulk.Clerk), flags: targetFlags},
	"cognito":  {open: openWith(bulk.Cognito), flags: targetFlags, several: true},
	"firebase": {open: openFirebase, flags: append([]string{"hash-config"}, targetFlags...)},
	"keycloak": {open: openWith(bulk.Keycloak), flags: targetFlags, several: true},
	"okta":     {open: openWith(bulk.Okta), flags: targetFlags, several: true},
	"supabase": {open: openSupabase, flags: append([]string{"identities"}, targetFlags...)},
}

// Formats returns the names of the formats.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Source is an open export.
type Source struct {
	// Records can be read once.
	Records iter.Seq2[bulk.Record, error]
	files   files
}

// Open opens the files. The caller closes the source.
func Open(o Options) (_ *Source, err error) {
	f, ok := formats[o.From]
	switch {
	case !ok:
		return nil, fmt.Errorf("kratos: --from is one of %s", strings.Join(Formats(), ", "))
	case len(o.Files) == 0:
		return nil, errors.New("kratos: name the file of the export, or - for the standard input")
	case len(o.Files) > 1 && !f.several:
		return nil, fmt.Errorf("kratos: --from %s takes one file", o.From)
	}
	if err := o.checkFlags(f.flags); err != nil {
		return nil, err
	}
	to, err := o.target()
	if err != nil {
		return nil, err
	}
	s := &Source{files: files{in: o.In}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	records, err := f.open(&s.files, o, to)
	if err != nil {
		return nil, err
	}
	s.Records = withSchema(records, o.SchemaID)
	return s, nil
}

// checkFlags fails for a flag of another format.
func (o Options) checkFlags(allowed []string) error {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"map", len(o.Map) > 0}, {"trait", len(o.Traits) > 0}, {"provider", len(o.Providers) > 0},
		{"public-metadata", o.PublicMetadata}, {"hash-config", o.HashConfig != ""},
		{"hashes", o.Hashes != ""}, {"identities", o.Identities != ""},
	} {
		if f.set && !slices.Contains(allowed, f.name) {
			return fmt.Errorf("kratos: --%s does not fit --from %s", f.name, o.From)
		}
	}
	return nil
}

// withSchema sets the schema of records that have none.
func withSchema(records iter.Seq2[bulk.Record, error], id string) iter.Seq2[bulk.Record, error] {
	if id == "" {
		return records
	}
	return func(yield func(bulk.Record, error) bool) {
		for r, err := range records {
			if r.Identity.SchemaID == "" {
				r.Identity.SchemaID = id
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Size returns the bytes of the export, or 0 if it is not a file.
func (s *Source) Size() int64 { return s.files.size }

// Position returns how many of them were read. It is safe for concurrent use.
func (s *Source) Position() int64 { return s.files.position.Load() }

// Close closes the files.
func (s *Source) Close() {
	for _, f := range s.files.opened {
		_ = f.Close()
	}
}

// files are the open files of a source.
type files struct {
	in       io.Reader
	opened   []*os.File
	size     int64
	position atomic.Int64
}

// open opens a file, or nil without a path.
func (f *files) open(path string) (io.Reader, error) {
	switch path {
	case "":
		return nil, nil
	case "-":
		return f.in, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("kratos: %w", err)
	}
	f.opened = append(f.opened, file)
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", path)
	}
	if err != nil {
		return nil, fmt.Errorf("kratos: %w", err)
	}
	return file, nil
}

// export opens the files of the export in sequence, and counts what is read.
func (f *files) export(paths []string) (io.Reader, error) {
	var readers []io.Reader
	for _, path := range paths {
		r, err := f.open(path)
		if err != nil {
			return nil, err
		}
		if file, ok := r.(*os.File); ok {
			if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
				f.size += info.Size()
			}
		}
		readers = append(readers, r)
	}
	return &countingReader{io.MultiReader(readers...), &f.position}, nil
}

type countingReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
