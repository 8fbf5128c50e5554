package failover

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// servedEvery is of an application whose metric has a period, and whose record a TTL, of so many seconds.
func servedEvery(period int, ttl int64) Delays {
	faster := Application{Records: []Record{{TTL: 1}}, Health: []HealthRule{{PeriodSeconds: 1}}}
	return DelaysOf([]Application{faster, {Records: []Record{{TTL: ttl}}, Health: []HealthRule{{PeriodSeconds: period}}}, faster})
}

// TestAStageHasTheTimeThatItsMetricsNeed: a share of the RTO target, unless its datapoints come later than that.
func TestAStageHasTheTimeThatItsMetricsNeed(t *testing.T) {
	for _, c := range []struct {
		name                           string
		attempts, target, passes, bake int
		apps                           Delays
		verify, healthy                int
	}{
		{name: "the default", attempts: 180, target: 600, passes: 2, apps: servedEvery(10, 60), verify: 360, healthy: 22 + 25},
		{name: "standard metrics", attempts: 180, target: 600, passes: 2, apps: servedEvery(60, 60), verify: 60 + 120 + 120 + 120, healthy: 132 + 25},
		{name: "few attempts", attempts: 36, target: 600, passes: 2, apps: servedEvery(10, 60), verify: 36 * 8, healthy: 22 + 25},
		{name: "too few attempts for a healthy stage", attempts: 12, target: 600, passes: 3, apps: servedEvery(10, 60), verify: 60 + 120 + 20 + 20, healthy: 44 + 25},
		{name: "a long TTL", attempts: 180, target: 600, passes: 2, apps: servedEvery(10, 300), verify: 300 + 120 + 20 + 20, healthy: 22 + 25},
		{name: "a long bake", attempts: 180, target: 600, passes: 2, bake: 600, apps: servedEvery(10, 60), verify: 360, healthy: 660 + 25},
		{name: "no metrics", attempts: 1, target: 60, passes: 1, verify: 120 + 20, healthy: 25},
	} {
		plan := DefaultPlan()
		plan.Attempts, plan.TargetRTOSeconds = c.attempts, c.target
		s := Stage{SettleSeconds: 5, Passes: c.passes, BakeSeconds: c.bake}
		plan.SetTime(&s, DefaultStretch, c.apps)
		if got, want := [2]int{s.VerifySeconds, s.HealthySeconds}, [2]int{c.verify, c.healthy}; got != want {
			t.Errorf("%s: %v seconds to become healthy and to stay so; want %v", c.name, got, want)
		}
	}
}

// TestAWaitThatGrowsBoundsTheChecks: the first checks come as often as the plan says, later ones in proportion.
func TestAWaitThatGrowsBoundsTheChecks(t *testing.T) {
	var got []int
	for _, stretch := range Stretches {
		s := Stage{SettleSeconds: 5, StretchPercent: stretch}
		got = append(got, s.checksWithin(360, 0))
	}
	if diff := cmp.Diff([]int{31, 21, 12, 9, 6}, got); diff != "" {
		t.Errorf("checks in 6 minutes (-want +got):\n%s", diff)
	}
	if got := (Stage{SettleSeconds: 5, StretchPercent: 100}).checksWithin(20, 13); got != 5 { // at 5, 10, 13, 20 and 25
		t.Errorf("%d checks; want one at the end of the bake time", got)
	}
}

func TestTheDefaultPlanKeepsAFailoverOfOneWaveWithinTwiceItsTarget(t *testing.T) {
	for _, period := range []int{10, 60} {
		plan := DefaultPlan()
		stages := PlanStages(plan, Input{Action: Failover}, plan.Primary, plan.Standby, []int{1})
		stages[0].Batches = 1
		plan.SetTime(&stages[0], DefaultStretch, servedEvery(period, 60))
		if got, most := Bound(Run{}, stages, nil, nil, nil), 2*seconds(plan.TargetRTOSeconds); got > most {
			t.Errorf("with metrics of %d s: %s; want at most %s", period, got, most)
		}
	}
}

// TestNoStageIsCheckedMoreOftenThanItsChecks draws how long checks take, and waits as the definition does.
func TestNoStageIsCheckedMoreOftenThanItsChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Stage{
			SettleSeconds: rapid.IntRange(1, 60).Draw(t, "settle"), StretchPercent: rapid.SampledFrom(Stretches).Draw(t, "stretch"),
			Passes: 2, BakeSeconds: rapid.SampledFrom([]int{0, 60, 600}).Draw(t, "bake"),
		}
		plan := DefaultPlan()
		plan.SetTime(&s, s.StretchPercent, servedEvery(60, 60))
		checks := 0
		var age time.Duration
		for ; age <= seconds(s.VerifySeconds); checks++ {
			left := seconds(s.VerifySeconds) - age
			age += max(seconds(s.SettleSeconds), min(age*time.Duration(s.StretchPercent)/100, left))
			age += time.Duration(rapid.IntRange(0, 20000).Draw(t, "a check takes")) * time.Millisecond
		}
		if checks > s.Attempts {
			t.Fatalf("%d checks; the stage has %d attempts", checks, s.Attempts)
		}
	})
}

// TestTheLongestDelaysCountWhereverTheyAre among records, rules and applications.
func TestTheLongestDelaysCountWhereverTheyAre(t *testing.T) {
	a := Application{Records: []Record{{TTL: 300}, {TTL: 30}}, Health: []HealthRule{{PeriodSeconds: 10}, {PeriodSeconds: 60}}}
	b := Application{Records: []Record{{}, {TTL: 60}}, Health: []HealthRule{{PeriodSeconds: 30}}}
	reversed := Application{Records: []Record{{TTL: 30}, {TTL: 300}}, Health: []HealthRule{{PeriodSeconds: 60}, {PeriodSeconds: 10}}}
	for _, apps := range [][]Application{{a, b}, {b, a}, {reversed, b}, {b, reversed}} {
		if got := DelaysOf(apps); got != (Delays{TTLSeconds: 300, PeriodSeconds: 60}) {
			t.Errorf("%v: %+v; want a TTL of 300 and a period of 60", apps, got)
		}
	}
	for _, phases := range [][][]Stage{{{{Batches: 2}, {Batches: 9}}, {{Batches: 3}}}, {{{Batches: 3}}, {{Batches: 9}, {Batches: 2}}}} {
		if got := mostBatches(phases...); got != 9 {
			t.Errorf("%v: %d batches; want 9", phases, got)
		}
	}
}

// TestAStageHasTimeForAPartOfASecondToo: a wait that grows by a tenth is rounded up, or the last check would come too late.
func TestAStageHasTimeForAPartOfASecondToo(t *testing.T) {
	plan := DefaultPlan()
	outside := plan.SettleSeconds + int(StepTimeout.Seconds())
	for _, c := range []struct{ bake, stretch, want int }{{100, 10, 110}, {101, 10, 112}, {109, 10, 120}, {1, 10, 2}, {103, 50, 155}} {
		s := Stage{SettleSeconds: plan.SettleSeconds, Passes: 1, BakeSeconds: c.bake}
		if plan.SetTime(&s, c.stretch, Delays{}); s.HealthySeconds-outside != c.want {
			t.Errorf("%d s, with waits that grow by %d %%: %d s; want %d", c.bake, c.stretch, s.HealthySeconds-outside, c.want)
		}
	}
}
