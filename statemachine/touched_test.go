package statemachine

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestWhatHasChangedAnythingHoldsARunThatIsOvertaken: each of these facts alone, and no other.
func TestWhatHasChangedAnythingHoldsARunThatIsOvertaken(t *testing.T) {
	failedOver := func(r *failover.Run) { r.Action = failover.Failover }
	for _, c := range []struct {
		name    string
		run     func(*failover.Run)
		shifted failover.ShiftAnswer
		starts  []failover.PromoteAnswer // before the one that finds that it is overtaken
		want    string
	}{
		{"nothing", planned, failover.ShiftAnswer{}, nil, "Refused"},
		{"a change", planned, failover.ShiftAnswer{Changes: []failover.Change{{Zone: "Z1", ID: "C1"}}}, nil, "Held"},
		{"what an earlier try has changed", planned, failover.ShiftAnswer{AlreadyDone: 1}, nil, "Held"},
		{"a switch of a failover", failedOver, failover.ShiftAnswer{Switched: []string{"default"}}, nil, "Held"},
		{"a switch that a planned run resets with its weights", planned, failover.ShiftAnswer{Switched: []string{"default"}}, nil, "Refused"},
		{"a promotion that is started", failedOver, failover.ShiftAnswer{}, []failover.PromoteAnswer{{Started: 1, Remaining: 1}}, "Held"},
		{"one that is in flight", failedOver, failover.ShiftAnswer{}, []failover.PromoteAnswer{{InFlight: 1, Remaining: 1}}, "Held"},
		{"one that is to be asked for again", failedOver, failover.ShiftAnswer{}, []failover.PromoteAnswer{{Remaining: 1}}, "Refused"},
	} {
		c.shifted.Changes = append([]failover.Change{}, c.shifted.Changes...)
		s := script{"Validate": {planOf(theRun(c.run), stage(0))}, "ShiftTraffic": {ok(c.shifted)}}
		for _, answer := range c.starts {
			answer.LagMillis = -1
			s["PromoteDatabase"] = append(s["PromoteDatabase"], ok(answer))
		}
		s["PromoteDatabase"] = append(s["PromoteDatabase"], fails(failover.FenceLost))
		if r := play(t, machine(t), s); r.Error() != c.want {
			t.Errorf("%s: ended %q by %v; want %s", c.name, r.Error(), r.Path(), c.want)
		}
	}
}
