//go:build unix && !linux

package lambdahost

import "syscall"

// ownProcessGroup keeps the terminal's Ctrl-C away from functions, which are ended by their host. Without a
// parent-death signal a function whose host dies without a word ends when it polls the Runtime API and nobody is there.
func ownProcessGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a process with everything it has started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) } // it may be gone already
