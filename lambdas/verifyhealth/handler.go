// Package verifyhealth is the step that checks once everything that a stage has started: changes of DNS, promotions of
// databases, and the health of the applications in the target Region.
package verifyhealth

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// dns is the part of the Route 53 client that this step uses.
type dns interface {
	GetChange(context.Context, *route53.GetChangeInput, ...func(*route53.Options)) (*route53.GetChangeOutput, error)
	GetHealthCheckStatus(context.Context, *route53.GetHealthCheckStatusInput, ...func(*route53.Options)) (*route53.GetHealthCheckStatusOutput, error)
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
}

// Handler plays VerifyHealth.
type Handler struct {
	// Registry is the replica of the Region that the function runs in.
	Registry *registry.Store
	// Route53 is the client of the one Route 53 there is.
	Route53 dns
	// RDS and CloudWatch return the client of a Region; only that of the target Region is requested.
	RDS        func(failover.Region) *rds.Client
	CloudWatch func(failover.Region) *cloudwatch.Client
	// NameServers answers for the zones whose users a switch has moved.
	NameServers nameServers
}

// Handle checks once, and waits for nothing: the state machine waits and calls again. The verdict is the worst of:
//
//   - failed, when the stage can never pass, or should not: in a planned run, users were unhealthy for too long ([tolerance])
//     although DNS was in sync and the writer in the target Region, and users can return; another promotion of the cluster is
//     in progress; the promotion is being cancelled; or no application is left in the wave;
//   - lost, when Route 53 has lost a change that it had accepted;
//   - unpromoted, when Aurora has cancelled a promotion of a failover, such as a planned switchover that the failover found in
//     progress;
//   - pending, when a change is not in sync, a writer or its cluster is not ready, or a health rule is not met. No data counts
//     as unhealthy, and a datapoint from before the shift does not count (see [Handler.health]). A healthy check is pending too
//     until enough checks in a row were healthy, each with newer datapoints, and the bake time is over;
//   - passed otherwise. Before that, Handle reads all record sets, and the writers if all users have moved: a stage does not
//     pass while a record has other weights than the stage has set, or while an unregistered record set answers users. Handle
//     does not change them back. What it has verified is the inventory, which Notify reports.
//
// A stage that closes a phase is checked in the same way, for all waves that the phase has moved, and for what the registry
// says of them.
//
// A stage that restores is healthy when every record has the weights that it had before the run. If a later stage of a rollback
// moves the writers, this stage is healthy when no promotion is in progress: a promotion must end before it can be reversed.
// The later stage then checks the health of the application.
//
// For applications whose users a switch has moved, it also asks the zones' own name servers ([Handler.answers]), and the registry
// for the switch ([Handler.switches]). It does not read weights that are pending. For the other applications that have a switch, the
// check that may pass asks the name servers too ([Handler.keptOut]).
//
// A stage that proves switches is checked by [Handler.prove].
//
// Handle does not check what a failover has set aside: neither its weights nor its promotion, nor the health of its
// application.
//
// The reasons name the application, the object, the Region, and what is expected.
//
// A second identical call checks again and changes nothing; this step only reads. It counts the same as the first, because the
// request has the counts of earlier checks.
//
// Errors: FenceLost when a newer run has moved one of the applications, or has taken the lock; otherwise those of the calls as the entry package names
// them: Throttled, Unreachable, Busy, Denied, Rejected. For the state machine a failed call is inconclusive, and uses one
// attempt.
//
// It relies on GetChange in the Amazon Route 53 API Reference; on "Enabling accelerated recovery", Amazon Route 53
// Developer Guide, for NoSuchChange; on GetMetricData in the Amazon CloudWatch API Reference; and on FailoverState in the
// Amazon RDS API Reference: a promotion is finished when there is no state any more, the target is the writer, and its
// cluster is available.
func (h Handler) Handle(ctx context.Context, req failover.VerifyRequest) (failover.VerifyAnswer, error) {
	if req.Passes != nil {
		req.Healthy = *req.Passes
	}
	apps, err := h.selected(ctx, req)
	if err != nil {
		return failover.VerifyAnswer{}, err
	}
	if err := overtaken(req, apps); err != nil {
		return failover.VerifyAnswer{}, err
	}
	if err := h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Now, req.Run.WaitAfter(req.Stage))); err != nil {
		return failover.VerifyAnswer{}, failover.Fail(failover.FenceLost, err)
	}
	if req.Stage.Prove != "" {
		return h.prove(ctx, req, apps)
	}
	l := newAttempt(req.Streak)
	if len(apps) == 0 {
		l.giveUp("wave %d has no application of this run in the registry any more", req.Stage.Wave)
	}
	apps = l.withoutAside(req, apps)
	for _, check := range []func(context.Context, *attempt, failover.VerifyRequest, []failover.Application) error{
		h.changes, h.answers, h.databases, h.health, h.verifyLast,
	} {
		if len(l.hopeless)+len(l.lost) > 0 {
			break // no later check can change the verdict
		}
		if err := check(ctx, l, req, apps); err != nil {
			return failover.VerifyAnswer{}, err
		}
	}
	answer := l.answer(req, tolerance(req.Stage, apps))
	answer.Inventory, answer.SetAside = l.carry(req), l.pendingParts(req.SetAside)
	if l.inSync > 0 || l.answeredAt != nil || l.inSyncAt != nil {
		answer.Streak = cmp.Or(answer.Streak, &failover.Streak{Since: req.Now})
		answer.Streak.InSync, answer.Streak.AnsweredAt, answer.Streak.InSyncAt = l.inSync, l.answeredAt, l.inSyncAt
	}
	if req.Passes != nil {
		answer.Passes = &answer.Healthy
	}
	return answer, nil
}

// verifyLast reads what only a check that counts needs. Until then it keeps what earlier checks have read.
func (h Handler) verifyLast(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	if !l.again(req) {
		if l.healthy() {
			l.inventory = req.Inventory
		}
		return nil
	}
	return h.lastCheck(ctx, l, req, apps)
}

func (h Handler) selected(ctx context.Context, req failover.VerifyRequest) ([]failover.Application, error) {
	wave, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return nil, err
	}
	var apps []failover.Application
	for _, app := range wave {
		if req.Stage.Covers(app) && req.Run.Moves(h.Registry.Plan, app) {
			apps = append(apps, app)
		}
	}
	return apps, nil
}

// withoutAside are the applications without the parts that the run has set aside: these are not checked, and do not stop the
// others from passing. A run that only writes pending weights moves no user and no writer, so neither is checked.
func (l *attempt) withoutAside(req failover.VerifyRequest, apps []failover.Application) []failover.Application {
	rest := make([]failover.Application, len(apps))
	for i, app := range apps {
		rest[i] = req.SetAside.Rest(app)
		if req.Run.OnlyWeights {
			rest[i].Databases, rest[i].Health = nil, nil
		}
		l.unwritten[app.Name] = req.SetAside.Traffic(app)
	}
	return rest
}

// overtaken returns an error if a newer run has moved one of the applications.
func overtaken(req failover.VerifyRequest, apps []failover.Application) error {
	for _, app := range apps {
		if app.Live.Epoch > req.Run.Epoch {
			return failover.Fail(failover.FenceLost, fmt.Errorf("application %s: a newer run has moved it: epoch %d in the registry, this run has %d",
				app.Name, app.Live.Epoch, req.Run.Epoch))
		}
	}
	return nil
}
