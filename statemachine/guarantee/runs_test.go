package guarantee

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// written is a batch of a run's phase: the record, with these weights, behind a fence.
func written(after time.Duration, run string, epoch int64, phase failover.Phase, eastWeight, westWeight int) fakeaws.Batch {
	return writtenIn(west, after, run, epoch, phase, eastWeight, westWeight)
}

// writtenIn is the same of a run in another Region.
func writtenIn(region failover.Region, after time.Duration, run string, epoch int64, phase failover.Phase, eastWeight, westWeight int) fakeaws.Batch {
	mark := failover.Fence{Epoch: epoch, Run: run, Region: region, Phase: phase}.String()
	return fakeaws.Batch{
		At: at(after), Zone: "Z1", ChangeID: "C", After: sets(eastWeight, westWeight, mark),
		Changes: []fakeaws.Change{
			{Action: "CREATE", Set: fakeaws.RecordSet{Name: "_drover-drover.example.com", Type: "TXT", Values: []string{mark}}},
			{Action: "UPSERT", Set: fakeaws.RecordSet{Name: "shop.example.com", Type: "A"}},
		},
	}
}

// step is an invocation of a phase's step.
func step(after time.Duration, state string, phase failover.Phase, calls ...fakeaws.Call) fakeaws.Invocation {
	payload, _ := json.Marshal(map[string]any{"run": map[string]any{"phase": phase}})
	return fakeaws.Invocation{State: state, Function: "drover-" + strings.ToLower(state), At: at(after), Payload: payload, Calls: calls}
}

// planned makes the evidence of a completed failover that of a planned run.
func planned(action failover.Action) Evidence {
	e := completed()
	e.Runs[0].Asked.Action, e.Losses = action, nil
	e.Batches = []fakeaws.Batch{written(2*time.Minute, "run-1", 1, failover.Outbound, 0, 100)}
	e.Promotions[0].Planned, e.Promotions[0].Operation = true, "SwitchoverGlobalCluster"
	e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(2*time.Minute, "PromoteDatabase", failover.Outbound,
		fakeaws.Call{Region: east, Service: "rds", Operation: "SwitchoverGlobalCluster", Object: "shop", Mutating: true}))
	return e
}

// goesBack adds a phase that moves back to the evidence of a planned run.
func goesBack(e *Evidence, phase failover.Phase) {
	e.Batches = append(e.Batches, written(3*time.Minute, "run-1", 1, phase, 100, 0))
	e.Promotions = append(e.Promotions, fakeaws.Promotion{
		At: at(3 * time.Minute), GlobalCluster: "shop", To: east, Planned: true, Operation: "SwitchoverGlobalCluster", Finished: at(200 * time.Second),
	})
	run := &e.Runs[0]
	run.Invocations = append(run.Invocations, step(3*time.Minute, "PromoteDatabase", phase,
		fakeaws.Call{Region: west, Service: "rds", Operation: "SwitchoverGlobalCluster", Object: "shop", Mutating: true}))
	run.After = snapshotIn(east, 100, 0)
	e.Again[0].Before, e.Again[0].After = snapshotIn(east, 100, 0), snapshotIn(east, 100, 0)
}

// rolledBack is the evidence of a switchover that was rolled back.
func rolledBack() Evidence {
	e := planned(failover.Switchover)
	goesBack(&e, failover.Rollback)
	run := &e.Runs[0]
	run.Status, run.Error = string(asl.Failed), string(failover.RolledBack)
	run.Report = &failover.Report{Outcome: failover.RolledBack}
	return e
}

// thereAndBack is the evidence of a drill that completed.
func thereAndBack() Evidence {
	e := planned(failover.Drill)
	goesBack(&e, failover.Return)
	e.Traffic[0].Regions[0] = fakeaws.RegionSample{Region: east, Requests: 100, Served: 100}
	e.Runs[0].Report.Target = east // where a drill ends
	return e
}

