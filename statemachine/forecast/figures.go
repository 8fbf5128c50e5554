package forecast

import (
	"cmp"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Forecast is what came of the runs.
type Forecast struct {
	Plan    failover.Plan
	Options Options
	// Runs are those that were played, in the order of their numbers.
	Runs []*Run
}

// outcomes are how runs end, the good end first.
var outcomes = []failover.Outcome{failover.Completed, failover.Held, failover.RolledBack, failover.Refused}

// other is any other end: a run that was stopped, or that did not end.
const other failover.Outcome = "other"

// Outcomes counts the runs by how they ended.
func (f *Forecast) Outcomes() map[failover.Outcome]int {
	counts := map[failover.Outcome]int{}
	for _, r := range f.Runs {
		if slices.Contains(outcomes, r.Outcome) {
			counts[r.Outcome]++
		} else {
			counts[other]++
		}
	}
	return counts
}

// Recovered are the runs that have completed, the slowest first.
func (f *Forecast) Recovered() []*Run {
	done := slices.DeleteFunc(slices.Clone(f.Runs), func(r *Run) bool { return !r.Recovered })
	slices.SortStableFunc(done, func(a, b *Run) int { return cmp.Compare(b.RTO, a.RTO) })
	return done
}

// Slowest are the slowest twentieth of the runs that have completed, at least one of them.
func (f *Forecast) Slowest() []*Run {
	done := f.Recovered()
	return done[:(len(done)+19)/20]
}

// Wrong are the runs in which a guarantee was violated, or something else is wrong.
func (f *Forecast) Wrong() []*Run {
	return slices.DeleteFunc(slices.Clone(f.Runs), func(r *Run) bool { return len(r.Wrong) == 0 })
}

// figure is a figure of a run.
type figure[T cmp.Ordered] func(*Run) T

func rto(r *Run) time.Duration     { return r.RTO }
func clients(r *Run) time.Duration { return r.Clients }
func rpo(r *Run) float64           { return r.RPO }
func part(i int) figure[time.Duration] {
	return func(r *Run) time.Duration { return r.Parts[i] }
}

// percentile is that of the nearest rank: the least value that so many percent of the values do not exceed. Of no values it is zero.
func percentile[T cmp.Ordered](of []*Run, value figure[T], percent int) T {
	var values []T
	for _, r := range of {
		values = append(values, value(r))
	}
	if len(values) == 0 {
		var zero T
		return zero
	}
	slices.Sort(values)
	return values[max(1, (percent*len(values)+99)/100)-1]
}

// within counts the runs whose figure is at most the target.
func within[T cmp.Ordered](of []*Run, value figure[T], target T) int {
	n := 0
	for _, r := range of {
		if value(r) <= target {
			n++
		}
	}
	return n
}

// longest is the part of a run that took longest.
func (r *Run) longest() int {
	longest := 0
	for i, took := range r.Parts {
		if took > r.Parts[longest] {
			longest = i
		}
	}
	return longest
}

// dominated counts the runs whose longest part is this one.
func dominated(of []*Run, part int) int {
	n := 0
	for _, r := range of {
		if r.longest() == part {
			n++
		}
	}
	return n
}

// share is such as 0.25 for one of four.
func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// by are the runs of a cause.
func by(of []*Run, cause Cause) []*Run {
	return slices.DeleteFunc(slices.Clone(of), func(r *Run) bool { return r.Drawn.Cause != cause.Name })
}

// targets are those of the plan.
func (f *Forecast) targets() (rto time.Duration, rpo float64) {
	return time.Duration(f.Plan.TargetRTOSeconds) * time.Second, float64(f.Plan.TargetRPOSeconds)
}
