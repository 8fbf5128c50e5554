package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// facts are what was read for a question. Parts that could not be read are empty, and unread has why.
type facts struct {
	*question
	unread map[string]error // by part; see parts

	// The registry. floor is the newest epoch that any run has left anywhere that was read; this run's must be newer.
	apps     []failover.Application // those that the run moves
	others   []failover.Application // those that it does not
	selected []failover.Application // those that it is about, whatever they are
	broken   []failover.Application // those of them whose items break the rules; they are among neither apps nor others
	unknown  []string               // the applications of the input that are not registered
	empty    bool                   // no application is registered
	lock     registry.Lock
	runs     []registry.RunRecord // the latest, newest first; nil until they are needed
	floor    int64

	// Executions that have ended: that of the run that holds the lock, and those that have written a fence, by ARN.
	holder *execution
	ended  map[string]*execution

	// Route 53. closed are the hosted zones that the plan cannot read, each with why.
	zoneNames   map[string]string
	closed      map[string]error
	sets        live.RecordSets
	recordsRead bool
	fences      map[string]live.FenceRecord // by zone
	fenced      []failover.Record           // the first record of each zone whose fence was read
	ownersRead  bool                        // so was what is needed to judge the fences

	// RDS. denied are the global clusters that the plan may not read, each with why.
	clustersListed bool
	denied         map[string]error
	clusters       map[string]live.GlobalCluster
	members        map[string]live.Cluster // of the target Region
	sources        map[string]live.Cluster // of the Region that is left; of a failover none is read
	clustersRead   bool

	// CloudWatch and Lambda. What is nil was not read or not measured.
	lags        []live.ReplicationLag
	latency     *time.Duration // of the registry's replication
	readings    []live.Reading
	alarms      map[string]string
	concurrency *live.Concurrency
}

// execution is what Step Functions says of one.
type execution struct {
	ARN, Name, Input string
	Status           types.ExecutionStatus
	Started, Stopped time.Time
	Error, Cause     string
}

// choose sorts the registered applications by what the run does with them.
func (f *facts) choose(all []failover.Application) {
	known := map[string]bool{}
	for _, app := range all {
		known[app.Name] = true
		if f.run.Selects(app.Name) {
			f.selected = append(f.selected, app)
		}
		f.floor = max(f.floor, app.Live.Epoch)
		switch {
		case app.Broken != "" && f.run.Selects(app.Name):
			f.broken = append(f.broken, app)
		case app.Broken != "":
		case f.run.Moves(app):
			f.apps = append(f.apps, app)
		default:
			f.others = append(f.others, app)
		}
	}
	for _, name := range f.input.Applications {
		if !known[name] {
			f.unknown = append(f.unknown, name)
		}
	}
	f.empty = len(all) == 0
}

// mayNotUse says why the plan may not use a global cluster, or nothing: it may not read it, or it may not promote it. Where
// there are many, IAM lets the plan read all of the account.
func (f *facts) mayNotUse(id string) string {
	if err := f.denied[id]; err != nil {
		return entry.CouldNot("be read", err)
	}
	named := slices.ContainsFunc(f.Promotable, func(promotable string) bool { return strings.EqualFold(promotable, id) })
	if len(f.Promotable) > 0 && !named {
		return "it is not in the plan's context, and IAM lets the plan promote only those"
	}
	return ""
}

// ownerUnknown says whether the run that wrote a fence may be in progress elsewhere, as far as the lock tells: this replica
// of the registry may not know of it yet, or its lock may have been overwritten.
func (f *facts) ownerUnknown(found live.FenceRecord) bool {
	fence := found.Fence
	known := fence.Epoch < f.lock.Epoch || fence.Epoch == f.lock.Epoch && (wrote(f.lock.Owner, fence) || wrote(f.lock.LastOwner, fence))
	return found.Exists && !known && !fence.Of(f.run) && !f.run.Phase.Returns()
}

