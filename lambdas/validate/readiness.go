package validate

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// gauge takes the readings that the alarms on readiness watch.
type gauge interface {
	Write(at time.Time, plan, run string, metrics ...entry.Metric) error
}

// publish says whether the plan is ready to be moved here, and how much stands in the way, after a check of all of it.
//
// A check of a few applications says nothing of the others, and a check while a run holds the lock says only that; both
// leave the reading before as it is. So does a check that could not be made: the alarm on readiness counts readings that
// are missing as well. A second call writes the same reading for the same time.
func (in *inspection) publish() error {
	whole := in.input.Action == failover.Check && len(in.input.Applications) == 0
	if in.Readiness == nil || !whole || in.lock.Held(in.req.Now) && !in.takes {
		return nil
	}
	ready, blockers := 1.0, 0
	for _, f := range in.findings {
		if f.Severity == failover.Blocker {
			ready = 0
			blockers++
		}
	}
	return in.Readiness.Write(in.req.Now, in.Handler.Plan.Name, in.run.ID,
		entry.Metric{Name: "Ready", Unit: "None", Value: ready},
		entry.Metric{Name: "Blockers", Unit: "Count", Value: float64(blockers)})
}
