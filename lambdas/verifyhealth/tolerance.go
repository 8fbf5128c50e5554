package verifyhealth

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// badChecks is how many checks in a row, with newer datapoints each, must be unhealthy before a stage has failed: one may
// be a blip.
const badChecks = 2

// givesUpEarly says whether a stage may fail before its time is over, because it is unhealthy. A failover has nowhere to
// send its users back to, and a rollback is on its way there already, as is the return-rollback of a drill. On the return of a
// drill, users go back to where they were well.
func givesUpEarly(run failover.Run) bool { return run.Action.Planned() && !run.Phase.Undoes() }

// tolerance is how long a stage must be unhealthy before it has failed. For a gradual stage [badChecks] are enough: nothing
// but the traffic step itself was changed.
//
// Where all of the traffic moves, or the writer does, errors are expected for a while even when nothing is wrong: DNS is in
// sync and the writer there when the first unhealthy check counts; from then on users still arrive for a TTL, at cold
// caches, and a metric holds for one of its periods the writes that failed before. So it takes the longest of both
// together: 70 seconds with the TTL of 60 and the period of 10 seconds of the applications in the drills.
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
