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

// TestWhatAnotherRunDoesExcusesARun, and nothing that is like it.
func TestWhatAnotherRunDoesExcusesARun(t *testing.T) {
	silent := func(e *Evidence) { e.Runs[1].Cause = "Refused: the record sets could not be read" }
	closesAt := func(after time.Duration, errorType string) func(*Evidence) { // the first run, which still has to send its notification
		return func(e *Evidence) {
			inv := step(after, "CloseRun", failover.Outbound)
			inv.Result.ErrorType = errorType
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, inv)
		}
	}
	releasesAt := func(after time.Duration, object, code string) func(*Evidence) { // then its answer is lost
		return func(e *Evidence) {
			e.Runs[0].asked(after, "CloseRun", failover.Outbound, code, fakeaws.Call{Service: "dynamodb", Operation: "UpdateItem", Object: "drover-registry " + object})
			e.Runs[0].Invocations[len(e.Runs[0].Invocations)-1].Result.ErrorType = "Sandbox.Timedout"
		}
	}
	throttled := func(after time.Duration) func(*Evidence) { // the steps of the second run, from then on
		return func(e *Evidence) {
			e.Runs[1].Invocations[0].At = at(after)
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(3*time.Minute, "CloseRun", failover.Outbound))
			e.Runs[1].Invocations[2].Result.ErrorType = "Lambda.TooManyRequestsException"
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, e.Runs[1].Invocations[1]) // its Validate
			e.Runs[0].Invocations[len(e.Runs[0].Invocations)-1].At = at(125 * time.Second)
		}
	}
	elsewhere := func(end time.Duration, cutOff bool) func(*Evidence) { // a run of the other Region has moved the application before
		return func(e *Evidence) {
			before := completed().Runs[0]
			before.Name, before.ARN, before.Region, before.StartedAt, before.StoppedAt = "run-0", "arn:run-0", east, at(0), at(end)
			e.Runs = append(e.Runs, before)
			e.Runs[0].After.Registry = snapshotIn(west, 0, 100).Registry
			if cutOff {
				e.CutOffs = []time.Time{at(time.Minute)}
			}
		}
	}
	others := func(of string) func(*Evidence) {
		return func(e *Evidence) {
			e.Applications = append(e.Applications, failover.Application{Name: "blog", Wave: 1})
			e.Runs[0].Asked.Applications = []string{of}
			live := e.Runs[0].After.Registry[0].Live
			e.Runs[0].After.Registry = append(e.Runs[0].After.Registry, failover.Application{Name: "blog", Live: live})
			e.Runs[0].Report.Moved = []string{of}
			served(0, time.Second, "shop")(e)
			served(0, 20*time.Second, "shop")(e)
		}
	}
	ends := func(outcome failover.Outcome) func(*Evidence) {
		return func(e *Evidence) { e.Runs[1].Error = string(outcome) }
	}
	waits := func(until time.Duration) func(*Evidence) { // the second run, whose Validate Lambda does not invoke until then
		return func(e *Evidence) {
			e.Runs[1].StartedAt = at(110 * time.Second)
			e.Runs[1].Invocations[1].At = at(until)
		}
	}
	for _, c := range []history{
		{"a run whose Validate comes after the lock is released", 10, concurrent, all(silent, closesAt(119*time.Second, ""), waits(2*time.Minute)), NotChecked, ""},
		{"a run whose Validate comes before that", 10, concurrent, all(silent, closesAt(119*time.Second, ""), waits(118*time.Second)), Violated, "does not name the winner"},
		{"a run that rolls nothing back", 10, concurrent, ends(failover.RolledBack), Kept, ""},
		{"a run that starts while another one sends its notification", 10, concurrent, all(silent, closesAt(119*time.Second, "")), NotChecked, ""},
		{"a run that starts before the lock is released", 10, concurrent, all(silent, closesAt(121*time.Second, "")), Violated, "does not name the winner"},
		{"a run that starts after CloseRun has released the lock, and hangs", 10, concurrent, all(silent, releasesAt(119*time.Second, "lock lock", "")), NotChecked, ""},
		{"a run that starts before CloseRun has released the lock", 10, concurrent, all(silent, releasesAt(121*time.Second, "lock lock", "")), Violated, "does not name the winner"},
		{"a run that starts after CloseRun could not release the lock", 10, concurrent, all(silent, releasesAt(119*time.Second, "lock lock", "InternalServerError")), Violated, "does not name the winner"},
		{"a run that starts after CloseRun has recorded the run", 10, concurrent, all(silent, releasesAt(119*time.Second, "runs run-1", "")), Violated, "does not name the winner"},
		{"a loser of which Lambda starts no step after the winner", 10, concurrent, all(silent, throttled(124*time.Second)), Kept, ""},
		{"a loser of which Lambda starts a step after the winner", 10, concurrent, all(silent, throttled(126*time.Second)), Violated, "does not name the winner"},
		{"a run that starts after CloseRun has failed", 10, concurrent, all(silent, closesAt(119*time.Second, "Unreachable")), Violated, "does not name the winner"},

		{"what a run before has written arrives late", 6, refused, elsewhere(110*time.Second, true), Kept, ""},
		{"it arrives, although the Regions were connected", 6, refused, elsewhere(110*time.Second, false), Violated, "the registry's shop"},
		{"a switch that it has written arrives late", 6, refused, all(elsewhere(110*time.Second, true), flipped(east, east)), Kept, ""},
		{"no run before has written the switch", 6, refused, all(elsewhere(110*time.Second, true), flipped(west, east)), Violated, "the switch default"},
		{"the loser could not read who won", 10, concurrent, all(silent, func(e *Evidence) {
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(125*time.Second, "Notify", failover.Outbound, fakeaws.Call{Region: east, Service: "route53", Operation: "ListResourceRecordSets", Lost: true}))
		}), Kept, ""},
		{"the loser could read it", 10, concurrent, all(silent, func(e *Evidence) {
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(125*time.Second, "Notify", failover.Outbound, fakeaws.Call{Region: east, Service: "route53", Operation: "ListResourceRecordSets"}))
		}), Violated, "does not name the winner"},
		{"no run before has written it", 6, refused, all(elsewhere(110*time.Second, true), func(e *Evidence) { e.Runs[1].After = snapshotIn(east, 100, 0) }), Violated, "the registry's shop"},

		{"an item is written meanwhile", 6, refused, all(elsewhere(110*time.Second, false), rewritten("shop", 3*time.Minute)), Kept, ""},
		{"an item was written before", 6, refused, all(elsewhere(110*time.Second, false), rewritten("shop", time.Minute)), Violated, "the registry's shop"},

		{"errors of an application that the run is not about", 3, completed, others("blog"), Kept, ""},
		{"errors of the one that it is about", 3, completed, others("shop"), Violated, "served 50.0 %"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestWhatCannotBeReadIsNotClaimedToBeAsBefore: a report that says so is accurate.
func TestWhatCannotBeReadIsNotClaimedToBeAsBefore(t *testing.T) {
	unread := func(code string, why ...string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].Report.NotRestored = []failover.NotMoved{{Application: "shop", Why: why}}
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(3*time.Minute, "Notify", failover.Rollback,
				fakeaws.Call{Region: west, Service: "route53", Operation: "ListResourceRecordSets", Code: code}))
		}
	}
	for _, c := range []history{
		{"Route 53 did not answer", 5, held, unread(wire.CodeUnreachable, "record shop.example.com A: not read"), Kept, ""},
		{"Route 53 did not answer, and the report claims to know", 5, held, unread(wire.CodeUnreachable, "record shop.example.com A: us-east-1 50", "database shop: not read"), Violated, "shop is as it was before"},
		{"the report does not say why", 5, held, unread(wire.CodeUnreachable), Violated, "shop is as it was before"},
		{"Route 53 answered", 5, held, unread("", "record shop.example.com A: not read"), Violated, "shop is as it was before"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestOtherWeightsWithTheSameSharesAreAsBefore: an operator may have written 50 where the registry has 100.
func TestOtherWeightsWithTheSameSharesAreAsBefore(t *testing.T) {
	found := func(eastWeight, westWeight int) func(*Evidence) {
		return func(e *Evidence) { e.Runs[0].Before.Zones[0].Sets = sets(eastWeight, westWeight, "") }
	}
	for _, number := range []int{1, 4} {
		for _, c := range []history{
			{"50 and 0", number, rolledBack, found(50, 0), Kept, ""},
			{"0 and 50", number, rolledBack, found(0, 50), Violated, "us-east-1 0, us-west-2 50"},
			{"50 and 50", number, rolledBack, found(50, 50), Violated, "us-east-1 50, us-west-2 50"},
		} {
			t.Run(c.name, c.isJudged)
		}
	}
	outbound := func(e *Evidence) { e.Batches[0].After = sets(0, 50, "1") }
	history{"another weight than that of the step", 1, rolledBack, outbound, Violated, "us-west-2 50"}.isJudged(t)
}

// TestAChangeThatIsLostExcusesItsRecords, unless it was made again; and an answer that was lost is none.
func TestAChangeThatIsLostExcusesItsRecords(t *testing.T) {
	denied := func(e *Evidence) { e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied")) }
	reads := func(c fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) {
			c.Service, c.Operation, c.Object = "route53", "ListResourceRecordSets", "hosted zone Z1"
			e.did("ShiftTraffic", fakeaws.InvokeResult{}, c)
		}
	}
	batch := func(lost bool) func(*Evidence) {
		return func(e *Evidence) {
			b := written(2*time.Minute, "run-1", 1, failover.Outbound, 0, 100)
			b.Lost = lost
			e.Batches = append(e.Batches, b)
		}
	}
	for _, c := range []history{
		{"the last answer was lost", 12, isolated, all(denied, reads(fakeaws.Call{Lost: true})), Kept, ""},
		{"Route 53 has answered", 12, isolated, all(denied, reads(fakeaws.Call{})), Violated, sayRecord},
		{"lost", 12, isolated, all(denied, batch(true)), Kept, ""},
		{"lost, and made again", 12, isolated, all(denied, batch(true), batch(false)), Violated, sayRecord},
		{"not lost", 12, isolated, all(denied, batch(false)), Violated, sayRecord},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatGaveUpADatabaseMayPromoteItLater, and no other one.
func TestARunThatGaveUpADatabaseMayPromoteItLater(t *testing.T) {
	run := held().Runs[0]
	if run.GaveUp("shop") {
		t.Error("nothing is set aside, but the database was given up")
	}
	for aside, want := range map[failover.SetAside]bool{
		{Kind: failover.DatabaseKind, Object: "shop"}: true, {Kind: failover.DatabasesKind}: true,
		{Kind: failover.DatabaseKind, Object: "blog"}: false, {Kind: failover.ZoneKind, Object: "shop"}: false,
	} {
		payload, _ := json.Marshal(failover.NotifyRequest{SetAside: failover.Aside{aside}})
		r := run
		r.Invocations = append(r.Invocations[:len(r.Invocations):len(r.Invocations)], fakeaws.Invocation{State: "Notify", Payload: payload})
		if got := r.GaveUp("shop"); got != want {
			t.Errorf("%s %s: the database was given up: %v; want %v", aside.Kind, aside.Object, got, want)
		}
	}
}

// TestWhatIsReadTooEarlyIsNotClaimed: the report has what was so when Notify read it.
func TestWhatIsReadTooEarlyIsNotClaimed(t *testing.T) {
	moved := func(finished time.Duration) func(*Evidence) { // Notify has read at 3:30, and the run has ended at 4:00
		return func(e *Evidence) {
			e.Runs[0].After = snapshotIn(west, 0, 100)
			e.Promotions[0].Finished = at(finished)
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(210*time.Second, "Notify", failover.Outbound))
		}
	}
	back := func(region string, to time.Duration) func(*Evidence) { // the report says that shop has moved, and it has not
		return func(e *Evidence) {
			e.Runs[0].Report = &failover.Report{Outcome: failover.Held, Moved: []string{"shop"}}
			e.Outages = []Outage{{Region: region, From: at(2 * time.Minute), To: at(to)}}
		}
	}
	for _, c := range []history{
		{"the promotion has finished after that", 5, held, moved(215 * time.Second), Kept, ""},
		{"the promotion had finished before", 5, held, moved(205 * time.Second), Violated, "shop has moved"},
		{"its Region is back for some seconds", 5, held, back(west, 215*time.Second), Kept, ""},
		{"its Region is back for a while", 5, held, back(west, 205*time.Second), Violated, "shop has not moved"},
		{"the other Region is back", 5, held, back(east, 215*time.Second), Violated, "shop has not moved"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestASwitchDecidesWhereTheUsersOfAZoneAre that was changed manually, or whose change was lost: the registry keeps other weights.
func TestASwitchDecidesWhereTheUsersOfAZoneAre(t *testing.T) {
	otherWeights := func(e *Evidence) {
		run := &e.Runs[0]
		run.Report.FollowUp = nil
		run.Status, run.Error, run.Report.Outcome = string(asl.Failed), string(failover.Held), failover.Held
		run.After.Registry[0].Live.Weights = map[failover.Region]int{east: 0, west: 100}
	}
	manual := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) { e.Manual = []ManualChange{{At: at(after), Zone: "Z1"}} }
	}
	lost := func(is bool) func(*Evidence) {
		return func(e *Evidence) {
			b := written(2*time.Minute, "run-1", 1, failover.Outbound, 0, 100)
			b.Lost = is
			e.Batches = append(e.Batches, b)
		}
	}
	for _, c := range []history{
		{"changed before the run", 5, bySwitch, all(otherWeights, manual(time.Minute)), Kept, ""},
		{"changed after the run", 5, bySwitch, all(otherWeights, manual(time.Hour)), Violated, "shop has not moved"},
		{"lost", 5, bySwitch, all(otherWeights, lost(true)), Kept, ""},
		{"not lost", 5, bySwitch, all(otherWeights, lost(false)), Violated, "shop has not moved"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestASwitchOfADisconnectedRegionIsNotSeen: with neither a lock that both see nor a fence, both runs go on.
func TestASwitchOfADisconnectedRegionIsNotSeen(t *testing.T) {
	flips := func(e *Evidence) { // run-2 of us-east-1 moves users by its switch, and run-1 goes on
		e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(125*time.Second, "ShiftTraffic", failover.Outbound,
			fakeaws.Call{At: at(125 * time.Second), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry switches default"}))
		e.Batches = append(e.Batches, written(170*time.Second, "run-1", 1, failover.Outbound, 0, 100))
	}
	cutOff := func(after time.Duration) func(*Evidence) {
		return func(e *Evidence) { e.CutOffs = []time.Time{at(after)} }
	}
	fenced := func(e *Evidence) {
		e.Batches = append(e.Batches, writtenIn(east, 126*time.Second, "run-2", 2, failover.Outbound, 100, 0))
	}
	sameRegion := func(e *Evidence) { e.Runs[1].Region = west }
	for _, c := range []history{
		{"disconnected", 10, concurrent, all(flips, cutOff(time.Minute)), Kept, ""},
		{"connected", 10, concurrent, flips, Violated, "have both moved something"},
		{"disconnected later", 10, concurrent, all(flips, cutOff(time.Hour)), Violated, "have both moved something"},
		{"with a fence", 10, concurrent, all(flips, fenced, cutOff(time.Minute)), Violated, "have both moved something"},
		{"in one Region", 10, concurrent, all(flips, sameRegion, cutOff(time.Minute)), Violated, "have both moved something"},
		{"what it has moved is in the other Region by now", 3, concurrent, all(flips, cutOff(time.Minute), func(e *Evidence) { e.Runs[0].After = snapshotIn(east, 100, 0) }), Kept, ""},
		{"and it could see that", 3, concurrent, all(flips, func(e *Evidence) { e.Runs[0].After = snapshotIn(east, 100, 0) }), Violated, "record shop.example.com A"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// flipped makes users leave a Region by the switch in what the run before has written, and another one in the end.
func flipped(before, after failover.Region) func(*Evidence) {
	return func(e *Evidence) {
		e.Runs[0].Before.Switches = map[string]failover.Region{"default": ""}
		e.Runs[0].After.Switches = map[string]failover.Region{"default": after}
		e.Runs[1].After.Switches = map[string]failover.Region{"default": before}
	}
}

// rewritten notes that others have written an item of the registry.
func rewritten(application string, after time.Duration) func(*Evidence) {
	return func(e *Evidence) {
		e.Items = append(e.Items, ItemChange{At: at(after), Application: application})
	}
}

// TestWhatTheRegistryRefusesExcusesAnApplication: its item was written meanwhile, or its switch could not be written.
func TestWhatTheRegistryRefusesExcusesAnApplication(t *testing.T) {
	writes := func(name, code string, more ...fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) {
			e.Plan.Switches = []failover.Switch{{Name: "default"}}
			e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied"))
			e.did("ShiftTraffic", fakeaws.InvokeResult{}, append([]fakeaws.Call{{Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry switches " + name, Code: code}}, more...)...)
		}
	}
	written := fakeaws.Call{Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry switches default"}
	for _, c := range []history{
		{"its item was written", 12, isolated, rewritten("shop", 3*time.Minute), Kept, ""},
		{"its item was written before", 12, isolated, rewritten("shop", time.Minute), Violated, sayRecord},
		{"the item of another one was written", 12, isolated, rewritten("blog", 3*time.Minute), Violated, sayDatabase},
		{"its switch was not written", 12, isolated, writes("default", "AccessDenied"), Kept, ""},
		{"its switch was written in the end", 12, isolated, writes("default", "AccessDenied", written), Violated, sayRecord},
		{"another switch was not written", 12, isolated, writes("batch", "AccessDenied"), Violated, sayRecord},
		{"its switch had been written", 12, isolated, writes("default", unchanged), Violated, sayRecord},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestRunsThatCrossCannotKnowOfEachOther: they have started at the same moment, one in each Region, and written different zones.
func TestRunsThatCrossCannotKnowOfEachOther(t *testing.T) {
	crossing := func(apart time.Duration, zone string) func(*Evidence) { // run-2 has moved a second application to us-east-1
		return func(e *Evidence) {
			second := failover.Application{Name: "blog", Wave: 1, Records: []failover.Record{record()}}
			second.Records[0].Name, second.Records[0].Zone = "blog.example.net", zone
			e.Applications = append(e.Applications, second)
			b := writtenIn(east, 125*time.Second, "run-2", 1, failover.Outbound, 100, 0)
			b.Zone, b.Changes[1].Set.Name = zone, "blog.example.net"
			for i := range b.After[:2] {
				b.After[i].Name = "blog.example.net"
			}
			e.Batches = append(e.Batches, b)
			e.Runs[1].StartedAt, e.Runs[1].Invocations[1].At = at(2*time.Minute+apart), at(2*time.Minute+apart)
		}
	}
	sameRegion := func(e *Evidence) { e.Runs[1].Region = west }
	without := func(e *Evidence) { e.Runs[1].Invocations = e.Runs[1].Invocations[:1] }
	for _, c := range []history{
		{"at the same moment", 10, concurrent, crossing(time.Second, "Z2"), Kept, ""},
		{"one after the other", 10, concurrent, crossing(6*time.Second, "Z2"), Violated, "have both moved something"},
		{"in one zone", 10, concurrent, crossing(time.Second, "Z1"), Violated, "have both moved something"},
		{"in one Region", 10, concurrent, all(crossing(time.Second, "Z2"), sameRegion), Violated, "with the same epoch 1"},
		{"without the lock", 10, concurrent, all(crossing(time.Second, "Z2"), without), Violated, "have both moved something"},
	} {
		t.Run(c.name, c.isJudged)
	}
	for zone, want := range map[string]Status{"Z2": Kept, "Z1": Violated} { // the second application is in us-east-1 in the end
		e := concurrent()
		crossing(time.Second, zone)(&e)
		if v := verdict(t, e, 3); v.Status != want {
			t.Errorf("zone %s: guarantee 3 is %s: %q; want %s", zone, v.Status, v.Violations, want)
		}
		if got := e.crossed(e.Runs[0], e.Runs[1]); got != (want == Kept) {
			t.Errorf("zone %s: crossed %v", zone, got)
		}
		if e.StartedAtOnce(e.Runs[0]) == "" || e.StartedAtOnce(e.Runs[1]) == "" {
			t.Errorf("zone %s: want both runs to have started at once", zone)
		}
	}
}
