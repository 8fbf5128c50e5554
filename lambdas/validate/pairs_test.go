package validate

import (
	"fmt"
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// options are a combination of what a plan and an input say about the stages.
type options struct {
	action      failover.Action
	order       failover.Order
	approval    failover.Approval
	percents    string
	wavesAtOnce bool
}

// everyOption are all combinations.
func everyOption() []options {
	var all []options
	for _, action := range []failover.Action{failover.Failover, failover.Switchover, failover.Drill} {
		for _, order := range []failover.Order{failover.TrafficFirst, failover.DatabaseFirst} {
			for _, approval := range failover.Approvals {
				for _, percents := range []string{"", "[10,50,100]"} {
					for _, atOnce := range []bool{false, true} {
						all = append(all, options{action, order, approval, percents, atOnce})
					}
				}
			}
		}
	}
	return all
}

// TestEveryPairOfOptionsMakesASoundPlan: the stages of every combination keep the same rules. One of them is that no database is
// promoted without the approval that its plan asks for.
func TestEveryPairOfOptionsMakesASoundPlan(t *testing.T) {
	for _, o := range everyOption() {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			s := newScene(t, shop(), blog())
			s.h.Plan.Order, s.h.Plan.Approval, s.h.Plan.WavesAtOnce, s.h.Plan.BakeSeconds = o.order, o.approval, o.wavesAtOnce, 90
			percents := ""
			if o.percents != "" {
				percents = `,"percents":` + o.percents
			}
			answer := s.validate(fmt.Sprintf(`{"action":%q,"allowDataLoss":%v%s}`, o.action, o.action == failover.Failover, percents))
			if answer.Verdict != failover.Proceed || answer.Run.Approval != o.approval {
				t.Fatalf("%s, approval %q: %v", answer.Verdict, answer.Run.Approval, answer.Findings)
			}
			for i, stage := range answer.Stages {
				if stage.Index != i || stage.From != east || stage.To != west {
					t.Errorf("stage %d: index %d from %s to %s", i, stage.Index, stage.From, stage.To)
				}
				o.checkApproval(t, answer.Stages, i)
				if bakes := o.action.Planned() && stage.Percent != nil; bakes != (stage.BakeSeconds > 0) {
					t.Errorf("stage %d bakes for %d s", i, stage.BakeSeconds)
				}
			}
			o.checkWaves(t, answer.Stages)
		})
	}
}

// checkApproval: a stage that promotes the database of wave 1 asks if the plan says so, and no other stage does. A planned run that
// asks has moved and verified the same users before.
func (o options) checkApproval(t *testing.T, stages []failover.Stage, i int) {
	t.Helper()
	stage := stages[i]
	writes := stage.Promote && (stage.Wave == 1 || stage.Wave == 0)
	if want := writes && o.approval == failover.BeforePromotion; stage.Approve != want {
		t.Errorf("stage %d (wave %d, promotes %v): asks %v; want %v", i, stage.Wave, stage.Promote, stage.Approve, want)
	}
	if !stage.Approve || stage.Percent == nil || !o.action.Planned() {
		return
	}
	if i == 0 {
		t.Errorf("the first stage asks; want a stage before it whose users are verified")
		return
	}
	before := stages[i-1]
	if before.Wave != stage.Wave || before.Percent == nil || *before.Percent != *stage.Percent || before.Promote || before.Approve || !before.WriterFollows {
		t.Errorf("before stage %d, which asks: %+v; want the same users moved and verified, and no promotion", i, before)
	}
}

// checkWaves: each wave is moved in order, by the traffic steps, and promoted once, on the side of the traffic that the order says;
// several waves are closed by a last stage. A failover with all waves at once has one.
func (o options) checkWaves(t *testing.T, stages []failover.Stage) {
	t.Helper()
	waves := []int{1, 2}
	if o.action == failover.Failover && o.wavesAtOnce {
		waves = []int{0}
	}
	var order []int
	for _, wave := range waves {
		var percents []int
		promotions, moved := 0, 0
		for _, stage := range stages {
			if stage.Wave != wave || stage.Closing() {
				continue
			}
			order = append(order, wave)
			if stage.Percent != nil {
				percents, moved = append(percents, *stage.Percent), *stage.Percent
			}
			if !stage.Promote {
				continue
			}
			promotions++
			if want := map[failover.Order]int{failover.TrafficFirst: 100}[o.order]; moved != want {
				t.Errorf("wave %d is promoted with %d %% of its traffic moved; want %d", wave, moved, want)
			}
		}
		steps := []int{100}
		if o.percents != "" {
			steps = []int{10, 50, 100}
		}
		if promotions != 1 || !slices.Equal(slices.Compact(percents), steps) {
			t.Errorf("wave %d: %d promotions, traffic steps %v; want one, and %v", wave, promotions, percents, steps)
		}
	}
	last := stages[len(stages)-1]
	if closing := len(waves) > 1; last.Closing() != closing || closing && !slices.Equal(last.Waves, waves) {
		t.Errorf("the last stage closes %v; want %v", last.Waves, waves)
	}
	if !slices.IsSorted(order) {
		t.Errorf("the waves are played in the order %v", order)
	}
	for i, stage := range stages {
		next := slices.IndexFunc(stages, func(s failover.Stage) bool { return s.Wave > stage.Wave && stage.Wave > 0 })
		if o.action != failover.Failover {
			next = -1
		}
		if stage.NextWave != max(next, 0) {
			t.Errorf("stage %d of wave %d: the next wave starts at %d; want %d", i, stage.Wave, stage.NextWave, max(next, 0))
		}
	}
}
