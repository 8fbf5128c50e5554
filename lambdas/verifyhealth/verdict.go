package verifyhealth

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// look is what one look has found so far.
type look struct {
	// pending says what must still come, hopeless what can never come, lost which changes Route 53 has forgotten.
	pending, hopeless, lost []string
	// bad says which health rules do not hold for users who are there already.
	bad []string
}

func (l *look) wait(format string, args ...any) { l.pending = append(l.pending, line(format, args)) }

func (l *look) giveUp(format string, args ...any) {
	l.hopeless = append(l.hopeless, line(format, args))
}

// healthy says whether nothing is left to wait for.
func (l *look) healthy() bool { return len(l.pending)+len(l.hopeless)+len(l.lost)+len(l.bad) == 0 }

// badLooks is how many looks in a row must see users fare badly before a gradual stage has failed. One may be a blip.
const badLooks = 2

// maxReason bounds one reason, so that an answer stays small whatever a name or an error of AWS says.
const maxReason = 300

func line(format string, args []any) string {
	s := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}

// answer is the verdict: the worst that was seen decides, and only a look that saw nothing amiss counts as a pass.
func (l *look) answer(before, needed int) failover.VerifyAnswer {
	switch {
	case len(l.hopeless) > 0:
		return verdict(failover.Failed, l.hopeless)
	case len(l.lost) > 0:
		return verdict(failover.Lost, l.lost)
	case len(l.pending) > 0:
		return verdict(failover.Pending, append(l.pending, l.bad...))
	case len(l.bad) > 0:
		seen := min(before, 0) - 1
		if -seen >= badLooks {
			return verdict(failover.Failed, l.bad)
		}
		a := verdict(failover.Pending, l.bad)
		a.Passes = seen
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