// isOver says whether the run that wrote a fence is among the latest runs that have ended.
func (f *facts) isOver(fence failover.Fence) bool {
	return slices.ContainsFunc(f.runs, func(r registry.RunRecord) bool { return fence.Of(r.Run) })
}

// needsRuns says whether the latest runs decide about a fence, or about weights that the registry does not know.
func (f *facts) needsRuns() bool {
	if slices.ContainsFunc(f.fenced, func(r failover.Record) bool { return f.ownerUnknown(f.fences[r.Zone]) }) {
		return true
	}
	return !f.run.Phase.Returns() && slices.ContainsFunc(f.apps, func(app failover.Application) bool {
		place, differs := f.placeOf(app)
		return differs && !isAllIn(place.Weights, f.run.To) && f.shiftedSince(app)
	})
}

// shiftedSince says whether a run has written all zones of an application after what the registry has of it.
func (f *facts) shiftedSince(app failover.Application) bool {
	return !slices.ContainsFunc(app.Records, func(r failover.Record) bool {
		found := f.fences[r.Zone]
		return !found.Exists || !newerThan(found.Fence, app.Live)
	})
}

// explained says whether a run is known to have left an application's traffic in a place: a newer run than the registry has
// of the application has written all of its zones, and it did not end with registry and zones in agreement. Traffic that is
// all in the target Region needs no explanation: to move there changes nothing.
func (f *facts) explained(app failover.Application, place failover.Place) bool {
	if isAllIn(place.Weights, f.run.To) {
		return true
	}
	return f.shiftedSince(app) && !slices.ContainsFunc(app.Records, func(r failover.Record) bool { return !f.brokeOff(f.fences[r.Zone].Fence, app) })
}

// brokeOff says whether a run, after what the registry has of an application, may have ended with registry and zones in
// disagreement: it was Held, its lock was taken over, or it wrote the fence and its end is not recorded. A run that is too
// old to be among the latest ones counts as one that ended well.
func (f *facts) brokeOff(fence failover.Fence, app failover.Application) bool {
	over := map[string]bool{}
	for _, r := range f.runs {
		over[r.Run.ID] = true
	}
	for _, r := range f.runs {
		held := r.Outcome == failover.Held && r.Run.Selects(app.Name)
		takenOver := r.Run.TakenOverFrom != "" && !over[r.Run.TakenOverFrom]
		if r.Run.Epoch >= app.Live.Epoch && (held || takenOver) {
			return true
		}
	}
	return !f.isOver(fence) && (len(f.runs) < knownRuns || f.runs[len(f.runs)-1].Run.Epoch < fence.Epoch)
}

// databases are those of all applications, each once, in the order of the applications.
func (f *facts) databases() []failover.Database {
	var all []failover.Database
	seen := map[string]bool{}
	for _, app := range f.apps {
		for _, db := range f.run.Databases(app) {
			if !seen[db.GlobalCluster] {
				seen[db.GlobalCluster] = true
				all = append(all, db)
			}
		}
	}
	return all
}

// mustPromote says whether a database of the application is not, or not for certain, written in the target Region.
func (f *facts) mustPromote(app failover.Application) bool {
	if app.Databases = f.run.Databases(app); !f.clustersRead {
		return app.HasDatabase()
	}
	return len(live.WhyNotWriting(f.clusters, app, f.run.To)) > 0
}

func (f *facts) wave(wave int) []failover.Application {
	var apps []failover.Application
	for _, app := range f.apps {
		if app.Wave == wave || wave == 0 {
			apps = append(apps, app)
		}
	}
	return apps
}

// zones are the first record of each hosted zone, in the order of the applications.
func (f *facts) zones() []failover.Record {
	var zones []failover.Record
	seen := map[string]bool{}
	for _, app := range f.apps {
		for _, r := range app.Records {
			if !seen[r.Zone] {
				seen[r.Zone] = true
				zones = append(zones, r)
			}
		}
	}
	return zones
}

