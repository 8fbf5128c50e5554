package failover

import "time"

// Lease is for how long a run holds the lock without renewing it. Every step that changes something or checks renews it
// when it begins, so it is longer than a step can take with all its retries ([StepBound]), and the lock of a run that has
// died without a trace is free some minutes later, however long the run could have taken.
const Lease = 10 * time.Minute

// LeaseUntil is until when a step that begins now, and is followed by a wait of this length, leases the lock.
func LeaseUntil(now time.Time, wait time.Duration) time.Time { return now.Add(wait + Lease) }

// WaitAfter is the longest wait that may follow a step of the stage before the next step renews the lease: the one before
// the next check, which grows with the time of the stage, and, of a drill that has arrived, the stay in the other Region
// with the waits for the first measurement of the replication lag.
func (r Run) WaitAfter(s Stage) time.Duration {
	longest := max(s.VerifySeconds, s.HealthySeconds)
	wait := seconds(max(s.SettleSeconds, min(longest, ceilDiv(longest*s.StretchPercent, 100))))
	if r.Action == Drill && r.Phase == Outbound {
		wait = max(wait, seconds(r.SoakSeconds)+LagWaits*LagWait)
	}
	return wait
}

// TakeoverReason says why a run may take the lock from another one that has not released it.
type TakeoverReason string

// The reasons for taking the lock from another run.
const (
	// TakenByOperator means that the input says takeover.
	TakenByOperator TakeoverReason = "operator"
	// TakenFromLostRegion means that an unplanned failover supersedes a run in the Region that it leaves.
	TakenFromLostRegion TakeoverReason = "lost-region"
	// TakenFromEnded means that the other run's execution has ended.
	TakenFromEnded TakeoverReason = "ended"
	// TakenAfterLease means that the other run has not renewed its lease.
	TakenAfterLease TakeoverReason = "lease"
)
