package failover

import (
	"testing"
	"time"
)

// A step that begins, is retried for as long as it may be, and ends, must not have lost its lock meanwhile.
func TestALeaseIsLongerThanAStepWithAllItsRetries(t *testing.T) {
	if margin := Lease - StepBound() - StepTimeout; margin < time.Minute {
		t.Errorf("the lease is %v, a step with all its retries takes up to %v; want a minute more at least", Lease, StepBound())
	}
}

func TestALeaseCoversTheWaitAfterAStep(t *testing.T) {
	drill := Run{Action: Drill, Phase: Outbound, SoakSeconds: 7200}
	back := drill
	back.Phase = Return
	for _, c := range []struct {
		name string
		run  Run
		want time.Duration
	}{
		{"a switchover waits for the next check", Run{Action: Switchover, Phase: Outbound}, 30 * time.Second},
		{"a drill that has arrived soaks, and waits for the lag of its old writers", drill, 2*time.Hour + 8*30*time.Second},
		{"a drill on its way back does not", back, 30 * time.Second},
	} {
		if got := c.run.WaitAfter(Stage{SettleSeconds: 30}); got != c.want {
			t.Errorf("%s: %v; want %v", c.name, got, c.want)
		}
	}
	grown := Stage{SettleSeconds: 5, StretchPercent: 50, VerifySeconds: 360, HealthySeconds: 1000}
	if got := back.WaitAfter(grown); got != 500*time.Second {
		t.Errorf("the last waits of a long stage: %v; want half of its time", got)
	}
}
