package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestTheSameReasonIsSaidOnce, also when a phase and what came after it failed for it.
func TestTheSameReasonIsSaidOnce(t *testing.T) {
	unhealthy := failover.StepFailure{State: "VerifyHealth", Wave: 1, Cause: "checkout: 20 % served"}
	gone := failover.StepFailure{State: "VerifyHealth", Wave: 1, Cause: "search: no datapoint"}
	phase := func(failures ...failover.StepFailure) failover.PhaseRecord {
		return failover.PhaseRecord{Phase: failover.Outbound, PhaseEnd: failover.PhaseEnd{Stages: 1, Failures: failures}}
	}
	req := failover.NotifyRequest{Run: failover.Run{Phases: []failover.PhaseRecord{phase(unhealthy, gone), phase(unhealthy)}}, Failures: []failover.StepFailure{gone, unhealthy}}
	want := []string{"checkout: 20 % served", "search: no datapoint"}
	if diff := cmp.Diff(want, reasons(req)); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
}
