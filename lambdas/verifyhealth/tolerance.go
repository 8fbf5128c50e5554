package verifyhealth

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// badChecks is how many checks in a row, each with newer datapoints, must be unhealthy before a stage fails: one may be a blip.
const badChecks = 2

// givesUpEarly says whether an unhealthy stage may fail before its time is over. A failover cannot: its source Region is
// presumed lost. A rollback and a return-rollback cannot: they already move users back. The return of a drill can: its users
// were healthy in the standby.
func givesUpEarly(run failover.Run) bool { return run.Action.Planned() && !run.Phase.Undoes() }

// tolerance is how long a stage must be unhealthy before it fails. For a gradual stage [badChecks] are enough: only the traffic
// step has changed.
//
// If all of the traffic moves, or the writer does, errors are normal for a while. The first unhealthy check counts when DNS is
// in sync and the writer is in the target Region. After that, users still arrive for a TTL, at cold caches, and a metric has
// for one period the writes that failed before. So the tolerance is the longest TTL plus the longest period: 70 seconds for the
// applications in the drills, with a TTL of 60 and a period of 10 seconds.
func tolerance(stage failover.Stage, apps []failover.Application) time.Duration {
	if stage.Gradual() {
		return 0
	}
	var ttl, period time.Duration
	for _, app := range apps {
		ttl = max(ttl, app.TTL())
		for _, rule := range app.Health {
			period = max(period, time.Duration(rule.PeriodSeconds)*time.Second)
		}
	}
	return ttl + period
}
