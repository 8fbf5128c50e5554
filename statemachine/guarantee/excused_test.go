package guarantee

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// staged adds an invocation of a step for a stage of wave 1.
func (e *Evidence) staged(state string, stage failover.Stage, result fakeaws.InvokeResult, calls ...fakeaws.Call) {
	stage.Wave = 1
	payload, _ := json.Marshal(map[string]any{"stage": stage})
	e.Runs[0].Invocations = append(e.Runs[0].Invocations, fakeaws.Invocation{State: state, Payload: payload, Result: result, Calls: calls})
}

// served sets which share of the requests us-west-2 serves some time before the end of the run, and who answers with errors.
func served(share float64, before time.Duration, erring ...string) func(*Evidence) {
	return func(e *Evidence) {
		e.Traffic = append(e.Traffic, fakeaws.Sample{At: at(4*time.Minute - before), Requests: 100, Served: 100 * share, Regions: []fakeaws.RegionSample{
			{Region: west, Requests: 100, Served: 100 * share, Erring: erring},
		}})
	}
}

func all(changes ...func(*Evidence)) func(*Evidence) {
	return func(e *Evidence) {
		for _, c := range changes {
			c(e)
		}
	}
}

// TestWhatARunCannotKnowExcusesIt, and nothing that is like it.
func TestWhatARunCannotKnowExcusesIt(t *testing.T) {
	weights := func(eastWeight, westWeight int) map[failover.Region]int {
		return map[failover.Region]int{east: eastWeight, west: westWeight}
	}
	accepted := func(e *Evidence) { // the batch whose answer was lost
		e.Runs[0].After.Zones[0].Sets, e.Runs[0].After.Unhealthy = checkedSets(0, 100), nil
	}
	thereAlready := func(e *Evidence) { e.Runs[0].Before.Registry[0].Live.Active = west }
	late := func(moves bool) func(*Evidence) { // the last change of the run, a few seconds before its end
		return func(e *Evidence) {
			b := written(3*time.Minute+55*time.Second, "run-1", 1, failover.Outbound, 0, 100)
			if !moves {
				b.Changes = b.Changes[:1]
			}
			e.Batches = append(e.Batches, b)
		}
	}
	changedAt := func(when time.Duration) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].After.Zones[0].Sets = sets(100, 100, "")
			e.Manual = []ManualChange{{At: at(when), Zone: "Z1"}}
		}
	}
	oldWriter := func(e *Evidence) {
		e.Runs[0].Before.Databases[0].All = []string{east, west}
	}
	for _, c := range []history{
		{"the registry as before, while the answer of the batch is missing", 3, bySwitch, accepted, Kept, ""},
		{"the registry as before, and nothing is listed as pending", 3, bySwitch, all(accepted, func(e *Evidence) { e.Runs[0].Report.FollowUp = nil }), Violated, "the registry says us-west-2 (us-east-1 100"},
		{"the registry with weights of its own", 3, bySwitch, all(accepted, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Weights = weights(50, 50) }), Violated, "us-east-1 50"},

		{"errors since a second before the end", 3, completed, all(served(0, time.Second), served(1, 20*time.Second)), Kept, ""},
		{"errors for longer", 3, completed, all(served(0, time.Second), served(0, 20*time.Second)), Violated, "served 50.0 %"},
		{"errors of an application that was there already", 3, completed, all(thereAlready, served(0, time.Second, "shop"), served(0, 20*time.Second, "shop")), Kept, ""},
		{"errors of one that has moved", 3, completed, all(served(0, time.Second, "shop"), served(0, 20*time.Second, "shop")), Violated, "served 50.0 %"},

		{"a fence alone that is not in sync yet", 3, completed, late(false), Kept, ""},
		{"a record set that is not in sync yet", 3, completed, late(true), Violated, "was not INSYNC"},
		{"a zone that an operator changes during a rollback", 4, rolledBack, changedAt(3 * time.Minute), Kept, ""},
		{"a zone that differs after a rollback", 4, rolledBack, changedAt(-time.Minute), Violated, "before it had"},

		{"an old writer that Aurora fences", 6, refused, oldWriter, Kept, ""},
		{"another writer", 6, refused, func(e *Evidence) {
			e.Runs[0].After.Databases = []DatabaseState{{GlobalCluster: "shop", Writer: west, All: []string{west}, Available: true}}
		}, Violated, "the writer of shop"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAWaveThatWasNotVerifiedExcusesItsTraffic, and a database that no stage has promoted is not excused by a later stage.
func TestAWaveThatWasNotVerifiedExcusesItsTraffic(t *testing.T) {
	half, full := 50, 100
	verdict := func(v failover.Verdict) fakeaws.InvokeResult {
		answer, _ := json.Marshal(failover.VerifyAnswer{Verdict: v})
		return fakeaws.InvokeResult{Payload: answer}
	}
	excused := func(e *Evidence) { e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied")) }
	alone := func(e *Evidence) {
		e.did("ShiftTraffic", fakeaws.InvokeResult{}, change("Z1", "InvalidChangeBatch", "it does not exist", shopRecord))
	}
	gone := fakeaws.InvokeResult{ErrorType: string(failover.Unreachable)}
	registry := fakeaws.Call{Service: "dynamodb", Operation: "Query", Code: "InternalFailure"}
	promoting := failover.Stage{Promote: true}
	for _, c := range []history{
		{"half of the traffic was not verified", 12, isolated, all(excused, func(e *Evidence) {
			e.staged("ShiftTraffic", failover.Stage{Percent: &half}, verdict(""))
			e.staged("VerifyHealth", failover.Stage{Percent: &half}, gone)
		}), Kept, ""},
		{"half of it was verified", 12, isolated, all(excused, func(e *Evidence) {
			e.staged("ShiftTraffic", failover.Stage{Percent: &half}, verdict(""))
			e.staged("VerifyHealth", failover.Stage{Percent: &half}, verdict(failover.Passed))
		}), Violated, sayRecord},
		{"all of it was shifted after all", 12, isolated, all(excused, func(e *Evidence) {
			e.staged("VerifyHealth", failover.Stage{Percent: &half}, gone)
			e.staged("ShiftTraffic", failover.Stage{Percent: &full}, verdict(""))
		}), Violated, sayRecord},
		{"the registry did not answer the stage that promotes", 12, isolated, all(alone, func(e *Evidence) {
			e.staged("PromoteDatabase", promoting, gone, registry)
			e.staged("PromoteDatabase", failover.Stage{Percent: &full}, fakeaws.InvokeResult{})
		}), Kept, ""},
		{"it answered the stage that promotes", 12, isolated, all(alone, func(e *Evidence) {
			e.staged("PromoteDatabase", promoting, fakeaws.InvokeResult{})
			e.staged("PromoteDatabase", failover.Stage{Percent: &full}, gone, registry)
		}), Violated, sayDatabase},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAnAttemptThatFailsForAnotherReasonMayAskTheControlPlaneAgain.
func TestAnAttemptThatFailsForAnotherReasonMayAskTheControlPlaneAgain(t *testing.T) {
	asks := func(result fakeaws.InvokeResult, more ...fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) {
			inv := step(3*time.Minute, "Validate", failover.Outbound, append(more, fakeaws.Call{Region: west, Service: "route53", Operation: "ListResourceRecordSets", Code: wire.CodeUnreachable})...)
			inv.Result = result
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, inv)
		}
	}
	twice := func(e *Evidence) { unanswered(e, "Validate", "ShiftTraffic") }
	for _, c := range []history{
		{"it crashed", 7, bySwitch, all(twice, asks(fakeaws.InvokeResult{ErrorType: "Runtime.ExitError"})), Kept, ""},
		{"the registry did not answer", 7, bySwitch, all(twice, asks(fakeaws.InvokeResult{ErrorType: "Throttled"}, fakeaws.Call{Region: west, Service: "dynamodb", Code: "ThrottlingException"})), Kept, ""},
		{"CloudWatch's answer was lost", 7, bySwitch, all(twice, asks(fakeaws.InvokeResult{ErrorType: "Unreachable"}, fakeaws.Call{Region: west, Service: "monitoring", Lost: true})), Kept, ""},
		{"it failed for the control plane alone", 7, bySwitch, all(twice, asks(fakeaws.InvokeResult{ErrorType: "Unreachable"})), Violated, "3 requests"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestWhatOneStageSetsAsideNoLaterStageMoves: the step has failed for the whole wave, and was not repeated with success in that stage.
func TestWhatOneStageSetsAsideNoLaterStageMoves(t *testing.T) {
	half, full := 50, 100
	unread := fakeaws.Call{Service: "dynamodb", Operation: "Query", Code: wire.CodeUnreachable}
	excused := func(e *Evidence) { e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied")) }
	shift := func(index int, percent *int, calls ...fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) {
			e.staged("ShiftTraffic", failover.Stage{Index: index, Percent: percent}, fakeaws.InvokeResult{}, calls...)
		}
	}
	for _, c := range []history{
		{"the registry did not answer the first stage", 12, isolated, all(excused, shift(1, &half, unread), shift(2, &full)), Kept, ""},
		{"it answered when the step was repeated", 12, isolated, all(excused, shift(1, &half, unread), shift(1, &half), shift(2, &full)), Violated, sayRecord},
		{"it did not answer a stage that moves no traffic", 12, isolated, all(excused, shift(1, nil, unread), shift(2, &full)), Violated, sayRecord},
	} {
		t.Run(c.name, c.isJudged)
	}
}
