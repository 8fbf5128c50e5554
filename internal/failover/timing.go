package failover

import "time"

// The time of a stage is a share of the plan's RTO target, and at least what a healthy stage needs until CloudWatch can
// show that it is healthy.
const (
	// verifyShare is the share of the RTO target, in percent, in which a stage must become healthy.
	verifyShare = 60
	// promotionSeconds is how long DNS changes and a promotion usually take at most.
	promotionSeconds = 120
	// DefaultStretch is Stage.StretchPercent unless the events of the run need longer waits.
	DefaultStretch = 10
	// spareChecks are checks that a healthy stage has beyond those that it needs, for verification calls that fail.
	spareChecks = 2
)

// Stretches are the values of Stage.StretchPercent that Validate tries, from the one that is best for users to the one
// that has the fewest checks.
var Stretches = []int{DefaultStretch, 20, 50, 100, 200}

// SetTime gives the stage its time and its checks: what the plan grants, and at least what the TTLs and the metrics of its
// applications need. A metric with a period of a minute or longer is delivered one to two minutes late, one with a shorter
// period within seconds ("Publish custom metrics" and "Metrics concepts", Amazon CloudWatch User Guide).
func (p Plan) SetTime(s *Stage, stretch int, d Delays) {
	ttl, period := d.TTLSeconds, d.PeriodSeconds
	granted := min(p.TargetRTOSeconds*verifyShare/100, p.Attempts*(p.SettleSeconds+int(CheckTime.Seconds())))
	s.StretchPercent = stretch
	s.ResubmitSeconds = int((StepBound() + RefillWait).Seconds())
	s.VerifySeconds = max(granted, ttl+promotionSeconds+2*period+Delivery(period))
	needs := max(s.BakeSeconds, (s.Passes-1)*(period+Delivery(period)/2))
	s.HealthySeconds = ceilDiv(needs*(100+stretch), 100) + s.SettleSeconds + int(StepTimeout.Seconds())
	s.Attempts = s.checksWithin(s.VerifySeconds, 0)
	s.Checks = s.Attempts + s.checksWithin(s.HealthySeconds, s.BakeSeconds) + spareChecks
}

// checksWithin is how many checks there are until this many seconds are over, the first one after that included, when no
// check takes any time. A wait ends with the bake time.
func (s Stage) checksWithin(until, bake int) int {
	checks := 0
	for at := 0; at <= until; checks++ {
		left := until - at
		if at < bake {
			left = bake - at
		}
		at += max(s.SettleSeconds, min(ceilDiv(at*s.StretchPercent, 100), left), 1)
	}
	return checks
}

// Delays is how slowly it shows that applications have moved: their longest TTL, and the longest period of their metrics.
type Delays struct {
	TTLSeconds, PeriodSeconds int
}

// DelaysOf are those of the applications.
func DelaysOf(apps []Application) Delays {
	var d Delays
	for _, app := range apps {
		d.TTLSeconds = max(d.TTLSeconds, int(app.TTL().Seconds()))
		for _, rule := range app.Health {
			d.PeriodSeconds = max(d.PeriodSeconds, rule.PeriodSeconds)
		}
	}
	return d
}

// TTL is how long resolvers may keep an answer of any of the application's records.
func (a Application) TTL() time.Duration {
	var ttl time.Duration
	for _, r := range a.Records {
		ttl = max(ttl, time.Duration(r.CacheSeconds())*time.Second)
	}
	return ttl
}

// Delivery is how many seconds after the end of its period CloudWatch has a datapoint at the latest.
func Delivery(period int) int {
	if period >= 60 {
		return 120
	}
	return 20
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// Stretch gives all stages of a run their time, with waits that grow as slowly as the events of its history allow, and
// returns the share by which they grow; 0 when the run has too many stages for any. The lists are those of [Bound];
// Batches must be known.
func (p Plan) Stretch(run Run, delays func(Stage) Delays, out, back, rollback, returnRollback []Stage) int {
	for _, stretch := range Stretches {
		for _, stages := range [][]Stage{out, back, rollback, returnRollback} {
			for i := range stages {
				p.SetTime(&stages[i], stretch, delays(stages[i]))
			}
		}
		if Events(run, out, back, rollback, returnRollback) <= MaxEvents {
			return stretch
		}
	}
	return 0
}
