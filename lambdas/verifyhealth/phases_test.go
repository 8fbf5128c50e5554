package verifyhealth

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
)

// gradual makes a check one of a traffic step of a switchover.
func gradual(healthy, unhealthy int) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Stage.Percent, req.Stage.Passes, req.Healthy, req.Unhealthy = failover.Switchover, new(100), 3, healthy, unhealthy
		*req.Stage.Percent = 50
	}
}

// TestAGradualStageFailsWhenItIsUnhealthy: most users are still healthy in the other Region, so it does not wait for all
// of its attempts; but one bad look may be a blip.
func TestAGradualStageFailsWhenItIsUnhealthy(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", east, 50)
	s.setWeight("checkout", west, 50)
	s.serve("checkout", 20)
	first := s.attempt(gradual(5, 0))
	if first.Verdict != failover.Pending || first.Unhealthy != 1 {
		t.Errorf("first bad look: %+v; want pending, and counted", first)
	}
	following := func(req *failover.VerifyRequest) {
		gradual(first.Healthy, first.Unhealthy)(req)
		req.Streak = first.Streak
	}
	if same := s.attempt(following); same.Verdict != failover.Pending || same.Unhealthy != 1 {
		t.Errorf("the same datapoint again: %+v; want pending, and not counted", same)
	}
	s.world.AdvanceTo(s.world.Now().Add(10 * time.Second))
	s.serve("checkout", 20)
	second := s.attempt(following)
	if second.Verdict != failover.Failed || len(second.Reasons) != 1 || !strings.Contains(second.Reasons[0], "ServedPercent") {
		t.Errorf("second bad look: %+v; want failed, saying why", second)
	}
	s.serve("checkout", 100)
	s.world.AdvanceTo(s.world.Now().Add(11 * time.Second))
	s.serve("checkout", 100)
	if got := s.attempt(gradual(0, 1)); got.Verdict != failover.Pending || got.Healthy != 1 {
		t.Errorf("a good look after a bad one: %+v; want it counted as the first", got)
	}
}

func TestUsersOnTheirWayDoNotCount(t *testing.T) {
	s := newStand(t, "checkout")
	s.serve("checkout", 20)
	for name, adjust := range map[string]func(*failover.VerifyRequest){
		"a failover": func(req *failover.VerifyRequest) { gradual(0, 5)(req); req.Run.Action = failover.Failover },
		"a rollback": func(req *failover.VerifyRequest) { gradual(0, 5)(req); req.Run.Phase = failover.Rollback },
		"a change that is not in sync": func(req *failover.VerifyRequest) {
			gradual(0, 5)(req)
			req.Changes = []failover.Change{{Zone: zone, ID: s.change()}}
		},
		"a writer that is not there": func(req *failover.VerifyRequest) {
			full(0, 50, time.Hour)(req)
			req.Stage.Promote, req.Stage.From, req.Stage.To = true, west, east
			s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, 20)
		},
	} {
		if got := s.attempt(adjust); got.Verdict != failover.Pending || got.Healthy+got.Unhealthy != 0 {
			t.Errorf("%s: %+v; want pending", name, got)
		}
	}
}

// full makes of a check one of all the traffic of a switchover, after others that began this long ago; the datapoints of
// these are old.
func full(healthy, unhealthy int, ago time.Duration) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Stage.Passes, req.Healthy, req.Unhealthy = failover.Switchover, 2, healthy, unhealthy
		req.Streak = &failover.Streak{Since: req.Now.Add(-ago), Seen: []failover.Datapoint{{PeriodSeconds: 10, At: req.Now.Add(-time.Minute)}}}
	}
}