// returnRolledBack is the evidence of a drill that has rolled its return back: the primary was unhealthy.
func returnRolledBack() Evidence {
	e := thereAndBack()
	e.Batches = append(e.Batches, written(210*time.Second, "run-1", 1, failover.ReturnRollback, 0, 100))
	e.Promotions = append(e.Promotions, fakeaws.Promotion{
		At: at(210 * time.Second), GlobalCluster: "shop", To: west, Planned: true, Operation: "SwitchoverGlobalCluster", Finished: at(220 * time.Second),
	})
	run := &e.Runs[0]
	run.Invocations = append(run.Invocations, step(210*time.Second, "PromoteDatabase", failover.ReturnRollback,
		fakeaws.Call{Region: east, Service: "rds", Operation: "SwitchoverGlobalCluster", Object: "shop", Mutating: true}))
	run.Status, run.Error, run.After = string(asl.Failed), string(failover.Held), snapshotIn(west, 0, 100)
	run.Report = &failover.Report{Outcome: failover.Held, Target: west, Moved: []string{"shop"}}
	e.Again[0].Before, e.Again[0].After = snapshotIn(west, 0, 100), snapshotIn(west, 0, 100)
	return e
}

// concurrent adds a second run in the other Region, which has lost.
func concurrent() Evidence {
	e := completed()
	e.Batches = []fakeaws.Batch{written(2*time.Minute, "run-1", 1, failover.Outbound, 0, 100)}
	input := failover.Input{Action: failover.Failback}
	text, _ := json.Marshal(input)
	e.Runs = append(e.Runs, RunEvidence{
		Execution: fakeaws.Execution{
			ARN: "arn:run-2", Name: "run-2", Region: east, Input: text, Status: string(asl.Failed), Error: string(failover.Refused),
			Cause: "Refused: run run-1 was first", StartedAt: at(2 * time.Minute), StoppedAt: at(130 * time.Second), Path: []string{"Notify"},
			Invocations: []fakeaws.Invocation{{State: "ShiftTraffic", At: at(125 * time.Second), Calls: []fakeaws.Call{
				{Region: east, Service: "route53", Operation: "ChangeResourceRecordSets", Mutating: true, Object: "Z1", Code: "InvalidChangeBatch"},
			}}, {State: "Validate", Result: fakeaws.InvokeResult{Payload: []byte(`{"verdict":"proceed","run":{"boundSeconds":180,"epoch":1}}`)}}},
		},
		Asked: &input, Before: snapshotIn(east, 100, 0), After: snapshotIn(west, 0, 100), Messages: 1,
	})
	return e
}

// takenOver is the evidence of a run that moved something before another one took its lock over.
func takenOver() Evidence {
	e := concurrent()
	winner := &e.Runs[1]
	winner.Region, winner.Asked.Action, winner.Asked.Takeover, winner.Asked.AllowDataLoss = west, failover.Failover, true, new(true)
	winner.Status, winner.Error, winner.StartedAt, winner.StoppedAt = string(asl.Succeeded), "", at(150*time.Second), at(4*time.Minute)
	winner.Report, winner.Invocations = &failover.Report{Outcome: failover.Completed, Moved: []string{"shop"}}, winner.Invocations[1:]
	e.Batches = append(e.Batches, written(160*time.Second, "run-2", 2, failover.Outbound, 0, 100))
	loser := &e.Runs[0]
	loser.Status, loser.Error, loser.Cause = string(asl.Failed), string(failover.Held), "Held: run run-2 has taken over"
	loser.Report = &failover.Report{Outcome: failover.Held, Moved: []string{"shop"}}
	return e
}

// stopped is the evidence of a run that an operator stopped: an alarm took the place of the notification.
func stopped() Evidence {
	e := held()
	run := &e.Runs[0]
	run.Status, run.Error, run.Report, run.Messages, run.StateMachine = string(asl.Aborted), "", nil, 0, "arn:machine"
	e.Alarms = []AlarmFired{{At: at(5 * time.Minute), Region: west, Name: "drover-run-aborted", About: []string{"arn:machine"}}}
	return e
}

