// Package project has the paths of the repository's files, and writes them atomically.
package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// WriteFile writes a file atomically: if it fails, the file is unchanged.
func WriteFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Project is a copy of the repository.
type Project struct{ Root string }

// Path returns a path below the root of the repository.
func (p Project) Path(elem ...string) string {
	return filepath.Join(append([]string{p.Root}, elem...)...)
}

// Resolve returns the path of a file that a user named: a relative one begins at the root of the
// repository.
func (p Project) Resolve(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return p.Path(file)
}

// Contract returns the path of the published API, with the project's own descriptions.
func (p Project) Contract() string { return p.Path("api", "openapi.yaml") }

// Corrections returns the path of the overlay for deviations of real servers.
func (p Project) Corrections() string { return p.Path("api", "corrections.yaml") }

// Golang returns the path of the overlay for Go names and types.
func (p Project) Golang() string { return p.Path("api", "golang.yaml") }

// Messages returns the path of the table of messages.
func (p Project) Messages() string { return p.Path("api", "messages.yaml") }

// Published returns the path of the checksums of the published descriptions.
func (p Project) Published() string { return p.Path("api", "published.sum") }

// Effective returns the path of the contract with its corrections applied, as JSON.
func (p Project) Effective() string { return p.Path("gen", "spec", "openapi.json") }

// Redacted returns the path of the methods that keep secrets of models out of logs.
func (p Project) Redacted() string { return p.Path("gen", "zz_generated_redact.go") }

// EffectiveGo returns the path of the Go package that embeds the effective spec.
func (p Project) EffectiveGo() string { return p.Path("gen", "spec", "spec.gen.go") }

// Git runs git in the repository, and returns its output.
func Git(p Project, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", p.Root}, args...)...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		if message, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); message != "" {
			return nil, errors.New(message)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// WriteAll writes all files; if one fails, it restores the others.
func WriteAll(files map[string][]byte) error {
	undo := map[string][]byte{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		before, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			before, err = nil, nil
		}
		if err == nil && !bytes.Equal(before, files[path]) {
			err = WriteFile(path, files[path])
		}
		if err == nil {
			undo[path] = before
			continue
		}
		for written, data := range undo {
			if data == nil {
				err = errors.Join(err, os.Remove(written))
				continue
			}
			err = errors.Join(err, WriteFile(written, data))
		}
		return err
	}
	return nil
}

// List prints lines below a title with a note, or nothing if there are no lines.
func List(out io.Writer, title, note string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if note != "" {
		title += " (" + note + ")"
	}
	fmt.Fprintf(out, "\n%s:\n", title)
	for _, line := range lines {
		fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(line, "\n", "\n    "))
	}
}
