package failover

import (
	"slices"
	"time"
)

// MaxEvents is how many events of its history a run may come to. Step Functions ends an execution at 25,000 events
// ("Quotas related to state machine executions", AWS Step Functions Developer Guide): it is closed by nothing then. The
// rest is kept for what AWS counts otherwise than the interpreter of the definition.
const MaxEvents = 24_000

// The events of the states: a state is entered and left, an attempt of a task is scheduled, starts and ends.
const (
	stateEvents   = 2
	attemptEvents = 3
	// askEvents are those of an approval: its last request is submitted too, before it is answered.
	askEvents = stateEvents + attemptEvents + 1 + AskRetries*attemptEvents + stateEvents
	// checkEvents are those of Settle, VerifyHealth and Verified?.
	checkEvents = stateEvents + (stateEvents + attemptEvents) + stateEvents
	// stepEvents are those of a step with all its retries.
	stepEvents = stateEvents + (1+StepRetries)*attemptEvents
	// startsAgain is how often Validate of a failover fails and is started again: each time after all its retries.
	startsAgain = (StartSeconds + startSeconds - 1) / startSeconds
	// startSeconds is the least that one of these takes: the waits before its retries, and the one after them.
	startSeconds = 2 + 4 + 8 + 20
	// planEvents are those of planning another phase, with the choices before and after it.
	planEvents = stateEvents + stepEvents + stateEvents
)

// Events is the most events that the history of a run can have, whatever fails; the lists are those of [Bound]. A test in
// package statemachine compares it with runs that are played.
func Events(run Run, out, back, rollback, returnRollback []Stage) int {
	const start, end = 1, stateEvents + 1      // ExecutionStarted; the last state, and the event that ends it all
	events := start + stepEvents + stateEvents // Validate, Accepted?
	if run.Action == Failover {
		events += startsAgain * (stepEvents + 2*stateEvents) // Validate before, StartAgain?, AwaitStart
	}
	events += 2*stepEvents + stateEvents + end          // CloseRun, Notify, Outcome?
	events += stateEvents + 2*attemptEvents             // NotNotified
	events += max(askEvents, stateEvents+attemptEvents) // AwaitApproval, Approved?; or Announce
	batches := mostBatches(out, back, rollback, returnRollback)
	if !run.Action.Planned() {
		batches += spareResubmits
	}
	events += MaxResubmits * max(shiftEvents(batches), promoteAgainEvents(run, out))
	events += phaseEvents(run, out)
	after := 0
	if back != nil {
		const waits = LagWaits * (planEvents + stateEvents) // PlanReturn and Planned? before each AwaitLag
		after = waits + planEvents + phaseEvents(run, back) // Soak before, Planned? after
	}
	if returnRollback != nil {
		after += planEvents + phaseEvents(run, returnRollback)
	}
	if rollback != nil {
		after = max(after, planEvents+phaseEvents(run, rollback))
	}
	return events + after
}

func phaseEvents(run Run, stages []Stage) int {
	events := stateEvents // NextStage finds no more stages
	for _, s := range stages {
		events += stateEvents + shiftEvents(s.Batches) + 2*stepEvents + 2*stateEvents // NextStage; UpdateRegistry, PromoteDatabase; Approve?, Started?
		if !run.Action.Planned() {
			events += askedAgain(s.ShiftSeconds, RefillWait) + stateEvents
			if s.Promote {
				events += askedAgain(PromoteSeconds, AskAgainWait)
			}
		}
		events += s.Checks * checkEvents
		if s.Approve {
			events += askEvents
		}
		if !run.Action.Planned() {
			events += 2 * stateEvents // MayRollBack? after a registry that cannot be written, and after the last check
		}
	}
	return events
}

// promoteAgainEvents are those of a failover that asks again for promotions which were cancelled.
func promoteAgainEvents(run Run, stages []Stage) int {
	if run.Action.Planned() || !slices.ContainsFunc(stages, func(s Stage) bool { return s.Promote }) {
		return 0
	}
	return askedAgain(PromoteSeconds, AskAgainWait) + stepEvents + stateEvents
}

// shiftEvents are those of ShiftTraffic and Shifted? in each round, and of Refill between two.
func shiftEvents(batches int) int {
	rounds := max(batches, 1)
	return rounds*(stepEvents+stateEvents) + (rounds-1)*stateEvents
}

// spareResubmits is how many rounds more than it has batches a failover has for what is submitted again, shortWaits how
// many of the first waits of a failover before it asks again are shorter than the others.
const (
	spareResubmits = 3
	shortWaits     = 2
)

// askedAgain are the events of a step that a failover plays again and again for so many seconds: its wait, its attempts and
// its choice. A call with all its retries takes longer than the wait after it, so that there are not many of them.
func askedAgain(limit int, wait time.Duration) int {
	const retries = StepRetries * attemptEvents
	const retried = 24 // seconds that a call with all its retries and the wait after it takes at least
	calls := max(0, limit-2*shortWaits)/int(wait.Seconds()) + shortWaits
	return calls*(3*stateEvents+attemptEvents) + (limit/retried+1)*retries
}

func mostBatches(phases ...[]Stage) int {
	most := 1
	for _, stages := range phases {
		for _, s := range stages {
			most = max(most, s.Batches)
		}
	}
	return most
}
