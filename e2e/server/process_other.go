//go:build unix && !linux

package server

import (
	"os/exec"
	"syscall"
)

// detach runs cmd in its own process group, so that Ctrl-C reaches only this process, which stops
// cmd in order.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
