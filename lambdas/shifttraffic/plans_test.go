package shifttraffic

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestTwoPlansShareAZone: their epochs have nothing to do with each other, and neither reads the other's fence.
func TestTwoPlansShareAZone(t *testing.T) {
	apps := manyApplications("Z1", 2)
	h, world := newHandler(t, apps...)
	mine, theirs := h, h
	mine.Registry, theirs.Registry, theirs.Plan.Name = registered{apps: apps[:1]}, registered{apps: apps[1:]}, "payments"
	handle(t, theirs, request(40, "run-40", 100))
	handle(t, mine, request(7, "run-7", 100))
	handle(t, theirs, request(41, "run-41", 100))
	checkMoved(t, world, apps)
	for plan, run := range map[string]string{"drover": "run-7", "payments": "run-41"} {
		found := ""
		for _, set := range world.RecordSets("Z1") {
			if set.Name == failover.FenceName(plan, "z1.example") {
				found = set.Values[0]
			}
		}
		if fence, err := failover.ParseFence(found); err != nil || fence.Run != run {
			t.Errorf("the fence of %s: got %s, want that of %s", plan, found, run)
		}
	}
}

// TestTheChangeAfterALostResponseIsReal: a change that changes nothing may be INSYNC at once, before the change whose id
// was lost, and then it would say nothing of that one (R53-11 in FIDELITY.md).
func TestTheChangeAfterALostResponseIsReal(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, world := newHandler(t, apps...)
	world.Inject(fakeaws.Fault{Service: "route53", Operation: "ChangeResourceRecordSets", LoseAnswer: true, Times: 1})
	if first := handle(t, h, request(7, "run-7", 100)); first.Remaining != 1 || len(first.Changes) > 0 {
		t.Fatalf("got %+v; want one batch whose response is lost, and no change", first)
	}
	answer := handle(t, h, request(7, "run-7", 100))
	if got := statusOf(t, h, answer.Changes[0].ID); got != "PENDING" {
		t.Errorf("the change is %s while the one before it is PENDING", got)
	}
	world.AdvanceTo(world.Now().Add(time.Minute))
	if got := statusOf(t, h, answer.Changes[0].ID); got != "INSYNC" {
		t.Errorf("a minute later: %s; want INSYNC", got)
	}
}

func statusOf(t *testing.T, h Handler, id string) types.ChangeStatus {
	t.Helper()
	out, err := h.Route53.(*route53.Client).GetChange(t.Context(), &route53.GetChangeInput{Id: &id})
	must(t, err)
	return out.ChangeInfo.Status
}
