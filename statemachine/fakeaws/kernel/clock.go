package kernel

import (
	"container/heap"
	"time"
)

// event is a timed event; fn runs with the mutex held.
type event struct {
	at  time.Time
	seq int
	fn  func()
}

// eventQueue is a heap by time and, at the same time, by order of scheduling: two runs of a scenario have the same order.
type eventQueue []*event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *eventQueue) Push(x any)   { *q = append(*q, x.(*event)) }
func (q *eventQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return last
}

// Now is the virtual time.
func (k *Kernel) Now() time.Time { return k.now }

// At schedules fn, which runs with the mutex held, at t or, when t is past, now.
func (k *Kernel) At(t time.Time, fn func()) {
	if t.Before(k.now) {
		t = k.now
	}
	heap.Push(&k.queue, &event{at: t, seq: k.NextID(), fn: fn})
	k.wakeUp()
}

// After schedules fn, which runs with the mutex held, once d has passed.
func (k *Kernel) After(d time.Duration, fn func()) { k.At(k.now.Add(d), fn) }

// Outside schedules fn as the next action. It runs without the mutex, while the clock stands still: it may send requests
// to the simulator, as a Lambda function does.
func (k *Kernel) Outside(fn func()) {
	k.outbox = append(k.outbox, fn)
	k.wakeUp()
}

// step runs the next action or, no later than until, the next event. It returns false when there is none; then the clock
// shows until. It takes the mutex.
func (k *Kernel) step(until time.Time) bool {
	k.mu.Lock()
	if len(k.outbox) > 0 {
		fn := k.outbox[0]
		k.outbox = k.outbox[1:]
		k.standStill(true)
		k.mu.Unlock()
		fn()
		k.mu.Lock()
		k.standStill(false)
		k.mu.Unlock()
		return true
	}
	defer k.mu.Unlock()
	if len(k.queue) == 0 || k.queue[0].at.After(until) {
		if until.After(k.now) {
			k.now = until
		}
		return false
	}
	e := heap.Pop(&k.queue).(*event)
	k.now = e.at
	e.fn()
	return true
}
