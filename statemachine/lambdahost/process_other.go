//go:build unix && !linux

package lambdahost

import "syscall"

// ownProcessGroup protects functions from the terminal's Ctrl-C, because their host ends them. There is no parent-death
// signal here: when the host is killed, a function ends when its next poll of the Runtime API fails.
func ownProcessGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a process and all that it has started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) } // it may have ended already
