package server

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// BinaryEnv is the environment variable with the path of a Kratos executable that replaces the one
// of [Build].
const BinaryEnv = "KRATOS_BINARY"

// Binary returns the path of the Kratos executable of the tests: the value of KRATOS_BINARY, or else
// that of [Build]. It fails if KRATOS_BINARY is not the absolute path of an executable file.
func Binary(ctx context.Context, log io.Writer) (string, error) {
	path, ok := ownBinary()
	if !ok {
		return Build(ctx, log)
	}
	if err := checkBinary(path); err != nil {
		return "", fmt.Errorf("server: %s: %w", BinaryEnv, err)
	}
	return path, nil
}

// ownBinary returns the value of KRATOS_BINARY, if it is set.
func ownBinary() (path string, ok bool) {
	path = os.Getenv(BinaryEnv)
	return path, path != ""
}

// checkBinary checks that an executable can be started from any folder.
func checkBinary(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("%q is not an absolute path", path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", path)
	case info.Mode().Perm()&0o111 == 0:
		return fmt.Errorf("%s is not executable", path)
	}
	return nil
}
