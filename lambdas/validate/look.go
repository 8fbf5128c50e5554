package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// lookTimeout bounds each part of the look, lookBudget all of them together. In an outage whole services may not answer;
// what a failover can do without must not cost it the time of its users, nor the time that is left of the invocation's 17
// seconds for the lock, without which nothing moves at all.
const (
	lookTimeout = 5 * time.Second
	lookBudget  = 10 * time.Second
)

// part is one of the things to look at.
type part struct {
	what string
	read func(context.Context) error
}

// look reads everything and notes what is found. Each part is looked at although another was bad: an operator wants to
// see all of it at once.
func (in *inspection) look(ctx context.Context) error {
	in.readStarter(ctx)
	all, err := in.Applications.Applications(ctx)
	if err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	if in.lock, err = in.Applications.Lock(ctx); err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	in.choose(in.lock.Believed(all))
	in.checkReleases(ctx)
	if err := in.checkLock(ctx); err != nil || in.comesAtABadTime() {
		return err
	}
	err = in.lookAt(ctx,
		part{"the hosted zones", in.readZones},
		part{"the DNS records", in.readRecords},
		part{"the databases of " + string(in.run.From), in.readSources},
		part{"the databases", in.readDatabases},
		part{"the replication lag", in.readLag},
		part{"the health metrics", in.readHealth},
		part{"the alarms", in.readAlarms},
		part{"the limit of concurrent executions", in.readConcurrency},
	)
	if err != nil {
		return err
	}
	in.checkConsent()
	in.checkShared()
	return nil
}

// lookAt reads one part after the other. When those before have used up the time of all, the rest is not waited for.
func (in *inspection) lookAt(ctx context.Context, parts ...part) error {
	ctx, cancel := context.WithTimeout(ctx, lookBudget)
	defer cancel()
	for _, p := range parts {
		if err := in.attempt(ctx, p.what, p.read); err != nil {
			return err
		}
	}
	return nil
}

// attempt reads one part. What could not be read does not stop a failover; a planned action is tried again when waiting
// may help; and whoever only looks is told at once.
func (in *inspection) attempt(ctx context.Context, what string, read func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	err := read(bounded)
	if err == nil {
		return nil
	}
	unfinished := in.Kept != nil && in.Kept.goesOn(err) && (!in.outage() || in.onlyLooks())
	if condition := entry.ConditionOf(err); unfinished || !in.outage() && !in.onlyLooks() && helpsToWait(condition) {
		return fmt.Errorf("look at %s: %w", what, err)
	}
	if foreign := (*live.ForeignFence)(nil); errors.As(err, &foreign) {
		in.object(failover.CodeUnreachable, fmt.Sprintf("TXT record %s in zone %s", foreign.Name, foreign.Zone), "is not Drover's: "+foreign.Why.Error(),
			"delete it, and start again").Command = foreign.Command
		return nil
	}
	in.object(failover.CodeUnreachable, what+" seen from "+string(in.Region), entry.CouldNot("be read", err), "")
	return nil
}

func helpsToWait(c failover.Condition) bool {
	return c == failover.Throttled || c == failover.Unreachable || c == failover.Busy
}

// choose keeps the applications that the input is about.
func (in *inspection) choose(all []failover.Application) {
	known := map[string]bool{}
	for _, app := range all {
		known[app.Name] = true
		if in.run.Selects(app.Name) {
			in.selected = append(in.selected, app)
		}
		in.floor = max(in.floor, app.Live.Epoch)
		switch {
		case app.Broken != "" && in.run.Selects(app.Name):
			in.broken = append(in.broken, app)
		case app.Broken != "":
		case in.run.Moves(app):
			in.apps = append(in.apps, app)
		default:
			in.others = append(in.others, app)
		}
	}
	for _, name := range in.input.Applications {
		if !known[name] {
			in.unknown = append(in.unknown, name)
			in.block(failover.CodeApplication, "application "+name, "is not registered", "use its name as drover status shows it").Command = in.Handler.Plan.Drover("status", in.Region)
		}
	}
	if len(all) == 0 {
		in.block(failover.CodeNothing, "registry", "no application is registered", "write the applications file, and register it").Command = in.register()
	}
}

func (in *inspection) readRecords(ctx context.Context) error {
	sets, err := live.Records(ctx, in.DNS, in.toRead())
	if err != nil {
		return err
	}
	in.sets = sets
	in.checkSurroundings()
	zones, unread := in.readFences(ctx)
	if err := in.findUnrecorded(ctx); err != nil {
		return err
	}
	in.checkRecords()
	for _, r := range zones {
		if err := in.checkFence(ctx, r, in.fences[r.Zone]); err != nil {
			return err
		}
	}
	return unread
}

// readFences reads the fence record of each zone, and returns the first record of each whose fence was read. One that is
// not Drover's is an error. A fence can be newer than the lock: runs of the other Region may not have arrived in this
// replica of the registry.
func (in *inspection) readFences(ctx context.Context) ([]failover.Record, error) {
	var zones []failover.Record
	in.fences = map[string]live.FenceRecord{}
	for _, app := range in.apps {
		for _, r := range app.Records {
			if _, seen := in.fences[r.Zone]; seen || in.closed[r.Zone] {
				continue
			}
			fence, err := live.ReadFence(ctx, in.DNS, r.Zone, live.FenceNamesOf(in.Plan.Name, r.ZoneName))
			if err != nil {
				return zones, err
			}
			in.fences[r.Zone] = fence
			zones = append(zones, r)
		}
	}
	return zones, nil
}

