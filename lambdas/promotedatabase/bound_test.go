package promotedatabase

import (
	"errors"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestWhatIsDeniedIsDeferredWhileAPolicyMayPropagate, and set aside later. A planned run does not wait for it.
func TestWhatIsDeniedIsDeferredWhileAPolicyMayPropagate(t *testing.T) {
	for _, c := range []struct {
		name              string
		ago               time.Duration
		deferred, dropped int
	}{{"just started", 5 * time.Second, 1, 0}, {"at the end", failover.DeniedSeconds * time.Second, 0, 1}} {
		req := stageRequest(failover.Failover)
		req.Run.PhaseStartedAt = now.Add(-c.ago)
		var answer failover.PromoteAnswer
		setAside(req, []job{{database: database("shop"), err: failover.Fail(failover.Denied, errors.New("no"))}}, &answer)
		if len(answer.Deferred) != c.deferred || answer.Remaining != c.deferred || len(answer.SetAside) != c.dropped {
			t.Errorf("%s: %+v; want %d deferred and %d set aside", c.name, answer, c.deferred, c.dropped)
		}
	}
}

// TestWhatIsDeferredNeedsRoomBesideWhatIsSetAside in the run's one list: the state machine may add both to it.
func TestWhatIsDeferredNeedsRoomBesideWhatIsSetAside(t *testing.T) {
	for _, c := range []struct {
		before, aside, deferred int
		wholeWave               bool
	}{
		{0, 1, 1, false},
		{failover.MaxSetAside - 2, 1, 1, false},
		{failover.MaxSetAside - 2, 2, 1, true},
		{failover.MaxSetAside - 2, 1, 2, true},
		{failover.MaxSetAside, 0, 1, true},
	} {
		req := stageRequest(failover.Failover)
		for range c.before {
			req.SetAside = append(req.SetAside, failover.SetAside{Kind: failover.RecordKind})
		}
		var jobs []job
		for range c.aside {
			jobs = append(jobs, job{database: database("gone"), err: failover.Fail(failover.Rejected, errors.New("no"))})
		}
		for range c.deferred {
			jobs = append(jobs, job{database: database("busy"), err: failover.Fail(failover.Busy, errors.New("later"))})
		}
		var answer failover.PromoteAnswer
		setAside(req, jobs, &answer)
		last := answer.Deferred[len(answer.Deferred)-1]
		if whole := last.Kind == failover.DatabasesKind; whole != c.wholeWave || answer.Remaining != c.deferred {
			t.Errorf("%d before, %d set aside, %d deferred: the last is %s with %d remaining; want the whole wave: %v", c.before, c.aside, c.deferred, last.Kind, answer.Remaining, c.wholeWave)
		}
	}
}
