package server

import (
	"os/exec"
	"syscall"
)

// detach gives cmd a process group of its own, so that Ctrl-C reaches only us and we end things in
// order, and has the kernel end it with us. The kernel goes by the thread that started it: start it
// where the thread stays.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
