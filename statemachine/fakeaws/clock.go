package fakeaws

import (
	"container/heap"
	"time"
)

// The clock of the World moves in jumps: from one event to the next. Between events nothing happens, however long a
// real program needs to answer, so a scenario of ten minutes takes as long as its Lambdas run.

// event is something that happens at a point in virtual time; fn runs with mu held.
type event struct {
	at  time.Time
	seq int
	fn  func()
}

// eventQueue is a heap by time and, at the same time, by order of scheduling: two runs of a scenario see the same order.
type eventQueue []event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *eventQueue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *eventQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// at lets fn happen at t, or now when t is past.
func (w *World) at(t time.Time, fn func()) {
	if t.Before(w.now) {
		t = w.now
	}
	heap.Push(&w.queue, event{at: t, seq: w.nextID(), fn: fn})
	w.wakeUp()
}

// after lets fn happen once d has passed.
func (w *World) after(d time.Duration, fn func()) { w.at(w.now.Add(d), fn) }

// outside lets fn run as the very next thing, without mu and with the clock standing still. It is for what calls back
// into the World, such as a Lambda function.
func (w *World) outside(fn func()) {
	w.outbox = append(w.outbox, fn)
	w.wakeUp()
}

// At lets fn happen at t without mu, so that it can use the exported methods: a fault, the start of an execution.
func (w *World) At(t time.Time, fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at(t, func() { w.outside(fn) })
}

// Now is the virtual time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Step lets the next thing happen: an action that waits outside, or else the next event no later than until. It says
// whether there was one; when not, the clock stands at until.
func (w *World) Step(until time.Time) bool {
	w.mu.Lock()
	if len(w.outbox) > 0 {
		fn := w.outbox[0]
		w.outbox = w.outbox[1:]
		w.standStill(true)
		w.mu.Unlock()
		fn()
		w.mu.Lock()
		w.standStill(false)
		w.mu.Unlock()
		return true
	}
	defer w.mu.Unlock()
	if len(w.queue) == 0 || w.queue[0].at.After(until) {
		if until.After(w.now) {
			w.now = until
		}
		return false
	}
	e := heap.Pop(&w.queue).(event)
	w.now = e.at
	e.fn()
	return true
}

// AdvanceTo lets everything happen that is due up to t.
func (w *World) AdvanceTo(t time.Time) {
	for w.Step(t) {
	}
}

// RunUntil lets things happen until done says so, or until limit. It says whether done did.
func (w *World) RunUntil(done func() bool, limit time.Time) bool {
	for !done() {
		if !w.Step(limit) {
			return done()
		}
	}
	return true
}