// TestAFullShiftFailsWhenItsUsersFareBadlyForLong: what is bad of a switchover itself is over after the TTL of 60 and the
// metric's period of 10 seconds.
func TestAFullShiftFailsWhenItsUsersFareBadlyForLong(t *testing.T) {
	s := newStand(t, "checkout")
	s.serve("checkout", 20)
	for _, c := range []struct {
		name   string
		adjust func(*failover.VerifyRequest)
		want   failover.VerifyAnswer
	}{
		{"after a good check", full(1, 0, time.Hour), failover.VerifyAnswer{Verdict: failover.Pending, Unhealthy: 1}},
		{"for a minute", full(0, 12, 69*time.Second), failover.VerifyAnswer{Verdict: failover.Pending, Unhealthy: 13}},
		{"for longer", full(0, 1, 70*time.Second), failover.VerifyAnswer{Verdict: failover.Failed}},
		{"after the waves of the phase", func(req *failover.VerifyRequest) { full(0, 13, time.Hour)(req); closing(req) }, failover.VerifyAnswer{Verdict: failover.Failed}},
	} {
		c.want.Reasons = []string{"checkout: Application ServedPercent in us-west-2 is 60; expected at least 99"}
		check(t, c.name, c.want, s.attempt(c.adjust))
	}
}

func TestALongPeriodOrTTLIsToleratedForLonger(t *testing.T) {
	app := func(ttl int64, period int) failover.Application {
		return failover.Application{Records: []failover.Record{{TTL: ttl}}, Health: []failover.HealthRule{{PeriodSeconds: period}}}
	}
	all := failover.Stage{Percent: new(100)}
	tenth := all
	tenth.Percent = new(10)
	for _, c := range []struct {
		name  string
		stage failover.Stage
		apps  []failover.Application
		want  time.Duration
	}{
		{"as in the drills", all, []failover.Application{app(60, 10)}, 70 * time.Second},
		{"an alias has the TTL of a load balancer", all, []failover.Application{app(0, 10)}, 70 * time.Second},
		{"the longest of both", all, []failover.Application{app(10, 300), app(60, 10)}, 6 * time.Minute},
		{"no rules", all, nil, 0},
		{"a traffic step", tenth, []failover.Application{app(60, 300)}, 0},
	} {
		if got := tolerance(c.stage, c.apps); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

// TestAnApplicationThatSaysNothingHidesNoOther: nor does one whose change or writer is still on its way.
func TestAnApplicationThatSaysNothingHidesNoOther(t *testing.T) {
	s := newStand(t, "checkout", "orders")
	s.world.AdvanceTo(begin.Add(2 * time.Minute))
	s.serve("checkout", 20)
	got := s.attempt(gradual(0, 1), func(req *failover.VerifyRequest) { req.Streak = &failover.Streak{Since: begin} })
	want := failed("checkout: Application ServedPercent in us-west-2 is 20; expected at least 99",
		"orders: Application ServedPercent in us-west-2: no data in the last 1m0s; expected at least 99")
	check(t, "a share, orders without a metric", want, got)
}

// rollback makes a check one of a stage of a rollback to us-east-1.
func rollback(promote bool) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Run.Phase, req.Run.From, req.Run.To = failover.Switchover, failover.Rollback, west, east
		req.Stage = failover.Stage{Index: 5, Wave: 1, From: west, To: east, Restore: true, Promote: promote, Passes: 1}
		if !promote {
			req.Stage.Percent, req.Stage.WriterFollows = new(100), true
		}
	}
}

// TestARollbackWaitsForPromotionsInFlight: they cannot be reversed until they end. The application's health is for the
// stage that brings the writer back to see: until then it is the writer's absence that makes it bad.
func TestARollbackWaitsForPromotionsInFlight(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	app := s.apps[0]
	s.must(s.Registry.Promoting(t.Context(), app, failover.Live{Epoch: 7}, []string{"checkout"}))
	s.setWeight("checkout", east, 100)
	s.setWeight("checkout", west, 0)
	target := app.Databases[0].Clusters[west]
	_, err := s.RDS(east).SwitchoverGlobalCluster(t.Context(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: &app.Name, TargetDbClusterIdentifier: &target,
	})
	s.must(err)
	s.RDS = only(t, s.RDS, east)
	if got := s.attempt(rollback(false)); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "it can be reversed once that is over") {
		t.Errorf("in flight: %+v", got)
	}
	s.world.AdvanceTo(s.world.Now().Add(5 * time.Minute))
	if got := s.attempt(rollback(false)); got.Verdict != failover.Passed {
		t.Errorf("at rest: %+v; want passed, whatever the metrics say", got)
	}
	if got := s.attempt(rollback(true)); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "the writer is in us-west-2") {
		t.Errorf("before it is reversed: %+v", got)
	}
}

