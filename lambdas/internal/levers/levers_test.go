package levers_test

import (
	"errors"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestARefusedSwitchIsAsItWas: where it made users leave a Region before, it goes on to do so, in the registry and by its lever.
func TestARefusedSwitchIsAsItWas(t *testing.T) {
	for _, before := range []failover.Region{"", east, west} {
		f := withCluster(t, 2)
		controls := "true true"
		if before != "" {
			w := f.by(6, "run-6")
			w.Run.From, w.Run.To, w.Run.OverrideSafetyRules = before, f.Plan.Other(before), []string{both}
			if failed := f.evacuate(t, w, "arc-1"); len(failed) > 0 {
				t.Fatal(failed)
			}
			controls = f.on(t, 1)
		}
		w := f.by(7, "run-7")
		if w.Run.From, w.Run.To = east, west; before == east {
			w.Run.From, w.Run.To = west, east
		}
		if failed := f.evacuate(t, w, "arc-1"); !errors.Is(failed["arc-1"], levers.ErrRefused) {
			t.Fatalf("evacuated %q before: got %v; want a refusal", before, failed)
		}
		if got := f.state(t, "arc-1"); got.Evacuated != before || got.Epoch != 7 || f.on(t, 1) != controls {
			t.Errorf("evacuated %q before: %+v, controls %s; want it so still, and controls %s", before, got, f.on(t, 1), controls)
		}
	}
}

// TestAnotherRunThatEndsResetsASwitch whose users an earlier one has moved: its own first write, the fence, does not say yet that it
// has ended, or its last one would come too late.
func TestAnotherRunThatEndsResetsASwitch(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	f.evacuate(t, f.by(7, "run-7"), "batch")
	f.Pass(delivered)
	w := f.by(8, "run-8")
	w.Ends = true
	must(t, f.Reset(t.Context(), w, "batch"))
	if got := f.state(t, "batch"); got.Evacuated != "" || got.Pulled != "" || !got.Over || got.Run != "run-8" {
		t.Errorf("got %+v; want it reset, by a run that has ended", got)
	}
	if f.Pass(delivered); f.healthy() != "true true" {
		t.Errorf("health checks %s; want both healthy", f.healthy())
	}
	if err := f.Reset(t.Context(), f.by(7, "run-7"), "batch"); entry.ConditionOf(err) != failover.FenceLost {
		t.Errorf("the earlier run: %v; want FenceLost", err)
	}
}

// TestAResetComesAfterEveryMinuteThatHasAOne, also after those that are still to come, when what the last write did is not known: it
// went into the minutes of the resets before it as well.
func TestAResetComesAfterEveryMinuteThatHasAOne(t *testing.T) {
	f := newFixture(t, metricSwitch("batch"))
	f.withMetric(t, "batch")
	for n := range 3 { // each reset has the next minute, so that the last of them is minutes ahead
		w := f.by(int64(n+1), "run")
		f.evacuate(t, w, "batch")
		must(t, f.Reset(t.Context(), w, "batch"))
	}
	if ahead := f.state(t, "batch").LeverAt.Sub(f.Now()); ahead < 2*time.Minute {
		t.Fatalf("the last reset is %s ahead", ahead)
	}
	remove := f.Inject(fakeaws.Fault{Service: "dynamodb", Operation: "UpdateItem", After: 1, Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}})
	w := f.by(9, "run-9")
	f.evacuate(t, w, "batch")
	remove()
	must(t, f.Reset(t.Context(), w, "batch"))
	if f.Pass(3 * delivered); f.healthy() != "true true" {
		t.Errorf("health checks %s; want both healthy after the reset", f.healthy())
	}
}
