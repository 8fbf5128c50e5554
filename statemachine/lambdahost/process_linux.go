package lambdahost

import "syscall"

// ownProcessGroup keeps the terminal's Ctrl-C away from functions, which are ended by their host, and makes the kernel
// end them when the host dies without a word.
func ownProcessGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup ends a process with everything it has started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) } // it may be gone already
