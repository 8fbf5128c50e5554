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
		return func(e *Evidence) { e.Deleted = []DeletedItem{{At: at(after), Application: name}} }
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

// TestARunThatTookTheLockHasNotLost: it may write what has moved before.
func TestARunThatTookTheLockHasNotLost(t *testing.T) {
	writes := func(took string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[1].Invocations[0].Calls[0] = fakeaws.Call{Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry applications 001#shop"}
			e.Runs[1].Invocations = append(e.Runs[1].Invocations, fakeaws.Invocation{State: "Validate", Result: fakeaws.InvokeResult{
				Payload: []byte(`{"run":{"epoch":2,"takenOverFrom":"` + took + `","boundSeconds":600},"verdict":"proceed","stages":[{}]}`),
			}})
		}
	}
	for _, c := range []history{
		{"from the run that moves", 10, concurrent, writes("run-1"), Kept, ""},
		{"from another run", 10, concurrent, writes("run-0"), Violated, "expected no effect"},
	} {
		t.Run(c.name, c.isJudged)
	}
}
