//go:build unix

package tokenstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openNoFollow opens a file for reading. A symbolic link is ErrUnsafe; a named pipe does not block.
func openNoFollow(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) { // EMLINK on FreeBSD
		return nil, fmt.Errorf("%s: %w: it is a symbolic link", path, ErrUnsafe)
	}
	return file, err
}

// checkFile checks that only its owner, the user, can read a file.
func checkFile(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is not a regular file", ErrUnsafe)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%w: its mode is %#o; log out and in again, as others may have read it", ErrUnsafe, info.Mode().Perm())
	case !isOwn(info):
		return fmt.Errorf("%w: another user owns it", ErrUnsafe)
	}
	return nil
}

// checkDirectory checks that only its owner, the user, can replace files in a directory.
func checkDirectory(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("tokenstore: %w", err)
	case !info.IsDir():
		return fmt.Errorf("tokenstore: %s is not a directory", path)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("tokenstore: %s: %w: others can write in the directory, whose mode is %#o", path, ErrUnsafe, info.Mode().Perm())
	case !isOwn(info):
		return fmt.Errorf("tokenstore: %s: %w: another user owns the directory", path, ErrUnsafe)
	}
	return nil
}

func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
