//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package bulk

import (
	"errors"
	"os"
)

// lockFile fails: a journal without a lock would let two runs create identities twice.
func lockFile(*os.File) error { return errors.ErrUnsupported }
