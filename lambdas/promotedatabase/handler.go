// Package promotedatabase is the step that starts the promotion of a wave's databases in the target Region. It does not wait
// for the promotions: VerifyHealth does.
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
	// OtherReplica returns the registry of another Region; only a planned run reads it.
	OtherReplica func(failover.Region) *registry.Store
	// RDS and CloudWatch return the client of a Region. A failover never requests that of its source Region.
	RDS        func(failover.Region) *rds.Client
	CloudWatch func(failover.Region) *cloudwatch.Client
}

// Handle reads every global cluster of the stage's wave, measures the replication lag of its secondary, and requests each
// promotion that is not in progress yet. A planned run calls SwitchoverGlobalCluster in the Region of the current writer. A
// failover calls FailoverGlobalCluster with AllowDataLoss in the target Region. (Without AllowDataLoss that call would be a
// switchover, which waits for a writer that does not respond.)
//
// A planned run starts nothing while one of its databases has a blocker: then all of them can still stay in the source Region.
// A rollback or return-rollback starts every promotion that it can, and then reports the others.
//
// A failover treats each database alone. A database that cannot be promoted is set aside with its cause. If waiting may help,
// its promotion is deferred to the next call. A failover works without an answer of DescribeGlobalClusters ([unread]).
//
// In a planned run, a database that lags more than the plan accepts is a blocker too ([lagging]): minutes may have passed since
// Validate measured it, such as the wait for an approval. A lag that cannot be measured stops no promotion; it is reported as
// -1.
//
// It starts nothing unless the run holds the registry's lock and, in a planned run, no run of the other Region has superseded
// it. A planned run notes each promotion in the registry before it requests it: every later phase promotes only what the
// outbound phase has noted. A failover notes it afterwards, only for the report. The answer has the lag of the databases that
// this run promotes.
//
// A second identical call starts nothing: it finds the promotions in progress or finished, and counts them. It measures the lag
// again, and may measure none, because a writer has no lag: the state machine keeps the largest lag.
//
// Errors: FenceLost when a promotion must be started and the run does not hold the lock, or Overtaken when other promotions of
// the wave are in progress already; Rejected when a global cluster or its member is missing, when the writer is in a third
// Region, when another operation promotes another member, and when a failover has no consent to data loss; Busy when a
// promotion is being cancelled, when a failover finds a switchover to another Region, when a planned run's database lags too
// much, and when RDS says that the cluster is in a temporary state; otherwise those of the calls as the entry package names
// them: Throttled, Unreachable, Denied, Rejected. If several errors occur, one that a retry may cure is returned, so that the
// retry starts the other promotions.
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
	_ = h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Now, req.Run.WaitAfter(req.Stage)))
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

// count counts the promotions without an error, by the state in which this call found them.
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

// mayStart checks the lock when there is a promotion to start, or one in progress that the run would note. RDS has no fence as
// hosted zones have. Without this check, a late call of a finished run could move back a writer that a newer run has moved. A
// lock that cannot be read keeps promotions from starting, and nothing else.
func (h Handler) mayStart(ctx context.Context, run failover.Run, jobs []job) error {
	is := func(t task) func(job) bool { return func(j job) bool { return j.err == nil && j.task == t } }
	starts, going := slices.IndexFunc(jobs, is(start)), slices.IndexFunc(jobs, is(inFlight))
	if starts < 0 && going < 0 {
		return nil
	}
	err := h.holds(ctx, run)
	switch {
	case errors.Is(err, registry.ErrOvertaken):
		first, condition := starts, failover.FenceLost
		if going >= 0 {
			condition = failover.Overtaken
		}
		if starts < 0 {
			first = going
		}
		return failover.Fail(condition, failover.Doing("promote", "global cluster "+jobs[first].database.GlobalCluster, err))
	case starts < 0:
		return nil
	}
	return err
}

// holds checks the lock in the registry of the run's own Region. For a planned run it also checks in the other Region that no
// run has superseded this one: a run that continues after an outage of its Region finds its own replica unchanged.
func (h Handler) holds(ctx context.Context, run failover.Run) error {
	if err := h.Registry.Holds(ctx, run); err != nil || !run.Action.Planned() || h.OtherReplica == nil {
		return err
	}
	err := h.OtherReplica(h.Plan.Other(run.Region())).MayMove(ctx, run)
	if errors.Is(err, registry.ErrRunOver) && !errors.Is(err, registry.ErrOvertaken) { // its own Region does not know of a newer run
		return nil
	}
	return err
}

// selected returns the applications of the wave that the run moves and that have a database. An application that has changed
// since Validate read it is not promoted: a failover sets it aside, and a planned run starts nothing.
func (h Handler) selected(ctx context.Context, req failover.PromoteRequest, answer *failover.PromoteAnswer) ([]failover.Application, error) {
	wave, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return nil, err
	}
	moving := slices.DeleteFunc(slices.Clone(wave), func(app failover.Application) bool { return !req.Run.Moves(h.Registry.Plan, app) })
	strangers := req.Stage.Strangers(moving)
	if err := strangers.Err(); err != nil && req.Run.Action != failover.Failover {
		return nil, err
	}
	answer.SetAside = strangers.Aside(req.SetAside)
	aside := slices.Concat(req.SetAside, answer.SetAside)
	var apps []failover.Application
	for _, app := range wave {
		app.Databases = slices.DeleteFunc(slices.Clone(req.Run.Databases(app)), func(db failover.Database) bool { return aside.Database(app, db) })
		if req.Run.Moves(h.Registry.Plan, app) && app.HasDatabase() {
			apps = append(apps, app)
		}
	}
	return apps, nil
}

// job is one database with its task and its error.
type job struct {
	app      failover.Application
	database failover.Database
	task     task
	// lossy says that its promotion is in progress and may lose data.
	lossy bool
	err   error
}

// plan decides about every database once, in the order of the applications. In a planned run, one error fails the whole call
// and nothing is started; a rollback or return-rollback continues.
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
	// Up to fewStarts promotions are requested one after the other. Of more, atOnce are requested at a time.
	fewStarts = 8
	atOnce    = 8
)

// startAll requests the promotions and keeps the result in each job.
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

// worst is the first error that a retry may cure, or else the first error, with the number of the others.
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
