package validate

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// setting is what the step is deployed with.
type setting struct {
	Plan   failover.Plan
	Region failover.Region
	// Promotable and Table are those of [Handler].
	Promotable []string
	Table      string
}

// question is what Validate is asked: a request, the input in it, and the run that they describe.
type question struct {
	setting
	req   failover.ValidateRequest
	input failover.Input
	run   failover.Run
	// asked is what could be read of an input that is refused because it is malformed; else it is the input.
	asked     failover.Input
	malformed bool
}

const timeLayout = "2006-01-02T15:04:05Z07:00"

// readOnly says whether the run is to touch nothing whatever is found.
func (q *question) readOnly() bool { return q.input.Action == failover.Check || q.input.DryRun }

// outage says whether the run is a failover. Then whatever is not well is no reason to leave users in a Region that is
// gone: it is a warning. A planned action waits until all is well, and a check says what one would meet.
func (q *question) outage() bool { return q.input.Action == failover.Failover }

// examines says whether the run finds out what Route 53 would refuse. A failover does not: it spends no time on what it
// cannot wait for, and sets aside what is refused. Nor does a way back, which writes what the way out has written.
func (q *question) examines() bool {
	return (!q.outage() || q.readOnly()) && !q.run.Phase.Returns()
}

// lateBy is how long after the start of the run the state machine has come to this call.
func (q *question) lateBy() time.Duration {
	return max(0, q.req.Now.Sub(q.req.Execution.StartTime)).Round(time.Second)
}

// supersedes says whether this is an unplanned failover that leaves the Region of another run, which it then supersedes
// without being asked to. It does not so with another unplanned failover: two of them in opposite directions are what
// Regions do that cannot reach each other, and to follow both would take users to one Region and writers to the other.
// That run has its lease, and an operator can take over.
func (q *question) supersedes(region failover.Region, action failover.Action) bool {
	return q.outage() && region == q.run.From && action != failover.Failover
}

// actionOf is the action of the run that is kept with a lock, if it is known.
func actionOf(run *failover.Run) failover.Action {
	if run == nil {
		return ""
	}
	return run.Action
}

// again is the input of the same run when an operator starts it: its outage goes on.
func (q *question) again(change func(*failover.Input)) failover.Input {
	input := q.input
	if input.Trigger = nil; q.outage() {
		input.Since = q.run.Since
	}
	if change != nil {
		change(&input)
	}
	return input
}

// unjoin returns the errors that were joined into err, however deep, or err alone.
func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, unjoin(e)...)
	}
	return all
}
