package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// namedFile is a file of a command, with the name of its flag or argument.
type namedFile struct {
	name, path string
	opened     *os.File // the standard input, or nil
}

func (f namedFile) stat() (os.FileInfo, error) {
	if f.opened != nil {
		return f.opened.Stat()
	}
	return os.Stat(f.path)
}

// checkOutputs fails if a file that is written is one that is read, or another one that is written.
// Paths can be empty.
func checkOutputs(outputs, inputs []namedFile) error {
	for i, out := range outputs {
		for _, other := range append(outputs[:i:i], inputs...) {
			if out.path != "" && other.path != "" && isSameFile(out, other) {
				return fmt.Errorf("kratos: %s is the same file as %s, and is not overwritten: %s", out.name, other.name, out.path)
			}
		}
	}
	return nil
}

// isSameFile reports whether two files are one, which need not exist. A write does not overwrite a
// device or a pipe.
func isSameFile(a, b namedFile) bool {
	infoA, errA := a.stat()
	infoB, errB := b.stat()
	if errA == nil && errB == nil {
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	return os.IsNotExist(errA) && os.IsNotExist(errB) && realPath(a.path) == realPath(b.path)
}

// realPath returns the path of a file that does not exist, without symbolic links to its folder.
func realPath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	folder, name := filepath.Split(path)
	if target, err := filepath.EvalSymlinks(folder); err == nil {
		folder = target
	}
	return filepath.Join(folder, name)
}

// files returns the files that an import writes, and those that it reads.
func (f *importFlags) files() (outputs, inputs []namedFile) {
	outputs = []namedFile{{name: "--journal", path: f.journal}, {name: "--rejects", path: f.rejects}}
	all := []namedFile{
		{name: "--hash-config", path: f.source.HashConfig}, {name: "--hashes", path: f.source.Hashes},
		{name: "--identities", path: f.source.Identities}, {name: "--admin-token-file", path: f.admin.tokenFile},
	}
	for _, path := range f.source.Files {
		all = append(all, namedFile{name: "FILE", path: path})
	}
	for _, input := range all {
		if input.path == "-" {
			input.opened, _ = f.source.In.(*os.File)
			if input.opened == nil {
				continue
			}
		}
		inputs = append(inputs, input)
	}
	return outputs, inputs
}

// journalError is the error of a journal that cannot be opened, locked or read, with its path, which
// errors of package bulk do not have.
type journalError struct {
	path string
	err  error
}

func (e *journalError) Unwrap() error { return e.err }

func (e *journalError) Error() string {
	_, text, _ := strings.Cut(strings.TrimPrefix(e.err.Error(), "kratos: "), ": ") // without "Import: "
	return "kratos: " + e.path + ": " + text
}

// withJournal adds the path to an error of opening a journal.
func withJournal(path string, err error) error {
	if err == nil {
		return nil
	}
	for _, action := range []string{"open", "lock", "read"} {
		for _, call := range []string{"Import", "Export", "JournalRejects"} {
			if strings.HasPrefix(err.Error(), "kratos: "+call+": "+action+" the journal: ") {
				return &journalError{path, err}
			}
		}
	}
	return err
}
