// Package tokenstore keeps a session token between the runs of a program.
package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Store keeps one session token. Another implementation can use the key ring of the operating
// system, which a server without a desktop does not have.
type Store interface {
	// Load returns the token, or "" if there is none.
	Load(ctx context.Context) (string, error)
	// Save replaces the token.
	Save(ctx context.Context, token string) error
	// Clear removes the token, if there is one.
	Clear(ctx context.Context) error
}

// ErrUnsafe means that other users can read or replace the token: it may be known, or not be the
// person's own.
var ErrUnsafe = errors.New("the token file is not safe")

// maxBytes is far more than the length of a session token.
const maxBytes = 16 << 10

// File is a [Store] in a file that only its owner can read:
//   - Saving replaces the file at once. A program that is killed, or another one that reads, finds
//     the old token or the new one.
//   - A file that other users can read, that another user owns, or that is a symbolic link, and a
//     directory that others can write, are ErrUnsafe. On Windows, where files have no such mode,
//     put the file below os.UserConfigDir.
//   - The directory is made for its owner alone.
type File struct{ path string }

var _ Store = File{}

// NewFile returns a store in the file with this path.
func NewFile(path string) File { return File{path: path} }

// Load implements [Store]. It does not read a file that is not safe.
func (f File) Load(context.Context) (string, error) {
	switch err := checkDirectory(filepath.Dir(f.path)); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	file, err := openNoFollow(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("tokenstore: %w", err)
	}
	defer file.Close()
	info, err := file.Stat() // of what was opened, whatever the path names by now
	if err != nil {
		return "", fmt.Errorf("tokenstore: %w", err)
	}
	if err := checkFile(info); err != nil {
		return "", fmt.Errorf("tokenstore: %s: %w", f.path, err)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return "", fmt.Errorf("tokenstore: %w", err)
	}
	token := strings.TrimSuffix(string(data), "\n")
	if !isToken(token) {
		return "", fmt.Errorf("tokenstore: %s does not have a token: remove it", f.path)
	}
	return token, nil
}

// Save implements [Store].
func (f File) Save(_ context.Context, token string) (err error) {
	if !isToken(token) {
		return errors.New("tokenstore: this is not a token")
	}
	dir := filepath.Dir(f.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("tokenstore: %w", err)
	}
	if err := errors.Join(checkDirectory(dir), f.checkReplaceable()); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".token-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("tokenstore: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
			err = fmt.Errorf("tokenstore: %w", err)
		}
	}()
	_, err = temp.WriteString(token + "\n")
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), f.path)
}

// Clear implements [Store].
func (f File) Clear(context.Context) error {
	if err := f.checkReplaceable(); err != nil {
		return err
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tokenstore: %w", err)
	}
	return nil
}

// checkReplaceable checks that there is a file, or nothing.
func (f File) checkReplaceable() error {
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("tokenstore: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("tokenstore: %s: %w: it is not a regular file", f.path, ErrUnsafe)
	}
	return nil
}

// isToken reports whether a text can be a session token, which is sent in a header.
func isToken(s string) bool {
	notPrintable := func(r rune) bool { return r <= ' ' || r > '~' }
	return s != "" && len(s) <= maxBytes && !strings.ContainsFunc(s, notPrintable)
}
