package guarantee

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestTheWeightsOfANewerRunAreNotThoseOfThisOne, while the switch of the newer one decides where users are.
func TestTheWeightsOfANewerRunAreNotThoseOfThisOne(t *testing.T) {
	superseded := func() Evidence { // it had written the weights when the newer run flipped the switch, and lost the control plane
		e := bySwitch()
		run := &e.Runs[0]
		run.Status, run.Error, run.Report.Outcome, run.Report.FollowUp = string(asl.Failed), string(failover.Held), failover.Held, nil
		run.After.Zones[0].Sets, run.After.Registry[0].Live.Epoch = checkedSets(0, 100), 2
		return e
	}
	for _, c := range []history{
		{"a newer run has written the item", 5, superseded, func(*Evidence) {}, Kept, ""},
		{"the run itself has written it", 5, superseded, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Epoch = 1 }, Violated, "the registry says us-west-2 (us-east-1 100, us-west-2 0)"},
		{"the switch is reset", 5, superseded, func(e *Evidence) { e.Runs[0].After.Switches = nil }, Violated, "the registry says us-west-2 (us-east-1 100, us-west-2 0)"},
		{"the newer run has moved it back", 5, superseded, func(e *Evidence) { e.Runs[0].After.Registry[0].Live.Active = east }, Violated, "the registry says us-east-1"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatEndsBeforeTheHealthChecksNoticeReportsWhatItsSwitchSays, unless it has verified that users had arrived, or ends by itself.
func TestARunThatEndsBeforeTheHealthChecksNoticeReportsWhatItsSwitchSays(t *testing.T) {
	ends := func(path string, answers ...failover.VerifyAnswer) func(*Evidence) {
		return func(e *Evidence) {
			run := &e.Runs[0]
			run.Status, run.Error, run.Report.Outcome = string(asl.Failed), string(failover.Held), failover.Held
			run.Path, run.After.Unhealthy = append(run.Path, path), nil
			for _, answer := range answers {
				inv := step(3*time.Minute, "VerifyHealth", failover.Outbound)
				inv.Result.Payload, _ = json.Marshal(answer)
				run.Invocations = append(run.Invocations, inv)
			}
		}
	}
	lost := func(e *Evidence) {
		inv := step(3*time.Minute, "VerifyHealth", failover.Outbound)
		inv.Result.ErrorType = string(failover.FenceLost)
		e.Runs[0].Invocations = append(e.Runs[0].Invocations, inv)
	}
	pending, healthy := failover.VerifyAnswer{Verdict: failover.Pending}, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1}
	const says = "shop has not moved (record shop.example.com A has us-east-1 100"
	for _, c := range []history{
		{"superseded", 5, bySwitch, all(ends("Overtaken", pending), lost), Kept, ""},
		{"not approved", 5, bySwitch, ends("AwaitApproval"), Kept, ""},
		{"superseded after a healthy check", 5, bySwitch, ends("Overtaken", pending, healthy), Violated, says},
		{"superseded, and its switch is reset", 5, bySwitch, all(ends("Overtaken", pending), func(e *Evidence) { e.Runs[0].After.Switches = nil }), Violated, says},
		{"superseded, and its health check is not on the record sets", 5, bySwitch, all(ends("Overtaken", pending), func(e *Evidence) {
			e.Runs[0].After.Zones[0].Sets = sets(100, 0, "")
		}), Violated, says},
		{"superseded, and it reports that no user moves", 5, bySwitch, all(ends("Overtaken", pending), func(e *Evidence) {
			e.Runs[0].Report.Moved, e.Runs[0].Report.NotMoved = nil, []failover.NotMoved{{Application: "shop"}}
		}), Violated, "shop has moved, but the report does not list it as moved"},
		{"failed by itself", 5, bySwitch, ends("MayRollBack?", pending), Violated, says},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatFindsNothingToMoveKnowsItsRegionAlone: what a switch of the other Region has moved since the Regions are disconnected, it
// cannot see.
func TestARunThatFindsNothingToMoveKnowsItsRegionAlone(t *testing.T) {
	elsewhere := func() Evidence { // users have left us-west-2 by the switch of run-2, which still runs in us-east-1
		e := declinedRun(failover.NothingToMove)()
		e.Runs[0].Before = snapshotIn(east, 100, 0)
		other := concurrent().Runs[1]
		other.Status, other.Error, other.StartedAt, other.StoppedAt = string(asl.Failed), string(failover.Held), at(time.Minute), at(10*time.Minute)
		other.Invocations = []fakeaws.Invocation{step(time.Minute, "ShiftTraffic", failover.Outbound,
			fakeaws.Call{At: at(time.Minute), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry switches default"})}
		e.Runs = append(e.Runs, other)
		return e
	}
	cutOff := func(e *Evidence) { e.CutOffs = []time.Time{at(30 * time.Second)} }
	const says = "run-1: reports nothing to move, but application shop was not in place"
	for _, c := range []history{
		{"disconnected", 3, elsewhere, cutOff, NotChecked, ""},
		{"connected", 3, elsewhere, func(*Evidence) {}, Violated, says},
		{"disconnected, and the other run has moved nothing", 3, elsewhere, func(e *Evidence) { cutOff(e); e.Runs[1].Invocations = nil }, Violated, says},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAnnounceNotifiesAgainWithoutAnythingThatSaysItHas: neither its object nor the report.
func TestAnnounceNotifiesAgainWithoutAnythingThatSaysItHas(t *testing.T) {
	publish := fakeaws.Call{Service: "sns", Operation: "Publish", Mutating: true}
	put := func(code string) fakeaws.Call {
		return fakeaws.Call{Service: "s3", Operation: "PutObject", Mutating: true, Code: code}
	}
	crashed := step(time.Minute, "Announce", failover.Outbound, publish)
	crashed.Result.ErrorType = "Runtime.ExitError"
	for _, c := range []struct {
		name   string
		inv    fakeaws.Invocation
		report *failover.Report
		want   bool
	}{
		{"its object and the report were not written", step(time.Minute, "Announce", failover.Outbound, publish, put("AccessDenied")), nil, true},
		{"it crashed before it wrote its object", crashed, nil, true},
		{"its object was written", step(time.Minute, "Announce", failover.Outbound, publish, put("")), nil, false},
		{"it has not tried to write its object", step(time.Minute, "Announce", failover.Outbound, publish), nil, false},
		{"the report was written", step(time.Minute, "Announce", failover.Outbound, publish, put("AccessDenied")), &failover.Report{}, false},
		{"another step", step(time.Minute, "VerifyHealth", failover.Outbound, put("AccessDenied")), nil, false},
	} {
		run := RunEvidence{Execution: fakeaws.Execution{Invocations: []fakeaws.Invocation{c.inv}}, Report: c.report}
		if got := run.MayNotify(0, 0); got != c.want {
			t.Errorf("%s: may notify: %v; want %v", c.name, got, c.want)
		}
	}
}

// TestAPromotionThatEndsDuringARepetitionIsNotTheRepetitions, unless it began there.
func TestAPromotionThatEndsDuringARepetitionIsNotTheRepetitions(t *testing.T) {
	since := at(10 * time.Minute)
	for _, c := range []struct {
		name            string
		began, finished time.Time
		want            bool
	}{
		{"in progress", at(time.Minute), at(11 * time.Minute), true},
		{"still in progress", at(time.Minute), time.Time{}, false},
		{"ended before", at(time.Minute), at(9 * time.Minute), false},
		{"started by the repetition", at(10*time.Minute + time.Second), at(11 * time.Minute), false},
	} {
		p := fakeaws.Promotion{GlobalCluster: "shop", To: west, At: c.began, Finished: c.finished}
		if got := EndedMeanwhile([]fakeaws.Promotion{{GlobalCluster: "blog", At: at(0), Finished: at(time.Minute)}, p}, since); (got != "") != c.want {
			t.Errorf("%s: got %q; want one: %v", c.name, got, c.want)
		}
	}
}

// TestOfTwoWritesInDisconnectedRegionsTheLaterOneStays, whatever the run that has moved the application has written.
func TestOfTwoWritesInDisconnectedRegionsTheLaterOneStays(t *testing.T) {
	wrote := func(object string) func(*Evidence) { // run-2 of us-east-1, while run-1 is in progress
		return func(e *Evidence) {
			e.Runs[0].After.Registry[0].Live.Active = east
			inv := step(125*time.Second, "UpdateRegistry", failover.Outbound, fakeaws.Call{Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: object})
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, inv)
		}
	}
	item := wrote("drover-registry applications 001#shop")
	cutOff := func(e *Evidence) { e.CutOffs = []time.Time{at(time.Minute)} }
	toHeld := func(e *Evidence) {
		e.Runs[0].Status, e.Runs[0].Error, e.Runs[0].Report.Outcome = string(asl.Failed), string(failover.Held), failover.Held
	}
	for _, c := range []history{
		{"it replaces that of the run", 3, concurrent, all(item, cutOff), Kept, ""},
		{"the Regions were connected", 3, concurrent, item, Violated, "the registry says us-east-1"},
		{"the item of another application", 3, concurrent, all(wrote("drover-registry applications 001#blog"), cutOff), Violated, "the registry says us-east-1"},
		{"before the run started", 3, concurrent, all(item, cutOff, func(e *Evidence) { e.Runs[1].Invocations[2].At = at(time.Minute) }), Violated, "the registry says us-east-1"},
		{"its users are there too", 3, concurrent, all(item, cutOff, func(e *Evidence) { e.Runs[0].After.Zones[0].Sets = sets(100, 0, "") }), Violated, "record shop.example.com A"},
		{"the run was held, and has reported what it wrote", 5, concurrent, all(item, cutOff, toHeld), Kept, ""},
		{"the run was held, and could see the other one", 5, concurrent, all(item, toHeld), Violated, "the registry says us-east-1"},
	} {
		t.Run(c.name, c.isJudged)
	}
}
