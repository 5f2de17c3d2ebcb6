// Package project knows where the files of the repository are, and writes them.
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

// WriteFile replaces the file path as a whole, or leaves it as it is.
func WriteFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(text); err != nil {
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

// Project holds the paths of the repository.
type Project struct{ Root string }

// Path is a path below the root of the repository.
func (p Project) Path(elem ...string) string {
	return filepath.Join(append([]string{p.Root}, elem...)...)
}

// Contract is the API as it was published, in our own words.
func (p Project) Contract() string { return p.Path("api", "openapi.yaml") }

// Corrections is the overlay of what real servers do differently.
func (p Project) Corrections() string { return p.Path("api", "corrections.yaml") }

// Golang is the overlay of names and types in Go.
func (p Project) Golang() string { return p.Path("api", "golang.yaml") }

// Published is the file with the hashes of the published sentences.
func (p Project) Published() string { return p.Path("api", "published.sum") }

// Effective is the contract with its corrections.
func (p Project) Effective() string { return p.Path("gen", "spec", "openapi.json") }

// Redacted has the methods that keep secrets of the models out of logs.
func (p Project) Redacted() string { return p.Path("gen", "zz_generated_redact.go") }

// EffectiveGo makes the effective spec a Go package.
func (p Project) EffectiveGo() string { return p.Path("gen", "spec", "spec.gen.go") }

func Git(p Project, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", p.Root}, args...)...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		if text, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n"); text != "" {
			return nil, errors.New(text)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// WriteAll writes all files, or none.
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
		for done, text := range undo {
			if text == nil {
				err = errors.Join(err, os.Remove(done))
				continue
			}
			err = errors.Join(err, WriteFile(done, text))
		}
		return err
	}
	return nil
}

// List prints a title and lines below it, if there are any.
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
