package failover

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFailuresOfRelease010AreRead(t *testing.T) {
	for name, request := range map[string]interface{ Failed() []StepFailure }{
		"close":  &CloseRequest{},
		"notify": &NotifyRequest{},
		"phase":  &PhaseEnd{},
	} {
		text := []byte(`{"reasons": ["checkout: 20 % served"], "failure": {"state": "ShiftTraffic", "error": "Denied", "cause": "no"}}`)
		if err := Decode(text, request); err != nil {
			t.Fatal(err)
		}
		want := []StepFailure{{State: "ShiftTraffic", Error: "Denied", Cause: "no"}, {Cause: "checkout: 20 % served"}}
		if diff := cmp.Diff(want, request.Failed()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestThePhaseKeepsFewFailuresAndCountsTheOthers(t *testing.T) {
	end := PhaseEnd{StagesDone: 1, Stages: 1, MoreFailures: 2}
	for range MaxFailures + 3 {
		end.Failures = append(end.Failures, StepFailure{State: VerifyHealth, Cause: "unhealthy"})
	}
	got := end.Bounded()
	if len(got.Failures) != MaxFailures || got.MoreFailures != 5 || got.Passed() {
		t.Errorf("%d failures and %d more, passed: %t; want %d and 5", len(got.Failures), got.MoreFailures, got.Passed(), MaxFailures)
	}
	old := PhaseEnd{Failure: &StepFailure{State: "ShiftTraffic", Error: "Denied"}, Reasons: []string{"unhealthy"}}.Bounded()
	if len(old.Failures) != 2 || old.Failure != nil || old.Reasons != nil {
		t.Errorf("of release 0.1.0: %+v; want a list of both", old)
	}
	if !(PhaseEnd{StagesDone: 2, Stages: 2}).Bounded().Passed() {
		t.Error("a phase without failures has not passed")
	}
}

func TestTheFirstFailedStepIsNoCheckAndNoQuestion(t *testing.T) {
	failures := []StepFailure{
		{State: VerifyHealth, Error: "Denied"}, {State: AwaitApproval, Error: "NotApproved"}, {State: "PlanPhase", Cause: "it lags"},
		{State: CloseRun, Error: "Throttled"}, {State: "ShiftTraffic", Error: "Denied"},
	}
	if got := FailedStep(failures); got == nil || got.State != CloseRun {
		t.Errorf("got %+v; want %s", got, CloseRun)
	}
	if got := FailedStep(failures[:3]); got != nil {
		t.Errorf("got %+v; want none", got)
	}
}
