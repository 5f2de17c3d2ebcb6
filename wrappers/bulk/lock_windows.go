package bulk

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

const (
	lockExclusive       = 2
	lockFailImmediately = 1

	errorLockViolation syscall.Errno = 33
)

// lockFile locks an open file against other opens of it, until it is closed or the process ends.
// Windows refuses access to locked bytes: the locked byte is far behind the end, so that the
// journal can be read.
func lockFile(f *os.File) error {
	lockFileEx := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	if err := lockFileEx.Find(); err != nil {
		return err
	}
	at := &syscall.Overlapped{OffsetHigh: 1 << 30}
	ok, _, err := lockFileEx.Call(f.Fd(), lockExclusive|lockFailImmediately, 0, 1, 0, uintptr(unsafe.Pointer(at)))
	switch {
	case ok != 0:
		return nil
	case errors.Is(err, errorLockViolation):
		return ErrJournalInUse
	}
	return err
}
