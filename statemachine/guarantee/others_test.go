package guarantee

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// TestWhatOthersHaveWrittenMeanwhileIsNotTheRuns: an item of the registry of which the other Region keeps a later write, or what
// another run has moved after Notify had read the state.
func TestWhatOthersHaveWrittenMeanwhileIsNotTheRuns(t *testing.T) {
	elsewhere := func(e *Evidence) { e.Runs[0].After.Registry[0].Live = snapshotIn(east, 100, 0).Registry[0].Live }
	wrote := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(after, "UpdateRegistry", failover.Outbound,
				fakeaws.Call{At: at(after), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry applications 001#shop"}))
		}
	}
	apart := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) { e.CutOffs = []time.Time{at(after)} }
	}
	movesBack := func(after time.Duration, region string) func(*Evidence) { // the report of run-1 is read at 3:50
		return func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(230*time.Second, "Notify", failover.Outbound))
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[1].Region, e.Runs[1].StoppedAt = region, at(5*time.Minute)
			e.Batches = append(e.Batches, writtenIn(failover.Region(region), after, "run-2", 2, failover.Outbound, 100, 0))
		}
	}
	movesAgain := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs = append(e.Runs, concurrent().Runs[1])
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(228*time.Second, "VerifyHealth", failover.Rollback))
			movesBack(after, east)(e)
			e.Runs[0].After = snapshotIn(west, 0, 100)
		}
	}
	for _, c := range []history{
		{"an item that another writer puts at the same moment", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("shop", 183*time.Second)), Kept, ""},
		{"an item that it has put before", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("shop", 170*time.Second)), Violated, "the registry says us-east-1"},
		{"the item of another application", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("blog", 3*time.Minute)), Violated, "the registry says us-east-1"},
		{"an item that it puts while the Regions are disconnected", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("shop", 200*time.Second), apart(time.Minute)), Kept, ""},
		{"an item that it has put before the run", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("shop", 100*time.Second), apart(time.Minute)), Violated, "the registry says us-east-1"},
		{"the Regions are disconnected later", 3, completed, all(elsewhere, wrote(3*time.Minute), rewritten("shop", 200*time.Second), apart(210*time.Second)), Violated, "the registry says us-east-1"},
		{"a rollback, and an item that another writer puts at the same moment", 4, rolledBack, all(func(e *Evidence) {
			e.Runs[0].After.Registry[0].Live.Active = west
		}, wrote(3*time.Minute), rewritten("shop", 3*time.Minute)), Kept, ""},

		{"moved by another run after Notify has read, and rolled back", 4, rolledBack, movesAgain(235 * time.Second), Kept, ""},
		{"moved by it after the last step, and rolled back", 4, rolledBack, movesAgain(229 * time.Second), Kept, ""},
		{"moved by it before that, and rolled back", 4, rolledBack, movesAgain(222 * time.Second), Violated, "record shop.example.com A"},
		{"moved by another run after Notify has read", 3, concurrent, movesBack(235*time.Second, east), Kept, ""},
		{"moved by another run of the Region before Notify has read", 3, concurrent, movesBack(226*time.Second, west), Violated, "record shop.example.com A"},
		{"moved by one of the other Region, whose writes arrive later", 3, concurrent, movesBack(226*time.Second, east), Kept, ""},
		{"moved by it before", 3, concurrent, movesBack(224*time.Second, east), Violated, "record shop.example.com A"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAPromotionOfAnotherRunLeavesNoWriterForAWhile.
func TestAPromotionOfAnotherRunLeavesNoWriterForAWhile(t *testing.T) {
	promotes := func(finished time.Duration, region string) func(*Evidence) {
		return func(e *Evidence) {
			other := concurrent().Runs[1]
			other.Region, other.StoppedAt = region, at(10*time.Minute)
			other.asked(235*time.Second, "PromoteDatabase", failover.Outbound, "", fakeaws.Call{Service: "rds", Operation: "SwitchoverGlobalCluster", Object: "shop"})
			e.Runs = append(e.Runs, other)
			e.Promotions = append(e.Promotions, fakeaws.Promotion{At: at(235 * time.Second), GlobalCluster: "shop", To: region, Planned: true, Operation: "SwitchoverGlobalCluster", Finished: at(finished)})
			e.Runs[0].After.Databases[0].All = nil
		}
	}
	history{"in progress", 2, rolledBack, promotes(5*time.Minute, east), Kept, ""}.isJudged(t)
	history{"finished", 2, rolledBack, promotes(238*time.Second, east), Violated, "has writers in []"}.isJudged(t)
}

// TestARunWithNothingToMoveIsJudgedByTheMomentOfItsStart: a run that starts at that moment in the other Region may move everything.
func TestARunWithNothingToMoveIsJudgedByTheMomentOfItsStart(t *testing.T) {
	nothing := func(apart time.Duration, region string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Invocations = []fakeaws.Invocation{{At: at(2 * time.Minute), State: "Validate", Result: fakeaws.InvokeResult{
				Payload: []byte(`{"run":{"boundSeconds":180,"epoch":1,"takenOverFrom":"run-0"},"verdict":"proceed","stages":[]}`),
			}}}
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[1].Region, e.Runs[1].StartedAt, e.Runs[1].Invocations[1].At = region, at(2*time.Minute+apart), at(2*time.Minute+apart)
			e.Batches = []fakeaws.Batch{writtenIn(failover.Region(region), 125*time.Second, "run-2", 2, failover.Outbound, 100, 0)}
		}
	}
	for _, c := range []history{
		{"in the other Region", 3, concurrent, nothing(time.Second, east), Kept, ""},
		{"in the other Region, and later", 3, concurrent, nothing(6*time.Second, east), Violated, "record shop.example.com A"},
		{"in the same Region", 3, concurrent, nothing(time.Second, west), Violated, "record shop.example.com A"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestASwitchThatTheOtherRegionCannotRead decides nothing there: a run of that Region may move the users back.
func TestASwitchThatTheOtherRegionCannotRead(t *testing.T) {
	moved := func(cut time.Duration, leaves failover.Region) func(*Evidence) {
		return func(e *Evidence) {
			e.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].After.Switches = map[string]failover.Region{"default": leaves}
			e.Runs[0].Status, e.Runs[0].Error = string(asl.Failed), string(failover.Held)
			e.Runs[0].Report.Outcome = failover.Held
			e.CutOffs = []time.Time{at(cut)}
			e.Batches = append(e.Batches, writtenIn(east, 126*time.Second, "run-2", 2, failover.Outbound, 100, 0))
		}
	}
	theirs := func(leaves failover.Region) func(*Evidence) { // run-1 leaves us-east-1, which run-2 in us-east-1 cannot read
		return func(e *Evidence) {
			moved(time.Minute, "")(e)
			e.Runs[1].After.Switches = map[string]failover.Region{"default": leaves}
		}
	}
	for _, c := range []history{
		{"disconnected, and the other run's switch leaves the target", 5, concurrent, theirs(west), Kept, ""},
		{"disconnected, and the other run's switch leaves another Region", 5, concurrent, theirs(east), Violated, "shop has not moved"},
		{"disconnected", 5, concurrent, moved(time.Minute, east), Kept, ""},
		{"disconnected, and the switch is reset", 5, concurrent, moved(time.Minute, ""), Violated, "shop has not moved"},
		{"disconnected later", 5, concurrent, moved(time.Hour, east), Violated, "shop has not moved"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestANotifyThatDidNotRunNamesNothing: neither the winner nor the weights that are pending; what it was asked to say counts.
func TestANotifyThatDidNotRunNamesNothing(t *testing.T) {
	notified := func(which int, errorType string, aside ...failover.SetAside) func(*Evidence) {
		return func(e *Evidence) {
			payload, _ := json.Marshal(failover.NotifyRequest{SetAside: aside})
			e.Runs[which].Cause, e.Runs[which].Report, e.Runs[which].Path = "the notification could not be sent", nil, append(e.Runs[which].Path, "Notify")
			e.Runs[which].Invocations = append(e.Runs[which].Invocations, fakeaws.Invocation{
				At: at(4 * time.Minute), State: "Notify", Payload: payload, Result: fakeaws.InvokeResult{ErrorType: errorType},
			})
		}
	}
	late := func(e *Evidence) { // a change that is not in sync at the end of the run
		e.Batches = append(e.Batches, written(3*time.Minute+55*time.Second, "run-1", 1, failover.Outbound, 0, 100))
	}
	pending := failover.SetAside{Kind: failover.PendingKind, Object: "example.com", Zone: "Z1"}
	throttled := "Lambda.TooManyRequestsException"
	for _, c := range []history{
		{"the winner", 10, concurrent, notified(1, throttled), Kept, ""},
		{"the winner, and it has run", 10, concurrent, notified(1, "States.TaskFailed"), Violated, "does not name the winner"},
		{"weights that are pending", 3, completed, all(late, notified(0, throttled, pending)), Kept, ""},
		{"weights that were written", 3, completed, all(late, notified(0, throttled)), Violated, "was not INSYNC"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestCloseRunReleasesTheLockAlsoIfItFailsAfterwards.
func TestCloseRunReleasesTheLockAlsoIfItFailsAfterwards(t *testing.T) {
	closes := func(code string) func(*Evidence) {
		return func(e *Evidence) {
			inv := step(110*time.Second, "CloseRun", failover.Outbound,
				fakeaws.Call{At: at(110 * time.Second), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry lock lock", Code: code})
			inv.Result.ErrorType = "Runtime.ExitError"
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, inv)
			e.Runs[1].Cause = "Refused: the record sets could not be read"
		}
	}
	history{"the lock is released", 10, concurrent, closes(""), NotChecked, ""}.isJudged(t)
	history{"the registry did not answer", 10, concurrent, closes("InternalServerError"), Violated, "does not name the winner"}.isJudged(t)
}

// TestWhatEndsBeforeARunOrBeginsAfterIt: an alarm that is in ALARM for an earlier run, and errors that begin while a run notifies.
func TestWhatEndsBeforeARunOrBeginsAfterIt(t *testing.T) {
	alarm := func(from, until time.Duration) func(*Evidence) { // the run goes on from 2:00 to 4:00
		return func(e *Evidence) {
			e.Alarms[0].At, e.Alarms[0].Until = at(from), time.Time{}
			if until > 0 {
				e.Alarms[0].Until = at(until)
			}
		}
	}
	errsAfter := func(closed time.Duration) func(*Evidence) { // and the run ends at 4:00
		return func(e *Evidence) {
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(closed, "CloseRun", failover.Outbound))
			served(0, time.Second)(e)
			served(0, 20*time.Second)(e)
		}
	}
	for _, c := range []history{
		{"an alarm that is in ALARM for an earlier run", 11, stopped, alarm(time.Minute, 0), Kept, ""},
		{"until after its end", 11, stopped, alarm(time.Minute, 5*time.Minute), Kept, ""},
		{"until before its end", 11, stopped, alarm(time.Minute, 3*time.Minute), Violated, "no alarm went to ALARM"},
		{"an alarm that goes to ALARM and back meanwhile", 11, stopped, alarm(150*time.Second, 3*time.Minute), Kept, ""},
		{"errors that begin after it was closed", 3, completed, errsAfter(210 * time.Second), Kept, ""},
		{"errors that begin before", 3, completed, errsAfter(239 * time.Second), Violated, "at the end; expected 100 %"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestASwitchOfTheRunThatSupersededItMovesUsersLater, when the health checks notice it; a run that was not superseded waits for them.
func TestASwitchOfTheRunThatSupersededItMovesUsersLater(t *testing.T) {
	superseded := func(leaves failover.Region, path ...string) func(*Evidence) {
		return func(e *Evidence) {
			e.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
			e.Runs[0].After, e.Runs[0].Path = snapshotIn(west, 0, 100), path
			e.Runs[0].After.Switches = map[string]failover.Region{"default": leaves}
		}
	}
	for _, c := range []history{
		{"superseded", 5, held, superseded(west, "VerifyHealth", "Overtaken"), Kept, ""},
		{"superseded, and no switch makes users leave its target", 5, held, superseded(east, "VerifyHealth", "Overtaken"), Violated, "shop has moved"},
		{"not superseded", 5, held, superseded(west, "VerifyHealth"), Violated, "shop has moved"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAZoneWhoseMarkIsRefusedIsAtFault as a whole: no batch is written without the mark.
func TestAZoneWhoseMarkIsRefusedIsAtFault(t *testing.T) {
	refusedBatch := func(parts ...string) func(*Evidence) {
		return func(e *Evidence) {
			e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied"))
			e.did("ShiftTraffic", fakeaws.InvokeResult{}, change("Z1", "InvalidInput", "invalid input", parts...))
		}
	}
	history{"the mark alone", 12, isolated, refusedBatch(), Kept, ""}.isJudged(t)
	history{"with another record", 12, isolated, refusedBatch("other.example.com A"), Violated, sayRecord}.isJudged(t)
}

// TestAReportThatIsWrittenLateMayNotKnowMore: its Notify was delivered once more, and got no answer.
func TestAReportThatIsWrittenLateMayNotKnowMore(t *testing.T) {
	unknown := func(state, code, run string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Report.Unknown = []string{"record shop.example.com A"}
			e.Late = []LateInvocation{{Run: run, Invocation: fakeaws.Invocation{State: state, Calls: []fakeaws.Call{{Service: "route53", Operation: "ListResourceRecordSets", Code: code}}}}}
		}
	}
	for _, c := range []history{
		{"no answer", 5, held, unknown("Notify", "NoSuchHostedZone", "arn:run-1"), Kept, ""},
		{"an answer", 5, held, unknown("Notify", "", "arn:run-1"), Violated, "marks 1 things as unknown"},
		{"of another step", 5, held, unknown("Announce", "NoSuchHostedZone", "arn:run-1"), Violated, "marks 1 things as unknown"},
		{"of another run", 5, held, unknown("Notify", "NoSuchHostedZone", "arn:run-2"), Violated, "marks 1 things as unknown"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestValidateWaitsOnceForAllZones, which it reads at once, and twice when it repeats a request.
func TestValidateWaitsOnceForAllZones(t *testing.T) {
	asks := func(state string, zones ...string) func(*Evidence) {
		return func(e *Evidence) {
			var calls []fakeaws.Call
			for _, zone := range zones {
				calls = append(calls, fakeaws.Call{Region: west, Service: "route53", Operation: "ListResourceRecordSets", Object: "hosted zone " + zone, Code: wire.CodeUnreachable})
			}
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(2*time.Minute, state, failover.Outbound, calls...))
		}
	}
	for _, c := range []history{
		{"three zones", 7, bySwitch, asks("Validate", "Z1", "Z2", "Z3"), Kept, ""},
		{"one zone three times", 7, bySwitch, asks("Validate", "Z1", "Z1", "Z1"), Violated, "3 requests"},
		{"three zones in ShiftTraffic, one after the other", 7, bySwitch, asks("ShiftTraffic", "Z1", "Z2", "Z3"), Violated, "3 requests"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunWithNothingToMoveIsJudgedByWhatValidateRead, which Lambda may have invoked long after the start.
func TestARunWithNothingToMoveIsJudgedByWhatValidateRead(t *testing.T) {
	waits := func(until time.Duration, after Snapshot) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].Before, e.Runs[0].After, e.Runs[0].Invocations[0].At = snapshotIn(east, 100, 0), after, at(until)
		}
	}
	for _, c := range []history{
		{"moved by then", 3, declinedRun(failover.NothingToMove), waits(3*time.Minute, snapshotIn(west, 0, 100)), NotChecked, ""},
		{"not moved by then", 3, declinedRun(failover.NothingToMove), waits(3*time.Minute, snapshotIn(east, 100, 0)), Violated, "was not in place"},
		{"moved, but Validate was invoked at once", 3, declinedRun(failover.NothingToMove), waits(2*time.Minute, snapshotIn(west, 0, 100)), Violated, "was not in place"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestALockWhoseAnswerWasLostIsTaken: the run that had it is superseded, although the other one never knew.
func TestALockWhoseAnswerWasLostIsTaken(t *testing.T) {
	takes := func(code string) func(*Evidence) {
		return func(e *Evidence) {
			other := concurrent().Runs[1]
			other.Region, other.StoppedAt = west, at(3*time.Minute)
			other.Invocations = []fakeaws.Invocation{step(125*time.Second, "Validate", failover.Outbound,
				fakeaws.Call{At: at(125 * time.Second), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry lock lock", Code: code, Lost: code == ""})}
			other.Invocations[0].Result.ErrorType = string(failover.Unreachable)
			e.Runs = append(e.Runs, other)
		}
	}
	history{"written", 12, isolated, takes(""), NotChecked, ""}.isJudged(t)
	history{"refused", 12, isolated, takes(unchanged), Violated, sayDatabase}.isJudged(t)
}

// TestUsersOfEqualWeightsOfZeroAreInBothRegions: Route 53 takes record sets for equal if all of them have weight 0.
func TestUsersOfEqualWeightsOfZeroAreInBothRegions(t *testing.T) {
	others := func(eastWeight, westWeight int, writer string) func(*Evidence) { // blog is not moved, and its users write
		return func(e *Evidence) {
			blog := failover.Application{Name: "blog", Wave: 1, Records: []failover.Record{record()}, Databases: []failover.Database{{GlobalCluster: "blog"}}}
			blog.Records[0].Name, blog.Records[0].Zone = "blog.example.net", "Z2"
			e.Applications = append(e.Applications, blog)
			e.Runs[0].Asked.Applications = []string{"shop"}
			of := sets(eastWeight, westWeight, "")
			for i := range of {
				of[i].Name = "blog.example.net"
			}
			e.Runs[0].After.Zones = append(e.Runs[0].After.Zones, ZoneState{Zone: "Z2", Sets: of})
			e.Runs[0].After.Databases = append(e.Runs[0].After.Databases, DatabaseState{GlobalCluster: "blog", Writer: writer, All: []string{writer}, Available: true})
			served(0.5, time.Second)(e)
			served(0.5, 20*time.Second)(e)
		}
	}
	for _, c := range []history{
		{"both 0", 3, completed, others(0, 0, east), Kept, ""},
		{"both 0, and the writer is there", 3, completed, others(0, 0, west), Violated, "of its requests at the end"},
		{"all in the other Region", 3, completed, others(100, 0, east), Violated, "of its requests at the end"},
	} {
		t.Run(c.name, c.isJudged)
	}
}
