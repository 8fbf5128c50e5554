package failover

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// slowest plays one step of the state machine at its slowest: every attempt takes all of its time and fails, and every
// wait before the next is as long as the definition allows.
func slowest() time.Duration {
	var took time.Duration
	attempt := func() { took += 35 * time.Second }
	attempt()
	for _, wait := range []time.Duration{3, 6, 12, 20, 20, 20} {
		took += wait * time.Second
		attempt()
	}
	took += 5 * time.Second
	attempt()
	return took
}

func TestStepBoundCountsEveryRetry(t *testing.T) {
	if got, want := StepBound(), slowest(); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestBoundOfARunWithoutStagesIsThatOfItsFrame(t *testing.T) {
	if got, want := Bound(nil), 3*slowest(); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestBoundCountsStepsRoundsLooksAndResubmits(t *testing.T) {
	stages := []Stage{{SettleSeconds: 5, Attempts: 10}, {SettleSeconds: 30, Attempts: 2, Batches: 3}}
	want := (3+4*3+4*5)*slowest() + 4*2*15*time.Second + 10*(5+35)*time.Second + 2*(30+35)*time.Second
	if got := Bound(stages); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestMoreStagesNeverHaveALowerBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stage := rapid.Custom(func(t *rapid.T) Stage {
			return Stage{SettleSeconds: rapid.IntRange(1, 600).Draw(t, "settle"), Attempts: rapid.IntRange(1, 1000).Draw(t, "attempts")}
		})
		stages := rapid.SliceOf(stage).Draw(t, "stages")
		more := append(stages[:len(stages):len(stages)], stage.Draw(t, "one more"))
		if Bound(more) <= Bound(stages) {
			t.Fatalf("%s with a stage more, %s without", Bound(more), Bound(stages))
		}
	})
}
