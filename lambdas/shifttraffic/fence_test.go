package shifttraffic

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/altered"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

func TestTheFenceDecidesWhatIsDone(t *testing.T) {
	mine := failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: failover.Outbound, Stage: 2}
	at := func(epoch int64, run string, phase failover.Phase, stage, batch int) live.FenceRecord {
		return live.FenceRecord{Exists: true, Fence: failover.Fence{Epoch: epoch, Run: run, Region: west, Phase: phase, Stage: stage, Batch: batch}}
	}
	for _, c := range []struct {
		name  string
		found live.FenceRecord
		done  int
		lost  string
	}{
		{"a zone that no run has touched", live.FenceRecord{}, 0, ""},
		{"an older run", at(6, "run-6", failover.Outbound, 9, 9), 0, ""},
		{"an older run of the same name", at(6, "run-7", failover.Outbound, 2, 1), 0, ""},
		{"this run, an earlier stage", at(7, "run-7", failover.Outbound, 1, 5), 0, ""},
		{"this run and stage, first batch", at(7, "run-7", failover.Outbound, 2, 0), 1, ""},
		{"this run and stage, third batch", at(7, "run-7", failover.Outbound, 2, 2), 3, ""},
		{"a newer run", at(8, "run-8", failover.Outbound, 0, 0), 0, "run run-8 of us-west-2 has moved it with epoch 8; this run has epoch 7"},
		{"another run of the same epoch", at(7, "run-x", failover.Outbound, 0, 0), 0, "run run-x of us-west-2 has moved it with the same epoch 7"},
		{"a run of the same name and epoch in the other Region",
			live.FenceRecord{Exists: true, Fence: failover.Fence{Epoch: 7, Run: "run-7", Region: east, Phase: failover.Outbound, Stage: 2}},
			0, "run run-7 of us-east-1 has moved it with the same epoch 7"},
		{"this run, a later stage", at(7, "run-7", failover.Outbound, 3, 0), 0, "gone on to stage 3 of phase outbound"},
		{"this run, its way back", at(7, "run-7", failover.Return, 0, 0), 0, "gone on to stage 0 of phase return"},
	} {
		t.Run(c.name, func(t *testing.T) {
			done, err := decide(mine, "Z1", c.found)
			if c.lost == "" {
				if err != nil || done != c.done {
					t.Errorf("got %d, %v; want %d batches done", done, err, c.done)
				}
				return
			}
			if err == nil || entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), c.lost) {
				t.Errorf("got %v; want FenceLost saying %q", err, c.lost)
			}
		})
	}
}

func TestAPhaseTakesOverFromTheOneBefore(t *testing.T) {
	for _, phases := range [][2]failover.Phase{
		{failover.Outbound, failover.Rollback}, {failover.Outbound, failover.Return}, {failover.Return, failover.ReturnRollback}, {failover.Outbound, failover.ReturnRollback},
	} {
		mine := failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: phases[1], Stage: 0}
		before := failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: phases[0], Stage: 4, Batch: 1}
		if done, err := decide(mine, "Z1", live.FenceRecord{Exists: true, Fence: before}); done != 0 || err != nil {
			t.Errorf("%s after %s: got %d, %v; want 0 and no error", phases[1], phases[0], done, err)
		}
		if _, err := decide(before, "Z1", live.FenceRecord{Exists: true, Fence: mine}); entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("%s after %s has started: got %v; want FenceLost", phases[0], phases[1], err)
		}
	}
}

func TestAMarkDiffersFromTheOneWhosePlaceItTakes(t *testing.T) {
	mark := failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: failover.Outbound, Stage: 2, Batch: 1}
	again, other := mark, mark
	again.Try, other.Batch, other.Try = 3, 0, 3
	for _, c := range []struct {
		name  string
		found live.FenceRecord
		want  int
	}{
		{"the first in its zone", live.FenceRecord{}, 1},
		{"after another batch", live.FenceRecord{Exists: true, Fence: other}, 1},
		{"after its own third try", live.FenceRecord{Exists: true, Fence: again}, 4},
	} {
		if got := nextTry(mark, c.found); got != c.want {
			t.Errorf("%s: got try %d, want %d", c.name, got, c.want)
		}
	}
}

// TestAFenceDecidesByTheseFields: each alone, altered, is another run's mark, another stage's or another batch's. The others say
// nothing of whose mark it is.
func TestAFenceDecidesByTheseFields(t *testing.T) {
	mine := failover.Fence{Epoch: 7, Run: "run-7", Region: west, Phase: failover.Return, Stage: 2, Batch: 3, Try: 1, Action: failover.Drill}
	there := live.FenceRecord{Exists: true, Fence: mine}
	for name, verdict := range map[string]func(live.FenceRecord) string{
		"decide": func(found live.FenceRecord) string {
			done, err := decide(mine, "Z1", found)
			return fmt.Sprint(done, entry.ConditionOf(err))
		},
		"fenceMark": func(found live.FenceRecord) string { return fmt.Sprint(fenceMark(mine, found)) },
	} {
		want := []string{"Exists", "Fence.Batch", "Fence.Epoch", "Fence.Phase", "Fence.Region", "Fence.Run", "Fence.Stage"}
		if diff := cmp.Diff(want, altered.Deciding(there, verdict)); diff != "" {
			t.Errorf("%s depends on (-want +got):\n%s", name, diff)
		}
	}
	next := func(found live.FenceRecord) int { return nextTry(mine, found) }
	want := []string{"Exists", "Fence.Action", "Fence.Batch", "Fence.Epoch", "Fence.Phase", "Fence.Region", "Fence.Run", "Fence.Stage", "Fence.Try"}
	if diff := cmp.Diff(want, altered.Deciding(there, next)); diff != "" {
		t.Errorf("the next try depends on (-want +got):\n%s", diff)
	}
}