// unheard is the evidence of a run whose notification SNS rejected.
func unheard() Evidence {
	e := completed()
	run := &e.Runs[0]
	run.Messages, run.Path = 0, []string{"Notify"}
	run.Invocations = append(run.Invocations, step(4*time.Minute, "Notify", failover.Outbound,
		fakeaws.Call{Region: west, Service: "sns", Operation: "Publish", Code: "InternalError", Mutating: true}))
	e.Alarms = []AlarmFired{{At: at(5 * time.Minute), Region: west, Name: "drover-notify-errors", About: []string{"drover-notify"}}}
	return e
}

// TestGuaranteesOfSeveralPhasesAndRunsCanBeViolated plants violations that only runs with two phases, or two runs, can have.
func TestGuaranteesOfSeveralPhasesAndRunsCanBeViolated(t *testing.T) {
	for _, c := range []violation{
		{"rolled back to other weights", 1, rolledBack, func(e *Evidence) { e.Batches[1].After = sets(90, 10, "1") }, "has us-east-1 90, us-west-2 10; expected us-east-1 100, us-west-2 0"},
		{"back to the wrong side", 1, thereAndBack, func(e *Evidence) { e.Batches[1].After = sets(0, 100, "1") }, "expected us-east-1 100, us-west-2 0"},
		{"batch of an unknown run", 1, completed, func(e *Evidence) {
			e.Batches = []fakeaws.Batch{written(2*time.Minute, "run-9", 1, failover.Outbound, 0, 100)}
		}, "belongs to no run"},
		{"a bystander changes", 1, rolledBack, func(e *Evidence) {
			e.Batches[1].Changes, e.Batches[1].After = e.Batches[1].Changes[:1], sets(50, 50, "1")
		}, "has us-east-1 50"},

		{"back promotes the wrong Region", 2, thereAndBack, func(e *Evidence) { e.Promotions[1].To = west }, "in its phase return; expected us-east-1"},
		{"a return-rollback leaves a traffic step in the primary", 1, returnRolledBack, func(e *Evidence) {
			e.Runs[0].Asked.Percents, e.Batches[2].After = []int{10, 100}, sets(90, 10, "1")
		}, "has us-east-1 90, us-west-2 10; expected us-east-1 0, us-west-2 100"},
		{"a return-rollback promotes the wrong Region", 2, returnRolledBack, func(e *Evidence) { e.Promotions[2].To = east }, "in its phase return-rollback; expected us-west-2"},
		{"a return-rollback that has not arrived, but is reported so", 5, returnRolledBack, func(e *Evidence) { e.Runs[0].After = snapshotIn(east, 100, 0) }, "shop has not moved"},
		{"a failover goes back", 2, rolledBack, func(e *Evidence) { e.Runs[0].Asked.Action = failover.Failover }, "expected it to stay"},
		{"two writers after a rollback", 2, rolledBack, func(e *Evidence) { e.Runs[0].After.Databases[0].All = []string{east, west} }, "expected one"},

		{"a drill that stays", 3, thereAndBack, func(e *Evidence) { e.Runs[0].After = snapshotIn(west, 0, 100) }, "record shop.example.com A has us-east-1 0"},
		{"a drill without a way back", 3, thereAndBack, func(e *Evidence) { e.Runs[0].Invocations = e.Runs[0].Invocations[:3] }, "expected outbound and return"},
		{"the drill's primary is unhealthy", 3, thereAndBack, func(e *Evidence) { e.Traffic[0].Regions[0].Served = 10 }, "us-east-1 served 10.0 %"},

		{"weights are not those of before", 4, rolledBack, func(e *Evidence) { e.Runs[0].After.Zones[0].Sets = sets(90, 10, "") }, "before it had us-east-1 100, us-west-2 0"},
		{"registry is not that of before", 4, rolledBack, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Active = west }, "before it said us-east-1"},
		{"registry has other weights", 4, rolledBack, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Weights[west] = 10 }, "us-west-2 10); before it said"},
		{"writer is not that of before", 4, rolledBack, func(e *Evidence) { e.Runs[0].After.Databases[0].Writer = west }, "before it was in us-east-1"},
		{"writer is not available any more", 4, rolledBack, func(e *Evidence) { e.Runs[0].After.Databases[0].Available = false }, "available: false"},
		{"rolled back and not in sync", 4, rolledBack, func(e *Evidence) { e.Batches[1].At = at(235 * time.Second) }, "was not INSYNC"},
		{"rolled back with the lock", 4, rolledBack, func(e *Evidence) {
			e.Runs[0].After.Lock = registry.Lock{Owner: "arn:run-1", Run: "run-1", Expires: at(time.Hour)}
		}, "still holds the lock"},
		{"rolled back without a report", 4, rolledBack, func(e *Evidence) { e.Runs[0].Report.Outcome = failover.Held }, "no report of a run that ended RolledBack"},
		{"rolled back in silence", 4, rolledBack, func(e *Evidence) { e.Runs[0].Messages = 0 }, "0 notifications published"},
		{"a failover that rolls back", 4, rolledBack, func(e *Evidence) { e.Runs[0].Asked.Action = failover.Failover }, "a failover returned"},

		{"not restored, but reported so", 5, held, func(e *Evidence) {
			e.Runs[0].Report.Restored = []string{"shop"}
			e.Runs[0].After.Zones[0].Sets = sets(0, 100, "")
		}, "shop is not as it was before"},
		{"restored, but not reported so", 5, held, func(e *Evidence) {
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].Report.NotRestored = []failover.NotMoved{{Application: "shop"}}
		}, "shop is as it was before"},
		{"moved by a newer run, but reported as restored", 5, held, func(e *Evidence) {
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].After.Registry[0].Live.Epoch = e.Runs[0].Report.Run.Epoch + 1
			e.Runs[0].Report.Restored = []string{"shop"}
		}, "a newer run has moved shop since"},
		{"refused, and another run moved too", 6, concurrent, func(e *Evidence) { e.Runs[1].Invocations[0].Calls[0].Code = "" }, "called route53 ChangeResourceRecordSets on Z1"},

		{"both move", 10, concurrent, func(e *Evidence) {
			e.Batches = append(e.Batches, writtenIn(east, 125*time.Second, "run-2", 2, failover.Outbound, 100, 0))
		}, "have both moved something"},
		{"the loser does not say who won", 10, concurrent, func(e *Evidence) { e.Runs[1].Cause = "Refused: another run was first" }, "does not name the winner run-1"},
		{"the loser completes", 10, concurrent, func(e *Evidence) { e.Runs[1].Status = string(asl.Succeeded) }, "ended Completed beside run-1"},
		{"the loser writes the registry", 10, concurrent, func(e *Evidence) {
			e.Runs[1].Invocations[0].Calls[0] = fakeaws.Call{At: at(125 * time.Second), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry applications 001#shop"}
		}, "expected no effect"},
		{"the loser promotes", 10, concurrent, func(e *Evidence) {
			e.Promotions = append(e.Promotions, fakeaws.Promotion{At: at(129 * time.Second), GlobalCluster: "shop", To: east, Operation: "SwitchoverGlobalCluster"})
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(129*time.Second, "PromoteDatabase", failover.Outbound,
				fakeaws.Call{Operation: "SwitchoverGlobalCluster", Object: "shop"}))
		}, "have both moved something"},
		{"moves after it was taken over", 10, takenOver, func(e *Evidence) {
			e.Batches = append(e.Batches, written(170*time.Second, "run-1", 1, failover.Outbound, 0, 100))
		}, "run-1 moved something after run-2 superseded it"},
		{"takes over without being asked to", 10, takenOver, func(e *Evidence) { e.Runs[1].Asked.Takeover = false }, "although run-1 held the lock"},
		{"an epoch that is not new", 10, takenOver, func(e *Evidence) { e.Batches[1] = written(160*time.Second, "run-2", 1, failover.Outbound, 0, 100) }, "with epoch 1 after run-1 with epoch 1; expected a newer one"},

		{"a skipped run that writes", 6, declinedRun(failover.Skip), func(e *Evidence) {
			e.Runs[0].Invocations[0].Calls = []fakeaws.Call{{Service: "dynamodb", Operation: "PutItem", Mutating: true, Object: "drover-registry runs x"}}
		}, "expected no change"},
		{"nothing to move, and it moves", 6, declinedRun(failover.NothingToMove), func(e *Evidence) { e.Runs[0].After = snapshotIn(east, 100, 0) }, "the record sets of zone Z1"},
		{"nothing to move, and there was", 3, declinedRun(failover.NothingToMove), func(e *Evidence) { e.Runs[0].Before = snapshotIn(east, 100, 0) }, "reports nothing to move"},
		{"a report of nothing", 3, declinedRun(failover.NothingToMove), func(e *Evidence) { e.Runs[0].Report = &failover.Report{} }, "there is a report of a move"},
		{"a skip in silence", 11, declinedRun(failover.Skip), func(e *Evidence) { e.Runs[0].Messages = 0 }, "although publishing would have succeeded"},
		{"an alarm that moves nothing, in silence", 11, declinedRun(failover.NothingToMove), func(e *Evidence) { e.Runs[0].Messages = 0 }, "although publishing would have succeeded"},
		{"a refused failover in silence", 11, refused, func(e *Evidence) {
			e.Runs[0].Invocations[0].Result.Payload = []byte(`{"verdict":"refused"}`)
		}, "although publishing would have succeeded"},

		{"not notified, and no alarm", 11, notInvoked("Lambda.ResourceNotFoundException"), func(e *Evidence) { e.Alarms = nil }, "no alarm went to ALARM"},
		{"not notified, and the alarm of the other Region", 11, notInvoked("Lambda.TooManyRequestsException"), func(e *Evidence) { e.Alarms[0].Region = east }, "no alarm went to ALARM"},
		{"not notified, and the alarm of another plan", 11, notInvoked("Lambda.AWSLambdaException"), func(e *Evidence) { e.Alarms[0].Name = "shop-not-notified" }, "no alarm went to ALARM"},
		{"Notify was invoked at its last try, in silence", 11, notInvoked("Lambda.TooManyRequestsException"), func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(4*time.Minute, "Notify", failover.Outbound))
		}, "although publishing would have succeeded"},
		{"Notify was invoked, and there is no report", 3, notInvoked(""), func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(4*time.Minute, "Notify", failover.Outbound))
		}, "no report of a run"},
		{"not notified", 11, completed, func(e *Evidence) { e.Runs[0].Messages = 0 }, "although publishing would have succeeded"},
		{"stopped in silence", 11, stopped, func(e *Evidence) { e.Alarms = nil }, "no alarm went to ALARM"},
		{"an alarm about something else", 11, stopped, func(e *Evidence) { e.Alarms[0].About[0] = "arn:other" }, "no alarm went to ALARM"},
		{"an alarm in the other Region", 11, unheard, func(e *Evidence) { e.Alarms[0].Region = east }, "no alarm went to ALARM"},
		{"an alarm that comes too late", 11, unheard, func(e *Evidence) { e.Alarms[0].At = at(time.Hour) }, "no alarm went to ALARM"},
	} {
		t.Run(c.name, c.isSeen)
	}
}

