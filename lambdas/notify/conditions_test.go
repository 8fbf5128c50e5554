package notify

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestTheTimeOfAnApprovalEndsWhenTheRunGoesOn: with the first phase, however many have followed.
func TestTheTimeOfAnApprovalEndsWhenTheRunGoesOn(t *testing.T) {
	asked := outage.Add(-90 * time.Second)
	for phases := range 3 {
		req := request(failover.Completed)
		req.Run.Phases, req.Run.PhaseStartedAt = nil, outage
		for i := range phases {
			req.Run.Phases = append(req.Run.Phases, failover.PhaseRecord{StartedAt: outage.Add(time.Duration(i) * time.Hour)})
			req.Run.PhaseStartedAt = outage.Add(time.Duration(i+1) * time.Hour)
		}
		for _, c := range []struct {
			decision failover.Decision
			want     float64
		}{
			{failover.Decision{Gate: failover.BeforeStart, Approved: true, AskedAt: asked}, 90},
			{failover.Decision{Gate: failover.BeforeStart, AskedAt: asked}, 0},
			{failover.Decision{Gate: failover.BeforePromotion, Approved: true, AskedAt: asked}, 0},
			{failover.Decision{Gate: failover.BeforeStart, Approved: true, AskedAt: req.Run.PhaseStartedAt}, 0},
		} {
			r := failover.Report{Run: req.Run, Decisions: []failover.Decision{c.decision}}
			if recovery(&r, req); r.ApprovalSeconds != c.want {
				t.Errorf("%d phases before, %+v: %v s; want %v", phases, c.decision, r.ApprovalSeconds, c.want)
			}
		}
	}
}

// TestOnlyTheRunsOwnSwitchIsItsFollowUp: a switch that a later run has evacuated is that run's.
func TestOnlyTheRunsOwnSwitchIsItsFollowUp(t *testing.T) {
	for epoch, want := range map[int64]bool{7: true, 8: false} {
		h, world := newSwitched(t, "checkout")
		if _, err := h.Registry.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: east, Epoch: epoch, Run: fmt.Sprintf("run-%d", epoch-6), At: outage}); err != nil {
			t.Fatal(err)
		}
		req := bySwitch(failover.Completed)
		req.Inventory = verifiedInventory(1)
		handle(t, h, req)
		if got := readReport(t, world).FollowUp; (got != nil) != want {
			t.Errorf("evacuated by epoch %d: %+v; want a follow-up: %v", epoch, got, want)
		}
	}
}

// TestTheProofCountsFromACompleteInventoryAlone: until then it is not known that users are back.
func TestTheProofCountsFromACompleteInventoryAlone(t *testing.T) {
	for complete, want := range map[bool]float64{true: 120, false: 600} {
		req := request(failover.Held)
		req.Run.Action, req.Run.Phase, req.Run.Proves = failover.Drill, failover.Return, []string{"default"}
		req.Run.PhaseStartedAt, req.Now = outage, outage.Add(10*time.Minute)
		req.Inventory = &failover.Inventory{At: outage.Add(2 * time.Minute), Complete: complete}
		if got := phases(req); got[len(got)-1].RTOSeconds != want {
			t.Errorf("complete: %v: %v s; want %v", complete, got[len(got)-1].RTOSeconds, want)
		}
	}
}

// TestTheLockIsLeasedForAsLongAsARunWaits for its approver.
func TestTheLockIsLeasedForAsLongAsARunWaits(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	req := approvalRequest("token-1")
	epoch, err := h.Registry.TakeLock(t.Context(), req.Run, outage, outage.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	req.Run.Epoch = epoch
	ask(t, h, req)
	if lock, err := h.Registry.Lock(t.Context()); err != nil || !lock.Expires.Equal(failover.LeaseUntil(req.Until, 0)) {
		t.Errorf("the lease ends at %s, %v; want %s", lock.Expires, err, failover.LeaseUntil(req.Until, 0))
	}
}

// TestAnObjectIsWrittenAgainWhereThatHelps: what is denied is denied again, and users wait for the notification.
func TestAnObjectIsWrittenAgainWhereThatHelps(t *testing.T) {
	for status, want := range map[int]int{503: writeAttempts, 400: 1} {
		h, world := newHandler(t)
		world.Inject(fakeaws.Fault{Operation: "PutObject", Error: &fakeaws.APIError{Code: map[int]string{503: "ServiceUnavailable", 400: "InvalidRequest"}[status], Status: status}})
		if h.put(t.Context(), "key", []byte("{}")) == nil {
			t.Fatalf("%d: no error", status)
		}
		made := slices.DeleteFunc(world.Calls(), func(c fakeaws.Call) bool { return c.Operation != "PutObject" })
		if len(made) != want {
			t.Errorf("%d: %d calls; want %d", status, len(made), want)
		}
	}
}
