package server

import (
	"os/exec"
	"syscall"
)

// detach runs cmd in its own process group, so that Ctrl-C reaches only this process, which stops
// cmd in order. The kernel ends cmd when the thread that started it ends: start cmd from a locked
// thread.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
