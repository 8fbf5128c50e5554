package lambda

import "slices"

// Failure modes of an invocation, for [InvokeFault].
const (
	// InvokeThrottled rejects the invocation, as Lambda does over the concurrency limit.
	InvokeThrottled = "throttle"
	// InvokeCrashesBefore ends the function's process before its work, InvokeCrashesMidway after some of its requests.
	InvokeCrashesBefore = "crash-before"
	InvokeCrashesMidway = "crash-midway"
	// InvokeCrashes ends the function's process after its work and before its answer.
	InvokeCrashes = "crash-after-effect"
	// InvokeTimesOut makes the function hang after its work, until its timeout.
	InvokeTimesOut = "timeout"
	// InvokeDeleted is a function that has been deleted.
	InvokeDeleted = "deleted"
	// InvokeDenied is a role that may no longer invoke the function.
	InvokeDenied = "denied"
)

// InvokeFault makes invocations fail.
type InvokeFault struct {
	// Function is the function's name or the last part of it, such as shifttraffic; empty matches all.
	Function string
	// Kind is one of the failure modes.
	Kind string
	// Calls is how many requests the function makes before it crashes midway.
	Calls int
	// Struck, when set, is called each time that it affects an invocation, with the mutex held.
	Struck func()
	// Times is how many invocations it affects; 0 means all until it is removed.
	Times int
}

// InjectInvoke adds a fault and returns the function that removes it.
func (ctl Control) InjectInvoke(f InvokeFault) (remove func()) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	fault := &f
	ctl.s.faults = append(ctl.s.faults, fault)
	return func() {
		ctl.s.k.Lock()
		defer ctl.s.k.Unlock()
		ctl.s.removeFault(fault)
	}
}

func (l *Service) removeFault(fault *InvokeFault) {
	l.faults = slices.DeleteFunc(slices.Clone(l.faults), func(f *InvokeFault) bool { return f == fault })
}

// faultFor returns the oldest fault that matches the function, or one without a kind, and counts the invocation.
func (l *Service) faultFor(fn *Function) InvokeFault {
	for _, f := range l.faults {
		if !fn.named(f.Function) {
			continue
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				l.removeFault(f)
			}
		}
		if f.Struck != nil {
			f.Struck()
		}
		return *f
	}
	return InvokeFault{}
}
