//go:build unix && !linux

package server

import (
	"os/exec"
	"syscall"
)

// detach gives cmd a process group of its own, so that Ctrl-C reaches only us and we end things in
// order.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
