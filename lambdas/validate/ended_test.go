package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// died lets an execution of us-west-2 be stopped in a state, and returns its ARN.
func (s *scene) died(name, state string) string {
	s.t.Helper()
	machine := "arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	definition := fmt.Sprintf(`{"QueryLanguage": "JSONata", "StartAt": "Validate", "States": {
		"Validate": {"Type": "Pass", "Next": %q}, %q: {"Type": "Wait", "Seconds": 86400, "End": true}}}`, state, state)
	must(s.t, s.world.AddStateMachine(fakeaws.StateMachine{ARN: machine, Name: "drover", Region: string(west), Definition: definition}))
	arn, err := s.world.StartExecution(machine, name, json.RawMessage(`{"action":"switchover"}`))
	must(s.t, err)
	must(s.t, s.world.StopExecution(arn, "", "stopped in a test"))
	return arn
}

func (s *scene) lockFor(arn string) failover.Run {
	s.t.Helper()
	run := failover.Run{ID: arn[strings.LastIndex(arn, ":")+1:], ARN: arn, Action: failover.Switchover, From: east, To: west, StartedAt: start}
	var err error
	run.Epoch, err = s.store.TakeLock(s.t.Context(), run, s.world.Now(), s.world.Now().Add(time.Hour))
	must(s.t, err)
	return run
}

func closing(arn string) string {
	return fmt.Sprintf(`{"action":"close","execution":%q,"requestedBy":"rule drover-stopped"}`, arn)
}

func TestARunThatHasEndedIsClosedWhenItsLastStepHas(t *testing.T) {
	for _, c := range []struct {
		state string
		want  failover.Outcome
	}{
		{"AwaitApproval", failover.Refused}, {"ShiftTraffic", failover.Held}, {"UpdateRegistry", failover.Held}, {"PromoteDatabase", failover.Held},
	} {
		s := newScene(t, shop())
		arn := s.died("run-0", c.state)
		run := s.lockFor(arn)
		if early := s.validate(closing(arn)); early.Verdict != failover.Early || early.WaitSeconds != int(failover.StepTimeout.Seconds()) || early.Close != nil {
			t.Errorf("%s, at once: %s, %d s", c.state, early.Verdict, early.WaitSeconds)
		}
		s.world.AdvanceTo(s.world.Now().Add(failover.StepTimeout))
		answer := s.validate(closing(arn))
		want := failover.NewClosing(run, c.want, nil, "the execution was stopped (ABORTED) in "+c.state+": stopped in a test")
		if diff := cmp.Diff(want, answer.Close); diff != "" || answer.Verdict != failover.Checked {
			t.Errorf("%s: %s (-want +got):\n%s", c.state, answer.Verdict, diff)
		}
	}
}

func TestThereIsNothingToCloseOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		state string
		after func(*scene, string)
	}{
		{"a run that never took the lock", "Accepted?", func(*scene, string) {}},
		{"a run that was closed by another one", "ShiftTraffic", func(s *scene, arn string) {
			must(s.t, s.store.PutRun(s.t.Context(), registry.RunRecord{Run: failover.Run{ID: "run-0", ARN: arn, StartedAt: start}, Outcome: failover.Held, ClosedBy: "run-9"}))
		}},
		{"a run whose lock another one took because it had ended", "ShiftTraffic", func(s *scene, arn string) {
			s.lockFor(arn)
			lock, err := s.store.Lock(s.t.Context())
			must(s.t, err)
			_, err = s.store.TakeOver(s.t.Context(), failover.Run{ID: "run-9", ARN: "arn:run-9"}, lock, failover.TakenFromEnded, s.world.Now(), s.world.Now().Add(time.Hour))
			must(s.t, err)
		}},
	} {
		s := newScene(t, shop())
		arn := s.died("run-0", c.state)
		c.after(s, arn)
		s.world.AdvanceTo(s.world.Now().Add(time.Minute))
		if answer := s.validate(closing(arn)); answer.Verdict != failover.Checked || answer.Close != nil {
			t.Errorf("%s: %s, closes %+v", c.name, answer.Verdict, answer.Close)
		}
	}
}

// A run that was stopped after it had closed itself may not have notified.
// TestARunIsClosedUnlessTheOneThatTookItsLockDoes: only a run that has found it ended writes it too.
func TestARunIsClosedUnlessTheOneThatTookItsLockDoes(t *testing.T) {
	for why, want := range map[failover.TakeoverReason]bool{
		failover.TakenFromEnded: false, failover.TakenByOperator: true, failover.TakenAfterLease: true, failover.TakenFromLostRegion: true,
	} {
		s := newScene(t, shop())
		arn := s.died("run-0", "NextStage")
		s.lockFor(arn)
		before, err := s.store.Lock(t.Context())
		must(t, err)
		s.pass(2 * time.Hour)
		_, err = s.store.TakeOver(t.Context(), failover.Run{ID: "run-5", ARN: strings.Replace(arn, "run-0", "run-5", 1), Epoch: 1}, before, why, s.world.Now(), s.world.Now().Add(time.Hour))
		must(t, err)
		if answer := s.validate(closing(arn)); (answer.Close != nil) != want {
			t.Errorf("its lock was %s: closes %+v; want it closed: %v", why, answer.Close, want)
		}
	}
}

func TestARunThatWasStoppedAfterItsCloseKeepsItsOutcome(t *testing.T) {
	s := newScene(t, shop())
	arn := s.died("run-0", "Notify")
	record := registry.RunRecord{Run: failover.Run{ID: "run-0", ARN: arn, StartedAt: start}, Outcome: failover.Completed}
	must(t, s.store.PutRun(t.Context(), record))
	s.world.AdvanceTo(s.world.Now().Add(time.Minute))
	if answer := s.validate(closing(arn)); answer.Close == nil || answer.Close.Outcome != failover.Completed {
		t.Errorf("closes %+v; want it Completed, as it had ended", answer.Close)
	}
}

func TestTheNextCheckOrRefusedRunClosesWhatItsEventDidNot(t *testing.T) {
	for _, c := range []struct {
		input string
		after time.Duration
		want  bool
	}{
		{`{"action": "check"}`, 10 * time.Minute, true},
		{`{"action": "check"}`, time.Minute, false},        // its event may still come
		{`{"action": "failover"}`, 10 * time.Minute, true}, // refused: no consent to data loss
		{`{"action": "switchover", "dryRun": true}`, 10 * time.Minute, false},
		{`{"action": "switchover"}`, 10 * time.Minute, false}, // it takes the lock, and writes that run at its own end
	} {
		s := newScene(t, shop())
		arn := s.died("run-0", "ShiftTraffic")
		s.lockFor(arn)
		s.pass(c.after)
		if answer := s.validate(c.input); (answer.Close != nil) != c.want {
			t.Errorf("%s after %v: %s, closes %+v", c.input, c.after, answer.Verdict, answer.Close)
		}
	}
}

func TestARunThatIsExecutedIsNotClosed(t *testing.T) {
	s := newScene(t, shop())
	run := s.holds(west, "run-0")
	answer := s.validate(fmt.Sprintf(`{"action":"close","execution":%q}`, run.ARN))
	if answer.Verdict != failover.Refuse {
		t.Errorf("got %s", answer.Verdict)
	}
	s.contains(answer.Summary, "aws stepfunctions stop-execution --region us-west-2")
	otherRegion := strings.Replace(run.ARN, "us-west-2", "us-east-1", 1)
	s.contains(s.validate(closing(otherRegion)).Summary, "aws stepfunctions start-execution --region us-east-1")
}