// TestARollbackChecksUsersWhoseWriterNeverMoved: its promotion was noted, and then refused. Nothing is to follow, so that how
// the users are healthy is for this stage to see, and that the writer is where they are.
func TestARollbackChecksUsersWhoseWriterNeverMoved(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	s.must(s.Registry.Promoting(t.Context(), s.apps[0], failover.Live{Epoch: 7}, []string{"checkout"}))
	s.setWeight("checkout", east, 100)
	s.setWeight("checkout", west, 0)
	serve := func(percent float64) {
		s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, percent)
	}
	nothingFollows := func(req *failover.VerifyRequest) { req.Stage.WriterFollows = false }
	serve(20)
	if got := s.attempt(rollback(false), nothingFollows); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "ServedPercent in us-east-1 is 20") {
		t.Errorf("its users are unhealthy: %+v; want pending because of it", got)
	}
	s.world.AdvanceTo(s.world.Now().Add(2 * time.Minute))
	serve(100)
	if got := s.attempt(rollback(false), nothingFollows); got.Verdict != failover.Passed {
		t.Errorf("all is well: %+v; want passed", got)
	}
	s.promote(s.apps[0])
	s.world.AdvanceTo(s.world.Now().Add(5 * time.Minute))
	serve(100)
	if got := s.attempt(rollback(false), nothingFollows); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "the writer is in us-west-2") {
		t.Errorf("the writer has left after all: %+v; want pending because of it", got)
	}
}

// returnRollback makes a check one of the stage that sends users back to us-west-2, after many unhealthy ones.
func returnRollback(writerFollows bool) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Run.Phase, req.Run.From, req.Run.To = failover.Drill, failover.ReturnRollback, east, west
		req.Unhealthy = 50
		req.Stage = failover.Stage{Index: 5, Wave: 1, From: east, To: west, Percent: new(100), WriterFollows: writerFollows, Passes: 1}
	}
}

// TestAReturnRollbackChecksUsersWhoseWriterNeverLeft: where a share returned and was sent back, their health is what the stage is
// for. Where the writer is still to follow, it would be the writer's absence that makes it bad.
func TestAReturnRollbackChecksUsersWhoseWriterNeverLeft(t *testing.T) {
	s := newStand(t, "checkout") // its writer is in us-west-2
	before := failover.Place{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	live := inWest
	live.Epoch, live.Before = 7, &before
	_, err := s.Registry.SetLive(t.Context(), s.apps[0], live)
	s.must(err)
	wave, err := s.Registry.Wave(t.Context(), 1)
	s.must(err)
	s.must(s.Registry.Promoting(t.Context(), wave[0], failover.Live{Epoch: 7}, []string{"checkout"}))
	s.world.AdvanceTo(begin.Add(2 * time.Minute))
	s.serve("checkout", 20)
	if got := s.attempt(returnRollback(false)); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "ServedPercent in us-west-2 is 20") {
		t.Errorf("its users are unhealthy: %+v; want pending because of it, for there is nowhere else to send them", got)
	}
	if got := s.attempt(returnRollback(true)); got.Verdict != failover.Passed {
		t.Errorf("its writer follows: %+v; want passed", got)
	}
}

func TestARollbackPassesWithTheWeightsFromBefore(t *testing.T) {
	s := newStand(t, "checkout")
	_, err := s.Registry.SetLive(t.Context(), s.apps[0], failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 7})
	s.must(err)
	s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, 100)
	s.setWeight("checkout", east, 70)
	s.setWeight("checkout", west, 30)
	if got := s.attempt(rollback(false)); got.Verdict != failover.Pending || len(got.Reasons) != 2 {
		t.Errorf("half the way: %+v; want both weights named", got)
	}
	s.setWeight("checkout", east, 100)
	s.setWeight("checkout", west, 0)
	if got := s.attempt(rollback(false)); got.Verdict != failover.Passed {
		t.Errorf("as before: %+v; want passed", got)
	}
}

