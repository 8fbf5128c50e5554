package validate

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// setting is the configuration that the step is deployed with.
type setting struct {
	Plan   failover.Plan
	Region failover.Region
	// Promotable and Table are those of [Handler].
	Promotable []string
	Table      string
}

// question is a request to Validate with its input, and the run that they describe.
type question struct {
	setting
	req   failover.ValidateRequest
	input failover.Input
	run   failover.Run
	// asked is the input; if that is malformed, it is the part that could be read.
	asked     failover.Input
	malformed bool
}

const timeLayout = "2006-01-02T15:04:05Z07:00"

// readOnly says whether the run changes nothing in any case: a check or a dry run.
func (q *question) readOnly() bool { return q.input.Action == failover.Check || q.input.DryRun }

// outage says whether the run is a failover, or writes the weights of one. Its findings are warnings: none is a reason to
// leave users in a Region that is presumed lost. They block a planned action and a check.
func (q *question) outage() bool { return q.input.Action == failover.Failover || q.finishes() }

// finishes says whether the run only writes the weights that a failover by switch has left pending.
func (q *question) finishes() bool { return q.input.Action == failover.Weights }

// examines says whether the run checks for what Route 53 would reject. A failover does not: it has no time for it, and sets
// aside what Route 53 rejects. A later phase does not either: it writes the same records as the outbound phase.
func (q *question) examines() bool {
	return (!q.outage() || q.readOnly()) && !q.run.Phase.Returns()
}

// lateBy is the time between the start of the run and this call.
func (q *question) lateBy() time.Duration {
	return max(0, q.req.Now.Sub(q.req.Execution.StartTime)).Round(time.Second)
}

// supersedes says whether this is an unplanned failover whose source Region executes another run. It supersedes that run
// without takeover in its input, unless that run is an unplanned failover too. If the Regions cannot reach each other, each may
// fail over to itself; following both could move users to one Region and writers to the other. In this case the first run keeps
// its lease, and an operator can take over. A run that only writes pending weights supersedes none: its users are served, and the
// other run may be a failback.
func (q *question) supersedes(region failover.Region, action failover.Action) bool {
	return q.outage() && !q.finishes() && region == q.run.From && action != failover.Failover
}

// actionOf is the action of the run that the lock keeps, if it is known.
func actionOf(run *failover.Run) failover.Action {
	if run == nil {
		return ""
	}
	return run.Asked()
}

// again is the input with which an operator starts the same run again; its outage started at the same time.
func (q *question) again(change func(*failover.Input)) failover.Input {
	input := q.input
	if input.Trigger = nil; q.outage() && !q.finishes() {
		input.Since = q.run.Since
	}
	if change != nil {
		change(&input)
	}
	return input
}

// unjoin returns all errors that were joined into err, at any depth, or err alone.
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
