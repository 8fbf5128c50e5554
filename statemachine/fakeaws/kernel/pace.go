package kernel

import (
	"context"
	"time"
)

// Pace says how virtual time follows real time while the simulator is served. The real clock is the caller's.
type Pace struct {
	// Speed is how many virtual seconds pass in a real one; 0 means 1.
	Speed float64
	// Now reads the real clock.
	Now func() time.Time
	// Wait returns when d has passed on the real clock, or when ctx is done.
	Wait func(ctx context.Context, d time.Duration)
}

// longestWait is how long, in real time, the simulator sleeps at most when nothing is due.
const longestWait = time.Second

// pace is a Pace in use.
type pace struct {
	Pace
	// began is the real time, and from the virtual time, of the start.
	began, from time.Time
	// wake ends the present wait, because there is something new to do.
	wake context.CancelFunc
	// busy says that an action runs outside, for which the clock stands still.
	busy bool
}

// virtual is what the virtual clock shows when it has caught up with the real one.
func (p *pace) virtual() time.Time {
	return p.from.Add(time.Duration(float64(p.Now().Sub(p.began)) * p.Speed))
}

// serve implements [Control.Serve].
func (k *Kernel) serve(ctx context.Context, p Pace) {
	if p.Speed == 0 {
		p.Speed = 1
	}
	k.mu.Lock()
	k.pace = &pace{Pace: p, began: p.Now(), from: k.now}
	k.mu.Unlock()
	for ctx.Err() == nil {
		if k.step(k.pace.virtual()) {
			continue
		}
		waiting, wake := context.WithCancel(ctx)
		if d := k.sleep(wake); d > 0 {
			p.Wait(waiting, d)
		}
		wake()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pace = nil
}

// sleep returns the real time until something is due, and keeps wake for what is scheduled meanwhile. It takes the mutex.
func (k *Kernel) sleep(wake context.CancelFunc) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pace.wake = wake
	if len(k.outbox) > 0 {
		return 0
	}
	if len(k.queue) == 0 {
		return longestWait
	}
	due := time.Duration(float64(k.queue[0].at.Sub(k.pace.virtual())) / k.pace.Speed)
	// Without a minimum, a real clock that is coarser than the virtual one would make this loop spin.
	return min(max(due, time.Millisecond), longestWait)
}

// wakeUp ends a sleep because something has been scheduled.
func (k *Kernel) wakeUp() {
	if k.pace != nil && k.pace.wake != nil {
		k.pace.wake()
	}
}

// CatchUp sets the clock for a request that arrives between two events.
func (k *Kernel) CatchUp() {
	if k.pace == nil || k.pace.busy || len(k.outbox) > 0 {
		return
	}
	now := k.pace.virtual()
	if now.After(k.now) && (len(k.queue) == 0 || k.queue[0].at.After(now)) {
		k.now = now
	}
}

// standStill marks the time in which an action runs outside.
func (k *Kernel) standStill(busy bool) {
	if k.pace != nil {
		k.pace.busy = busy
	}
}
