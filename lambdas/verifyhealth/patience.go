package verifyhealth

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// gradualLooks is how many looks in a row must see users fare badly before a gradual stage has failed: one may be a blip,
// and nothing but the share itself was changed.
const gradualLooks = 2

// givesUpEarly says whether a stage may fail before it has had its attempts, because users fare badly. A failover has
// nowhere to send them back to, and a rollback is on its way there already, as is a drill that retreats: for them patience
// costs nothing. On the way back of a drill, users go back to where they were well.
func givesUpEarly(run failover.Run) bool { return run.Action.Planned() && !run.Leg.Undoes() }

// patience is how many looks in a row must see users fare badly before the stage has failed.
//
// Where all of the traffic moves, or the writer does, being bad for a while is in the nature of the thing even when
// nothing is amiss. DNS is in sync and the writer there when the first of these looks is taken; from then on users still
// arrive for a TTL, at caches that are cold, and a metric remembers for one of its periods the writes that failed
// before. So it takes the longest of both together: 70 seconds with the TTL of 60 and the period of 10 seconds of the
// applications in the drills. A release that is bad is bad for longer than that, and its users are back before its
// stage has had all of its looks, which with the default plan is a quarter of an hour.
func patience(stage failover.Stage, apps []failover.Application) int {
	if stage.Gradual() {
		return gradualLooks
	}
	var ttl, period time.Duration
	for _, app := range apps {
		for _, r := range app.Records {
			ttl = max(ttl, time.Duration(r.CacheSeconds())*time.Second)
		}
		for _, rule := range app.Health {
			period = max(period, time.Duration(rule.PeriodSeconds)*time.Second)
		}
	}
	settle := time.Duration(max(stage.SettleSeconds, 1)) * time.Second
	return max(gradualLooks, int((ttl+period+settle-1)/settle))
}
