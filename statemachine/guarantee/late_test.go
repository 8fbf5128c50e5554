package guarantee

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// history is evidence with a change, and the verdict on a guarantee that must follow.
type history struct {
	name    string
	number  int
	from    func() Evidence
	changed func(*Evidence)
	want    Status
	says    string // of the violations
}

func (c history) isJudged(t *testing.T) {
	e := c.from()
	c.changed(&e)
	v := verdict(t, e, c.number)
	if v.Status != c.want || !strings.Contains(strings.Join(v.Violations, "\n"), c.says) {
		t.Errorf("guarantee %d is %s (%s): %q; want %s: %s", c.number, v.Status, v.Basis, v.Violations, c.want, c.says)
	}
}

// asked adds an invocation of the run that makes a request, which ends with a code.
func (r *RunEvidence) asked(after time.Duration, state string, phase failover.Phase, code string, c fakeaws.Call) {
	c.At, c.Code, c.Mutating = at(after), code, true
	inv := step(after, state, phase, c)
	r.Invocations = append(r.Invocations, inv)
}

// heldThenBack is a failover that has ended Held at 4:00 with its promotion in flight, and a failback in the other Region that
// runs when the promotion finishes, with data loss.
func heldThenBack() Evidence {
	e := held()
	first := &e.Runs[0]
	first.asked(2*time.Minute, "PromoteDatabase", failover.Outbound, "", fakeaws.Call{Service: "rds", Operation: "FailoverGlobalCluster", Object: "shop"})
	e.Batches = []fakeaws.Batch{written(2*time.Minute, "run-1", 1, failover.Outbound, 0, 100)}
	e.Promotions[0].Operation, e.Promotions[0].Finished = "FailoverGlobalCluster", at(31*time.Minute)
	e.Losses[0].At = at(30 * time.Minute)
	input := failover.Input{Action: failover.Failback}
	text, _ := json.Marshal(input)
	e.Runs = append(e.Runs, RunEvidence{
		Execution: fakeaws.Execution{
			ARN: "arn:run-2", Name: "run-2", Region: east, Input: text, Status: string(asl.Failed), Error: string(failover.Refused),
			StartedAt: at(29 * time.Minute), StoppedAt: at(32 * time.Minute), Path: []string{"Validate"},
			Invocations: []fakeaws.Invocation{step(29*time.Minute, "Validate", failover.Outbound)},
		},
		Asked: &input, Before: snapshotIn(east, 100, 0), After: snapshotIn(east, 100, 0),
	})
	return e
}

