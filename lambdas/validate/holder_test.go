package validate

import (
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// waiting is a state machine whose executions run until they are stopped.
const waiting = `{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": true}}}`

// holds lets an execution of a Region hold the lock, as the replica of us-west-2 has it.
func (s *scene) holds(region failover.Region, name string) failover.Run {
	s.t.Helper()
	machine := "arn:aws:states:" + string(region) + ":111122223333:stateMachine:drover"
	must(s.t, s.world.AddStateMachine(fakeaws.StateMachine{ARN: machine, Name: "drover", Region: string(region), Definition: waiting}))
	arn, err := s.world.StartExecution(machine, name, []byte(`{}`))
	must(s.t, err)
	run := failover.Run{ID: name, ARN: arn, Action: failover.Switchover, From: east, To: west}
	run.Epoch, err = s.store.TakeLock(s.t.Context(), run, s.world.Now(), s.world.Now().Add(time.Hour))
	must(s.t, err)
	return run
}

// asked counts the questions to Step Functions in a Region.
func (s *scene) asked(region failover.Region) int {
	n := 0
	for _, c := range s.world.Calls() {
		if c.Service == "states" && c.Region == string(region) {
			n++
		}
	}
	return n
}

func TestAnUnplannedFailoverSupersedesARunInTheRegionThatItLeaves(t *testing.T) {
	s := newScene(t, shop())
	s.holds(east, "run-0")
	must(t, s.world.SetDark(string(east), true))
	for range 2 { // the second call is a repetition
		answer := s.validate(consenting)
		if answer.Verdict != failover.Proceed || answer.Run.Epoch != 2 || answer.Run.TakenOverFrom != "run-0" || answer.Run.TakenOverWhy != failover.TakenFromLostRegion {
			t.Fatalf("got %s, epoch %d, from %q because %q: %s", answer.Verdict, answer.Run.Epoch, answer.Run.TakenOverFrom, answer.Run.TakenOverWhy, answer.Summary)
		}
	}
	if n := s.asked(east); n != 0 {
		t.Errorf("the Region that is left was asked %d times", n)
	}
}

func TestNoOtherRunSupersedesOneThatIsExecuted(t *testing.T) {
	for _, c := range []struct {
		name   string
		region failover.Region
		input  string
	}{
		{"a planned action, one in the other Region", east, `{"action": "switchover"}`},
		{"a check, one in the other Region", east, `{"action": "check"}`},
		{"a failover, one in its own Region", west, consenting},
	} {
		s := newScene(t, shop())
		s.holds(c.region, "run-0")
		if answer := s.validate(c.input); answer.Verdict != failover.Refuse || !slices.Contains(codes(answer, failover.Blocker), failover.CodeLocked) {
			t.Errorf("%s: got %s: %s", c.name, answer.Verdict, answer.Summary)
		}
	}
}

func TestALockWhoseExecutionHasEndedBlocksNoRun(t *testing.T) {
	for _, c := range []struct {
		region failover.Region
		input  string
	}{
		{west, consenting}, {west, `{"action": "switchover"}`}, {west, `{"action": "check"}`}, {west, `{"action": "drill"}`},
		{east, `{"action": "switchover"}`}, {east, `{"action": "check"}`}, {west, `{"action": "check", "requestedBy": "schedule drover-check"}`},
	} {
		s := newScene(t, shop())
		dead := s.holds(c.region, "run-0")
		must(t, s.world.StopExecution(dead.ARN, "", ""))
		answer := s.validate(c.input)
		if answer.Verdict == failover.Refuse || !slices.Contains(codes(answer, failover.Warning), failover.CodeTakeover) {
			t.Errorf("%s, %s: got %s: %s", c.region, c.input, answer.Verdict, answer.Summary)
		}
		if answer.Verdict == failover.Proceed && (answer.Run.TakenOverWhy != failover.TakenFromEnded || answer.Run.Epoch != 2) {
			t.Errorf("%s, %s: epoch %d because %q", c.region, c.input, answer.Run.Epoch, answer.Run.TakenOverWhy)
		}
	}
}

// Two unplanned failovers in opposite directions are what Regions do that cannot reach each other.
func TestAFailoverDoesNotSupersedeAFailoverTheOtherWay(t *testing.T) {
	s := newScene(t, shop())
	opposite := failover.Run{ID: "run-0", ARN: "arn:aws:states:us-east-1:111122223333:execution:drover:run-0", Action: failover.Failover, From: west, To: east}
	_, err := s.store.TakeLock(t.Context(), opposite, s.world.Now(), s.world.Now().Add(failover.Lease))
	must(t, err)
	answer := s.validate(consenting)
	if answer.Verdict != failover.Refuse || !slices.Contains(codes(answer, failover.Blocker), failover.CodeLocked) {
		t.Errorf("during its lease: %s: %s", answer.Verdict, answer.Summary)
	}
	s.contains(answer.Summary, `"takeover":true`)
	s.pass(failover.Lease)
	if answer := s.validate(consenting); answer.Verdict != failover.Proceed {
		t.Errorf("after its lease: %s: %s", answer.Verdict, answer.Summary)
	}
	s = newScene(t, shop())
	s.fence(failover.Fence{Epoch: 5, Run: "run-0", Region: east, Action: failover.Failover, Phase: failover.Outbound})
	if answer := s.validate(consenting); answer.Verdict != failover.Refuse {
		t.Errorf("by its fence: %s: %s", answer.Verdict, answer.Summary)
	}
}

// What Step Functions does not say, the lease does.
func TestARunThatCannotBeAskedAboutHoldsTheLockForItsLease(t *testing.T) {
	for _, input := range []string{`{"action": "switchover"}`, `{"action": "check"}`} {
		s := newScene(t, shop())
		dead := s.holds(east, "run-0")
		must(t, s.world.StopExecution(dead.ARN, "", ""))
		s.world.Inject(fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded"}})
		if answer := s.validate(input); !slices.Contains(codes(answer, failover.Blocker), failover.CodeLocked) {
			t.Errorf("%s: got %s: %s", input, answer.Verdict, answer.Summary)
		}
		s.pass(time.Hour)
		if answer := s.validate(input); answer.Verdict == failover.Refuse {
			t.Errorf("%s, after the lease: %s", input, answer.Summary)
		}
	}
}

func TestAnExecutionThatIsNotKnownIsLeftToTheLease(t *testing.T) {
	s := newScene(t, shop())
	run := failover.Run{ID: "run-0", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-0"}
	_, err := s.store.TakeLock(t.Context(), run, s.world.Now(), s.world.Now().Add(time.Hour))
	must(t, err)
	if answer := s.validate(`{"action": "switchover"}`); answer.Verdict != failover.Refuse {
		t.Errorf("got %s: %s", answer.Verdict, answer.Summary)
	}
}

// The fence stands for a lock that has not arrived, and falls with the execution that has written it.
func TestAFenceOfAnEndedOrLostRunBlocksNoRun(t *testing.T) {
	fence := failover.Fence{Epoch: 5, Run: "run-0", Region: east, Action: failover.Failback, Phase: failover.Outbound}
	s := newScene(t, shop())
	dead := s.holds(east, "run-0")
	must(t, s.store.ReleaseLock(t.Context(), dead.ARN))
	s.fence(fence)
	if answer := s.validate(`{"action": "switchover"}`); answer.Verdict != failover.Refuse {
		t.Errorf("a switchover while it runs: %s", answer.Verdict)
	}
	if answer := s.validate(consenting); answer.Verdict != failover.Proceed || answer.Run.TakenOverWhy != failover.TakenFromLostRegion || answer.Run.Epoch != 6 {
		t.Errorf("a failover that leaves its Region: %s, epoch %d: %s", answer.Verdict, answer.Run.Epoch, answer.Summary)
	}
	s = newScene(t, shop())
	dead = s.holds(east, "run-0")
	must(t, s.store.ReleaseLock(t.Context(), dead.ARN))
	must(t, s.world.StopExecution(dead.ARN, "", ""))
	s.fence(fence)
	if answer := s.validate(`{"action": "switchover"}`); answer.Verdict != failover.Proceed || answer.Run.TakenOverWhy != failover.TakenFromEnded {
		t.Errorf("a switchover after it has ended: %s: %s", answer.Verdict, answer.Summary)
	}
}

func TestALaterPhaseRenewsTheLease(t *testing.T) {
	s, run := moved(t, "drill", nil, shop())
	s.pass(5 * time.Minute)
	req := s.turn(run, failover.Return)
	_, err := s.h.Handle(t.Context(), req)
	must(t, err)
	lock, err := s.store.Lock(t.Context())
	must(t, err)
	if want := req.Now.Add(failover.Lease); !lock.Expires.Equal(want) || lock.Holder == nil || lock.Holder.Phase != failover.Return {
		t.Errorf("until %v, of %+v; want until %v, of the way back", lock.Expires, lock.Holder, want)
	}
}
