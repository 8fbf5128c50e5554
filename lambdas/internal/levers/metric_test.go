package levers_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// delivered is longer than CloudWatch and Route 53 need to follow a datapoint.
const delivered = 4 * time.Minute

// TestOneDatapointMovesUsersForGood: it comes after the registry, in the Region that users move to, and is not repeated; while
// no data follow, the health check keeps its status.
func TestOneDatapointMovesUsersForGood(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	before, w := len(f.Calls()), f.by(7, "run-7")
	for range 2 {
		if failed := f.evacuate(t, w, "batch"); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	want := []string{"us-west-2 UpdateItem", "us-west-2 PutMetricData", "us-west-2 UpdateItem", "us-west-2 UpdateItem ConditionalCheckFailedException"}
	if diff := cmp.Diff(want, f.callsSince(before)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	for _, wait := range []time.Duration{delivered, 24 * time.Hour} {
		if f.Pass(wait); f.healthy() != "false true" {
			t.Errorf("%s later: health checks %s; want users to leave us-east-1", wait, f.healthy())
		}
	}
	must(t, f.Reset(t.Context(), f.by(7, "run-7"), "batch"))
	for _, wait := range []time.Duration{delivered, 24 * time.Hour} {
		if f.Pass(wait); f.healthy() != "true true" {
			t.Errorf("%s after the reset: health checks %s; want both healthy", wait, f.healthy())
		}
	}
	want2 := registry.SwitchState{Epoch: 7, Run: "run-7"}
	got := f.state(t, "batch")
	got.At, got.LeverAt = time.Time{}, time.Time{}
	if diff := cmp.Diff(want2, got); diff != "" {
		t.Errorf("the switch (-want +got):\n%s", diff)
	}
}

// TestFlipsAndResetsOfOneMinuteCountInTheirOrder, although the alarm's statistic is the maximum of a minute.
func TestFlipsAndResetsOfOneMinuteCountInTheirOrder(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	for n := range 5 {
		w := f.by(int64(n+1), "run")
		if n%2 == 0 {
			f.evacuate(t, w, "batch")
		} else {
			must(t, f.Reset(t.Context(), w, "batch"))
		}
		f.Pass(time.Second)
	}
	if f.Pass(3 * delivered); f.healthy() != "false true" {
		t.Errorf("evacuated last: health checks %s", f.healthy())
	}
	f.evacuate(t, f.by(8, "run"), "batch")
	must(t, f.Reset(t.Context(), f.by(8, "run"), "batch"))
	if f.Pass(3 * delivered); f.healthy() != "true true" {
		t.Errorf("reset last: health checks %s", f.healthy())
	}
}

// TestAnOlderRunWritesNoLever: it fails at the registry, which is written first.
func TestAnOlderRunWritesNoLever(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	newer := f.by(9, "newer")
	must(t, f.Write(t.Context(), newer, "batch", ""))
	before := len(f.Calls())
	if _, err := f.Evacuate(t.Context(), f.by(8, "older"), east, []string{"batch"}); entry.ConditionOf(err) != failover.FenceLost {
		t.Errorf("evacuate: got %v; want FenceLost", err)
	}
	if err := f.Reset(t.Context(), f.by(8, "older"), "batch"); entry.ConditionOf(err) != failover.FenceLost {
		t.Errorf("reset: got %v; want FenceLost", err)
	}
	for _, call := range f.callsSince(before) {
		if call == "us-west-2 PutMetricData" {
			t.Error("an older run wrote the metric")
		}
	}
}

// TestALeverThatFailsIsTriedAgain by the next call: until then the registry says that it is not confirmed.
func TestALeverThatFailsIsTriedAgain(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	remove := f.Inject(fakeaws.Fault{Operation: "PutMetricData", Error: &fakeaws.APIError{Code: "InvalidParameterValue"}})
	failed := f.evacuate(t, f.by(7, "run-7"), "batch")
	if entry.ConditionOf(failed["batch"]) != failover.Rejected {
		t.Errorf("got %v; want the error of CloudWatch", failed)
	}
	if got := f.state(t, "batch"); got.Evacuated != east || got.Pulled != "" {
		t.Errorf("got %+v; want it evacuated and not confirmed", got)
	}
	if err := f.Reset(t.Context(), f.by(7, "run-7"), "batch"); err == nil || f.state(t, "batch").Evacuated != east {
		t.Errorf("a reset without its lever: %v, %+v; want the registry to say evacuated still", err, f.state(t, "batch"))
	}
	remove()
	if failed := f.evacuate(t, f.by(7, "run-7"), "batch"); len(failed) > 0 || f.state(t, "batch").Pulled != east {
		t.Errorf("tried again: %v, %+v", failed, f.state(t, "batch"))
	}
}

// TestAMetricInTheLostRegionStays: the metric that makes users leave the target is in the source, so weights have to move users
// too, and only a planned run resets both.
func TestAMetricInTheLostRegionStays(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	f.evacuate(t, f.by(7, "there"), "batch")
	f.Pass(delivered)
	back := f.by(8, "back")
	back.Run.From, back.Run.To = west, east
	before := len(f.Calls())
	failed := f.evacuate(t, back, "batch")
	if entry.ConditionOf(failed["batch"]) != failover.Busy {
		t.Errorf("got %v; want its users to wait for weights", failed)
	}
	for _, call := range f.callsSince(before) {
		if call == "us-west-2 PutMetricData" {
			t.Error("a failover wrote a metric in its source Region")
		}
	}
	if f.Pass(delivered); f.healthy() != "false false" {
		t.Errorf("health checks %s; want both unhealthy, so that weights count", f.healthy())
	}
	if err := f.Reset(t.Context(), back, "batch"); err == nil || f.state(t, "batch").Evacuated != west {
		t.Errorf("a failover reset one side: %v", err)
	}
	planned := f.by(9, "planned")
	planned.Run.Action = failover.Switchover
	must(t, f.Reset(t.Context(), planned, "batch"))
	if f.Pass(delivered); f.healthy() != "true true" {
		t.Errorf("after a planned run: health checks %s", f.healthy())
	}
}

// TestARunThatHasEndedEvacuatesNoMore: a late repetition of its steps finds the switch reset by its own end, although no other run
// has written it.
// TestAMetricThatStaysIsKnownToEveryLaterRun: only a planned run can reset it, and it has to know of it.
func TestAMetricThatStaysIsKnownToEveryLaterRun(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	f.evacuate(t, f.by(7, "there"), "batch")
	f.Pass(delivered)
	for epoch := int64(8); epoch < 11; epoch++ {
		back := f.by(epoch, "back")
		back.Run.From, back.Run.To = west, east
		if failed := f.evacuate(t, back, "batch"); entry.ConditionOf(failed["batch"]) != failover.Busy || f.state(t, "batch").Stuck != east {
			t.Errorf("epoch %d: %v, %+v; want the metric that makes users leave %s known still", epoch, failed, f.state(t, "batch"), east)
		}
		f.Pass(delivered)
	}
	planned := f.by(11, "planned")
	planned.Run.Action = failover.Switchover
	must(t, f.Reset(t.Context(), planned, "batch"))
	if f.Pass(delivered); f.healthy() != "true true" {
		t.Errorf("after a planned run: health checks %s", f.healthy())
	}
}

func TestARunThatHasEndedEvacuatesNoMore(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"), failover.Switch{Name: "default", Lever: failover.EndpointLever})
	f.withMetric(t, "batch")
	f.evacuate(t, f.by(7, "run-7"), "batch", "default")
	end := f.by(7, "run-7")
	end.Ends = true
	for range 2 {
		must(t, f.Reset(t.Context(), end, "batch"))
		must(t, f.Reset(t.Context(), end, "default"))
	}
	for _, name := range []string{"batch", "default"} {
		before := len(f.Calls())
		if _, err := f.Evacuate(t.Context(), f.by(7, "run-7"), east, []string{name}); entry.ConditionOf(err) != failover.FenceLost || f.state(t, name).Evacuated != "" {
			t.Errorf("%s: got %v, %+v; want FenceLost and the switch reset", name, err, f.state(t, name))
		}
		for _, call := range f.callsSince(before) {
			if call == "us-west-2 PutMetricData" {
				t.Errorf("%s: the lever was written", name)
			}
		}
		f.evacuate(t, f.by(8, "run-8"), name)
	}
}

// TestAWriteThatWasNotConfirmedIsResetAfterItsMinute: what the metric says is not known then, and the alarm reads the maximum of a
// minute. A run that ends with the reset says so only with its last write.
func TestAWriteThatWasNotConfirmedIsResetAfterItsMinute(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	f.Pass(delivered)
	remove := f.Inject(fakeaws.Fault{Service: "dynamodb", Operation: "UpdateItem", After: 1, Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}})
	w := f.by(7, "run-7")
	if failed := f.evacuate(t, w, "batch"); len(failed) > 0 {
		t.Fatal(failed)
	}
	remove()
	if got := f.state(t, "batch"); got.Evacuated != east || got.Pulled != "" {
		t.Fatalf("got %+v; want a switch whose lever is not confirmed", got)
	}
	w.Ends = true
	must(t, f.Reset(t.Context(), w, "batch"))
	if f.Pass(2 * delivered); f.healthy() != "true true" {
		t.Errorf("after the reset: health checks %s; want both healthy", f.healthy())
	}
	if got := f.state(t, "batch"); !got.Over || got.Evacuated != "" {
		t.Errorf("got %+v; want it reset, by a run that has ended", got)
	}
}