// TestARecordMayHaveManualWeights: a batch that does not write it has not changed it.
func TestARecordMayHaveManualWeights(t *testing.T) {
	for _, c := range []struct {
		name string
		at   time.Duration
		want Status
	}{{"before the batch", 150 * time.Second, Kept}, {"before the batch that wrote it", 110 * time.Second, Violated}, {"after the batch", time.Hour, Violated}} {
		e := rolledBack()
		e.Batches[1].Changes, e.Batches[1].After = e.Batches[1].Changes[:1], sets(100, 100, "1")
		e.Manual = []ManualChange{{At: at(c.at), Zone: e.Batches[1].Zone, Sets: sets(100, 100, "1")}}
		if v := verdict(t, e, 1); v.Status != c.want {
			t.Errorf("%s: guarantee 1 is %s %v; want %s", c.name, v.Status, v.Violations, c.want)
		}
	}
}

func TestALockThatHasRunOutMayBeTaken(t *testing.T) {
	e := takenOver()
	e.Runs[1].Asked.Takeover = false
	e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(140*time.Second, "VerifyHealth", failover.Outbound))
	for i, later := range []time.Duration{0, 11 * time.Minute} {
		e.Runs[0].StoppedAt, e.Runs[0].Paused = at(15*time.Minute), time.Hour
		e.Batches[1].At = at(160*time.Second + later)
		want := []Status{Violated, Kept}[i]
		if v := verdict(t, e, 10); v.Status != want {
			t.Errorf("taken %s later: guarantee 10 is %s %v; want %s", later, v.Status, v.Violations, want)
		}
	}
}