// TestARollbackDoesNotCheckUsersThatItSendsToTheOtherRegion: they were in us-west-2 before the run, and stay there.
func TestARollbackDoesNotCheckUsersThatItSendsToTheOtherRegion(t *testing.T) {
	s := newStand(t, "checkout")
	s.settleBefore(inWest)
	s.settle(s.apps[0], inWest)
	s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, 20)
	check(t, "as before", passed(1), s.attempt(rollback(false)))
}

// closing makes a check one of the stage that closes a phase of two waves.
func closing(req *failover.VerifyRequest) {
	req.Stage.Wave, req.Stage.Waves, req.Stage.Percent, req.Stage.Promote = 0, []int{1, 2}, nil, false
}

// settle writes into the registry what the run has made of an application.
func (s *stand) settle(app failover.Application, live failover.Live) {
	s.t.Helper()
	live.Epoch = 7
	_, err := s.Registry.SetLive(s.t.Context(), app, live)
	s.must(err)
}

var inWest = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}

// TestAPhaseIsClosedWhenAllOfItIsWhereItWasMoved: waves that were verified a while ago are verified once more.
func TestAPhaseIsClosedWhenAllOfItIsWhereItWasMoved(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*stand)
		want   failover.VerifyAnswer
	}{
		{"as it was moved", func(*stand) {}, passed(1)},
		{"one is unhealthy", func(s *stand) { s.serve("checkout", 20) }, pending("checkout: Application ServedPercent in us-west-2 is 60; expected at least 99")},
		{"a record changed manually", func(s *stand) { s.setWeight("checkout", east, 100) },
			pending("checkout: record checkout.example.com A: weight 100 in us-east-1; expected weight 0")},
		{"the registry changed manually", func(s *stand) {
			s.settle(s.apps[0], failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}, Stage: 1})
		}, pending("checkout: registry: active in us-east-1, weight 0 in us-west-2; expected active in us-west-2, weight 100")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, "checkout", "orders")
			for _, app := range s.apps {
				s.settle(app, inWest)
			}
			c.change(s)
			check(t, "look", c.want, s.attempt(closing))
		})
	}
}

func TestAPhaseIsNotClosedWhileAWriterIsInTheOtherRegion(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	s.settle(s.apps[0], inWest)
	want := "checkout: global cluster checkout: the writer is in us-east-1, and no promotion is in flight; expected it in us-west-2"
	check(t, "the closing look", pending(want), s.attempt(closing))
	check(t, "the last check of a run that has promoted first", pending(want), s.attempt())
}

// TestOnlyTheWavesOfAPhaseCloseIt: what was in the Region before the run may have other weights.
func TestOnlyTheWavesOfAPhaseCloseIt(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", west, 10)
	other := func(req *failover.VerifyRequest) { closing(req); req.Stage.Waves = []int{2, 3} }
	if got := s.attempt(other); got.Verdict != failover.Failed || !strings.Contains(got.Reasons[0], "no application") {
		t.Errorf("%+v; want nothing of wave 1 looked at", got)
	}
}

func TestAReturnIsClosedWithTheWeightsFromBefore(t *testing.T) {
	s := newStandWriting(t, east, "checkout")
	before := map[failover.Region]int{east: 70, west: 30}
	s.settleBefore(failover.Live{Active: east, Weights: before})
	s.settle(s.apps[0], inWest)
	s.settle(s.apps[0], failover.Live{Active: east, Weights: before, Stage: 1})
	back := func(req *failover.VerifyRequest) {
		rollback(false)(req)
		closing(req)
		req.Run.Phase = failover.Return
	}
	s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, 100)
	if got := s.attempt(back); got.Verdict != failover.Pending || len(got.Reasons) != 2 {
		t.Errorf("half the way: %+v; want both weights named", got)
	}
	s.setWeight("checkout", east, 70)
	s.setWeight("checkout", west, 30)
	check(t, "as before", passed(1), s.attempt(back))
}

// settleBefore writes what an earlier run has made of the first application.
func (s *stand) settleBefore(live failover.Live) {
	s.t.Helper()
	live.Epoch = 6
	_, err := s.Registry.SetLive(s.t.Context(), s.apps[0], live)
	s.must(err)
}
