//go:build !unix

package tokenstore

import (
	"fmt"
	"io/fs"
	"os"
)

// openNoFollow opens a file for reading. A symbolic link is ErrUnsafe.
func openNoFollow(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: it is not a regular file", path, ErrUnsafe)
	}
	return os.Open(path)
}

// checkFile checks a file as far as the operating system has a mode for it.
func checkFile(info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a regular file", ErrUnsafe)
	}
	return nil
}

// checkDirectory checks that there is a directory.
func checkDirectory(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("tokenstore: %w", err)
	case !info.IsDir():
		return fmt.Errorf("tokenstore: %s is not a directory", path)
	}
	return nil
}
