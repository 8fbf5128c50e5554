package guarantee

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

func TestOverheadIsWhatNoPartCovers(t *testing.T) {
	part := func(from, to int) Part {
		return Part{From: at(time.Duration(from) * time.Second), To: at(time.Duration(to) * time.Second)}
	}
	for _, c := range []struct {
		name  string
		parts []Part
		want  int
	}{
		{"nothing covers anything", nil, 100},
		{"all is covered", []Part{part(0, 100)}, 0},
		{"parts overlap", []Part{part(10, 50), part(40, 90)}, 20},
		{"one inside the other", []Part{part(10, 90), part(20, 30)}, 20},
		{"a gap between", []Part{part(0, 40), part(60, 100)}, 20},
		{"not in order", []Part{part(60, 100), part(0, 40)}, 20},
		{"beyond the end", []Part{part(0, 50), part(90, 200)}, 40},
		{"after the end", []Part{part(150, 200)}, 100},
	} {
		got := uncovered(at(0), at(100*time.Second), c.parts)
		if want := time.Duration(c.want) * time.Second; got != want {
			t.Errorf("%s: %s; want %s", c.name, got, want)
		}
	}
}

func TestRecoveryCountsFromTheOutage(t *testing.T) {
	e := completed()
	e.Traffic = append(e.Traffic,
		fakeaws.Sample{At: at(4*time.Minute + 10*time.Second), Requests: 10, Served: 9},
		fakeaws.Sample{At: at(5 * time.Minute), Requests: 10, Served: 10})
	all := e.Recoveries([]time.Time{at(time.Minute)})
	if len(all) != 1 {
		t.Fatalf("%d recoveries; want 1", len(all))
	}
	got := all[0]
	if got.RTO != 3*time.Minute || got.Users != 3*time.Minute+11*time.Second || got.RPO != 0.9 {
		t.Errorf("RTO %s, users %s, RPO %.1f s; want 3m0s, 3m11s, 0.9 s", got.RTO, got.Users, got.RPO)
	}
	want := []Part{
		{Name: "detection, until the run started", From: at(time.Minute), To: at(2 * time.Minute)},
		{Name: "DNS, in sync after 0:30 and TTL 1:00", From: at(2 * time.Minute), To: at(3*time.Minute + 30*time.Second)},
		{Name: "Aurora, until the new writer was available", From: at(2 * time.Minute), To: at(3 * time.Minute)},
	}
	if diff := cmp.Diff(want, got.Parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if got.Overhead != 30*time.Second {
		t.Errorf("overhead %s; want what is left from 03:30 to 04:00", got.Overhead)
	}
}

func TestARunThatDidNotCompleteHasNoRecovery(t *testing.T) {
	if got := held().Recoveries([]time.Time{at(time.Minute)}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestTheBakeOfAPlannedRunIsNoDelay(t *testing.T) {
	check := func(after time.Duration, percent *int, verdict failover.Verdict, healthy int) fakeaws.Invocation {
		payload, _ := json.Marshal(failover.VerifyRequest{Stage: failover.Stage{Percent: percent}})
		result, _ := json.Marshal(failover.VerifyAnswer{Verdict: verdict, Healthy: healthy})
		return fakeaws.Invocation{State: "VerifyHealth", At: at(after), Payload: payload, Result: fakeaws.InvokeResult{Payload: result}}
	}
	all := 100
	run := RunEvidence{
		Execution: fakeaws.Execution{StartedAt: at(0), StoppedAt: at(time.Hour), Invocations: []fakeaws.Invocation{
			check(1*time.Minute, nil, failover.Passed, 2), // the writer alone
			check(2*time.Minute, &all, failover.Pending, 1),
			check(3*time.Minute, &all, failover.Pending, 0), // one unhealthy check: the bake time starts again
			check(4*time.Minute, &all, failover.Pending, 1),
			check(5*time.Minute, &all, failover.Passed, 2),
			check(8*time.Minute, &all, failover.Pending, 1),
			check(9*time.Minute, &all, failover.Passed, 2),
		}},
		Asked: &failover.Input{Action: failover.Switchover},
	}
	want := []Part{{Name: "bake time of the traffic steps", From: at(4 * time.Minute), To: at(9 * time.Minute)}}
	if diff := cmp.Diff(want, bakeParts(run)); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	run.Asked.Action = failover.Failover
	if got := bakeParts(run); got != nil {
		t.Errorf("a failover has %v; expected none", got)
	}
}

func TestWhatARunCostsItsUsersIsCountedUntilTheyAreAllWell(t *testing.T) {
	run := RunEvidence{Execution: fakeaws.Execution{StartedAt: at(time.Minute), StoppedAt: at(2 * time.Minute)}}
	run.Name, run.Want.FailedAtMost = "run-1", new(0.1)
	e := Evidence{Traffic: []fakeaws.Sample{
		{At: at(0), Requests: 100, Served: 0}, // before it
		{At: at(time.Minute), Requests: 100, Served: 95},
		{At: at(2 * time.Minute), Requests: 100, Served: 100},
		{At: at(3 * time.Minute), Requests: 100, Served: 85}, // caused by it, and after it
	}}
	if got := e.TooCostly(run); got != nil {
		t.Errorf("20 of 200 are at most 10 %%; got %v", got)
	}
	e.Traffic[3].Served--
	if got := e.TooCostly(run); len(got) != 1 || got[0] != "run-1: expected at most 10.00 % of the requests of the run to fail, got 10.50 %" {
		t.Errorf("got %v", got)
	}
}

func TestARunThatFoundEverythingInPlaceRecoversNothing(t *testing.T) {
	e := completed()
	again := e.Runs[0]
	again.Invocations = []fakeaws.Invocation{{State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"verdict":"proceed","stages":[]}`)}}}
	again.StartedAt = at(5 * time.Minute)
	e.Runs = append(e.Runs, again)
	e.Traffic = append(e.Traffic, fakeaws.Sample{At: at(6 * time.Minute), Requests: 10, Served: 9})
	all := e.Recoveries(nil)
	if len(all) != 1 || all[0].Users != 4*time.Minute+time.Second {
		t.Errorf("got %+v; want the first run alone, with the users' failures after the second", all)
	}
}
