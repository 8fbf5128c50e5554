package verifyhealth

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhateverHangsACheckAnswersInTime and passes nothing that it has not read: only the renewal of the lease may fail.
func TestWhateverHangsACheckAnswersInTime(t *testing.T) {
	fakeawstest.EveryOperationHangs(t, entry.CallTimeout, entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
		s := newStand(t, "checkout")
		id := s.change()
		s.world.AdvanceTo(s.world.Now().Add(31 * time.Second))
		s.serve("checkout", 100)
		n.World = s.world
		env := entry.Environment{Config: n.Config(fakeawstest.Impatient(string(west)))}
		s.Handler.Route53, s.Registry.Client = route53.NewFromConfig(env.Config), dynamodb.NewFromConfig(env.Config)
		s.Handler.RDS = func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) }
		s.Handler.CloudWatch = func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) }
		req := s.request(func(req *failover.VerifyRequest) {
			req.Changes, req.Stage.Promote = []failover.Change{{Zone: zone, ID: id}}, true
			req.Streak = &failover.Streak{Since: req.Now, InSyncAt: &req.ShiftedAt} // seen before
		})
		var answer failover.VerifyAnswer
		var err error
		step := func(ctx context.Context) { answer, err = s.Handle(ctx, req) }
		return step, func(hangs string, took time.Duration) {
			passed := err == nil && answer.Verdict == failover.Passed
			if passed != (hangs == "" || hangs == "UpdateItem") {
				t.Errorf("%q hangs: %s, %v after %s", hangs, answer.Verdict, err, took)
			}
			if err != nil && entry.ConditionOf(err) != failover.Unreachable {
				t.Errorf("%s hangs: %v; want Unreachable", hangs, err)
			}
		}
	})
}
