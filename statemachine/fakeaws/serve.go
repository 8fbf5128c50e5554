package fakeaws

import (
	"context"
	"time"
)

// Pace says how virtual time follows real time while a World is served. The real clock is the caller's.
type Pace struct {
	// Speed is how many virtual seconds pass in a real one; 0 means 1.
	Speed float64
	// Now reads the real clock.
	Now func() time.Time
	// Wait returns when d has passed on the real clock, or when ctx is done.
	Wait func(ctx context.Context, d time.Duration)
}

// longestWait is how long, in real time, the World sleeps at most when nothing is due.
const longestWait = time.Second

// Serve lets virtual time follow real time until ctx is done: events happen when they fall due, executions and their
// functions run, and requests are answered meanwhile. While a function of an execution runs the clock stands still, as
// ever, and catches up afterwards; so a function never seems slower than it is modelled, at any speed (LAM-4).
//
// Only one goroutine at a time may call Serve, [World.Step] or what steps.
func (w *World) Serve(ctx context.Context, p Pace) {
	if p.Speed == 0 {
		p.Speed = 1
	}
	w.mu.Lock()
	w.pace = &pace{Pace: p, began: p.Now(), from: w.now}
	w.mu.Unlock()
	for ctx.Err() == nil {
		if w.Step(w.pace.virtual()) {
			continue
		}
		waiting, wake := context.WithCancel(ctx)
		if d := w.sleep(wake); d > 0 {
			p.Wait(waiting, d)
		}
		wake()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace = nil
}

// pace is a Pace under way, and where it began.
type pace struct {
	Pace
	began, from time.Time
	// wake ends the present wait, because there is something new to do.
	wake context.CancelFunc
	// busy says that something runs outside, for which the clock stands still.
	busy bool
}

// virtual is what the virtual clock shows when it has caught up with the real one.
func (p *pace) virtual() time.Time {
	return p.from.Add(time.Duration(float64(p.Now().Sub(p.began)) * p.Speed))
}

// sleep says how long nothing is due, in real time, and lets wake be called when that changes.
func (w *World) sleep(wake context.CancelFunc) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace.wake = wake
	if len(w.outbox) > 0 {
		return 0
	}
	if len(w.queue) == 0 {
		return longestWait
	}
	due := time.Duration(float64(w.queue[0].at.Sub(w.pace.virtual())) / w.pace.Speed)
	// A real clock that is coarser than the virtual one must not make the World spin.
	return min(max(due, time.Millisecond), longestWait)
}

// wakeUp tells a World that sleeps of something new to do.
func (w *World) wakeUp() {
	if w.pace != nil && w.pace.wake != nil {
		w.pace.wake()
	}
}

// catchUp sets the clock right for a request that comes between two events.
func (w *World) catchUp() {
	if w.pace == nil || w.pace.busy || len(w.outbox) > 0 {
		return
	}
	now := w.pace.virtual()
	if now.After(w.now) && (len(w.queue) == 0 || w.queue[0].at.After(now)) {
		w.now = now
	}
}

// standStill marks the time in which something runs outside.
func (w *World) standStill(busy bool) {
	if w.pace != nil {
		w.pace.busy = busy
	}
}