// isInTarget says whether nothing of the application has to move. What could not be read looks as if it were elsewhere.
func (f *facts) isInTarget(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, f.run.To)) == 0 &&
		len(live.WhyNotRouted(f.sets, app, f.run.To)) == 0 && !f.mustPromote(app)
}

func (f *facts) targetWrites(db failover.Database) bool {
	one := failover.Application{Databases: []failover.Database{db}}
	return f.clustersRead && len(live.WhyNotWriting(f.clusters, one, f.run.To)) == 0
}

// leftBehind are the applications that are not selected, have the database, and are not in the target Region already.
func (f *facts) leftBehind(db failover.Database) []string {
	var names []string
	for _, app := range f.others {
		has := slices.ContainsFunc(app.Databases, func(other failover.Database) bool { return other.GlobalCluster == db.GlobalCluster })
		if has && app.Live.Active != f.run.To {
			names = append(names, app.Name)
		}
	}
	return names
}

// becameSecondary says whether the cluster is one of a drill's that has become secondary on the way out and has no
// measurement since: an older one is of the time before the drill.
func (f *facts) becameSecondary(lag live.ReplicationLag) bool {
	return f.run.Phase == failover.Return && (!lag.Known || lag.At.Before(f.req.Run.PhaseStartedAt))
}

// placeOf is where all records of an application send its users, and whether the registry says otherwise. It takes weights
// that some stage can have written, the same in all records: anything else is no place.
func (f *facts) placeOf(app failover.Application) (place failover.Place, differs bool) {
	place = failover.Place{Active: app.Live.Active, Weights: map[failover.Region]int{}}
	for i, r := range app.Records {
		weights := f.sets.Weights(r)
		if i > 0 && !maps.Equal(weights, place.Weights) {
			return place, false
		}
		place.Weights = weights
	}
	from, hasFrom := place.Weights[f.run.From]
	to, hasTo := place.Weights[f.run.To]
	if len(place.Weights) != 2 || !hasFrom || !hasTo || from+to != 100 {
		return place, false
	}
	switch {
	case from == 100:
		place.Active = f.run.From
	case to == 100:
		place.Active = f.run.To
	}
	return place, !maps.Equal(place.Weights, app.Live.Weights)
}

// isAllIn says whether everybody is sent to the target Region already, which moving there does not change. It is what
// a run leaves that stopped between the shift and the registry.
func isAllIn(weights map[failover.Region]int, to failover.Region) bool {
	for region, w := range weights {
		if (w > 0) != (region == to) {
			return false
		}
	}
	return weights[to] > 0
}

func newerThan(fence failover.Fence, live failover.Live) bool {
	return fence.Epoch > live.Epoch || fence.Epoch == live.Epoch && fence.Stage > live.Stage
}

// wrote says whether the execution with this ARN has written the fence.
func wrote(execution string, fence failover.Fence) bool {
	return execution != "" && execution == failover.ExecutionOf(failover.Run{ARN: execution}, fence)
}

// hasReturned says whether any of the application's traffic has left the Region of a drill's soak again, in the registry or
// in Route 53.
func (f *facts) hasReturned(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, f.run.To))+len(live.WhyNotRouted(f.sets, app, f.run.To)) > 0
}

// hasMoved says whether the application's traffic is not, in the registry or in Route 53, what it was before the run.
func (f *facts) hasMoved(app failover.Application) bool {
	app = f.run.AsFound(app)
	before := app.Live.PlaceBefore(f.run.Epoch)
	if app.Live.Active != before.Active || !maps.Equal(app.Live.Weights, before.Weights) {
		return true
	}
	for _, r := range app.Records {
		if !maps.Equal(f.sets.Weights(r), before.Weights) {
			return true
		}
	}
	return false
}

// lostText says to which run a run on its way back has lost the lock.
func (f *facts) lostText() string {
	holder := "the lock is free and has"
	if f.lock.Run != "" {
		holder = "run " + f.lock.Run + " holds the lock with"
	}
	return fmt.Sprintf("%s epoch %d; this run has epoch %d", holder, f.lock.Epoch, f.run.Epoch)
}
