package stepfunctions_test

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const waiting = `{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {
	"Wait": {"Type": "Wait", "Seconds": 10, "Next": "Done"}, "Done": {"Type": "Succeed"}}}`

// waits starts an execution that waits for ten seconds.
func waits(t *testing.T, w *fakeaws.World) (arn string) {
	t.Helper()
	machine := "arn:aws:states:us-west-2:111122223333:stateMachine:m"
	if err := w.AddStateMachine(fakeaws.StateMachine{ARN: machine, Name: "m", Region: "us-west-2", Definition: waiting}); err != nil {
		t.Fatal(err)
	}
	arn, err := w.StartExecution(machine, "run", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

func twoRegions() *fakeaws.World {
	return fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
}

func TestNothingReachesAnExecutionThatIsPaused(t *testing.T) {
	w := twoRegions()
	start := w.Now()
	arn := waits(t, w)
	if err := w.PauseExecution(arn, time.Hour); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(start.Add(time.Hour - time.Second))
	if x, _ := w.Execution(arn); x.Status != string(asl.Running) {
		t.Errorf("before the end of the pause: %s; want it to wait", x.Status)
	}
	w.AdvanceTo(start.Add(time.Hour))
	if x, _ := w.Execution(arn); x.Status != string(asl.Succeeded) || !x.StoppedAt.Equal(start.Add(time.Hour)) {
		t.Errorf("after the pause: %s at %s; want it to go on at its end", x.Status, x.StoppedAt)
	}
	if err := w.PauseExecution("arn:none", time.Hour); err == nil {
		t.Error("an execution that does not exist was paused")
	}
}
