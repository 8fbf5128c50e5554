package kernel

import (
	"context"
	"slices"
	"time"
)

// Control is the part of the kernel that drills and tests use. Its methods take the mutex.
type Control struct{ k *Kernel }

// Control returns the kernel's control surface.
func (k *Kernel) Control() Control { return Control{k} }

// Now is the virtual time.
func (c Control) Now() time.Time {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.now
}

// At schedules fn at t without the mutex, so that it can use all Controls: to inject a fault, to start an execution.
func (c Control) At(t time.Time, fn func()) {
	c.k.Lock()
	defer c.k.Unlock()
	c.k.At(t, func() { c.k.Outside(fn) })
}

// Step runs the next action that waits outside or, no later than until, the next event. It returns false when there is
// none; then the clock shows until.
func (c Control) Step(until time.Time) bool { return c.k.step(until) }

// AdvanceTo runs everything that is due up to t.
func (c Control) AdvanceTo(t time.Time) {
	for c.Step(t) {
	}
}

// RunUntil runs what is due until done returns true, or until limit. It returns whether done did.
func (c Control) RunUntil(done func() bool, limit time.Time) bool {
	for !done() {
		if !c.Step(limit) {
			return done()
		}
	}
	return true
}

// Serve makes virtual time follow real time until ctx is done: events run when they are due, executions and their
// functions run, and requests are answered meanwhile. The clock stands still while a function of an execution runs, and
// catches up afterwards; so a function never seems slower than it is modelled, at any speed (LAM-4).
//
// Only one goroutine at a time may call Serve, [Control.Step], or a method that calls Step.
func (c Control) Serve(ctx context.Context, p Pace) { c.k.serve(ctx, p) }

// Regions returns the names of the Regions in alphabetical order.
func (c Control) Regions() []string {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.RegionNames()
}

// SetClock sets how far a Region's clock is ahead of the virtual time, or behind it when negative. It is the clock of what Step
// Functions shows: the times in the context object, and those of executions. Waits and timeouts do not depend on it.
func (c Control) SetClock(name string, ahead time.Duration) error {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.setClock(name, ahead)
}

// SetDark makes a Region go dark, or answer again. A dark Region answers no request, sends and receives no replication,
// runs no function and serves no user. It keeps its state.
func (c Control) SetDark(name string, dark bool) error {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.setDark(name, dark)
}

// Dark says whether a Region is dark.
func (c Control) Dark(name string) bool {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.Dark(name)
}

// CutOff disconnects two Regions from each other, or connects them again. Each goes on serving its users, but nothing
// passes between them: DynamoDB and Aurora do not replicate, and functions in one Region cannot call the other. Global
// services answer both. See NET-1 in docs/fidelity.md.
func (c Control) CutOff(a, b string, cut bool) error {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.cutOff(a, b, cut)
}

// Inject adds a fault and returns the function that removes it.
func (c Control) Inject(f Fault) (remove func()) {
	c.k.Lock()
	defer c.k.Unlock()
	fault := c.k.inject(f)
	return func() {
		c.k.Lock()
		defer c.k.Unlock()
		c.k.removeFault(fault)
	}
}

// Revision counts the changes of all record sets and all items of tables: while it is the same, so are they.
func (c Control) Revision() int {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.edits
}

// Journal returns everything that happened so far, in order. It is no copy: what is written into the journal does not change.
func (c Control) Journal() []Entry {
	c.k.Lock()
	defer c.k.Unlock()
	return slices.Clip(c.k.journal)
}

// CallCount is how many requests were made so far.
func (c Control) CallCount() int {
	c.k.Lock()
	defer c.k.Unlock()
	return len(c.k.calls)
}

// IDs is how many numbers were given away so far, to requests and other things.
func (c Control) IDs() int {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.ids
}

// Repeat records requests once more, as made now, that need not be made because their answers are known. ids is how many numbers
// they take.
func (c Control) Repeat(calls []Call, ids int) {
	c.k.Lock()
	defer c.k.Unlock()
	for _, call := range calls {
		call.At = c.k.now
		c.k.calls = append(c.k.calls, call)
	}
	c.k.ids += ids
}

// Faulty says whether one of these calls may fail if it is made again: a fault is injected that is not used up, or the function that
// runs is about to crash.
func (c Control) Faulty(calls []Call) bool {
	c.k.Lock()
	defer c.k.Unlock()
	return c.k.crashAt > 0 || slices.ContainsFunc(calls, func(call Call) bool {
		return slices.ContainsFunc(c.k.faults, func(f *Fault) bool { return f.isFor(call.Service, call.Operation, call.Region, call.Object) })
	})
}

// Calls returns every request that was made so far, in the order of arrival. It is no copy: what is recorded does not change.
func (c Control) Calls() []Call {
	c.k.Lock()
	defer c.k.Unlock()
	return slices.Clip(c.k.calls)
}
