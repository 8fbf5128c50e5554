// Package promotedatabase is the step that starts the promotion of a wave's databases in the Region that the run moves
// to. It only starts: VerifyHealth sees the promotions through.
package promotedatabase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"golang.org/x/sync/errgroup"
)

// Handler starts promotions.
type Handler struct {
	// Plan says how much lag a planned promotion accepts.
	Plan failover.Plan
	// Registry is the replica of the Region that the function runs in.
	Registry *registry.Store
	// OtherReplica returns the replica of another Region; only a planned run asks it.
	OtherReplica func(failover.Region) *registry.Store
	// RDS and CloudWatch return the client of a Region. That of the Region which a failover leaves is never asked for.
	RDS        func(failover.Region) *rds.Client
	CloudWatch func(failover.Region) *cloudwatch.Client
}

// Handle looks at every global cluster of the stage's wave, measures how far its secondary lags behind, and asks for the
// promotion of those that are not in progress yet: SwitchoverGlobalCluster, in the current primary's Region, when the
// run is planned; FailoverGlobalCluster with AllowDataLoss, in the Region being promoted, when it is not. (Without
// AllowDataLoss that call would be a switchover, which waits for a primary that is gone.)
//
// A planned run starts nothing as long as one of its databases has a blocker, for then all of them can
// still stay where they are. A phase that undoes another starts whatever can be started, and then reports the rest.
//
// A failover takes each database on its own, whatever is wrong with the others: what cannot be promoted for good is set
// aside with its cause, what waiting may cure remains for the next call, and is deferred. It needs
// no answer of DescribeGlobalClusters ([unread]).
//
// A database that lags more than the plan accepts is a blocker of a planned run too ([lagging]): minutes may have
// passed since Validate has measured it, while an approver was asked. A lag that cannot be measured keeps no database from being
// promoted; it is -1.
//
// It starts nothing unless the run holds the registry's lock, and, when it is planned, no run of the other Region has
// superseded it. Before a planned run starts anything, it is noted in the
// registry: on every later phase, only what has been noted on the way out is promoted. A failover notes it afterwards, for
// the report alone. The lag that is answered is that of the databases which this run promotes.
//
// A second identical call starts nothing: a promotion that is in flight, or finished, is found as such and counted. It
// measures again, and may find nothing where the first call did, because a writer has no lag: whoever calls keeps the
// largest.
//
// Errors: FenceLost when something is to be started and the run does not hold the lock (any more), or Overtaken when
// other promotions of the wave are in flight already; Rejected when a global cluster or its member is missing, when the
// writer is in a third Region, when another operation promotes another member, and when a failover has no consent to
// data loss; Busy when a promotion is being cancelled, when a failover meets a switchover to elsewhere, when a planned
// run's database lags too much, and when RDS says that the cluster is in a passing state; otherwise those of the calls
// as the entry package names them: Throttled, Unreachable, Denied, Rejected. An error that waiting may cure goes before
// one that it does not, so that the retry starts what is left.
//
// It relies on "Using switchover or failover in Amazon Aurora Global Database" in the Aurora User Guide, and on
// FailoverGlobalCluster and FailoverState in the Amazon RDS API Reference.
func (h Handler) Handle(ctx context.Context, req failover.PromoteRequest) (failover.PromoteAnswer, error) {
	answer := failover.PromoteAnswer{LagMillis: -1}
	if !req.Stage.Promote {
		return answer, nil
	}
	if req.Run.Action == failover.Failover {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, promoteBudget)
		defer cancel()
	}
	apps, err := h.selected(ctx, req, &answer)
	if err != nil {
		return answer, err
	}
	jobs, err := h.plan(ctx, req, apps)
	if err != nil {
		return answer, err
	}
	if err := h.mayStart(ctx, req.Run, jobs); err != nil {
		return answer, err
	}
	h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Now, req.Run.WaitAfter(req.Stage)))
	lags := h.lags(ctx, req, apps)
	if err := h.lagging(req, jobs, lags); err != nil {
		return answer, err
	}
	if err := h.note(ctx, req, jobs, lags); err != nil {
		return answer, err
	}
	h.startAll(ctx, req, jobs)
	h.noteStarted(ctx, req, jobs, lags)
	if lag := live.MaxLag(ofPromoted(jobs, lags)); lag.Known {
		answer.LagMillis, answer.LagOf, answer.LagAt = lag.Millis, lag.GlobalCluster, &lag.At
	}
	count(jobs, &answer)
	if req.Run.Action == failover.Failover {
		setAside(req, jobs, &answer)
		return answer, nil
	}
	return answer, worst(jobs)
}

// count counts the promotions that were asked for without an error, by what this call has found of them.
func count(jobs []job, answer *failover.PromoteAnswer) {
	for _, j := range jobs {
		switch {
		case j.err != nil:
		case j.task == start:
			answer.Started++
		case j.task == inFlight:
			answer.InFlight++
		case j.task == alreadyDone:
			answer.AlreadyDone++
		}
	}
}

// mayStart asks for the lock when there is something to start. RDS has no fence as hosted zones have: without this, a
// call that was left over from a run long finished would promote back what a newer run has moved away.
func (h Handler) mayStart(ctx context.Context, run failover.Run, jobs []job) error {
	for _, j := range jobs {
		if j.err != nil || j.task != start {
			continue
		}
		err := h.holds(ctx, run)
		if errors.Is(err, registry.ErrOvertaken) {
			condition := failover.FenceLost
			if slices.ContainsFunc(jobs, func(j job) bool { return j.err == nil && j.task == inFlight }) {
				condition = failover.Overtaken
			}
			return failover.Fail(condition, failover.Doing("promote", "global cluster "+j.database.GlobalCluster, err))
		}
		return err
	}
	return nil
}

