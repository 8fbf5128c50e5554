package verifyhealth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

const (
	east = failover.Region("us-east-1")
	west = failover.Region("us-west-2")
	zone = "Z0000000000EXAMPLE"
)

var begin = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

func promoting(req *failover.VerifyRequest) { req.Stage.Promote = true }

func passed(n int) failover.VerifyAnswer {
	return failover.VerifyAnswer{Verdict: failover.Passed, Healthy: n, Reasons: []string{}}
}

func pending(reasons ...string) failover.VerifyAnswer {
	return failover.VerifyAnswer{Verdict: failover.Pending, Reasons: reasons}
}

func failed(reasons ...string) failover.VerifyAnswer {
	return failover.VerifyAnswer{Verdict: failover.Failed, Reasons: reasons}
}

func check(t *testing.T, when string, want, got failover.VerifyAnswer) {
	t.Helper()
	got.Streak = nil // tests of streaks ask for it
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", when, diff)
	}
}

func TestPassesAreCountedInARow(t *testing.T) {
	s := newStand(t, "checkout")
	three := func(req *failover.VerifyRequest) { req.Stage.Passes = 3 }
	first := s.attempt(three)
	check(t, "first check", failover.VerifyAnswer{
		Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, check 1 of 3"},
	}, first)
	check(t, "third look", passed(3), s.attempt(three, func(req *failover.VerifyRequest) { req.Healthy = 2 }))
	s.serve("checkout", 50)
	if got := s.attempt(three, func(req *failover.VerifyRequest) { req.Healthy = 2 }); got.Healthy != 0 {
		t.Errorf("after an unhealthy check: got %d healthy ones; want to begin again", got.Healthy)
	}
}

func TestAChangeIsPendingThenInSync(t *testing.T) {
	s := newStand(t, "checkout")
	id := s.change()
	with := func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: "Z1", ID: id}} }
	check(t, "at once", pending("change "+id+" of zone Z1: PENDING at the name servers of Route 53; expected INSYNC"), s.attempt(with))
	before := func(req *failover.VerifyRequest) { req.Streak = &failover.Streak{InSyncAt: &begin} } // it was made again since
	if got := s.attempt(with, before); got.Streak != nil && got.Streak.InSyncAt != nil {
		t.Errorf("it is pending: in sync since %s; want no time", got.Streak.InSyncAt)
	}
	s.world.AdvanceTo(begin.Add(31 * time.Second))
	first := s.attempt(with)
	check(t, "in sync", pending("checkout: Application ServedPercent in us-west-2: its newest datapoint begins at 03:00:00; expected one from 03:00:31 on"), first)
	s.world.AdvanceTo(begin.Add(40 * time.Second))
	s.serve("checkout", 100)
	s.world.AdvanceTo(begin.Add(55 * time.Second))
	again := func(req *failover.VerifyRequest) { req.Streak = first.Streak }
	check(t, "users come", passed(1), s.attempt(with, again))
}

func TestALostChangeIsToBeSubmittedAgain(t *testing.T) {
	s := newStand(t, "checkout")
	s.serve("checkout", 0) // what is merely pending does not matter then
	id := s.change()
	s.must(s.world.LoseChange(id))
	got := s.attempt(func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: "Z1", ID: id}} })
	check(t, "look", failover.VerifyAnswer{Verdict: failover.Lost, Reasons: []string{
		"change " + id + " of zone Z1: Route 53 had accepted it and does not know it any more; it is submitted again",
	}}, got)
}

func TestALostChangeIsSeenEvenWhenTheRestCannotBe(t *testing.T) {
	s := newStand(t, "checkout")
	id := s.change()
	s.must(s.world.LoseChange(id))
	s.world.Inject(fakeaws.Fault{Service: "monitoring", LoseAnswer: true})
	if got := s.attempt(func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: "Z1", ID: id}} }); got.Verdict != failover.Lost {
		t.Errorf("got %+v; want lost", got)
	}
}

func TestADatabaseIsDoneWhenNothingIsInFlightAndItsClusterIsAvailable(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	check(t, "before", failover.VerifyAnswer{
		Verdict: failover.Unpromoted,
		Reasons: []string{"checkout: global cluster checkout: the writer is in us-east-1, and its promotion in us-west-2 was cancelled or has not started; it is asked for again"},
	}, s.attempt(promoting))
	s.promote(s.apps[0])
	check(t, "asked for", pending("checkout: global cluster checkout: still pending to us-west-2"), s.attempt(promoting))
	s.world.AdvanceTo(begin.Add(30 * time.Second))
	check(t, "under way", pending("checkout: global cluster checkout: still failing-over to us-west-2"), s.attempt(promoting))
	s.world.AdvanceTo(begin.Add(57 * time.Second))
	check(t, "writer, not over", pending("checkout: global cluster checkout: still failing-over, although us-west-2 writes already"), s.attempt(promoting))
	s.world.AdvanceTo(begin.Add(61 * time.Second))
	s.serve("checkout", 100)
	check(t, "over", passed(1), s.attempt(promoting))
}

func TestAClusterThatIsNotAvailableIsNotDone(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	s.promote(s.apps[0])
	s.world.AdvanceTo(begin.Add(61 * time.Second))
	s.serve("checkout", 100)
	// Who asks for one cluster that is gone sees it missing; the World has no status of its own to set.
	s.world.Inject(fakeaws.Fault{Operation: "DescribeDBClusters", Error: &fakeaws.APIError{Code: "DBClusterNotFoundFault", Status: 404, Message: "gone"}})
	check(t, "look", pending("checkout: global cluster checkout: its cluster checkout-us-west-2 in us-west-2 is missing; expected available"), s.attempt(promoting))
}

