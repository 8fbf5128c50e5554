package guarantee

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestARepetitionIsJudgedInEqualCircumstances: what would not be the same again is not checked, and says so.
func TestARepetitionIsJudgedInEqualCircumstances(t *testing.T) {
	moved := func(e *Evidence) { e.Again[0].After = snapshotIn(east, 100, 0) }
	since := func(e *Evidence) { e.Again[0].Unequal = "us-east-1 answers again since" }
	run := func(e *Evidence) { e.Again[0].NewRun = true }
	switches := func(before, after failover.Region) func(*Evidence) {
		return func(e *Evidence) {
			e.Again[0].Before.Switches = map[string]failover.Region{"default": before}
			e.Again[0].After.Switches = map[string]failover.Region{"default": after}
		}
	}
	all := func(changes ...func(*Evidence)) func(*Evidence) {
		return func(e *Evidence) {
			for _, change := range changes {
				change(e)
			}
		}
	}
	for _, c := range []history{
		{"a step that moves something", 9, completed, moved, Violated, "record sets of zone Z1"},
		{"a step of a run that is open, in other circumstances", 9, completed, all(moved, since), NotChecked, ""},
		{"a step without an effect, in other circumstances", 9, completed, since, Kept, ""},
		{"a run that is not repeated", 9, completed, all(run, since), NotChecked, ""},
		{"a switch that is set", 9, completed, switches("", east), Violated, `the switch default made users leave "" and now "us-east-1"`},
		{"a switch that is reset", 9, completed, switches(east, ""), Violated, `made users leave "us-east-1" and now ""`},
		{"a switch that could not be reset before", 9, completed, all(switches(east, ""), func(e *Evidence) { e.Again[0].MayReset = true }), Kept, ""},
		{"a switch that is set where it may be reset", 9, completed, all(switches("", east), func(e *Evidence) { e.Again[0].MayReset = true }), Violated, "the switch default"},
		{"a notification that failed before", 9, completed, func(e *Evidence) { e.Again[0].MayNotify, e.Again[0].After.Messages = true, 1 }, Kept, ""},
	} {
		t.Run(c.name, c.isJudged)
	}
	e := completed()
	e.Again = append(e.Again, Repetition{What: "run-1 again as a new run", NewRun: true, Unequal: "us-east-1 answers again since"})
	v := verdict(t, e, 9)
	if want := "1 repetition of steps and runs, no effect; run-1 again as a new run is not checked: us-east-1 answers again since"; v.Basis != want {
		t.Errorf("got  %s\nwant %s", v.Basis, want)
	}
}

// TestWhatMayComeWithARepetition: only what failed the first time, in these invocations.
func TestWhatMayComeWithARepetition(t *testing.T) {
	call := func(state, service, code string) fakeaws.Invocation {
		return step(time.Minute, state, failover.Outbound, fakeaws.Call{Service: service, Code: code, Mutating: true})
	}
	run := RunEvidence{Execution: fakeaws.Execution{Invocations: []fakeaws.Invocation{
		call("AwaitApproval", "sns", "InternalError"), call("AwaitApproval", "sns", ""), call("Announce", "sns", ""),
		call("CloseRun", "dynamodb", unchanged), call("CloseRun", "monitoring", "InternalServiceFault"), call("Notify", "sns", ""),
		step(time.Minute, "NotifyRefused", failover.Outbound, fakeaws.Call{Service: "sns", Mutating: true, Lost: true}),
		step(time.Minute, "NotifyStopped", failover.Outbound, fakeaws.Call{Service: "s3", Operation: "PutObject", Code: "SlowDown", Mutating: true}),
		step(time.Minute, "VerifyHealth", failover.Outbound, fakeaws.Call{Service: "s3", Operation: "PutObject", Code: "SlowDown", Mutating: true}),
		step(time.Minute, "Announce", failover.Outbound), step(time.Minute, "UpdateRegistry", failover.Outbound),
	}}}
	var notify, reset []string
	for _, group := range [][2]int{{0, 1}, {2, 2}, {3, 3}, {3, 4}, {5, 5}, {6, 6}, {7, 7}, {8, 8}, {9, 9}, {10, 10}} {
		state := run.Invocations[group[0]].State
		if run.MayNotify(group[0], group[1]) {
			notify = append(notify, state)
		}
		if run.MayReset(group[0], group[1]) {
			reset = append(reset, state)
		}
	}
	if strings.Join(notify, " ") != "AwaitApproval NotifyRefused NotifyStopped Announce" || strings.Join(reset, " ") != "CloseRun" {
		t.Errorf("%q may notify and %q may reset; want AwaitApproval, NotifyRefused, whose answer was lost, NotifyStopped, whose report was not written, the Announce that did not publish, and CloseRun", notify, reset)
	}
}

// TestARunIsRepeatedOnlyInTheStateThatItLeft: an effect that came after its end is none of the repetition.
func TestARunIsRepeatedOnlyInTheStateThatItLeft(t *testing.T) {
	run := completed().Runs[0]
	now := snapshotIn(west, 0, 100)
	now.Messages, now.Zones[0].Sets = 3, sets(0, 100, "epoch=9")
	if why := run.Unsettled(now); why != "" {
		t.Errorf("got %q; a notification and a fence are no change", why)
	}
	now.Databases[0].Writer = east
	if why := run.Unsettled(now); !strings.Contains(why, "the writer of shop") {
		t.Errorf("got %q; want the writer that has moved since", why)
	}
}

// TestAStepThatCrashedBeforeItsWorkIsNotRepeated: what it does the second time is its first effect. One that crashed later is.
func TestAStepThatCrashedBeforeItsWorkIsNotRepeated(t *testing.T) {
	crashed := fakeaws.InvokeResult{ErrorType: "Runtime.ExitError"}
	call := []fakeaws.Call{{Service: "route53", Operation: "ChangeResourceRecordSets", Mutating: true}}
	for _, c := range []struct {
		inv  fakeaws.Invocation
		want bool
	}{
		{fakeaws.Invocation{Result: crashed}, false},
		{fakeaws.Invocation{Result: crashed, Calls: call}, true},
		{fakeaws.Invocation{}, true},
		{fakeaws.Invocation{Result: fakeaws.InvokeResult{ErrorType: "Lambda.TooManyRequestsException"}}, false},
	} {
		if got := Started(c.inv); got != c.want {
			t.Errorf("%q with %d requests: started %v; want %v", c.inv.Result.ErrorType, len(c.inv.Calls), got, c.want)
		}
	}
}

// TestARunIsRepeatedOnlyIfItMustChangeNothing: not one that has undone what it did, or whose time a pause has used up.
func TestARunIsRepeatedOnlyIfItMustChangeNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   func() Evidence
		change func(*RunEvidence)
		want   bool
	}{
		{"completed", completed, func(*RunEvidence) {}, true},
		{"held", held, func(*RunEvidence) {}, true},
		{"held in its rollback", held, func(r *RunEvidence) { r.Report.Restored = []string{"shop"} }, false},
		{"held in a rollback that restored nothing", held, func(r *RunEvidence) { r.Report.NotRestored = []failover.NotMoved{{Application: "shop"}} }, false},
		{"paused", held, func(r *RunEvidence) { r.Paused = time.Minute }, false},
		{"rolled back", rolledBack, func(*RunEvidence) {}, false},
		{"a drill", thereAndBack, func(*RunEvidence) {}, false},
	} {
		run := c.from().Runs[0]
		c.change(&run)
		if got := run.Repeatable(); got != c.want {
			t.Errorf("%s: %v; want %v", c.name, got, c.want)
		}
	}
}
