package validate

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhateverHangsAFailoverIsValidated in its time: only the registry can keep it from starting. A planned run is refused, or fails
// with a named error, and takes no lock that no run knows of.
func TestWhateverHangsAFailoverIsValidated(t *testing.T) {
	registry := []string{"Query", "GetItem", "UpdateItem"}
	for _, input := range []string{`{"action":"failover","allowDataLoss":true}`, `{"action":"switchover"}`} {
		fakeawstest.EveryOperationHangs(t, entry.CallTimeout, entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
			s := newScene(t, shop(), blog())
			n.World = s.world
			h := New(entry.Environment{Plan: s.h.Plan, Region: west, Table: "registry", Config: n.Config(fakeawstest.Impatient(string(west)))})
			h.Readiness = nil
			req := s.request(input)
			var answer failover.ValidateAnswer
			var err error
			step := func(ctx context.Context) { answer, err = h.Handle(ctx, req) }
			return step, func(hangs string, took time.Duration) {
				lock, lockErr := s.store.Lock(t.Context())
				must(t, lockErr)
				proceeds := err == nil && answer.Verdict == failover.Proceed
				if err != nil && entry.ConditionOf(err) != failover.Unreachable {
					t.Errorf("%s, %s hangs: %v after %s; want Unreachable", input, hangs, err, took)
				}
				if proceeds != (lock.Owner == req.Execution.ID) {
					t.Errorf("%s, %s hangs: %s, %v, and the lock is %q's", input, hangs, answer.Verdict, err, lock.Owner)
				}
				if failover := input[11] == 'f'; failover && !proceeds && !slices.Contains(registry, hangs) || hangs == "" && !proceeds {
					t.Errorf("%s, %q hangs: %s, %v; want it to proceed", input, hangs, answer.Verdict, err)
				}
			}
		})
	}
}
