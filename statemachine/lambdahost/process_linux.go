package lambdahost

import "syscall"

// ownProcessGroup protects functions from the terminal's Ctrl-C, because their host ends them, and makes the operating
// system end them when the host is killed.
func ownProcessGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup ends a process and all that it has started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) } // it may have ended already
