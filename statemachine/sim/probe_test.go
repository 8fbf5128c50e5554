package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/memoryhost"
)

// TestAnAnswerThatIsKnownIsThatOfTheFunction plays situations as always, and with functions that answer each health checker anew, which
// they do as soon as they have a defect, even one that changes nothing.
func TestAnAnswerThatIsKnownIsThatOfTheFunction(t *testing.T) {
	a := deployed(t)
	known, anew := 0, 0
	for seed := range uint64(12) {
		always, err := Play(t, a, Draw(300+seed))
		if err != nil {
			t.Fatal(err)
		}
		each, err := playWith(t, a, Draw(300+seed), &memoryhost.Defect{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(each.Transcript, always.Transcript); diff != "" {
			t.Errorf("seed %d (-anew +known):\n%s", 300+seed, diff)
		}
		if diff := cmp.Diff(each.Result.Evidence.Traffic, always.Result.Evidence.Traffic, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("seed %d: what clients see (-anew +known):\n%s", 300+seed, diff)
		}
		known, anew = known+lines(always.Result.Logs()), anew+lines(each.Result.Logs())
	}
	if known >= anew {
		t.Errorf("%d lines in the logs, and %d when all answers are made anew; expected that some answers are known", known, anew)
	}
}

// lines counts the invocations of levers in logs.
func lines(logs []fakeaws.LogLine) int { return len(logs) }
