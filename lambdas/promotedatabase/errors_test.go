package promotedatabase

import (
	"errors"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// TestOfSeveralErrorsTheFirstThatARetryCuresIsSaid, or else the first of all.
func TestOfSeveralErrorsTheFirstThatARetryCuresIsSaid(t *testing.T) {
	failed := func(condition failover.Condition, text string) job {
		return job{err: failover.Fail(condition, errors.New(text))}
	}
	a, b := failed(failover.Rejected, "rejected a"), failed(failover.Rejected, "rejected b")
	c, d := failed(failover.Busy, "busy c"), failed(failover.Throttled, "throttled d")
	for _, of := range []struct {
		jobs []job
		want string
	}{
		{[]job{{}, a, b}, "rejected a"}, {[]job{b, {}, a}, "rejected b"}, {[]job{a, c, d}, "busy c"}, {[]job{d, c, a}, "throttled d"}, {[]job{a, b, d}, "throttled d"}, {[]job{{}, d}, "throttled d"},
	} {
		if err := worst(of.jobs); err == nil || !strings.Contains(err.Error(), of.want) {
			t.Errorf("got %v; want %s", err, of.want)
		}
	}
	if err := worst([]job{{}, {}}); err != nil {
		t.Error(err)
	}
}

// TestAReplicaThatDoesNotKnowTheRunStopsNoPromotion: its lock is of the time before. One that knows a newer run does.
func TestAReplicaThatDoesNotKnowTheRunStopsNoPromotion(t *testing.T) {
	h, world := newHandler(t, "checkout")
	if err := world.AddTable("other", string(east), string(west)); err != nil {
		t.Fatal(err)
	}
	other := &registry.Store{Table: "other", Plan: h.Plan, Client: h.Registry.Client}
	h.OtherReplica = func(failover.Region) *registry.Store { return other }
	run := stageRequest(failover.Switchover).Run
	take := func(by failover.Run) {
		t.Helper()
		if _, err := other.TakeLock(t.Context(), by, begin, begin); err != nil {
			t.Fatal(err)
		}
		if err := other.ReleaseLock(t.Context(), by.ARN); err != nil {
			t.Fatal(err)
		}
	}
	before := run
	before.Epoch = 0
	take(before)
	if err := other.MayMove(t.Context(), run); !errors.Is(err, registry.ErrRunOver) {
		t.Fatalf("got %v; want a replica in which the run is over", err)
	}
	if err := h.holds(t.Context(), run); err != nil {
		t.Errorf("a replica in which the run is over: %v", err)
	}
	take(failover.Run{ID: "newer", ARN: "arn:newer", Epoch: run.Epoch})
	if err := h.holds(t.Context(), run); !errors.Is(err, registry.ErrOvertaken) {
		t.Errorf("a replica that knows a newer run: %v; want %v", err, registry.ErrOvertaken)
	}
	if err := other.ReleaseLock(t.Context(), run.ARN); err != nil { // barred, and superseded all the same
		t.Fatal(err)
	}
	if err := h.holds(t.Context(), run); !errors.Is(err, registry.ErrOvertaken) {
		t.Errorf("a replica in which the run is over, and that knows a newer one: %v; want %v", err, registry.ErrOvertaken)
	}
	run.Action = failover.Failover
	if err := h.holds(t.Context(), run); err != nil {
		t.Errorf("a failover asks it: %v", err)
	}
}
