package verifyhealth

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// attempt is what one verification attempt has found so far.
type attempt struct {
	// pending says what is expected to come, hopeless what can never come, lost which changes Route 53 has lost.
	pending, hopeless, lost []string
	// unpromoted says which databases of a failover have no promotion in progress any more.
	unpromoted []string
	// bad says which health rules users in the target Region do not meet; newBad says whether any of these datapoints is newer
	// than those that earlier checks have counted.
	bad    []string
	newBad bool
	// stale says that a health rule is met, but without a datapoint newer than the one that the check before counted.
	stale bool
	// good and worse are the newest datapoints, by period, of the health rules that are met and of those that are not; streak
	// is that of the check before.
	good, worse []failover.Datapoint
	streak      *failover.Streak
	// changed says what differs from what the stages have set.
	changed []string
	// inventory is what is verified of the records so far, nil before the first; unfinished says that the next check continues
	// it.
	inventory  *failover.Inventory
	unfinished string
	// zones and clusters are the hosted zones with changes that are not in sync, and the global clusters whose writers are not
	// in the target Region yet.
	zones, clusters map[string]bool
	// inSync is how many zones need no further check; see [failover.Streak].
	inSync int
	// answeredAt is since when the name servers answer with the target Region, inSyncAt since when they have the changes; see
	// [failover.Streak].
	answeredAt, inSyncAt *time.Time
	// newlyPending are the zones whose weights this check has made pending.
	newlyPending failover.Aside
	// unasked are the ids of the zones whose name servers could not be asked: a private and a public zone may have one name.
	unasked map[string]bool
	// checked are the applications whose health was read, unproven those of them that had no data for it.
	checked  map[string]bool
	unproven []failover.Unproven
	// unwritten are the applications that UpdateRegistry has not written because one of their records is set aside.
	unwritten map[string]bool
}

func newAttempt(streak *failover.Streak) *attempt {
	l := &attempt{streak: streak, zones: map[string]bool{}, clusters: map[string]bool{}, unwritten: map[string]bool{}, unasked: map[string]bool{}}
	if streak != nil {
		l.answeredAt, l.inSyncAt = streak.AnsweredAt, streak.InSyncAt
	}
	return l
}

// seen says whether an earlier check has counted the datapoint, or a newer one of the same period.
func (l *attempt) seen(period int, at time.Time) bool {
	return l.streak != nil && slices.ContainsFunc(l.streak.Seen, func(d failover.Datapoint) bool {
		return d.PeriodSeconds == period && !at.After(d.At)
	})
}

// settled says whether no change or promotion of the application is pending, so that its health no longer depends on them.
func (l *attempt) settled(app failover.Application) bool {
	return !slices.ContainsFunc(app.Records, func(r failover.Record) bool { return l.zones[r.Zone] }) &&
		!slices.ContainsFunc(app.Databases, func(db failover.Database) bool { return l.clusters[db.GlobalCluster] })
}

func (l *attempt) wait(format string, args ...any) { l.pending = append(l.pending, line(format, args)) }

func (l *attempt) giveUp(format string, args ...any) {
	l.hopeless = append(l.hopeless, line(format, args))
}

// healthy says whether nothing is pending.
func (l *attempt) healthy() bool {
	return len(l.pending)+len(l.hopeless)+len(l.lost)+len(l.unpromoted)+len(l.bad) == 0
}

// maxReason bounds one reason, so that an answer stays small whatever a name or an error of AWS says.
const maxReason = 300

func line(format string, args []any) string {
	return prose.Cut(prose.Line(fmt.Sprintf(format, args...)), maxReason)
}

// answer is the verdict: the worst result decides, and only a check without any problem counts as a pass. An unhealthy
// application counts even if others are pending: an application without data must not hide another that is unhealthy.
func (l *attempt) answer(req failover.VerifyRequest, tolerance time.Duration) failover.VerifyAnswer {
	switch {
	case len(l.hopeless) > 0:
		return verdict(failover.Failed, l.hopeless)
	case len(l.lost) > 0:
		return verdict(failover.Lost, l.lost)
	case len(l.unpromoted) > 0:
		return verdict(failover.Unpromoted, l.unpromoted)
	case len(l.bad) > 0:
		return l.unhealthy(req, tolerance)
	case len(l.pending) > 0:
		return verdict(failover.Pending, l.pending)
	case len(l.changed) > 0:
		// Users are healthy, but another record set answers some of them: the stage cannot pass like this. The next check reads
		// the same records again, so that its reason is current.
		return verdict(failover.Pending, l.changed)
	case l.unfinished != "":
		return l.reading(req)
	}
	return l.passing(req)
}

