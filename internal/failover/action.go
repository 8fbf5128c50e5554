package failover

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/prose"
)

// Action is what a run is asked for.
type Action string

// The actions of a run. A run is always started in the Region that it moves to.
const (
	// Failover is unplanned: the source Region is presumed lost and is never called.
	Failover Action = "failover"
	// Switchover is planned: both Regions are well and no data may be lost.
	Switchover Action = "switchover"
	// Failback is a switchover to the plan's primary.
	Failback Action = "failback"
	// Drill is a switchover, a soak, and a switchover back, as one run.
	Drill Action = "drill"
	// Check validates and reports, and touches nothing.
	Check Action = "check"
)

// Close closes a run whose execution has ended without closing it: it is stopped, timed out, or died. The rule on the
// status of executions asks for it, and an operator can; it is not among [Actions].
const Close Action = "close"

// Weights writes the DNS weights that a failover by switch has left pending, because the Route 53 control plane did not answer,
// and resets the switch: users stay where they are. A schedule asks for it every few minutes; it is not among [Actions].
const Weights Action = "weights"

// Actions are all actions that operators are offered, in the order in which help and errors list them.
var Actions = []Action{Failover, Switchover, Failback, Drill, Check}

// Planned says whether both Regions are presumed well, so that no data may be lost on the way.
// A planned action whose way out fails is rolled back; a failover never goes back to a Region presumed lost.
func (a Action) Planned() bool { return a == Switchover || a == Failback || a == Drill }

// Order is the order of traffic and databases inside a wave.
type Order string

// The orders of a wave.
const (
	// TrafficFirst shifts DNS weights and then promotes: users reach the target Region while its writer comes up.
	TrafficFirst Order = "traffic-first"
	// DatabaseFirst promotes and verifies, and then shifts: users leave only for a Region that can write.
	DatabaseFirst Order = "database-first"
)

// Orders are all orders, in the order in which help and errors list them.
var Orders = []Order{TrafficFirst, DatabaseFirst}

// Approval says where a run waits for a person's consent.
type Approval string

// The gates of a run.
const (
	// NoApproval lets a run go through.
	NoApproval Approval = "none"
	// BeforeStart asks before anything is touched.
	BeforeStart Approval = "before-start"
	// BeforePromotion asks at the one-way door: traffic has been shifted, and the databases of a wave come next.
	BeforePromotion Approval = "before-promotion"
)

// Approvals are all of them, in the order in which help and errors list them.
var Approvals = []Approval{NoApproval, BeforeStart, BeforePromotion}

// Phase is the part of a run that is in progress.
type Phase string

// The phases of a run.
const (
	// Outbound is the way to the target Region; most runs have no other phase.
	Outbound Phase = "outbound"
	// Return is the second half of a drill.
	Return Phase = "return"
	// Rollback undoes a way out that failed.
	Rollback Phase = "rollback"
	// ReturnRollback undoes a drill's return that failed: what has returned to the primary moves once more to the standby, where it was
	// healthy.
	ReturnRollback Phase = "return-rollback"
)

// Returns says whether the phase follows the way out, and concerns what that has moved.
func (l Phase) Returns() bool { return l == Return || l.Undoes() }

// Undoes says whether the phase takes back what the one before it has done, which has failed.
func (l Phase) Undoes() bool { return l == Rollback || l == ReturnRollback }

// Outcome says how a run ended, and with it whether a human must touch production. Those that fail the execution are
// also its error name.
type Outcome string

// The outcomes of a run.
const (
	// Completed means traffic, registry and writer are in the target Region, in sync and healthy.
	Completed Outcome = "Completed"
	// RolledBack means everything is as it was before the run.
	RolledBack Outcome = "RolledBack"
	// Held means that an operator must act: the report lists what moved and what did not.
	Held Outcome = "Held"
	// Refused means nothing was touched.
	Refused Outcome = "Refused"
)

func parseOneOf[T ~string](field string, text T, all []T) error {
	if slices.Contains(all, text) {
		return nil
	}
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return fmt.Errorf("%s: %q is not known; expected %s", field, string(text), prose.Or(names))
}
