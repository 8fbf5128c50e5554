package promotedatabase

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestASupersededRunDoesNotNoteTheNewerRunsPromotion that it finds in progress.
func TestASupersededRunDoesNotNoteTheNewerRunsPromotion(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	req := stageRequest(failover.Failover)
	handle(t, h, req)
	later := now.Add(time.Hour)
	if _, err := h.Registry.TakeLock(t.Context(), failover.Run{ID: "run-2", ARN: "arn:run-2"}, later, later.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	before, err := h.Registry.Applications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	req.Now = later
	if _, err := h.Handle(t.Context(), req); entry.ConditionOf(err) != failover.Overtaken {
		t.Errorf("got %v; want %s", err, failover.Overtaken)
	}
	after, err := h.Registry.Applications(t.Context())
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("%v; the registry has changed (-before +after)\n%s", err, diff)
	}
}

// TestALockThatCannotBeReadKeepsNoPromotionFromBeingFollowed: nothing is to be started.
func TestALockThatCannotBeReadKeepsNoPromotionFromBeingFollowed(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := stageRequest(failover.Failover)
	denied := fakeaws.Fault{Service: "dynamodb", Operation: "GetItem", Error: &fakeaws.APIError{Code: "AccessDeniedException", Status: 400}, Times: 1}
	world.Inject(denied)
	if _, err := h.Handle(t.Context(), req); entry.ConditionOf(err) != failover.Denied {
		t.Errorf("to start one: %v; want %s", err, failover.Denied)
	}
	handle(t, h, req)
	world.Inject(denied)
	if got := handle(t, h, req); got.InFlight != 1 {
		t.Errorf("to follow one: got %+v; want it in progress", got)
	}
}