// checkFence looks who has moved the zone last. If this replica of the registry does not know that run to be over, it may
// be under way in the other Region, where it holds a lock that has not arrived here or that was overwritten on the way.
// Then the fence is the only trace of it, and it stands in the way as its lock would.
func (in *inspection) checkFence(ctx context.Context, r failover.Record, found live.FenceRecord) error {
	fence := found.Fence
	in.floor = max(in.floor, fence.Epoch)
	known := fence.Epoch < in.lock.Epoch || fence.Epoch == in.lock.Epoch && (wrote(in.lock.Owner, fence) || wrote(in.lock.LastOwner, fence))
	if !found.Exists || known || fence.Of(in.run) || in.run.Phase.Returns() {
		return nil
	}
	runs, err := in.latestRuns(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(runs, func(run registry.RunRecord) bool { return fence.Of(run.Run) }) {
		return nil
	}
	in.checkFenceOwner(ctx, r, fence)
	return nil
}

// wrote says whether the execution with this ARN has written the fence.
func wrote(execution string, fence failover.Fence) bool {
	return execution != "" && execution == failover.ExecutionOf(failover.Run{ARN: execution}, fence)
}

// knownRuns is how many of the latest runs are looked through for one that is over.
const knownRuns = 50

// latestRuns are those, newest first, read once.
func (in *inspection) latestRuns(ctx context.Context) ([]registry.RunRecord, error) {
	if in.runs != nil {
		return in.runs, nil
	}
	runs, err := in.Applications.Runs(ctx, knownRuns)
	if err != nil {
		return nil, fmt.Errorf("read the registry: %w", err)
	}
	in.runs = append([]registry.RunRecord{}, runs...)
	return in.runs, nil
}

func (in *inspection) readDatabases(ctx context.Context) error {
	clusters, err := live.Databases(ctx, in.Databases(in.run.To), in.apps)
	if err != nil && !in.noClusters(err) {
		return err
	}
	in.notPromotable()
	var arns []string
	for _, db := range in.databases() {
		if arn, ok := db.Clusters[in.run.To]; ok && !in.withheld[db.GlobalCluster] {
			arns = append(arns, arn)
		}
	}
	members, err := live.Clusters(ctx, in.Databases(in.run.To), arns)
	if err != nil {
		return err
	}
	in.clusters, in.members, in.clustersRead = clusters, members, true
	in.checkDatabases()
	return nil
}

func (in *inspection) readLag(ctx context.Context) error {
	var behind []failover.Application
	for _, app := range in.apps {
		if in.mustPromote(app) {
			app.Databases = in.run.Databases(app)
			behind = append(behind, app)
		}
	}
	lags, err := live.Lag(ctx, in.Metrics(in.run.To), behind, in.run.To, in.req.Now)
	if err != nil {
		return err
	}
	in.lags = lags
	in.checkLag()
	return in.readLatency(ctx)
}

// readLatency looks how far the other Region's registry is behind, and notes it for the record. It is a warning at
// most: the runs of one Region need only its own replica, and the fence holds them apart however far the other one is
// behind.
func (in *inspection) readLatency(ctx context.Context) error {
	latency, known, err := live.TableLatency(ctx, in.Metrics(in.run.To), in.Table, in.run.From, in.req.Now)
	if err != nil {
		return err
	}
	if known {
		in.run.RegistryLagMillis = new(latency.Milliseconds())
	}
	if limit := time.Duration(in.Plan.MaxLagSeconds) * time.Second; known && latency > limit {
		in.warn(failover.CodeLag, "table "+in.Table, fmt.Sprintf("its writes take %v from %s to %s; expected at most %v",
			latency.Round(time.Millisecond), in.run.To, in.run.From, limit), "")
	}
	return nil
}

func (in *inspection) readHealth(ctx context.Context) error {
	readings, err := live.Health(ctx, in.Metrics(in.run.To), in.apps, in.run.To, in.req.Now)
	if err != nil {
		return err
	}
	in.checkHealth(readings)
	return nil
}

func (in *inspection) readAlarms(ctx context.Context) error {
	states, err := live.Alarms(ctx, in.Metrics(in.run.To), in.apps)
	if err != nil {
		return err
	}
	in.checkAlarms(states)
	return nil
}

// databases are those of all applications, each once, in the order of the applications.
func (in *inspection) databases() []failover.Database {
	var all []failover.Database
	seen := map[string]bool{}
	for _, app := range in.apps {
		for _, db := range in.run.Databases(app) {
			if !seen[db.GlobalCluster] {
				seen[db.GlobalCluster] = true
				all = append(all, db)
			}
		}
	}
	return all
}

// mustPromote says whether a database of the application is not, or not for certain, written in the target Region.
func (in *inspection) mustPromote(app failover.Application) bool {
	if app.Databases = in.run.Databases(app); !in.clustersRead {
		return app.HasDatabase()
	}
	return len(live.WhyNotWriting(in.clusters, app, in.run.To)) > 0
}
