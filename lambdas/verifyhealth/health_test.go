package verifyhealth

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// shiftedAgo makes of a check one of a stage that has shifted this long before.
func shiftedAgo(d time.Duration) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) { req.ShiftedAt = req.Now.Add(-d) }
}

// TestADatapointFromBeforeTheShiftProvesNothing: the metric is fine because of what was so before.
func TestADatapointFromBeforeTheShiftProvesNothing(t *testing.T) {
	trafficAlone := func(req *failover.VerifyRequest) { req.Stage.Percent = nil }
	closes := func(req *failover.VerifyRequest) { closing(req) }
	for _, c := range []struct {
		name    string
		served  float64
		at, ago time.Duration // when the datapoint begins, before now, and how long before now the stage has shifted
		adjust  func(*failover.VerifyRequest)
		want    failover.Verdict
		says    string
	}{
		{"before the shift", 100, 20 * time.Second, 15 * time.Second, promoting, failover.Pending, "its newest datapoint begins at 03:04:40; expected one from 03:05:45 on"},
		{"it spans the shift", 100, 20 * time.Second, 11 * time.Second, trafficAlone, failover.Pending, "its newest datapoint begins at 03:04:40; expected one from 03:04:49 on"},
		{"after the shift, before the TTL", 100, 10 * time.Second, 69 * time.Second, promoting, failover.Pending, "expected one from 03:04:51 on"},
		{"after the TTL", 100, 10 * time.Second, 70 * time.Second, promoting, failover.Passed, ""},
		{"a stage that promotes alone moves no users", 100, 10 * time.Second, 10 * time.Second, trafficAlone, failover.Passed, ""},
		{"nor does one that closes a phase", 100, 10 * time.Second, 10 * time.Second, closes, failover.Passed, ""},
		{"but it needs a datapoint of its own", 100, 20 * time.Second, 11 * time.Second, closes, failover.Pending, "expected one from 03:04:49 on"},
		{"unhealthy before the shift", 20, 20 * time.Second, 11 * time.Second, gradual(0, 0), failover.Pending, "expected one from 03:05:49 on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, "checkout")
			s.settle(s.apps[0], inWest)
			now := begin.Add(5 * time.Minute)
			s.world.AdvanceTo(now.Add(-c.at))
			s.serve("checkout", c.served)
			s.world.AdvanceTo(now)
			got := s.attempt(c.adjust, shiftedAgo(c.ago), func(req *failover.VerifyRequest) {
				if c.adjust(req); req.Stage.Percent != nil && *req.Stage.Percent == 50 {
					*req.Stage.Percent = 100
				}
			})
			if got.Verdict != c.want || !strings.Contains(strings.Join(got.Reasons, " "), c.says) {
				t.Errorf("%+v; want %s: %s", got, c.want, c.says)
			}
			if got.Unhealthy > 0 {
				t.Errorf("%+v; want an old datapoint not to count against the stage", got)
			}
		})
	}
}

// TestUnhealthyUsersCountBeforeTheTTLIsOver: those who have come already fail.
func TestUnhealthyUsersCountBeforeTheTTLIsOver(t *testing.T) {
	s := newStand(t, "checkout")
	s.world.AdvanceTo(begin.Add(5 * time.Minute))
	s.serve("checkout", 20)
	got := s.attempt(full(0, 0, 0), shiftedAgo(0))
	if got.Verdict != failover.Pending || got.Unhealthy != 1 || got.Streak == nil || !got.Streak.Since.Equal(s.world.Now()) {
		t.Errorf("%+v; want pending, and counted from now on", got)
	}
}

// TestTheSameDatapointCountsOnce: checks come more often than datapoints.
func TestTheSameDatapointCountsOnce(t *testing.T) {
	s := newStand(t, "checkout", "orders")
	twice := func(req *failover.VerifyRequest) { req.Stage.Passes = 2 }
	first := s.attempt(twice)
	want := &failover.Streak{Since: begin, Seen: []failover.Datapoint{{PeriodSeconds: 10, At: begin}}}
	if diff := cmp.Diff(want, first.Streak); diff != "" {
		t.Errorf("streak (-want +got):\n%s", diff)
	}
	following := func(req *failover.VerifyRequest) { twice(req); req.Healthy, req.Streak = first.Healthy, first.Streak }
	s.world.AdvanceTo(begin.Add(9 * time.Second))
	again := s.attempt(following)
	check(t, "the same datapoints", failover.VerifyAnswer{
		Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, check 1 of 2; waiting for newer datapoints"},
	}, again)
	if diff := cmp.Diff(first.Streak, again.Streak); diff != "" {
		t.Errorf("streak (-want +got):\n%s", diff)
	}
	s.world.AdvanceTo(begin.Add(10 * time.Second))
	s.serve("checkout", 100)
	if got := s.attempt(following); got.Verdict != failover.Pending {
		t.Errorf("one of two is newer: %+v; want pending", got)
	}
	s.serve("orders", 100)
	check(t, "both are newer", passed(2), s.attempt(following))
}

// TestEachPeriodHasItsOwnDatapoints: the newest one of a minute is older than that of ten seconds, and new all the same.
func TestEachPeriodHasItsOwnDatapoints(t *testing.T) {
	s := newStand(t, "checkout")
	atLeast := 99.0
	rule := s.apps[0].Health[0]
	rule.PeriodSeconds, rule.AtLeast = 60, &atLeast
	s.apps[0].Health = append(s.apps[0].Health, rule)
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), s.apps, begin)
	s.must(err)
	twice := func(req *failover.VerifyRequest) { req.Stage.Passes = 2 }
	s.world.AdvanceTo(begin.Add(50 * time.Second))
	s.serve("checkout", 100)
	first := s.attempt(twice)
	following := func(req *failover.VerifyRequest) { twice(req); req.Healthy, req.Streak = first.Healthy, first.Streak }
	s.world.AdvanceTo(begin.Add(59 * time.Second))
	s.serve("checkout", 100)
	if got := s.attempt(following); got.Verdict != failover.Pending {
		t.Errorf("in the same minute: %+v; want pending", got)
	}
	s.world.AdvanceTo(begin.Add(60 * time.Second))
	s.serve("checkout", 100)
	check(t, "in the next minute", passed(2), s.attempt(following))
}

// TestBakeTimeIsTimeAndNotANumberOfChecks: the stage passes at the first check after it, and not before.
func TestBakeTimeIsTimeAndNotANumberOfChecks(t *testing.T) {
	s := newStand(t, "checkout")
	var streak *failover.Streak
	healthy := 0
	baking := func(req *failover.VerifyRequest) {
		req.Stage.Passes, req.Stage.BakeSeconds, req.Healthy, req.Streak = 2, 60, healthy, streak
	}
	for _, c := range []struct {
		at   time.Duration
		want failover.VerifyAnswer
	}{
		{0, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, check 1 of 2"}}},
		{20 * time.Second, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, and must stay so for another 40s"}}},
		{50 * time.Second, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, and must stay so for another 10s"}}},
		{60 * time.Second, passed(2)},
	} {
		s.world.AdvanceTo(begin.Add(c.at))
		s.serve("checkout", 100)
		before := len(s.world.Calls())
		got := s.attempt(baking)
		check(t, c.at.String(), c.want, got)
		healthy, streak = got.Healthy, got.Streak
		for _, call := range s.world.Calls()[before:] {
			if c.at == 20*time.Second && call.Operation == "ListResourceRecordSets" {
				t.Errorf("%s: the records are read in the middle of the bake time", c.at)
			}
		}
	}
}
