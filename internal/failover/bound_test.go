package failover

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// slowest plays one step of the state machine at its slowest: every attempt takes all of its time and fails, and every
// wait before the next is as long as the definition allows.
func slowest() time.Duration {
	var took time.Duration
	attempt := func() { took += 20 * time.Second }
	attempt()
	for _, wait := range []time.Duration{2, 4, 8} {
		took += wait * time.Second
		attempt()
	}
	return took
}

// unnotified is how long it takes to say in a metric that no notification is out: two tries, and the wait between them.
const unnotified = (5 + 2 + 5) * time.Second

func TestStepBoundCountsEveryRetry(t *testing.T) {
	if got, want := StepBound(), slowest(); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestBoundOfARunWithoutStagesIsThatOfItsFrame(t *testing.T) {
	if got, want := Bound(Run{}, nil, nil, nil, nil), 3*slowest()+unnotified; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestBoundCountsStepsRoundsAndChecks(t *testing.T) {
	stages := []Stage{{SettleSeconds: 5, VerifySeconds: 80, HealthySeconds: 40}, {SettleSeconds: 30, VerifySeconds: 66, Batches: 3}}
	want := (3+3+5)*slowest() + unnotified + 10*time.Second + 2*10*time.Second + (80+40+5+5+20)*time.Second + (66+30+30+20)*time.Second
	if got := Bound(Run{}, stages, nil, nil, nil); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestMoreStagesNeverHaveALowerBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stage := rapid.Custom(func(t *rapid.T) Stage {
			return Stage{SettleSeconds: rapid.IntRange(1, 600).Draw(t, "settle"), VerifySeconds: rapid.IntRange(1, 100000).Draw(t, "verify")}
		})
		stages := rapid.SliceOf(stage).Draw(t, "stages")
		more := append(stages[:len(stages):len(stages)], stage.Draw(t, "one more"))
		if Bound(Run{}, more, nil, nil, nil) <= Bound(Run{}, stages, nil, nil, nil) {
			t.Fatalf("%s with a stage more, %s without", Bound(Run{}, more, nil, nil, nil), Bound(Run{}, stages, nil, nil, nil))
		}
	})
}

func TestBoundCountsTheLongerReturnAndEveryApproval(t *testing.T) {
	short := []Stage{{SettleSeconds: 1, VerifySeconds: 4}}
	long := []Stage{{SettleSeconds: 5, VerifySeconds: 80}, {SettleSeconds: 5, VerifySeconds: 80}}
	longer := slices.Repeat(long, 4)
	gated := []Stage{{SettleSeconds: 1, VerifySeconds: 4, Approve: true}}
	run := Run{SoakSeconds: 120, ApprovalSeconds: 1800, Approval: BeforePromotion}
	asked := run
	asked.Approval = BeforeStart
	out := Bound(Run{}, short, nil, nil, nil)
	lag := 8 * (30*time.Second + slowest())                 // a drill waits for the first measurement of the replication lag
	const asking = (20 + 2 + 20 + 4 + 20 + 8) * time.Second // three tries that fail, and the waits after them
	const announced = 10 * time.Second                      // for whoever is asked before the start knows that it begins
	lasts := func(stages []Stage) time.Duration {
		return Bound(Run{}, stages, nil, nil, nil) - Bound(Run{}, nil, nil, nil, nil) - announced
	}
	for _, c := range []struct {
		name      string
		got, want time.Duration
	}{
		{"rolled back", Bound(run, short, nil, long, nil), out + slowest() + lasts(long)},
		{"a drill that comes back", Bound(run, short, long, short, nil), out + 2*time.Minute + lag + slowest() + lasts(long)},
		{"a drill whose way back is shorter", Bound(run, short, short, longer, nil), out + slowest() + lasts(longer)},
		{"a drill whose way back is undone", Bound(run, short, long, short, long), out + 2*time.Minute + lag + 2*slowest() + 2*lasts(long)},
		{"asked before the start", Bound(asked, short, nil, nil, nil), out - announced + asking + 30*time.Minute},
		{"nothing to ask about", Bound(asked, nil, nil, nil, nil), 3*slowest() + unnotified},
		{"asked before a promotion", Bound(run, gated, nil, nil, nil), out + asking + 30*time.Minute},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s; want %s", c.name, c.got, c.want)
		}
	}
}
