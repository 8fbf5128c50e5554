package guarantee

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestASwitchOfARegionThatIsDisconnectedSinceBefore is not read there: a run that finds nothing to move cannot know of it.
func TestASwitchOfARegionThatIsDisconnectedSinceBefore(t *testing.T) {
	left := func(cut, again time.Duration, leaves failover.Region) func(*Evidence) { // run-2 has left us-west-2 in us-east-1, and has ended
		return func(e *Evidence) {
			e.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
			e.Runs[0].Before = snapshotIn(east, 100, 0)
			other := concurrent().Runs[1]
			other.StartedAt, other.StoppedAt = at(30*time.Second), at(time.Minute)
			other.After.Switches = map[string]failover.Region{"default": leaves}
			e.Runs = append(e.Runs, other)
			e.Batches = append(e.Batches, writtenIn(east, 40*time.Second, "run-2", 2, failover.Outbound, 100, 0))
			e.CutOffs = []time.Time{at(cut)}
			if again > 0 {
				e.Reconnected = []time.Time{at(again)}
			}
		}
	}
	nothing := declinedRun(failover.NothingToMove)
	for _, c := range []history{
		{"disconnected", 3, nothing, left(10*time.Second, 0, west), NotChecked, ""},
		{"and the switch leaves the other Region", 3, nothing, left(10*time.Second, 0, east), Violated, "was not in place"},
		{"connected again", 3, nothing, left(10*time.Second, 90*time.Second, west), Violated, "was not in place"},
		{"connected again later", 3, nothing, left(10*time.Second, time.Hour, west), NotChecked, ""},
		{"disconnected later", 3, nothing, left(time.Hour, 0, west), Violated, "was not in place"},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestWhatAnotherRunHasPutBackMayBeListedEitherWay: it is as it was before a rollback, and not by that.
func TestWhatAnotherRunHasPutBackMayBeListedEitherWay(t *testing.T) {
	restored := func(after time.Duration, says ...string) func(*Evidence) {
		return func(e *Evidence) {
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].Report.NotRestored = []failover.NotMoved{{Application: "shop", Why: says}}
			e.Runs[1].StoppedAt = at(10 * time.Minute)
			e.Batches = append(e.Batches, writtenIn(east, after, "run-2", 2, failover.Outbound, 100, 0))
		}
	}
	beside := func() Evidence {
		e := held()
		e.Runs = append(e.Runs, concurrent().Runs[1])
		return e
	}
	history{"moved by another run meanwhile", 5, beside, restored(3*time.Minute, "the run of epoch 2 has moved it since"), Kept, ""}.isJudged(t)
	history{"moved by it before", 5, beside, restored(time.Minute, "the run of epoch 2 has moved it since"), Violated, "shop is as it was before"}.isJudged(t)
}

// TestARunWithNothingToMoveGoesByTheSwitch, which the health checks may notice later.
func TestARunWithNothingToMoveGoesByTheSwitch(t *testing.T) {
	nothing := func(leaves failover.Region) func(*Evidence) {
		return func(e *Evidence) {
			e.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
			e.Runs[0].Invocations[1].Result.Payload = []byte(`{"run":{"boundSeconds":180,"epoch":1,"takenOverFrom":"run-0"},"verdict":"proceed","stages":[]}`)
			e.Runs[0].After = snapshotIn(east, 100, 0)
			e.Runs[0].After.Switches = map[string]failover.Region{"default": leaves}
		}
	}
	history{"its switch makes users leave", 3, completed, nothing(east), Kept, ""}.isJudged(t)
	history{"its switch makes users leave, and it has isolated nothing", 12, completed, nothing(east), NotChecked, ""}.isJudged(t)
	history{"its switch is reset", 3, completed, nothing(""), Violated, "record shop.example.com A"}.isJudged(t)
}

// TestARunThatFindsNothingToRollBack ends RolledBack, if a run of the other Region that started at the same moment has moved all of it.
func TestARunThatFindsNothingToRollBack(t *testing.T) {
	overtakes := func(started time.Duration) func(*Evidence) { // run-1 has moved first
		return func(e *Evidence) {
			e.Runs[0].Error, e.Runs[0].Status, e.Runs[0].Cause = string(failover.RolledBack), "FAILED", "RolledBack: run run-2 has moved it"
			e.Runs[1].Asked.Action, e.Runs[1].Error = failover.Failover, string(failover.Held)
			e.Runs[1].StartedAt, e.Runs[1].Invocations[1].At, e.Runs[1].StoppedAt = at(started), at(started), at(5*time.Minute)
			e.Batches = append(e.Batches, writtenIn(east, 150*time.Second, "run-2", 2, failover.Outbound, 100, 0))
		}
	}
	history{"at the same moment", 10, concurrent, overtakes(121 * time.Second), Kept, ""}.isJudged(t)
	history{"later", 10, concurrent, overtakes(130 * time.Second), Violated, "run-1: ended RolledBack beside run-2"}.isJudged(t)
}
