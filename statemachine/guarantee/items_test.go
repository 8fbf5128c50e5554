package guarantee

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestWhatNoStepCanReadIsNotJudged: an item of the registry that was deleted, or broken, before the run ended. One that was deleted
// afterwards is.
func TestWhatNoStepCanReadIsNotJudged(t *testing.T) {
	deleted := func(after time.Duration, name string) func(*Evidence) {
		return func(e *Evidence) { e.Items = []ItemChange{{At: at(after), Application: name, Deleted: true}} }
	}
	broken := func(e *Evidence) { e.Runs[0].After.Registry[0].Broken = "records[0].type: CAA" }
	left := func(from func() Evidence) func() Evidence { // and the report says nothing of it
		return func() Evidence {
			e := from()
			e.Runs[0].After.Registry[0].Live = failover.Live{}
			e.Runs[0].Report.Moved, e.Runs[0].Report.NotMoved = nil, nil
			return e
		}
	}
	for _, c := range []history{
		{"an item that is there", 5, left(held), func(*Evidence) {}, Violated, "shop has not moved"},
		{"an item that was deleted", 5, left(held), deleted(3*time.Minute, "shop"), Kept, ""},
		{"an item that was deleted later", 5, left(held), deleted(time.Hour, "shop"), Violated, "shop has not moved"},
		{"another item that was deleted", 5, left(held), deleted(3*time.Minute, "blog"), Violated, "shop has not moved"},
		{"an item that was broken", 5, left(held), broken, Kept, ""},
		{"registry is not that of before, and was broken", 4, left(rolledBack), broken, Kept, ""},
		{"registry is not that of before", 4, left(rolledBack), func(*Evidence) {}, Violated, "the registry says"},
		{"a refused run, and an item that was deleted meanwhile", 6, refused, func(e *Evidence) {
			e.Runs[0].After.Registry = nil
			deleted(3*time.Minute, "shop")(e)
		}, Kept, ""},
		{"a refused run, and an item that was deleted before", 6, refused, func(e *Evidence) {
			e.Runs[0].After.Registry = nil
			deleted(time.Minute, "shop")(e)
		}, Violated, "the registry's shop"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestAnItemThatChangesIsAFault of its application, if it changes while the run is in progress.
func TestAnItemThatChangesIsAFault(t *testing.T) {
	changed := func(after time.Duration, name string) func(*Evidence) {
		return func(e *Evidence) { e.Items = []ItemChange{{At: at(after), Application: name}} }
	}
	for _, c := range []history{
		{"changed meanwhile", 12, isolated, changed(3*time.Minute, "shop"), Kept, ""},
		{"changed before", 12, isolated, changed(time.Minute, "shop"), Violated, sayRecord},
		{"another one changed", 12, isolated, changed(3*time.Minute, "blog"), Violated, sayDatabase},
		{"a refused run, and an item that is broken meanwhile", 6, refused, func(e *Evidence) {
			changed(3*time.Minute, "shop")(e)
			e.Runs[0].After.Registry = []failover.Application{{Name: "shop", Broken: "records[0].type: CAA"}}
		}, Kept, ""},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestWhatWasWrittenAsFoundNeedNotBeInSync when the run rolls back: no user has moved, and none moves back.
func TestWhatWasWrittenAsFoundNeedNotBeInSync(t *testing.T) {
	late := func(weights ...int) func(*Evidence) {
		return func(e *Evidence) {
			for i := range e.Batches {
				e.Batches[i].After = sets(weights[i], 100-weights[i], "1")
			}
			e.Batches[1].At = at(235 * time.Second)
		}
	}
	for _, c := range []history{
		{"nothing was changed", 4, rolledBack, late(100, 100), Kept, ""},
		{"something was, and is restored", 4, rolledBack, late(0, 100), Violated, "was not INSYNC"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatCannotReadTheLockNamesNoWinner.
func TestARunThatCannotReadTheLockNamesNoWinner(t *testing.T) {
	reads := func(code string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[1].Cause = "Held: a newer run has moved it"
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, step(130*time.Second, "Notify", failover.Outbound,
				fakeaws.Call{Region: e.Runs[1].Region, Service: "dynamodb", Operation: "GetItem", Code: code}))
		}
	}
	for _, c := range []history{
		{"it read the lock", 10, concurrent, reads(""), Violated, "does not name the winner"},
		{"it could not", 10, concurrent, reads("InternalServerError"), Kept, ""},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatTookTheLockHasNotLost: it may write what has moved before.
func TestARunThatTookTheLockHasNotLost(t *testing.T) {
	writes := func(took string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[1].Invocations[0].Calls[0] = fakeaws.Call{At: at(125 * time.Second), Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry applications 001#shop"}
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, fakeaws.Invocation{State: "Validate", Result: fakeaws.InvokeResult{
				Payload: []byte(`{"run":{"epoch":2,"takenOverFrom":"` + took + `","boundSeconds":600},"verdict":"proceed","stages":[{}]}`),
			}})
		}
	}
	took := func(from string) func(*Evidence) {
		return func(e *Evidence) {
			second := concurrent().Runs[1]
			second.StartedAt, second.StoppedAt = e.Runs[0].StartedAt.Add(time.Second), e.Runs[0].StoppedAt
			second.Invocations = []fakeaws.Invocation{{State: "Validate", Result: fakeaws.InvokeResult{
				Payload: []byte(`{"run":{"epoch":2,"takenOverFrom":"` + from + `","boundSeconds":600},"verdict":"proceed","stages":[{}]}`),
			}}}
			e.Runs = append(e.Runs, second)
		}
	}
	begins := func(after time.Duration) func(*Evidence) { // the run that moves takes the lock then
		return func(e *Evidence) {
			validates := e.Runs[1].Invocations[1]
			validates.At = at(after)
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, validates)
		}
	}
	for _, c := range []history{
		{"it wrote before another run took the lock", 10, concurrent, all(writes("run-0"), begins(126*time.Second)), Kept, ""},
		{"it wrote after another run of its Region took the lock", 10, concurrent, all(writes("run-0"), begins(124*time.Second), func(e *Evidence) { e.Runs[1].Region = west }), Violated, "expected no effect"},
		{"it wrote when a run of the other Region had just taken the lock there", 10, concurrent, all(writes("run-0"), begins(124*time.Second)), Kept, ""},
		{"from the run that moves", 10, concurrent, writes("run-1"), Kept, ""},
		{"from another run", 10, concurrent, writes("run-0"), Violated, "expected no effect"},
		{"the run from which it was taken shows no isolation", 12, isolated, took("run-1"), NotChecked, ""},
		{"a run from which it was not taken shows isolation", 12, isolated, took("run-0"), Violated, sayRecord},
	} {
		t.Run(c.name, c.isJudged)
	}
}
