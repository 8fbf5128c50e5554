package statemachine

import (
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestAFailoverWhoseValidateCannotBeCalledYetIsStartedAgain: for as long as minutes may cure it, and no other run is.
func TestAFailoverWhoseValidateCannotBeCalledYetIsStartedAgain(t *testing.T) {
	surge, denied := fails("Lambda.TooManyRequestsException"), fails(failover.Denied)
	for _, c := range []struct {
		name, input string
		failing     answer
		atLeast     time.Duration
		atMost      time.Duration
	}{
		{"a surge", `{"action": "failover"}`, surge, failover.StartSeconds * time.Second, failover.StartSeconds*time.Second + failover.StepBound()},
		{"a permission", `{"action": "failover"}`, denied, failover.DeniedSeconds * time.Second, failover.DeniedSeconds*time.Second + failover.StepBound()},
		{"anything else", `{"action": "failover"}`, fails(failover.Unreachable), 0, failover.StepBound()},
		{"a planned run", `{"action": "switchover"}`, surge, 0, failover.StepBound()},
	} {
		r := playInput(t, machine(t), c.input, script{"Validate": atOnce(times(200, c.failing)...)})
		if r.Error() != "Refused" || r.took < c.atLeast || r.took > c.atMost {
			t.Errorf("%s: ended %s after %v; want Refused after %v to %v", c.name, r.Error(), r.took, c.atLeast, c.atMost)
		}
		if c.atLeast == 0 {
			continue
		}
		r = playInput(t, machine(t), c.input, script{"Validate": atOnce(append(times(8, c.failing), planOf(theRun(), stage(0)))...)})
		if !slices.Contains(r.Path(), "Completed") {
			t.Errorf("%s that ends: the path is %v; want it Completed", c.name, r.Path())
		}
	}
}