// unhealthy counts a check that saw unhealthy users. A check that saw only datapoints that were counted before does not count.
func (l *attempt) unhealthy(req failover.VerifyRequest, tolerance time.Duration) failover.VerifyAnswer {
	streak := failover.Streak{Since: req.Now, Seen: l.worse}
	seen := 1
	if req.Unhealthy > 0 && req.Streak != nil {
		streak.Since, seen = req.Streak.Since, req.Unhealthy
		if l.newBad {
			seen++
		} else {
			streak.Seen = req.Streak.Seen
		}
	}
	reasons := slices.Concat(l.bad, l.pending)
	if seen >= badChecks && req.Now.Sub(streak.Since) >= tolerance {
		return verdict(failover.Failed, reasons)
	}
	a := verdict(failover.Pending, reasons)
	a.Unhealthy, a.Streak = seen, &streak
	return a
}

// passing counts a healthy check. The last one in a row counts only when the bake time is over. A check without newer
// datapoints does not count.
func (l *attempt) passing(req failover.VerifyRequest) failover.VerifyAnswer {
	before, needed := req.Healthy, req.Stage.Passes
	streak := failover.Streak{Since: req.Now, Seen: l.good}
	if before > 0 && req.Streak != nil {
		streak.Since = req.Streak.Since
	}
	waiting := func(healthy int, format string, args ...any) failover.VerifyAnswer {
		a := verdict(failover.Pending, []string{line(format, args)})
		a.Healthy, a.Streak = healthy, &streak
		return a
	}
	switch left := l.bakes(req); {
	case left > 0 && before+1 >= needed:
		return waiting(max(needed-1, 1), "healthy, and must stay so for another %s", left.Round(time.Second))
	case !l.fresh(req):
		streak.Seen = req.Streak.Seen
		return waiting(before, "healthy, check %d of %d; waiting for newer datapoints", before, needed)
	case before+1 < needed:
		return waiting(before+1, "healthy, check %d of %d", before+1, needed)
	}
	return failover.VerifyAnswer{Verdict: failover.Passed, Healthy: before + 1, Streak: &streak, Reasons: []string{}}
}

// reading counts a healthy check that has not read all records yet. The last one in a row continues to read them even without
// newer datapoints.
func (l *attempt) reading(req failover.VerifyRequest) failover.VerifyAnswer {
	a := verdict(failover.Pending, []string{l.unfinished})
	before := req.Healthy
	a.Healthy, a.Streak = min(before+1, req.Stage.Passes-1), &failover.Streak{Since: req.Now, Seen: l.good}
	if before > 0 && req.Streak != nil {
		a.Streak.Since = req.Streak.Since
		if a.Healthy == before {
			a.Streak.Seen = req.Streak.Seen
		}
	}
	return a
}

// bakes returns how much of the bake time is left.
func (l *attempt) bakes(req failover.VerifyRequest) time.Duration {
	left := time.Duration(req.Stage.BakeSeconds) * time.Second
	if req.Healthy > 0 && req.Streak != nil {
		left -= req.Now.Sub(req.Streak.Since)
	}
	return left
}

// again says whether a healthy check should read the records too: its datapoints are new, and it does not only fill the bake
// time.
func (l *attempt) again(req failover.VerifyRequest) bool {
	last := req.Healthy+1 >= req.Stage.Passes
	return l.healthy() && l.fresh(req) && !(last && l.bakes(req) > 0)
}

// fresh says whether all datapoints of a healthy check are newer than those that the check before has counted.
func (l *attempt) fresh(req failover.VerifyRequest) bool { return req.Healthy == 0 || !l.stale }

// verdict lists as many reasons as an answer may hold, and counts the rest.
func verdict(v failover.Verdict, reasons []string) failover.VerifyAnswer {
	listed := min(len(reasons), failover.MaxListed)
	return failover.VerifyAnswer{Verdict: v, Reasons: reasons[:listed], MoreReasons: len(reasons) - listed}
}
