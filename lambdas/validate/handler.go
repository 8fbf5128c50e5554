// Package validate is the step that looks at everything before anything is touched, takes the lock, and plans the
// stages of the run.
package validate

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// The parts of the AWS clients that the step uses. All of them only read.
type (
	dns interface {
		ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
	}
	databases interface {
		DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error)
		DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
	}
	metrics interface {
		GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
		DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
	}
)

// The parts of the registry that the step uses.
type (
	catalogue interface {
		Applications(context.Context) ([]failover.Application, error)
	}
	locker interface {
		Lock(context.Context) (registry.Lock, error)
		TakeLock(ctx context.Context, run failover.Run, now, expires time.Time) (epoch int64, err error)
		ReleaseLock(ctx context.Context, owner string) error
	}
)

// Handler plays Validate. All of its clients are of the Region that it runs in, which is the one that the run moves to:
// the Region that is left is never asked.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs.
	Region failover.Region
	// Table is the registry's name, for the list of a dry run.
	Table        string
	DNS          dns
	Databases    databases
	Metrics      metrics
	Applications catalogue
	Lock         locker
	// Readiness takes what a check of the whole plan has found; nil takes nothing.
	Readiness gauge
}

// Handle checks the input and everything that the run depends on, plans the stages, and takes the lock, last and only
// if nothing is in the way. What is wrong is not an error but an answer with the verdict "refused" and all findings;
// an error means that a run which could wait could not be judged.
//
// A second identical call looks again, finds the lock in the hands of this very run, and answers with the same epoch.
// Should it now find something in the way, it gives the lock back, because a refused run is never closed. After the run
// is over it takes no lock any more and answers "refused".
func (h Handler) Handle(ctx context.Context, req failover.ValidateRequest) (failover.ValidateAnswer, error) {
	in := h.inspect(req)
	answer, err := in.judge(ctx)
	if err != nil {
		return failover.ValidateAnswer{}, err
	}
	return answer, in.publish()
}

// judge looks at everything, unless the request alone is reason enough to refuse it, and makes the answer.
func (in *inspection) judge(ctx context.Context) (failover.ValidateAnswer, error) {
	if in.blocked() {
		return in.refuse(), nil
	}
	if err := in.look(ctx); err != nil {
		return failover.ValidateAnswer{}, err
	}
	in.plan()
	return in.conclude(ctx)
}
