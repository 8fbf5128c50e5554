package failover

import "time"

// The retry budget of the state machine. The definition says the same numbers, and a test in package statemachine holds
// the two together: they are here because Validate must predict how long a run can take.
const (
	// StepTimeout is the longest that one invocation of a step can take, as Step Functions sees it.
	StepTimeout = 20 * time.Second
	// FunctionTimeout is the timeout of the function of a step. It is shorter than StepTimeout, so that Lambda ends a function
	// that hangs, and names the error.
	FunctionTimeout = 17 * time.Second
	// AnnounceTimeout is the longest that a run waits until its start notification is sent.
	AnnounceTimeout = 10 * time.Second
	// NotNotifiedTimeout is the longest that one try takes to say in a metric that the notification of a run is not out;
	// there is one retry.
	NotNotifiedTimeout = 5 * time.Second
	// AskRetries is how often an approval request that could not be sent is sent again.
	AskRetries = 3
	// CheckTime is what a check of VerifyHealth takes at most when AWS answers: a handful of reads, one after the other.
	CheckTime = 3 * time.Second
	// StepRetries is how often a step is retried when waiting may help. With the waits, all tries of a step take 94 s at
	// most: six steps, and the time that a stage has for becoming healthy, fit into twice the default RTO target.
	StepRetries = 3
	// StepRetryInterval is the wait before the first retry; each is twice the one before.
	StepRetryInterval = 2 * time.Second
	// StepRetryMaxDelay caps it.
	StepRetryMaxDelay = 8 * time.Second
	// RefillWait is the wait before ShiftTraffic goes on with a stage whose batches Route 53's rate limit has deferred: its
	// bucket of changes holds 1,500 and is refilled with 100 a second.
	RefillWait = 10 * time.Second
	// StartSeconds is how long a failover goes on starting Validate while other functions use all concurrency of the
	// account, DeniedSeconds the same while a permission is missing: a policy that was deployed just before. Both count from
	// the start of the run, and StartWait is the wait before each. What they have taken is in the bound that Validate prints.
	StartSeconds  = 300
	DeniedSeconds = 60
	StartWait     = 20 * time.Second
	// LagWaits is how often, and LagWait how long each time, a drill waits for the first measurement of the replication lag
	// of a cluster that has just become secondary. Aurora publishes it every minute, and CloudWatch delivers it one to two
	// minutes late.
	LagWaits = 8
	LagWait  = 30 * time.Second
	// MaxResubmits is how often a run submits a change again that Route 53 has lost.
	MaxResubmits = 5
	// spareRefills is how many times more than it has batches a stage of a failover may ask for what remains.
	spareRefills = 2
	// LastShiftSeconds is how long the last stage that shifts traffic in a failover asks at least: no other waits for it,
	// and the control plane of Route 53 may come back meanwhile. With it, the worst case of a failover in one stage is still
	// within twice the default RTO target.
	LastShiftSeconds = 110
	// PromoteSeconds is how long a failover goes on asking for promotions that cannot be started yet, counted from the first
	// call, and AskAgainWait the wait before it asks again.
	PromoteSeconds = 60
	AskAgainWait   = 20 * time.Second
)

// ShiftSeconds is how long a stage of a failover with so many batches goes on asking for those that remain. Later waves wait
// for it, unless it is the last that shifts traffic.
func ShiftSeconds(batches int, last bool) int {
	asks := int((time.Duration(batches+spareRefills) * RefillWait).Seconds())
	if last {
		return max(asks, LastShiftSeconds)
	}
	return asks
}

// Propagating says whether the run is a failover that started so recently that what AWS denies may be due to a policy that
// was deployed just before it: IAM is eventually consistent ("Changes that I make are not always immediately visible",
// AWS Identity and Access Management User Guide). Until then what is denied is tried again, as what is throttled.
func (r Run) Propagating(now time.Time) bool {
	return r.Action == Failover && now.Sub(r.PhaseStartedAt) < DeniedSeconds*time.Second
}

// StepBound is the longest that one step can take with all its retries.
func StepBound() time.Duration { return retried(StepRetries) + StepTimeout }

// Bound is the longest that a run can take, from its first state to its last, whatever fails: out are its stages, back
// those of a drill's return, rollback those that undo all of out, returnRollback those that undo all of back. The lists of phases
// that the run does not have are nil. An approval request is sent again only when it could not be sent: the time for the
// answer passes once.
func Bound(run Run, out, back, rollback, returnRollback []Stage) time.Duration {
	const outside = 3 // Validate, CloseRun, Notify
	bound := outside*StepBound() + 2*NotNotifiedTimeout + StepRetryInterval + phaseBound(run, out)
	if len(out) > 0 && run.Approval != BeforeStart {
		bound += AnnounceTimeout
	}
	if run.Approval == BeforeStart && len(out) > 0 {
		bound += askBound(run)
	}
	var after time.Duration
	if back != nil {
		after = seconds(run.SoakSeconds) + LagWaits*(StepBound()+LagWait) + StepBound() + phaseBound(run, back)
	}
	if returnRollback != nil {
		after += StepBound() + phaseBound(run, returnRollback)
	}
	if rollback != nil {
		after = max(after, StepBound()+phaseBound(run, rollback))
	}
	return bound + after
}

func phaseBound(run Run, stages []Stage) time.Duration {
	var bound time.Duration
	for _, s := range stages {
		bound += StageBound(run, s)
	}
	return bound
}

// StageBound is the longest that a stage of a run can take. It shifts, writes, promotes and then checks. The check that
// finds it healthy for the first time begins one settle time after the time for becoming healthy at the latest, and the
// last check one settle time after the time for staying healthy. What Route 53 has lost is submitted again within that.
func StageBound(run Run, s Stage) time.Duration {
	bound := shiftBound(run, s) + StepBound() + promoteBound(run, s) + seconds(s.VerifySeconds+s.HealthySeconds+2*s.SettleSeconds) + StepTimeout
	if s.Approve {
		bound += askBound(run)
	}
	return bound
}

// shiftBound is the longest that all rounds of ShiftTraffic can take. A planned run has as many as there are batches. In a
// failover none begins later than ShiftSeconds after the first.
func shiftBound(run Run, s Stage) time.Duration {
	if run.Action == Failover {
		return seconds(s.ShiftSeconds) + StepBound()
	}
	shifts := time.Duration(max(1, s.Batches))
	return shifts*StepBound() + (shifts-1)*RefillWait
}

// promoteBound is the same of PromoteDatabase. In a failover no call begins later than PromoteSeconds after the first.
func promoteBound(run Run, s Stage) time.Duration {
	if run.Action != Failover || !s.Promote {
		return StepBound()
	}
	return seconds(PromoteSeconds) + StepBound()
}

// askBound is the longest that an approval can take: until the request is sent, and then until it is answered. What fails
// before is Notify, which Lambda does not let run for longer than a step.
func askBound(run Run) time.Duration {
	return retried(AskRetries) + seconds(run.ApprovalSeconds)
}

// retried is what a number of failed attempts take, with the waits after them.
func retried(times int) time.Duration {
	var bound time.Duration
	delay := StepRetryInterval
	for range times {
		bound += StepTimeout + min(delay, StepRetryMaxDelay)
		delay *= 2
	}
	return bound
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