// TestAnEffectIsThatOfTheRunWhichCausedIt however late it shows, and whichever run is in progress by then.
func TestAnEffectIsThatOfTheRunWhichCausedIt(t *testing.T) {
	stop := func(e *Evidence) { e.Runs[0].Status, e.Runs[0].Error = string(asl.Aborted), "" }
	// late makes AWS accept the promotion after the run has ended; its request ended with a code.
	late := func(code string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Invocations[len(e.Runs[0].Invocations)-1].Calls[0].Code = code
			e.Promotions[0].At = at(10 * time.Minute)
		}
	}
	lateBatch := func(eastWeight, westWeight int) func(*Evidence) {
		return func(e *Evidence) {
			stop(e)
			e.Batches = append(e.Batches, written(20*time.Minute, "run-1", 1, failover.Outbound, eastWeight, westWeight))
		}
	}
	// unfenced is such a batch without a fence, whose request ended with a code.
	unfenced := func(code string) func(*Evidence) {
		return func(e *Evidence) {
			lateBatch(0, 100)(e)
			e.Batches[1].Changes = e.Batches[1].Changes[1:]
			e.Runs[0].asked(3*time.Minute, "ShiftTraffic", failover.Outbound, code, change("Z1", "", ""))
		}
	}
	for _, c := range []history{
		{"writes lost after the run has ended Held", 2, heldThenBack, func(*Evidence) {}, Kept, ""},
		{"writes lost after the run was stopped", 2, heldThenBack, stop, Kept, ""},
		{"writes lost although no run had consent", 2, heldThenBack, func(e *Evidence) { e.Runs[0].Asked.AllowDataLoss = nil }, Violated, "no run allowed it"},
		{"writes lost by the failover of a run without consent, while one with consent runs", 2, heldThenBack, func(e *Evidence) {
			e.Runs[0].Asked.AllowDataLoss = nil
			e.Runs[1].Asked.Action, e.Runs[1].Asked.AllowDataLoss = failover.Failover, new(true)
		}, Violated, "no run allowed it"},
		{"writes lost by no failover", 2, heldThenBack, func(e *Evidence) { e.Promotions[0].Planned = true }, Violated, "no run allowed it"},
		{"writes lost after the failover has finished", 2, heldThenBack, func(e *Evidence) { e.Promotions[0].Finished = at(5 * time.Minute) }, Violated, "no run allowed it"},
		{"a promotion that AWS accepted late", 2, heldThenBack, late("Unreachable"), Kept, ""},
		{"a promotion that AWS accepted although it answered with an error", 2, heldThenBack, late("InternalFailure"), Kept, ""},
		{"a promotion that two runs have asked for, the one without consent last", 2, heldThenBack, func(e *Evidence) {
			late("Unreachable")(e)
			e.Promotions[0].At = at(30 * time.Minute)
			e.Runs[1].asked(29*time.Minute, "PromoteDatabase", failover.Outbound, "Unreachable", fakeaws.Call{Service: "rds", Operation: "FailoverGlobalCluster", Object: "shop"})
		}, Violated, "run run-2 promotes shop in us-west-2"},
		{"a promotion at a time when its only request was denied", 2, heldThenBack, late("AccessDenied"), Violated, "belongs to no run"},
		{"a promotion before its request", 2, heldThenBack, func(e *Evidence) {
			late("Unreachable")(e)
			e.Promotions[0].At = at(time.Minute)
		}, Violated, "belongs to no run"},
		{"a batch that Route 53 accepted late", 1, heldThenBack, lateBatch(0, 100), Kept, ""},
		{"such a batch with the weights of another Region", 1, heldThenBack, lateBatch(100, 0), Violated, "has us-east-1 100, us-west-2 0"},
		{"such a batch without a fence", 1, heldThenBack, unfenced("Unreachable"), Kept, ""},
		{"a batch without a fence that was rejected", 1, heldThenBack, unfenced("InvalidChangeBatch"), Violated, "belongs to no run"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestALossIsThatOfTheRunThatCausedIt also in what a run has cost.
func TestALossIsThatOfTheRunThatCausedIt(t *testing.T) {
	e := heldThenBack()
	second := &e.Runs[1]
	second.Status, second.Error = string(asl.Succeeded), ""
	e.Batches = append(e.Batches, written(29*time.Minute+30*time.Second, "run-1", 1, failover.Outbound, 0, 100))
	all := e.Recoveries(nil)
	if len(all) != 1 || all[0].RPO != 0 || len(all[0].Parts) != 0 {
		t.Errorf("got %+v; want the failback alone, without the loss, the promotion and the batch of the failover before", all)
	}
}

// stoppedThenTaken is a run that was stopped at 3:00 with a promotion requested then, and another one that has taken its lock.
func stoppedThenTaken() Evidence {
	e := takenOver()
	first := &e.Runs[0]
	first.Status, first.Error, first.Report, first.StoppedAt = string(asl.Aborted), "", nil, at(149*time.Second)
	first.Invocations = append(first.Invocations, fakeaws.Invocation{State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"run":{"boundSeconds":180,"epoch":1},"verdict":"proceed","stages":[{}]}`)}})
	e.Promotions = nil
	return e
}

// TestExclusionIsJudgedByWhenARunAsked and not by when AWS accepted it.
func TestExclusionIsJudgedByWhenARunAsked(t *testing.T) {
	asks := func(after time.Duration, code string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].asked(after, "PromoteDatabase", failover.Outbound, code, fakeaws.Call{Service: "rds", Operation: "FailoverGlobalCluster", Object: "shop"})
			e.Promotions = []fakeaws.Promotion{{At: at(170 * time.Second), GlobalCluster: "shop", To: west, Operation: "FailoverGlobalCluster"}}
		}
	}
	for _, c := range []history{
		{"before the other run's first change", 10, stoppedThenTaken, asks(155*time.Second, "Unreachable"), Kept, ""},
		{"after it, while a function went on", 10, stoppedThenTaken, asks(170*time.Second, ""), Violated, "run-1 moved something after run-2 superseded it"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestWhatTheLastStepsCouldNotDo: AWS accepted none of their requests, or Lambda did not run them to their end. What they have not
// tried is a violation.
func TestWhatTheLastStepsCouldNotDo(t *testing.T) {
	const after = 4 * time.Minute
	report := func(state string, codes ...string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Report, e.Runs[0].Path = nil, append(e.Runs[0].Path, "Notify")
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(after, "Notify", failover.Outbound))
			for _, code := range codes {
				e.Runs[0].asked(after, state, failover.Outbound, code, fakeaws.Call{Service: "s3", Operation: "PutObject"})
			}
		}
	}
	release := func(codes ...string) func(*Evidence) {
		return func(e *Evidence) {
			run := &e.Runs[0]
			run.After.Lock, run.Path = registry.Lock{Owner: run.ARN, Run: "run-1", Expires: at(time.Hour)}, append(run.Path, "CloseRun")
			run.Invocations = append(run.Invocations, step(after, "CloseRun", failover.Outbound))
			for _, code := range codes {
				run.asked(after, "CloseRun", failover.Outbound, code, fakeaws.Call{Service: "dynamodb", Operation: "UpdateItem", Object: "drover-registry lock lock"})
			}
		}
	}
	published := func(messages int, change func(*fakeaws.Invocation)) func(*Evidence) {
		return func(e *Evidence) {
			run := &e.Runs[0]
			run.Messages, run.Path = messages, append(run.Path, "Notify")
			run.asked(after, "Notify", failover.Outbound, "", fakeaws.Call{Service: "sns", Operation: "Publish"})
			change(&run.Invocations[len(run.Invocations)-1])
		}
	}
	crash := func(inv *fakeaws.Invocation) { inv.Result.ErrorType = "Lambda.Unknown" }
	for _, c := range []history{
		{"a report that S3 has not taken", 3, completed, report("Notify", "AccessDenied", "SlowDown"), Kept, ""},
		{"a report that S3 has taken", 3, completed, report("Notify", "SlowDown", ""), Violated, "no report"},
		{"a report that was not written", 3, completed, report("Notify"), Violated, "no report"},
		{"a report that another step has failed to write", 3, completed, report("CloseRun", "SlowDown"), Violated, "no report"},
		{"a Held run whose report S3 has not taken", 5, held, report("Notify", "AccessDenied"), NotChecked, ""},
		{"a Held run whose report S3 has taken", 5, held, report("Notify", ""), Violated, "there is no report"},
		{"a lock that the registry did not release", 3, completed, release("InternalServerError"), Kept, ""},
		{"a lock that the registry says is released", 3, completed, release("InternalServerError", ""), Violated, "still holds the lock"},
		{"a lock that no request was to release", 3, completed, release(), Violated, "still holds the lock"},
		{"a second notification after a crash", 3, completed, published(2, crash), Kept, ""},
		{"a second notification after a lost answer", 3, completed, published(2, func(inv *fakeaws.Invocation) { inv.Calls[0].Lost = true }), Kept, ""},
		{"a second notification without a cause", 3, completed, published(2, func(*fakeaws.Invocation) {}), Violated, "2 notifications published"},
		{"no notification, for every attempt crashed, and no alarm", 11, completed, published(0, crash), Violated, "no alarm went to ALARM"},
		{"no notification, though an attempt went well", 11, completed, published(0, func(*fakeaws.Invocation) {}), Violated, "although publishing would have succeeded"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestACrashedNotifyNeedsItsAlarm and no more than that.
func TestACrashedNotifyNeedsItsAlarm(t *testing.T) {
	e := notInvoked("Lambda.Unknown")()
	for _, number := range []int{3, 11} {
		if v := verdict(t, e, number); v.Status != Kept {
			t.Errorf("guarantee %d is %s: %q", number, v.Status, v.Violations)
		}
	}
}
