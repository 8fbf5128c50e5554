package guarantee

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestOnlyAnotherRunSupersedesARun, or others who write its zone or its registry.
func TestOnlyAnotherRunSupersedesARun(t *testing.T) {
	overtaken := func(e *Evidence) {
		e.Runs[0].Path = append(e.Runs[0].Path, "VerifyHealth", "Overtaken")
		e.Runs[0].Cause = "Held: superseded by run run-2"
	}
	beside := func() Evidence {
		e := held()
		e.Runs = append(e.Runs, concurrent().Runs[1])
		e.Runs[1].Invocations = e.Runs[1].Invocations[1:] // it moves nothing
		return e
	}
	without := func(e *Evidence) { e.Runs[1].Invocations = nil }
	late := func(e *Evidence) {
		e.Late = []LateInvocation{{Run: "arn:run-2", Invocation: fakeaws.Invocation{State: "Validate", Calls: []fakeaws.Call{
			{Service: "dynamodb", Operation: "UpdateItem", Mutating: true, Object: "drover-registry lock lock"},
		}}}}
	}
	const says = "run-1: ended as superseded, although no other run"
	for _, c := range []history{
		{"no other run", 10, held, overtaken, Violated, says},
		{"not superseded", 10, held, func(*Evidence) {}, NotChecked, ""},
		{"another run has taken the lock", 10, beside, overtaken, Kept, ""},
		{"another run has not", 10, beside, all(overtaken, without), Violated, says},
		{"another run starts later", 10, beside, all(overtaken, func(e *Evidence) { e.Runs[1].StartedAt = at(time.Hour) }), Violated, says},
		{"its late Validate has", 10, beside, all(overtaken, without, late), Kept, ""},
		{"an operator has changed the zone", 10, held, all(overtaken, func(e *Evidence) { e.Manual = []ManualChange{{At: at(time.Minute), Zone: "Z1"}} }), Kept, ""},
		{"an operator changes it later", 10, held, all(overtaken, func(e *Evidence) { e.Manual = []ManualChange{{At: at(time.Hour), Zone: "Z1"}} }), Violated, says},
		{"another writer has put an item", 10, held, all(overtaken, rewritten("shop", time.Minute)), Kept, ""},
		{"another writer puts an item later", 10, held, all(overtaken, rewritten("shop", time.Hour)), Violated, says},
	} {
		t.Run(c.name, c.isJudged)
	}
}