func TestMessagesBelongToTheRunThatPublishedThem(t *testing.T) {
	publish := fakeaws.Call{Service: "sns", Operation: "Publish"}
	run := RunEvidence{Execution: fakeaws.Execution{Region: west, Invocations: []fakeaws.Invocation{
		step(time.Minute, "Announce", failover.Outbound, publish), step(90*time.Second, "AwaitApproval", failover.Outbound, publish), step(2*time.Minute, "Notify", failover.Outbound, publish),
	}}}
	message := func(region string, after time.Duration) fakeaws.Message {
		return fakeaws.Message{Region: region, At: at(after)}
	}
	underway, ends := run.Notified([]fakeaws.Message{
		message(west, time.Minute), message(west, 90*time.Second), message(west, 2*time.Minute), message(east, 2*time.Minute), message(west, 3*time.Minute),
	})
	if len(underway) != 2 || len(ends) != 1 {
		t.Errorf("%d messages on the way, %d about the end; want two and one", len(underway), len(ends))
	}
}

func TestPhasesAreTimedByTheirFirstStep(t *testing.T) {
	run := thereAndBack().Runs[0]
	var got []string
	for _, phase := range run.phases() {
		got = append(got, fmt.Sprintf("%s %s–%s", phase.Phase, scenario.Clock(phase.From.Sub(scenario.Start)), scenario.Clock(phase.To.Sub(scenario.Start))))
	}
	if text := strings.Join(got, ", "); text != "outbound 02:00–03:00, return 03:00–04:00" {
		t.Errorf("got %s", text)
	}
}

// TestARollbackMayPutTheRegistryRight: where it and the zones differed when the run started, the state before is that of the zones.
func TestARollbackMayPutTheRegistryRight(t *testing.T) {
	left := func(active failover.Region) Evidence {
		e := rolledBack()
		run := &e.Runs[0]
		run.Before.Zones[0].Sets, run.After.Zones[0].Sets = sets(90, 10, ""), sets(90, 10, "")
		run.After.Registry[0].Live = failover.Live{Active: active, Weights: map[failover.Region]int{east: 90, west: 10}}
		return e
	}
	for active, want := range map[failover.Region]Status{east: Kept, west: Violated} {
		if v := verdict(t, left(active), 4); v.Status != want {
			t.Errorf("active in %s: guarantee 4 is %s %v; want %s", active, v.Status, v.Violations, want)
		}
	}
}
