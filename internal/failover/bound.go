package failover

import "time"

// The patience of the state machine. The definition says the same numbers, and a test in package statemachine holds
// the two together: they are here because Validate must predict how long a run can take.
const (
	// StepTimeout is the longest that one invocation of a step can take, as Step Functions sees it.
	StepTimeout = 35 * time.Second
	// AnnounceTimeout is the longest that a run waits until people are told that it begins.
	AnnounceTimeout = 10 * time.Second
	// AskRetries is how often people are asked again when the question did not get out.
	AskRetries = 3
	// LookTime is what a look of VerifyHealth takes at most when AWS answers: a handful of reads, one after the other.
	LookTime = 3 * time.Second
	// StepRetries is how often a step is tried again when waiting may help.
	StepRetries = 6
	// StepRetryInterval is the longest wait before the first of them; each is twice the one before.
	StepRetryInterval = 3 * time.Second
	// StepRetryMaxDelay caps it.
	StepRetryMaxDelay = 20 * time.Second
	// UnexpectedRetries and UnexpectedRetryInterval are the same for errors nobody foresaw.
	UnexpectedRetries       = 1
	UnexpectedRetryInterval = 5 * time.Second
	// RefillWait is the wait before ShiftTraffic goes on with a stage for which Route 53 had no patience left: its bucket
	// of changes holds 1,500 and is refilled with 100 a second.
	RefillWait = 10 * time.Second
	// MaxResubmits is how often a stage submits a change again that Route 53 has lost.
	MaxResubmits = 3
)

// StepBound is the longest that one step can take with all its retries.
func StepBound() time.Duration {
	return retried(StepRetries) + StepTimeout + UnexpectedRetries*(UnexpectedRetryInterval+StepTimeout)
}

// Bound is the longest that a run can take, from its first state to its last, whatever fails: out are its stages, back
// those of a drill's way back, rollback those that undo all of out, retreat those that undo all of back. The lists of ways
// that the run does not have are nil. VerifyHealth is not retried: a look that does not come off counts as one of the stage's attempts, and the looks of
// a stage have a time of their own. A question is asked again only when it did not get out: its time is over once.
func Bound(run Run, out, back, rollback, retreat []Stage) time.Duration {
	const outside = 3 // Validate, CloseRun, Notify
	bound := outside*StepBound() + legBound(run, out)
	if len(out) > 0 && run.Approval != BeforeStart {
		bound += AnnounceTimeout
	}
	if run.Approval == BeforeStart && len(out) > 0 {
		bound += askBound(run)
	}
	var after time.Duration
	if back != nil {
		after = seconds(run.SoakSeconds) + StepBound() + legBound(run, back)
	}
	if retreat != nil {
		after += StepBound() + legBound(run, retreat)
	}
	if rollback != nil {
		after = max(after, StepBound()+legBound(run, rollback))
	}
	return bound + after
}

func legBound(run Run, stages []Stage) time.Duration {
	var bound time.Duration
	for _, s := range stages {
		bound += StageBound(run, s)
	}
	return bound
}

// StageBound is the longest that a stage of a run can take. It shifts, writes, promotes and then looks; if at the last
// moment for a look it learns that Route 53 has lost a change, it does the first three once more and looks a last time.
func StageBound(run Run, s Stage) time.Duration {
	const inside = 2 // UpdateRegistry, PromoteDatabase
	shifts := time.Duration(max(1, s.Batches))
	shift := shifts*StepBound() + (shifts-1)*RefillWait
	bound := 2*(shift+inside*StepBound()) + seconds(s.VerifySeconds+s.SettleSeconds) + StepTimeout
	if s.Approve {
		bound += askBound(run)
	}
	return bound
}

// askBound is the longest that a question can take: until it is out, and then until it is answered. What fails before is
// Notify, which Lambda does not let run for longer than a step.
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