// holds asks the replica of the run's own Region whether it has the lock, and for a planned run the other Region's too
// whether it was superseded there: a run that wakes up in a Region which was dark finds its own replica as it left it.
func (h Handler) holds(ctx context.Context, run failover.Run) error {
	if err := h.Registry.Holds(ctx, run); err != nil || !run.Action.Planned() || h.OtherReplica == nil {
		return err
	}
	err := h.OtherReplica(h.Plan.Other(run.Region())).MayMove(ctx, run)
	if errors.Is(err, registry.ErrRunOver) { // its own Region has said that it is not
		return nil
	}
	return err
}

// selected returns the applications of the wave that the run is about and that have a database. One that is not what
// Validate has seen is not promoted: a failover sets it aside, and no other run begins.
func (h Handler) selected(ctx context.Context, req failover.PromoteRequest, answer *failover.PromoteAnswer) ([]failover.Application, error) {
	wave, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return nil, err
	}
	moving := slices.DeleteFunc(slices.Clone(wave), func(app failover.Application) bool { return !req.Run.Moves(app) })
	strangers := req.Stage.Strangers(moving)
	if err := strangers.Err(); err != nil && req.Run.Action != failover.Failover {
		return nil, err
	}
	answer.SetAside = strangers.Aside(req.SetAside)
	aside := slices.Concat(req.SetAside, answer.SetAside)
	var apps []failover.Application
	for _, app := range wave {
		app.Databases = slices.DeleteFunc(slices.Clone(req.Run.Databases(app)), func(db failover.Database) bool { return aside.Database(app, db) })
		if req.Run.Moves(app) && app.HasDatabase() {
			apps = append(apps, app)
		}
	}
	return apps, nil
}

// job is one database, what is to be done about it, and what went wrong.
type job struct {
	app      failover.Application
	database failover.Database
	task     task
	// lossy says that its promotion is in flight and may lose data.
	lossy bool
	err   error
}

// plan decides about every database, once each, in the order of the applications. It fails when nothing is to be
// started: in a planned run, unless it undoes what it did, because of any of them.
func (h Handler) plan(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) ([]job, error) {
	clusters, readErr := h.read(ctx, req, apps)
	var members map[string]live.Cluster
	if readErr != nil {
		members = h.members(ctx, req, apps)
	}
	var jobs []job
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			if seen[db.GlobalCluster] {
				continue
			}
			seen[db.GlobalCluster] = true
			j := job{app: app, database: db}
			switch g, ok := clusters[db.GlobalCluster]; {
			case ok:
				j.task, j.err = decide(req, db, g)
				j.lossy = g.Operation != nil && g.Operation.DataLoss
			case readErr != nil:
				j.task, j.err = unread(req, db, members, readErr)
			default:
				j.err = reject("it does not exist as seen from %s", req.Stage.To)
			}
			if j.err != nil {
				j.err = failover.Doing("promote", fmt.Sprintf("global cluster %s of %s", db.GlobalCluster, app.Name), j.err)
			}
			jobs = append(jobs, j)
		}
	}
	if req.Run.Action.Planned() && !req.Run.Phase.Undoes() {
		return jobs, worst(jobs)
	}
	return jobs, nil
}

const (
	// fewStarts is up to how many promotions are asked for one after the other, atOnce how many are when there are more.
	fewStarts = 8
	atOnce    = 8
)

// startAll asks for what is to be started, and notes in each job how that went.
func (h Handler) startAll(ctx context.Context, req failover.PromoteRequest, jobs []job) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	if len(jobs) <= fewStarts {
		group.SetLimit(1)
	}
	for i := range jobs {
		if j := &jobs[i]; j.err == nil && j.task == start {
			group.Go(func() error {
				j.err = h.start(ctx, req, j.database)
				return nil
			})
		}
	}
	_ = group.Wait() // the errors are in the jobs
}

func (h Handler) start(ctx context.Context, req failover.PromoteRequest, db failover.Database) (err error) {
	target := db.Clusters[req.Stage.To]
	if req.Run.Action == failover.Failover {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, startBudget)
		defer cancel()
	}
	if req.Run.Action.Planned() {
		_, err = h.RDS(req.Stage.From).SwitchoverGlobalCluster(ctx, &rds.SwitchoverGlobalClusterInput{
			GlobalClusterIdentifier: &db.GlobalCluster, TargetDbClusterIdentifier: &target,
		})
	} else {
		_, err = h.RDS(req.Stage.To).FailoverGlobalCluster(ctx, &rds.FailoverGlobalClusterInput{
			GlobalClusterIdentifier: &db.GlobalCluster, TargetDbClusterIdentifier: &target, AllowDataLoss: aws.Bool(true),
		})
	}
	if err != nil {
		return failover.Doing("promote", fmt.Sprintf("global cluster %s in %s", db.GlobalCluster, req.Stage.To), err)
	}
	return nil
}

// worst is the first error that waiting may cure, or else the first of all, with the number of the others.
func worst(jobs []job) error {
	var curable, first error
	failed := 0
	for _, j := range jobs {
		if j.err == nil {
			continue
		}
		failed++
		if first == nil {
			first = j.err
		}
		if curable == nil && entry.ConditionOf(j.err).Temporary() {
			curable = j.err
		}
	}
	if curable != nil {
		first = curable
	}
	if failed > 1 {
		return &failover.FirstError{Err: first, More: failed - 1, Of: fmt.Sprintf("%d databases", len(jobs))}
	}
	return first
}
