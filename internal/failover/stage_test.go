package failover

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// brief is what the cases below tell apart in a stage; a percent of -1 leaves traffic alone.
type brief struct {
	Wave, Percent int
	Promote       bool
}

// closing is the stage that verifies all waves once more.
var closing = brief{Wave: 0, Percent: -1}

func briefly(stages []Stage) []brief {
	var all []brief
	for _, s := range stages {
		b := brief{Wave: s.Wave, Percent: -1, Promote: s.Promote}
		if s.Percent != nil {
			b.Percent = *s.Percent
		}
		all = append(all, b)
	}
	return all
}

func TestStagesOfARun(t *testing.T) {
	databaseFirst := DefaultPlan()
	databaseFirst.Order = DatabaseFirst
	cases := []struct {
		name  string
		plan  Plan
		in    Input
		waves []int
		want  []brief
	}{
		{"nothing to move", DefaultPlan(), Input{}, nil, nil},
		{"one wave", DefaultPlan(), Input{}, []int{1}, []brief{{1, 100, true}}},
		{"waves one after the other", DefaultPlan(), Input{}, []int{1, 2, 7}, []brief{{1, 100, true}, {2, 100, true}, {7, 100, true}, closing}},
		{"gradually, promoting at the end of each wave", DefaultPlan(), Input{Percents: []int{10, 50, 100}}, []int{1, 2}, []brief{
			{1, 10, false}, {1, 50, false}, {1, 100, true}, {2, 10, false}, {2, 50, false}, {2, 100, true}, closing,
		}},
		{"database first by the plan", databaseFirst, Input{}, []int{1, 2}, []brief{{1, -1, true}, {1, 100, false}, {2, -1, true}, {2, 100, false}, closing}},
		{"database first by the input, gradually", DefaultPlan(), Input{Order: DatabaseFirst, Percents: []int{25, 100}}, []int{3}, []brief{
			{3, -1, true}, {3, 25, false}, {3, 100, false},
		}},
		{"traffic first by the input", databaseFirst, Input{Order: TrafficFirst}, []int{1}, []brief{{1, 100, true}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := briefly(PlanStages(c.plan, c.in, "us-east-1", "us-west-2", c.waves))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStageCarriesTheSettingsOfThePlan(t *testing.T) {
	plan := DefaultPlan()
	plan.SettleSeconds, plan.Passes = 7, 3
	all := 100
	want := []Stage{{Wave: 4, From: "us-west-2", To: "us-east-1", Percent: &all, Promote: true, SettleSeconds: 7, Passes: 3}}
	plan.SetTime(&want[0], DefaultStretch, Delays{})
	got := PlanStages(plan, Input{}, "us-west-2", "us-east-1", []int{4})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestEveryPlanOfStagesMovesEachWaveOnceAndWholly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := DefaultPlan()
		plan.Order = rapid.SampledFrom(Orders).Draw(t, "order of the plan")
		in := Input{
			Order:    rapid.SampledFrom(append([]Order{""}, Orders...)).Draw(t, "order of the input"),
			Percents: drawPercents(t),
		}
		waves := rapid.SliceOfDistinct(rapid.IntRange(1, 99), rapid.ID).Draw(t, "waves")
		slices.Sort(waves)
		stages := PlanStages(plan, in, "us-east-1", "us-west-2", waves)

		if len(waves) > 1 {
			last := stages[len(stages)-1]
			stages = stages[:len(stages)-1]
			if !last.Closing() || !slices.Equal(last.Waves, waves) || last.Index != len(stages) || last.Promote || last.Percent != nil {
				t.Fatalf("the last stage is %+v; want it to close the phase", last)
			}
		}
		var order []int
		promoted := map[int]int{}
		share := map[int]int{}
		for i, s := range stages {
			if s.Index != i {
				t.Fatalf("stage %d has index %d", i, s.Index)
			}
			if len(order) == 0 || order[len(order)-1] != s.Wave {
				order = append(order, s.Wave)
			}
			if s.Promote {
				promoted[s.Wave]++
			}
			checkWeights(t, s, share[s.Wave])
			if s.Percent != nil {
				share[s.Wave] = *s.Percent
			}
		}
		if !slices.Equal(order, waves) {
			t.Fatalf("waves are played as %v; want %v", order, waves)
		}
		for _, wave := range waves {
			if share[wave] != 100 || promoted[wave] != 1 {
				t.Fatalf("wave %d ends with %d %%, promoted %d times; want 100 %% and once", wave, share[wave], promoted[wave])
			}
		}
	})
}

// drawPercents draws what an input may say.
func drawPercents(t *rapid.T) []int {
	percents := rapid.SliceOfNDistinct(rapid.IntRange(1, 99), 0, 9, rapid.ID).Draw(t, "percents")
	slices.Sort(percents)
	if len(percents) > 0 || rapid.Bool().Draw(t, "say 100") {
		percents = append(percents, 100)
	}
	if err := checkPercents(percents); err != nil {
		t.Fatal(err)
	}
	return percents
}

// checkWeights checks that a stage moves traffic forward, all of it somewhere, or leaves it alone.
func checkWeights(t *rapid.T, s Stage, before int) {
	weights := s.Weights()
	if s.Percent == nil {
		if weights != nil {
			t.Fatalf("a stage that leaves traffic alone has the weights %v", weights)
		}
		return
	}
	if len(weights) != 2 || weights[s.From]+weights[s.To] != 100 || weights[s.To] != *s.Percent || weights[s.From] < 0 {
		t.Fatalf("weights %v of %d %%", weights, *s.Percent)
	}
	if *s.Percent <= before {
		t.Fatalf("traffic goes from %d %% to %d %%", before, *s.Percent)
	}
}

func TestEveryTrafficStepOfAPlannedActionBakes(t *testing.T) {
	plan := DefaultPlan()
	plan.BakeSeconds = 40
	for _, c := range []struct {
		action Action
		stage  int
		bake   int
	}{{Switchover, 0, 40}, {Switchover, 1, 40}, {Drill, 0, 40}, {Failover, 0, 0}} {
		in := Input{Action: c.action, Percents: []int{10, 100}}
		got := PlanStages(plan, in, "us-east-1", "us-west-2", []int{1})[c.stage]
		if got.BakeSeconds != c.bake || got.Passes != plan.Passes {
			t.Errorf("%s, stage %d: %d s and %d passes; want %d s and the plan's passes", c.action, c.stage, got.BakeSeconds, got.Passes, c.bake)
		}
	}
}

func TestOnlyAFailoverTakesAllWavesAtOnce(t *testing.T) {
	plan := DefaultPlan()
	plan.WavesAtOnce = true
	for action, want := range map[Action][]int{Failover: {0}, Switchover: {1, 2, 0}, Drill: {1, 2, 0}} {
		var got []int
		for _, s := range PlanStages(plan, Input{Action: action}, "us-east-1", "us-west-2", []int{1, 2}) {
			got = append(got, s.Wave)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: waves %v; want %v", action, got, want)
		}
	}
	if got := PlanStages(plan, Input{Action: Failover}, "us-east-1", "us-west-2", nil); len(got) != 0 {
		t.Errorf("nothing to move: got %v", got)
	}
}

func TestAReturnCountsStagesOnAndEndsWithTheStateBeforeTheDrill(t *testing.T) {
	got := PlanReturn(DefaultPlan(), Input{Action: Drill, Percents: []int{50, 100}}, "us-west-2", "us-east-1", []int{1, 2}, 4)
	var restores []bool
	for i, s := range got {
		if s.Index != 4+i || s.From != "us-west-2" || s.To != "us-east-1" {
			t.Errorf("stage %d: %+v", i, s)
		}
		restores = append(restores, s.Restore)
	}
	if diff := cmp.Diff([]bool{false, true, false, true, true}, restores); diff != "" {
		t.Errorf("which stages restore (-want +got):\n%s", diff)
	}
}

// TestARollbackMovesUsersBeforeWriters is the order in which it is safe: both Regions answer, and one is in doubt.
func TestARollbackMovesUsersBeforeWriters(t *testing.T) {
	got := PlanRollback(DefaultPlan(), "us-west-2", "us-east-1", []int{1, 2, 3}, []int{2}, 5)
	want := []brief{{3, 100, false}, {2, 100, false}, {1, 100, false}, {2, -1, true}}
	if diff := cmp.Diff(want, briefly(got)); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	for i, s := range got {
		if s.Index != 5+i || !s.Restore || s.To != "us-east-1" {
			t.Errorf("stage %d: %+v", i, s)
		}
	}
}

// TestAReturnRollbackIsARollbackToWhereUsersAreHealthy: it restores nothing, for what was before the drill is what was
// badly.
func TestAReturnRollbackIsARollbackToWhereUsersAreHealthy(t *testing.T) {
	got := PlanReturnRollback(DefaultPlan(), "us-east-1", "us-west-2", []int{1, 2, 3}, []int{2, 4}, 5)
	want := []brief{{3, 100, false}, {2, 100, false}, {1, 100, false}, {4, -1, false}, {2, -1, true}, {4, -1, true}}
	if diff := cmp.Diff(want, briefly(got)); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	follows := []bool{false, true, false, true, false, false}
	for i, s := range got {
		if s.Index != 5+i || s.Restore || s.To != "us-west-2" || s.WriterFollows != follows[i] {
			t.Errorf("stage %d: %+v", i, s)
		}
	}
}

// TestARollbackAsksNothingOfRoute53ForUsersWhoHaveNotMoved, but waits there too until a promotion can be reversed.
func TestARollbackAsksNothingOfRoute53ForUsersWhoHaveNotMoved(t *testing.T) {
	got := PlanRollback(DefaultPlan(), "us-west-2", "us-east-1", []int{1}, []int{1, 2}, 5)
	want := []brief{{1, 100, false}, {2, -1, false}, {1, -1, true}, {2, -1, true}}
	if diff := cmp.Diff(want, briefly(got)); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestAStageThatRestoresGivesEachApplicationItsOwnWeights(t *testing.T) {
	before := map[Region]int{"us-east-1": 70, "us-west-2": 30}
	now := map[Region]int{"us-east-1": 0, "us-west-2": 100}
	app := Application{Live: Live{Weights: now, Epoch: 7, Before: &Place{Active: "us-east-1", Weights: before}}}
	restore := Stage{From: "us-west-2", To: "us-east-1", Percent: new(100), Restore: true}
	shift := restore
	shift.Restore = false
	writers := restore
	writers.Percent, writers.Promote = nil, true
	closes := restore
	closes.Percent, closes.Waves = nil, []int{1, 2}
	closesOut := closes
	closesOut.Restore = false
	for _, c := range []struct {
		name  string
		stage Stage
		epoch int64
		want  map[Region]int
	}{
		{"of a run that has written it", restore, 7, before},
		{"of one that has not", restore, 8, now},
		{"one that does not restore", shift, 7, map[Region]int{"us-east-1": 100, "us-west-2": 0}},
		{"one that leaves traffic alone", writers, 7, nil},
		{"one that closes a way back", closes, 7, before},
		{"one that closes a way out", closesOut, 7, map[Region]int{"us-east-1": 100, "us-west-2": 0}},
	} {
		if diff := cmp.Diff(c.want, c.stage.WeightsOf(app, c.epoch)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestOnlyAFailoverGoesOnWithTheNextWave(t *testing.T) {
	in := Input{Action: Failover, Order: DatabaseFirst}
	var next []int
	for _, s := range PlanStages(DefaultPlan(), in, "us-east-1", "us-west-2", []int{1, 4, 7}) {
		next = append(next, s.NextWave)
	}
	if want := []int{2, 2, 4, 4, 0, 0, 0}; !slices.Equal(next, want) {
		t.Errorf("the next waves begin at %v; want %v", next, want)
	}
	in.Action = Switchover
	for _, s := range PlanStages(DefaultPlan(), in, "us-east-1", "us-west-2", []int{1, 4, 7}) {
		if s.NextWave != 0 {
			t.Errorf("stage %d of a switchover goes on with stage %d", s.Index, s.NextWave)
		}
	}
}

func TestAStageThatClosesAPhaseIsAboutTheWavesThatHaveMoved(t *testing.T) {
	closes := Stage{Waves: []int{2, 4}}
	for wave, want := range map[int]bool{1: false, 2: true, 3: false, 4: true} {
		if got := closes.Covers(Application{Wave: wave}); got != want {
			t.Errorf("wave %d: %v; want %v", wave, got, want)
		}
		if !(Stage{}).Covers(Application{Wave: wave}) || !(Stage{Wave: wave}).Covers(Application{Wave: wave}) {
			t.Errorf("wave %d is not covered by a stage of all waves, or of its own", wave)
		}
	}
}

func TestTrafficIsVerifiedBeforeAnApproverIsAskedToPromote(t *testing.T) {
	stages := PlanStages(DefaultPlan(), Input{Action: Switchover, Percents: []int{10, 100}}, "us-east-1", "us-west-2", []int{1, 2})
	stages[3].Approve = true // only the second wave has a database to promote
	got := VerifyBeforeAsking(stages)
	var listed []string
	for i, s := range got {
		if s.Index != i {
			t.Errorf("stage %d has index %d", i, s.Index)
		}
		listed = append(listed, fmt.Sprintf("wave %d, promote %v, ask %v, writer follows %v", s.Wave, s.Promote, s.Approve, s.WriterFollows))
	}
	want := []string{
		"wave 1, promote false, ask false, writer follows false", "wave 1, promote true, ask false, writer follows false",
		"wave 2, promote false, ask false, writer follows false", "wave 2, promote false, ask false, writer follows true",
		"wave 2, promote true, ask true, writer follows false", "wave 0, promote false, ask false, writer follows false",
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	if *got[3].Percent != 100 || *got[4].Percent != 100 {
		t.Errorf("the stage that is looked at moves %d %%, the one that asks %d %%; want all of it", *got[3].Percent, *got[4].Percent)
	}
}
