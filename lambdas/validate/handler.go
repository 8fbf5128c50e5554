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

	TakeOver(ctx context.Context, run failover.Run, from registry.Lock, why failover.TakeoverReason, now, expires time.Time) (epoch int64, err error)
	TakeLock(ctx context.Context, run failover.Run, now, expires time.Time) (epoch int64, err error)
	RenewLock(ctx context.Context, run failover.Run, now, until time.Time)
	ReleaseLock(ctx context.Context, owner string) error
	PublishRelease(context.Context, registry.Release) error
}

// Handler plays Validate. Its clients are of the Region that the phase moves to. In the outbound phase that is the one that
// the function runs in: the Region that a failover leaves is never asked.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs.
	Region failover.Region
	// Promotable are the global clusters that the plan may promote; none where IAM denies to read all others.
	Promotable []string
	// Table is the registry's name, for the list of a dry run.
	Table   string
	Route53 dns
	// Kept is what tries before this one have read; nil keeps nothing, and has no budget of calls.
	Kept *Kept
	// RDS and CloudWatch return the client of a Region.
	RDS        func(failover.Region) *rds.Client
	CloudWatch func(failover.Region) *cloudwatch.Client
	// StepFunctions returns the client of a Region, to ask whether the run that holds the lock has ended.
	StepFunctions func(failover.Region) Executions
	// Concurrency reads the account's limit of concurrent executions in a Region; nil does not read it.
	Concurrency func(context.Context, failover.Region) (live.Concurrency, error)
	// Registry is where applications, runs and releases are read, and where the lock is taken.
	Registry store
	// Readiness takes what a check of the whole plan has found; nil takes nothing.
	Readiness gauge
}

// Handle checks the input and everything that the run depends on, plans the stages, and takes the lock, last and only
// if there is no blocker. A run with nothing to move takes no lock, and neither does one that an alarm or a schedule
// asks for and that is skipped: their verdicts say so. What is wrong is not an error but an answer with the verdict "refused"
// and all findings; an error means that a run which could wait could not be judged.
//
// Of hosted zones that take more calls than Route 53's request quota lets pass at once, each try reads a part, and goes on
// where the one before had to stop ([Kept]): the verdict is "early" until all is read. A failover does not wait for that,
// and reads no record then.
//
// A later phase of a run has its own list of stages, and the lock already. A drill's return is validated as the outbound
// phase is, with the Regions exchanged, and waits for the first measurement of the replication lag of the clusters that have
// just become secondary. A rollback and a return-rollback are not: they only read what the phase before has changed, and
// plan what undoes it. All end with [failover.FenceLost] when the run has the lock no longer.
//
// A second identical call reads everything again, finds that this very run holds the lock, and answers with the same epoch.
// Should there now be a blocker, it releases the lock, because a refused run is never closed. After the run is over it takes
// no lock any more and answers "refused".
//
// A run with the action close, a check, and a run that is refused may answer with another run whose execution has ended
// without closing it ([failover.Closing]). Once that one is closed, they do not find it again.
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
