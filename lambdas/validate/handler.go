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
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// dns is the part of the Route 53 client that the step uses. Of all its clients, it uses only what reads.
type dns interface {
	GetHostedZone(context.Context, *route53.GetHostedZoneInput, ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error)
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// The parts of the registry that the step uses.
type (
	catalogue interface {
		Applications(context.Context) ([]failover.Application, error)
		Lock(context.Context) (registry.Lock, error)
		Runs(ctx context.Context, limit int) ([]registry.RunRecord, error)
		Starter(ctx context.Context, run string, region failover.Region, input []byte) (by string, err error)
		Releases(context.Context) (registry.Releases, error)
	}
	locker interface {
		TakeOver(ctx context.Context, run failover.Run, from registry.Lock, why failover.TakeoverReason, now, expires time.Time) (epoch int64, err error)
		TakeLock(ctx context.Context, run failover.Run, now, expires time.Time) (epoch int64, err error)
		RenewLock(ctx context.Context, run failover.Run, now, until time.Time)
		ReleaseLock(ctx context.Context, owner string) error
		PublishRelease(context.Context, registry.Release) error
	}
)

// Handler plays Validate. Its clients are of the Region that the phase moves to. On the way out that is the one that the
// function runs in: the Region that a failover leaves is never asked.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs.
	Region failover.Region
	// Promotable are the global clusters that the plan may promote; none where IAM denies to read all others.
	Promotable []string
	// Table is the registry's name, for the list of a dry run.
	Table string
	DNS   dns
	// Kept is what tries before this one have read; nil keeps nothing, and has no budget of calls.
	Kept *Kept
	// Databases and Metrics return the client of a Region.
	Databases func(failover.Region) *rds.Client
	Metrics   func(failover.Region) *cloudwatch.Client
	// Executions returns the Step Functions client of a Region, to ask whether the run that holds the lock has ended.
	Executions func(failover.Region) Executions
	// Concurrency reads the account's limit of concurrent executions in a Region; nil does not look at it.
	Concurrency func(context.Context, failover.Region) (live.Concurrency, error)
	// Applications is where the registry is read, Lock where the lock is taken.
	Applications catalogue
	Lock         locker
	// Readiness takes what a check of the whole plan has found; nil takes nothing.
	Readiness gauge
}

// Handle checks the input and everything that the run depends on, plans the stages, and takes the lock, last and only
// if nothing is in the way. A run with nothing to move takes no lock, and neither does one that an alarm or a schedule
// asks for and that is skipped: their verdicts say so. What is wrong is not an error but an answer with the verdict "refused" and all findings;
// an error means that a run which could wait could not be judged.
//
// Of hosted zones that take more calls than Route 53's request quota lets pass at once, each try reads a part, and goes on
// where the one before had to stop ([Kept]): the verdict is "early" until all is read. A failover does not wait for that,
// and looks at no record then.
//
// A later phase of a run has its own list of stages, and the lock already. A drill's way back is validated as the way out,
// with the Regions exchanged, and waits for the first measurement of the replication lag of what has just become
// secondary. A rollback, and the retreat from a way back, are not: they only look at what the phase before
// has changed, and plan what undoes it. All end with [failover.FenceLost] when the run has the lock no longer.
//
// A second identical call looks again, finds the lock in the hands of this very run, and answers with the same epoch.
// Should it now find something in the way, it gives the lock back, because a refused run is never closed. After the run
// is over it takes no lock any more and answers "refused".
//
// A run with the action close, a check, and a run that is refused may answer with another run whose execution has ended
// without closing it ([failover.Closing]). Once that one is closed, they do not find it again.
func (h Handler) Handle(ctx context.Context, req failover.ValidateRequest) (failover.ValidateAnswer, error) {
	in := h.inspect(req)
	if h.Kept != nil {
		in.DNS = h.Kept.begin(req, h.DNS)
	}
	answer, err := in.judge(ctx)
	if err != nil && in.readsOn(err) {
		return in.unfinished(), nil
	}
	if err != nil {
		return failover.ValidateAnswer{}, err
	}
	if h.Kept != nil {
		h.Kept.end()
	}
	return answer, in.publish()
}

// judge looks at everything, unless the request alone is reason enough to refuse it, and makes the answer.
func (in *inspection) judge(ctx context.Context) (failover.ValidateAnswer, error) {
	if in.blocked() {
		return in.refuse(), nil
	}
	if in.input.Action == failover.Close {
		return in.judgeClose(ctx)
	}
	if why := in.input.Trigger.Skip(); why != "" && in.run.Phase == failover.Outbound {
		return in.skip(why), nil
	}
	look, plan := in.look, in.plan
	if in.run.Phase.Undoes() {
		look, plan = in.lookBack, in.planUndoing
	}
	if err := look(ctx); err != nil {
		return failover.ValidateAnswer{}, err
	}
	if in.comesAtABadTime() {
		return in.postpone(), nil
	}
	plan()
	answer, err := in.conclude(ctx)
	if err == nil && !in.input.DryRun && (answer.Verdict == failover.Refuse || in.input.Action == failover.Check) {
		in.closeHolder(ctx)
		answer.Close = in.closing
	}
	return answer, err
}
