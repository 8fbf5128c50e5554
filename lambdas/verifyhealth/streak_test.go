package verifyhealth

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunOfRelease010IsCountedAsItCounts: its definition sends and reads one count, of healthy checks.
func TestARunOfRelease010IsCountedAsItCounts(t *testing.T) {
	s := newStand(t, "checkout")
	three := func(req *failover.VerifyRequest) { req.Stage.Passes = 3 }
	got := s.attempt(three, func(req *failover.VerifyRequest) { req.Passes = new(1) })
	if got.Passes == nil || *got.Passes != 2 || got.Healthy != 2 {
		t.Errorf("after one healthy check: %+v; want two in a row", got)
	}
	if got := s.attempt(three); got.Passes != nil {
		t.Errorf("a run of this release: %+v; want no passes", got)
	}
}

// TestARunOfRelease010CountsFromItsShift: its definition does not bring back since when the changes are in sync, so that each of its
// checks would count from itself.
func TestARunOfRelease010CountsFromItsShift(t *testing.T) {
	s := newStand(t, "checkout")
	id := s.change()
	s.world.AdvanceTo(begin.Add(40 * time.Second))
	s.serve("checkout", 100)
	s.world.AdvanceTo(begin.Add(55 * time.Second))
	with := func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: zone, ID: id}} }
	check(t, "this release", pending("checkout: Application ServedPercent in us-west-2: its newest datapoint begins at 03:00:40; expected one from 03:00:55 on"), s.attempt(with))
	old := s.attempt(with, func(req *failover.VerifyRequest) { req.Passes = new(0) })
	old.Passes = nil
	check(t, "release 0.1.0", passed(1), old)
}

// TestAnUnhealthyCheckIsNoPass: a stage that needs one healthy check is not passed without its last check after an unhealthy one.
func TestAnUnhealthyCheckIsNoPass(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", east, 5)
	one := func(req *failover.VerifyRequest) { full(0, 3, time.Hour)(req); req.Stage.Passes = 1 }
	check(t, "look", pending("checkout: record checkout.example.com A: weight 5 in us-east-1; expected weight 0"), s.attempt(one))
}

// TestACheckThatOnlyReadsOnUsesUpNoDatapoint: the last healthy check reads records over several checks and is counted once, so the
// datapoints of the check that was counted stay those that the next one must be newer than.
func TestACheckThatOnlyReadsOnUsesUpNoDatapoint(t *testing.T) {
	counted, newer := []failover.Datapoint{{PeriodSeconds: 60, At: begin}}, []failover.Datapoint{{PeriodSeconds: 60, At: begin.Add(time.Minute)}}
	for _, c := range []struct {
		before, passes, healthy int
		seen                    []failover.Datapoint
	}{{1, 2, 1, counted}, {2, 3, 2, counted}, {1, 3, 2, newer}, {0, 2, 1, newer}} {
		streak := &failover.Streak{Since: begin, Seen: counted}
		l := newAttempt(streak)
		l.good, l.unfinished = newer, "half of the records are read"
		req := failover.VerifyRequest{Healthy: c.before, Streak: streak, Now: begin.Add(2 * time.Minute), Stage: failover.Stage{Passes: c.passes}}
		got := l.reading(req)
		if diff := cmp.Diff(c.seen, got.Streak.Seen); diff != "" || got.Healthy != c.healthy {
			t.Errorf("%d of %d healthy before: %d healthy, seen (-want +got):\n%s", c.before, c.passes, got.Healthy, diff)
		}
	}
}
