package verifyhealth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// look is what one look has found so far.
type look struct {
	// pending says what must still come, hopeless what can never come, lost which changes Route 53 has forgotten.
	pending, hopeless, lost []string
	// bad says which health rules do not hold for users who are there already.
	bad []string
	// changed says what is not as the stages have set it.
	changed []string
	// inventory is what is verified of the records so far, nil before that has begun; unfinished says that it goes on.
	inventory  *failover.Inventory
	unfinished string
	// zones and clusters are the hosted zones whose changes, and the global clusters whose writers, are on their way.
	zones, clusters map[string]bool
}

func newLook() *look { return &look{zones: map[string]bool{}, clusters: map[string]bool{}} }

// settled says whether nothing of the application is on its way any more, so that how its users fare is how they will.
func (l *look) settled(app failover.Application) bool {
	return !slices.ContainsFunc(app.Records, func(r failover.Record) bool { return l.zones[r.Zone] }) &&
		!slices.ContainsFunc(app.Databases, func(db failover.Database) bool { return l.clusters[db.GlobalCluster] })
}

func (l *look) wait(format string, args ...any) { l.pending = append(l.pending, line(format, args)) }

func (l *look) giveUp(format string, args ...any) {
	l.hopeless = append(l.hopeless, line(format, args))
}

// healthy says whether nothing is left to wait for.
func (l *look) healthy() bool { return len(l.pending)+len(l.hopeless)+len(l.lost)+len(l.bad) == 0 }

// maxReason bounds one reason, so that an answer stays small whatever a name or an error of AWS says.
const maxReason = 300

func line(format string, args []any) string {
	s := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}

// answer is the verdict: the worst that was seen decides, and only a look that saw nothing amiss counts as a pass. Users
// who fare badly count whatever else is awaited: one application that says nothing must not hide another that is bad.
func (l *look) answer(before, needed, patience int) failover.VerifyAnswer {
	switch {
	case len(l.hopeless) > 0:
		return verdict(failover.Failed, l.hopeless)
	case len(l.lost) > 0:
		return verdict(failover.Lost, l.lost)
	case len(l.bad) > 0:
		seen := min(before, 0) - 1
		reasons := slices.Concat(l.bad, l.pending)
		if -seen >= patience {
			return verdict(failover.Failed, reasons)
		}
		a := verdict(failover.Pending, reasons)
		a.Passes = seen
		return a
	case len(l.pending) > 0:
		return verdict(failover.Pending, l.pending)
	case len(l.changed) > 0:
		// Users are healthy, but some of them are answered by something else: the stage is not on its way to pass. The next
		// check reads the same records again, so that the last reason is the one that counts.
		return verdict(failover.Pending, l.changed)
	case l.unfinished != "":
		a := verdict(failover.Pending, []string{l.unfinished})
		a.Passes = min(max(before, 0)+1, needed-1)
		return a
	}
	passes := max(before, 0) + 1
	if passes < needed {
		a := verdict(failover.Pending, []string{fmt.Sprintf("healthy, look %d of the %d in a row that it takes", passes, needed)})
		a.Passes = passes
		return a
	}
	return failover.VerifyAnswer{Verdict: failover.Passed, Passes: passes, Reasons: []string{}}
}

// verdict lists as many reasons as an answer may hold, and counts the rest.
func verdict(v failover.Verdict, reasons []string) failover.VerifyAnswer {
	listed := min(len(reasons), failover.MaxListed)
	return failover.VerifyAnswer{Verdict: v, Reasons: reasons[:listed], MoreReasons: len(reasons) - listed}
}
