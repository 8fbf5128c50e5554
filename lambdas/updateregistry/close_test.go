package updateregistry

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

// lockedHandler returns a handler over a registry whose lock the run of [stageRequest] holds.
func lockedHandler(t *testing.T) (Handler, *fakeaws.World, failover.Run) {
	t.Helper()
	h, world := newHandler(t)
	run := stageRequest(100).Run
	if _, err := h.Registry.TakeLock(t.Context(), run, start, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return h, world, run
}

func closeRequest(run failover.Run, outcome failover.Outcome) failover.CloseRequest {
	return failover.CloseRequest{Op: "close", Run: run, Outcome: outcome, StagesDone: 1, Stages: 1, Failures: []failover.StepFailure{{State: failover.VerifyHealth, Cause: "because"}}, Now: start.Add(time.Minute)}
}

func lockHeld(t *testing.T, h Handler) bool {
	t.Helper()
	lock, err := h.Registry.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lock.Held(start.Add(2 * time.Minute))
}

func runs(t *testing.T, h Handler) []registry.RunRecord {
	t.Helper()
	all, err := h.Registry.Runs(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCloseWritesTheRunAndReleasesTheLock(t *testing.T) {
	h, _, run := lockedHandler(t)
	req := closeRequest(run, failover.Held)
	failure := failover.StepFailure{State: "ShiftTraffic", Wave: 1, Error: "Denied", Cause: "{}"}
	req.Failures, req.MoreFailures = append(req.Failures, failure), 1
	req.Decisions = []failover.Decision{{Gate: failover.BeforePromotion, Approved: true}}
	want := []registry.RunRecord{{Run: run, Outcome: failover.Held, Failure: &failure, ClosedAt: req.Now, Reasons: []string{
		"because", "ShiftTraffic (wave 1) was denied a permission.", "1 more failure is not listed: see the output of the states in Step Functions",
	}}}
	for _, call := range []string{"first", "second"} {
		got, err := handle(t, h, req)
		if err != nil {
			t.Fatalf("%s call: %v", call, err)
		}
		if diff := cmp.Diff(CloseAnswer{Outcome: failover.Held, Recorded: true}, got); diff != "" {
			t.Errorf("%s call: answer (-want +got)\n%s", call, diff)
		}
		if diff := cmp.Diff(want, runs(t, h)); diff != "" {
			t.Errorf("%s call: runs (-want +got)\n%s", call, diff)
		}
		if lockHeld(t, h) {
			t.Errorf("%s call: the lock is held", call)
		}
	}
}

func TestCloseOfARefusedRunOnlyReleasesTheLock(t *testing.T) {
	h, _, run := lockedHandler(t)
	if _, err := handle(t, h, closeRequest(run, failover.Refused)); err != nil {
		t.Fatal(err)
	}
	if got := runs(t, h); len(got) != 0 {
		t.Errorf("got runs %v; want none", got)
	}
	if lockHeld(t, h) {
		t.Error("the lock is held")
	}
}

func TestCloseReleasesTheLockEvenWhenTheRunCannotBeWritten(t *testing.T) {
	h, world, run := lockedHandler(t)
	remove := world.Inject(fakeaws.Fault{Operation: "PutItem", Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded"}})
	_, err := handle(t, h, closeRequest(run, failover.Completed))
	if got := entry.ConditionOf(err); got != failover.Throttled {
		t.Errorf("got %v (%v); want Throttled", got, err)
	}
	if lockHeld(t, h) {
		t.Error("the lock is held")
	}
	remove()
	if _, err := handle(t, h, closeRequest(run, failover.Completed)); err != nil {
		t.Fatal(err)
	}
	if got := runs(t, h); len(got) != 1 {
		t.Errorf("got %d runs; want the one, written by the retry", len(got))
	}
}

// A record that can never be written must not keep the lock from being tried again.
func TestCloseIsTriedAgainForTheLocksSake(t *testing.T) {
	h, world, run := lockedHandler(t)
	world.Inject(fakeaws.Fault{Operation: "PutItem", Error: &fakeaws.APIError{Code: "ValidationException", Status: 400}})
	world.Inject(fakeaws.Fault{Operation: "UpdateItem", Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400}, Times: 1})
	_, err := handle(t, h, closeRequest(run, failover.Held))
	if got := entry.ConditionOf(err); got != failover.Throttled {
		t.Errorf("got %v (%v); want Throttled", got, err)
	}
	if _, err := handle(t, h, closeRequest(run, failover.Held)); entry.ConditionOf(err) != failover.Rejected || lockHeld(t, h) {
		t.Errorf("the retry: %v, lock held: %v; want Rejected and a lock that is free", err, lockHeld(t, h))
	}
}

func TestCloseOfAnOvertakenRunLeavesTheLockOfTheNewerOne(t *testing.T) {
	h, _, run := lockedHandler(t)
	older := run
	older.ID, older.ARN = "run-0", "arn:aws:states:us-west-2:111122223333:execution:drover:run-0"
	if _, err := handle(t, h, closeRequest(older, failover.Held)); err != nil {
		t.Fatal(err)
	}
	if !lockHeld(t, h) {
		t.Error("the lock of the newer run is gone")
	}
}

func TestAnotherRunClosesOneWhoseExecutionHasEnded(t *testing.T) {
	h, _, run := lockedHandler(t)
	req := closeRequest(run, failover.Refused)
	req.ClosedBy = "run-9"
	for range 2 { // the second call changes nothing
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		if all := runs(t, h); len(all) != 1 || all[0].ClosedBy != "run-9" || all[0].Outcome != failover.Refused {
			t.Errorf("written: %+v", all)
		}
		if lockHeld(t, h) {
			t.Error("the lock is held")
		}
	}
	// The lock of a run that came after it is none of its business.
	next := failover.Run{ID: "run-2", ARN: "arn:run-2"}
	if _, err := h.Registry.TakeLock(t.Context(), next, start, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := handle(t, h, req); err != nil || !lockHeld(t, h) {
		t.Errorf("%v, held %t; want the lock of run-2 left alone", err, lockHeld(t, h))
	}
}

func TestARunThatTookTheLockFromOneThatHadEndedWritesThatOneToo(t *testing.T) {
	h, _, dead := lockedHandler(t)
	lock, err := h.Registry.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	taker := failover.Run{ID: "run-2", ARN: "arn:run-2", StartedAt: start.Add(time.Minute), TakenOverFrom: dead.ID, TakenOverWhy: failover.TakenFromEnded}
	if _, err := h.Registry.TakeOver(t.Context(), taker, lock, failover.TakenFromEnded, start, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := handle(t, h, closeRequest(taker, failover.Completed)); err != nil {
		t.Fatal(err)
	}
	all := runs(t, h)
	if len(all) != 2 || all[1].Run.ID != dead.ID || all[1].Outcome != failover.Held || all[1].ClosedBy != "run-2" {
		t.Errorf("written: %+v", all)
	}
}

func TestARunWhoseNotificationIsNotOutIsCountedInAMetric(t *testing.T) {
	h, world := newHandler(t)
	world.Inject(fakeaws.Fault{Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}}) // no service is needed
	var log bytes.Buffer
	h.Metrics = entry.MetricLog{Out: &log}
	req := failover.NotNotifiedRequest{Op: "not-notified", Run: stageRequest(100).Run, Outcome: failover.Held, Now: start,
		Failure: &failover.StepFailure{State: "Notify", Error: "Denied", Cause: `{"errorMessage":"could not publish"}`}}
	want := failover.NotifyAnswer{Outcome: failover.Held, Summary: "Held; the notification could not be sent: Notify was denied a permission: could not publish."}
	if got, err := handle(t, h, req); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	req.Outcome, req.Summary = failover.Refused, "Refused: 1 blocker."
	want = failover.NotifyAnswer{Outcome: failover.Refused, Summary: "Refused: 1 blocker; the notification could not be sent: Notify was denied a permission: could not publish."}
	if got, err := handle(t, h, req); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, want := range []string{`"` + failover.MissingMetric + `":1`, `"Plan":"drover"`, `"run":"run-1"`, `"Namespace":"Drover"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log is %s; want %s in it", log.String(), want)
		}
	}
}

// TestCloseResetsTheSwitchesOnceAllWeightsAreWritten, and never those of another run.
func TestCloseResetsTheSwitchesOnceAllWeightsAreWritten(t *testing.T) {
	pending := failover.Aside{{Kind: failover.PendingKind, Object: "example.com", Zone: "Z1"}}
	for _, c := range []struct {
		name    string
		outcome failover.Outcome
		adjust  func(*failover.CloseRequest)
		reset   bool
	}{
		{"all weights are written", failover.Completed, func(*failover.CloseRequest) {}, true},
		{"weights are pending", failover.Completed, func(req *failover.CloseRequest) { req.SetAside = pending }, false},
		{"held", failover.Held, func(*failover.CloseRequest) {}, false},
		{"closed by another run", failover.Completed, func(req *failover.CloseRequest) { req.ClosedBy = "other" }, false},
		{"a planned run, which resets with its weights", failover.Completed, func(req *failover.CloseRequest) { req.Run.Action = failover.Failback }, false},
		{"an older run", failover.Completed, func(req *failover.CloseRequest) { req.Run.Epoch-- }, false},
		{"nothing to move, so that nothing was verified", failover.Completed, func(req *failover.CloseRequest) { req.StagesDone, req.Stages = 0, 0 }, false},
	} {
		h, _, run := lockedHandler(t)
		run.Switches = []string{"default"}
		if _, err := h.Registry.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: east, Epoch: run.Epoch, Run: run.ID, At: start}); err != nil {
			t.Fatal(err)
		}
		req := closeRequest(run, c.outcome)
		c.adjust(&req)
		for range 2 {
			got, err := handle(t, h, req)
			answer, _ := got.(CloseAnswer)
			if err != nil || (len(answer.Reset) > 0) != c.reset {
				t.Errorf("%s: got %+v, %v; want it reset: %t", c.name, got, err, c.reset)
			}
		}
		state, err := h.Registry.Switch(t.Context(), "default")
		if err != nil || (state.Evacuated == "") != c.reset {
			t.Errorf("%s: got %+v, %v; want it reset: %t", c.name, state, err, c.reset)
		}
	}
}

// TestCloseResetsALeverOutsideOfTheRegistry, and keeps the switch as it is when that fails: the next run that writes weights
// resets it. The lock is released in any case.
func TestCloseResetsALeverOutsideOfTheRegistry(t *testing.T) {
	for _, fails := range []bool{false, true} {
		h, world, run := lockedHandler(t)
		server := httptest.NewServer(world)
		t.Cleanup(server.Close)
		h.Registry.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.MetricLever}}
		h.Levers.Metrics = func(region failover.Region) levers.Metrics {
			return cloudwatch.NewFromConfig(aws.Config{
				Region: string(region), BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
			})
		}
		run.Switches = []string{"default"}
		state := registry.SwitchState{Evacuated: east, Epoch: run.Epoch, Run: run.ID, At: start, Pulled: east, LeverAt: start}
		if _, err := h.Registry.WriteSwitch(t.Context(), "default", state); err != nil {
			t.Fatal(err)
		}
		if err := h.Registry.ConfirmLever(t.Context(), "default", state); err != nil {
			t.Fatal(err)
		}
		if fails {
			world.Inject(fakeaws.Fault{Operation: "PutMetricData", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}})
		}
		got, err := handle(t, h, closeRequest(run, failover.Completed))
		answer, _ := got.(CloseAnswer)
		if err != nil || (len(answer.Reset) > 0) == fails || lockHeld(t, h) {
			t.Errorf("the lever fails %t: got %+v, %v, lock held %t", fails, got, err, lockHeld(t, h))
		}
		now, err := h.Registry.Switch(t.Context(), "default")
		if err != nil || (now.Evacuated == "") == fails || (now.Pulled == "") == fails {
			t.Errorf("the lever fails %t: the switch is %+v, %v", fails, now, err)
		}
	}
}

// TestPendingWeightsAreNoReasonOfACompletedRun, in the record that the API shows.
func TestPendingWeightsAreNoReasonOfACompletedRun(t *testing.T) {
	h, _, run := lockedHandler(t)
	req := closeRequest(run, failover.Completed)
	req.Failures = nil
	req.SetAside = failover.Aside{{Kind: failover.PendingKind, Object: "shop.example", Zone: "Z1", Error: failover.Unreachable, Cause: "no response"}}
	if _, err := handle(t, h, req); err != nil {
		t.Fatal(err)
	}
	if got := runs(t, h)[0].Reasons; len(got) > 0 {
		t.Errorf("got the reasons %q; want none", got)
	}
}

// TestCloseResetsTheSwitchesThatADrillHasProved, however it has ended, also when another run closes it; and not what a newer run has
// written.
func TestCloseResetsTheSwitchesThatADrillHasProved(t *testing.T) {
	for name, c := range map[string]struct {
		outcome  failover.Outcome
		closedBy string
		newer    int64
		reset    bool
	}{
		"Held":               {failover.Held, "", 0, true},
		"Completed":          {failover.Completed, "", 0, true},
		"stopped":            {failover.Held, "closing-run", 0, true},
		"a newer run has it": {failover.Held, "", 1, false},
	} {
		h, _, run := lockedHandler(t)
		h.Registry.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
		run.Action, run.Proves = failover.Drill, []string{"default"}
		if _, err := h.Registry.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: west, Epoch: run.Epoch + c.newer, Run: run.ID, At: start}); err != nil {
			t.Fatal(err)
		}
		req := closeRequest(run, c.outcome)
		req.ClosedBy = c.closedBy
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		if state, err := h.Registry.Switch(t.Context(), "default"); err != nil || (state.Evacuated == "") != c.reset {
			t.Errorf("%s: got %+v, %v; want it reset: %t", name, state, err, c.reset)
		}
	}
}
