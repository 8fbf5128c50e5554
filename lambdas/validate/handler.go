// Package validate is the step that reads everything before anything is changed, takes the lock, and plans the stages of
// the run. Its files say which of three things they do:
//
//   - lookup: read AWS and the registry into facts ([lookup]);
//   - judge: make findings of the facts, without any call ([judgement]);
//   - plan: make stages, bounds and the answer of the facts, without any call ([planning]).
//
// [validation] puts them together, and alone writes: the lock, the release of this Region, and the reading of readiness.
package validate

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// dns is the part of the Route 53 client that the step uses. Of all its clients, it uses only what reads.
type dns interface {
	GetHealthCheck(context.Context, *route53.GetHealthCheckInput, ...func(*route53.Options)) (*route53.GetHealthCheckOutput, error)
	GetHostedZone(context.Context, *route53.GetHostedZoneInput, ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error)
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// store is the part of the registry that the step uses.
type store interface {
	Applications(context.Context) ([]failover.Application, error)
	Lock(context.Context) (registry.Lock, error)
	Runs(ctx context.Context, limit int) ([]registry.RunRecord, error)
	Starter(ctx context.Context, run string, region failover.Region, input []byte) (by string, err error)
	Releases(context.Context) (registry.Releases, error)
	Switch(ctx context.Context, name string) (registry.SwitchState, error)
	SwitchChecks(context.Context) (map[string]failover.SwitchChecks, error)

	TakeOver(ctx context.Context, run failover.Run, from registry.Lock, why failover.TakeoverReason, now, expires time.Time) (epoch int64, err error)
	TakeLock(ctx context.Context, run failover.Run, now, expires time.Time) (epoch int64, err error)
	RenewLock(ctx context.Context, run failover.Run, now, until time.Time) error
	GiveLockBack(ctx context.Context, owner string, taken time.Time) error
	PublishRelease(context.Context, registry.Release) error
	PublishSwitchCheck(context.Context, registry.SwitchCheck) error
	PublishPlan(ctx context.Context, region failover.Region, plan failover.Plan) error
}

// Handler plays Validate. Its clients are those of the phase's target Region. In the outbound phase that is the function's own
// Region: a failover never calls its source Region.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs.
	Region failover.Region
	// Promotable are the global clusters that the plan may promote; empty if IAM denies reading all others.
	Promotable []string
	// Table is the registry's name, for the list of a dry run.
	Table   string
	Route53 dns
	// Kept is what earlier tries have read; nil keeps nothing and sets no limit of calls.
	Kept *Kept
	// RDS and CloudWatch return the client of a Region.
	RDS        func(failover.Region) *rds.Client
	CloudWatch func(failover.Region) *cloudwatch.Client
	// StepFunctions returns the client of a Region, to check whether the run that holds the lock has ended.
	StepFunctions func(failover.Region) Executions
	// Concurrency reads the account's limit of concurrent executions in a Region; nil does not read it.
	Concurrency func(context.Context, failover.Region) (live.Concurrency, error)
	// Registry is where applications, runs and releases are read, and where the lock is taken.
	Registry store
	// SwitchChecks are the ids of the health checks that this Region's stack has created, by the name of their switch.
	SwitchChecks map[string]string
	// Readiness takes the result of a check of the whole plan; nil takes nothing.
	Readiness gauge
}

// Handle checks the input and everything that the run depends on, plans the stages, and last, if there is no blocker, takes the
// lock. A run with nothing to move takes no lock, nor does a run of an alarm or a schedule that is skipped: their verdicts say
// so. A blocker is not an error: the answer has the verdict "refused" and all findings. An error means that a planned run could
// not be validated.
//
// If the hosted zones take more calls than Route 53's request quota allows at once, each try reads a part, and continues where
// the one before stopped ([Kept]): the verdict is "early" until everything is read. A failover does not wait for that, and then
// reads no record.
//
// A later phase of a run has its own list of stages, and already has the lock. A drill's return is validated like the outbound
// phase, with the Regions exchanged. It waits for the first measurement of the replication lag of the clusters that have just
// become secondary. A rollback or return-rollback is not validated: Handle only reads what the phase before has changed, and
// plans the stages that undo it. All fail with [failover.FenceLost] if the run has lost the lock.
//
// A second identical call reads everything again, finds that this run holds the lock, and answers with the same epoch. If there
// is a blocker now, it releases the lock, because a refused run is never closed, unless a later step has renewed it. After the run has finished, it takes no lock
// and answers "refused".
//
// A run with the action close, a check, and a refused run may answer with another run whose execution has ended without closing
// it ([failover.Closing]). After that run is closed, they do not find it again.
func (h Handler) Handle(ctx context.Context, req failover.ValidateRequest) (failover.ValidateAnswer, error) {
	if h.Kept != nil {
		h.Route53 = h.Kept.begin(req, h.Route53)
	}
	v := h.validation(req)
	answer, err := v.validate(ctx)
	if err != nil && v.readsOn(err) {
		return v.unfinished(), nil
	}
	if err != nil {
		return failover.ValidateAnswer{}, err
	}
	if h.Kept != nil {
		h.Kept.end()
	}
	return answer, v.publish()
}