func TestHealthMustBeSeenToBelieve(t *testing.T) {
	s := newStand(t, "checkout")
	s.serve("checkout", 50)
	check(t, "sick", pending("checkout: Application ServedPercent in us-west-2 is 75; expected at least 99"), s.attempt())
	s.world.AdvanceTo(begin.Add(10 * time.Minute))
	check(t, "silent", pending("checkout: Application ServedPercent in us-west-2: no data in the last 1m0s; expected at least 99"), s.attempt())
	s.serve("checkout", 100)
	s.world.SetMetricStatus(string(west), "InternalError")
	if got := s.attempt(); got.Verdict != failover.Pending {
		t.Errorf("CloudWatch is not well: got %+v; want pending", got)
	}
}

func TestAStageDoesNotPassWithOtherWeightsThanItsOwn(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", east, 5)
	want := pending("checkout: record checkout.example.com A: weight 5 in us-east-1; expected weight 0")
	check(t, "look", want, s.attempt())
	tenPercent := func(req *failover.VerifyRequest) { *req.Stage.Percent = 10 }
	if got := s.attempt(tenPercent); len(got.Reasons) != 2 {
		t.Errorf("10 percent: got %+v; want both Regions named", got)
	}
	trafficAlone := func(req *failover.VerifyRequest) { req.Stage.Percent = nil }
	check(t, "a stage that leaves traffic alone", passed(1), s.attempt(trafficAlone))
}

func TestAnOvertakenRunHasNothingToWaitFor(t *testing.T) {
	s := newStand(t, "checkout")
	newer := failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 8}
	_, err := s.Registry.SetLive(t.Context(), s.apps[0], newer)
	s.must(err)
	_, err = s.Handle(t.Context(), s.request())
	want := "application checkout: a newer run has moved it: epoch 8 in the registry, this run has 7"
	if entry.ConditionOf(err) != failover.FenceLost || err.Error() != want {
		t.Errorf("got %v; want FenceLost: %s", err, want)
	}
}

// TestARunWhoseLockIsTakenStopsVerifying, although the newer run has moved nothing yet: an operator who takes over waits for no other run.
func TestARunWhoseLockIsTakenStopsVerifying(t *testing.T) {
	s := newStand(t, "checkout")
	newer := failover.Run{ID: "newer", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:newer", Epoch: 7}
	_, err := s.Registry.TakeLock(t.Context(), newer, s.world.Now(), s.world.Now().Add(time.Hour))
	s.must(err)
	_, err = s.Handle(t.Context(), s.request())
	want := "run run-1 has epoch 7, and epoch 8 has been given to run newer since"
	if entry.ConditionOf(err) != failover.FenceLost || err.Error() != want {
		t.Errorf("got %v; want FenceLost: %s", err, want)
	}
}

func TestAWaveWithoutApplicationsDoesNotPass(t *testing.T) {
	s := newStand(t, "checkout")
	got := s.attempt(func(req *failover.VerifyRequest) { req.Run.Applications = []string{"search"} })
	check(t, "look", failed("wave 1 has no application of this run in the registry any more"), got)
}

func TestACheckOfAFailoverDoesNotCallTheSourceRegion(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	s.must(s.world.SetDark(string(east), true))
	s.promote(s.apps[0])
	s.world.AdvanceTo(begin.Add(2 * time.Minute))
	s.serve("checkout", 100)
	before := len(s.world.Calls())
	check(t, "look", passed(1), s.attempt(promoting))
	for _, call := range s.world.Calls()[before:] {
		if call.Region != string(west) || call.Mutating && !strings.Contains(call.Object, " lock") {
			t.Errorf("%s %s in %s; want only reading and the renewal of the lease, and only in %s", call.Service, call.Operation, call.Region, west)
		}
	}
}

func TestAFailedCheckIsAnErrorWithAName(t *testing.T) {
	s := newStand(t, "checkout")
	id := s.change()
	for _, tt := range []struct {
		operation string
		fault     fakeaws.Fault
		want      failover.Condition
	}{
		{"GetChange", fakeaws.Fault{Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}}, failover.Throttled},
		{"DescribeGlobalClusters", fakeaws.Fault{Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "no"}}, failover.Denied},
		{"GetMetricData", fakeaws.Fault{LoseAnswer: true}, failover.Unreachable},
		{"Query", fakeaws.Fault{LoseAnswer: true}, failover.Unreachable},
	} {
		tt.fault.Operation = tt.operation
		remove := s.world.Inject(tt.fault)
		_, err := s.Handle(t.Context(), s.request(promoting, func(req *failover.VerifyRequest) { req.Changes = []failover.Change{{Zone: "Z1", ID: id}} }))
		if got := entry.ConditionOf(err); got != tt.want {
			t.Errorf("%s: got %s (%v); want %s", tt.operation, got, err, tt.want)
		}
		remove()
	}
}

func TestReasonsAreCountedBeyondTheFirstTwenty(t *testing.T) {
	l := newAttempt(nil)
	for i := range 1000 {
		l.wait("application-%d: %s", i, strings.Repeat("é", 1000))
	}
	got := l.answer(failover.VerifyRequest{}, 0)
	if len(got.Reasons) != failover.MaxListed || got.MoreReasons != 1000-failover.MaxListed {
		t.Errorf("got %d and %d more; want %d of 1000", len(got.Reasons), got.MoreReasons, failover.MaxListed)
	}
	if size := len(fmt.Sprint(got.Reasons)); size > 8192 {
		t.Errorf("got %d bytes of reasons; want at most 8 KiB", size)
	}
}
