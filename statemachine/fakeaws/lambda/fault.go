package lambda

// Failure modes of an invocation, for [InvokeFault].
const (
	// InvokeThrottled turns the invocation away, as Lambda does over the concurrency limit.
	InvokeThrottled = "throttle"
	// InvokeCrashes lets the function do its work and die before it has answered.
	InvokeCrashes = "crash-after-effect"
	// InvokeTimesOut lets the function do its work and then hang until its timeout.
	InvokeTimesOut = "timeout"
	// InvokeDeleted is a function that is not there any more.
	InvokeDeleted = "deleted"
	// InvokeDenied is a role that may not invoke the function any more.
	InvokeDenied = "denied"
)

// InvokeFault makes invocations fail.
type InvokeFault struct {
	// Function is the function's name or the last part of it, such as shifttraffic; empty matches all.
	Function string
	// Kind is one of the failure modes.
	Kind string
	// Times is how often it strikes before it is over; 0 means until it is removed.
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
	for i, f := range l.faults {
		if f == fault {
			l.faults = append(l.faults[:i:i], l.faults[i+1:]...)
			return
		}
	}
}

// faultFor returns the kind of the oldest fault that matches the function, or "", and counts it.
func (l *Service) faultFor(fn *Function) string {
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
		return f.Kind
	}
	return ""
}
