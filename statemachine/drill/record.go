package drill

import (
	"context"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// snapshot is the state that runs move, with the registry as its replica in the given Region has it, or the other one
// while that Region is dark.
func (p *performance) snapshot(ctx context.Context, region failover.Region) (guarantee.Snapshot, error) {
	var s guarantee.Snapshot
	place := placeRead{p.readable(region), p.world.Revision()}
	known := place == p.read
	if known { // what did not change is not read again: of thousands of applications there would be dozens of copies
		s = p.last
	} else {
		for _, zone := range p.zones {
			s.Zones = append(s.Zones, guarantee.ZoneState{Zone: zone, Sets: p.world.RecordSets(zone)})
		}
	}
	s.Unhealthy = p.unhealthy()
	s.Promotions, s.Messages, s.Databases = len(p.world.Promotions()), len(p.world.Messages()), p.databases(region)
	if known && !p.world.Faulty(p.lockRead.calls) {
		p.world.Repeat(p.lockRead.calls, p.lockRead.ids)
		return s, nil
	}
	store := p.store(place.region)
	var err error
	if s.Lock, err = p.readLock(ctx, store); err != nil || known {
		return s, err
	}
	if s.Registry, err = store.Applications(ctx); err != nil {
		return s, fmt.Errorf("take a snapshot: %w", err)
	}
	s.Switches = map[string]failover.Region{}
	for _, declared := range p.plan.Switches {
		state, err := store.Switch(ctx, declared.Name)
		if err != nil {
			return s, fmt.Errorf("take a snapshot: %w", err)
		}
		s.Switches[declared.Name] = state.Evacuated
	}
	s = s.Indexed()
	p.read, p.last = place, s
	return s, nil
}

// databases are the states of all global clusters, as a promotion in the Region would find them.
func (p *performance) databases(region failover.Region) []guarantee.DatabaseState {
	var all []guarantee.DatabaseState
	seen := map[string]bool{}
	for _, app := range p.apps {
		for _, database := range app.Databases {
			id := database.GlobalCluster
			if seen[id] {
				continue
			}
			seen[id] = true
			writer, available := p.world.Writer(id)
			all = append(all, guarantee.DatabaseState{
				GlobalCluster: id, Writer: writer, Available: available, All: p.world.Writers(id), Hindrance: p.world.Hindrance(id, string(region)),
			})
		}
	}
	return all
}

// unhealthy are the health checks of record sets that are unhealthy.
func (p *performance) unhealthy() map[string]bool {
	found := map[string]bool{}
	for _, id := range p.healthChecks {
		if healthy, exists := p.world.Healthy(id); exists && !healthy {
			found[id] = true
		}
	}
	return found
}

// placeRead is where and at which revision of the simulated AWS a snapshot was taken.
type placeRead struct {
	region   failover.Region
	revision int
}

// readLock reads the lock, and notes what that takes.
func (p *performance) readLock(ctx context.Context, store *registry.Store) (registry.Lock, error) {
	calls, ids := p.world.CallCount(), p.world.IDs()
	lock, err := store.Lock(ctx)
	if err != nil {
		return lock, fmt.Errorf("take a snapshot: %w", err)
	}
	p.lockRead = lockRead{p.world.Calls()[calls:], p.world.IDs() - ids}
	return lock, nil
}

// lockRead is what it took to read the lock for the last snapshot.
type lockRead struct {
	calls []fakeaws.Call
	ids   int
}

// readable is the Region, or the plan's other one while it is dark.
func (p *performance) readable(region failover.Region) failover.Region {
	if p.world.Dark(string(region)) {
		return p.plan.Other(region)
	}
	return region
}

// evidence gathers what the simulator has recorded.
func (p *performance) evidence() guarantee.Evidence {
	e := guarantee.Evidence{
		Plan: p.plan, Applications: p.apps, Batches: p.world.Batches(), Manual: p.byHand, Items: p.items, Late: p.late, Recovered: p.recovered(), CutOffs: p.cutOffs, Reconnected: p.reconnected, Promotions: p.world.Promotions(),
		Losses: p.world.DataLoss(), Traffic: p.world.Traffic(), Propagation: p.scenario.Propagation(), Alarms: p.alarmsFired(), End: &p.end,
		Outages: p.dark, Until: p.world.Now(),
	}
	for _, run := range p.runs {
		x, _ := p.world.Execution(run.arn) // it was started, so it is there
		r := guarantee.RunEvidence{Execution: x, Before: run.before, After: run.after, Want: run.want, Paused: run.paused, Report: p.report(x.Region, x.Name)}
		if in, err := failover.ParseInput(x.Input); err == nil {
			r.Asked = &in
		}
		underway, ends := r.Notified(p.world.Messages())
		r.Messages, r.Texts = len(ends), slices.Concat(underway, ends)
		r.Name = run.name
		e.Runs = append(e.Runs, r.Indexed())
	}
	for _, run := range p.closings {
		x, _ := p.world.Execution(run.arn)
		e.Closings = append(e.Closings, guarantee.RunEvidence{Execution: x, Before: run.before, After: run.after, Asked: &failover.Input{Action: failover.Close}}.Indexed())
	}
	for _, run := range p.idle {
		x, _ := p.world.Execution(run.arn)
		e.Idle = append(e.Idle, guarantee.RunEvidence{Execution: x, Before: run.before, After: run.after, Asked: &failover.Input{Action: failover.Weights}}.Indexed())
	}
	e.AttributeClosings(p.world.Messages())
	return e
}

// report is the run's report in the bucket of its Region, or nil.
func (p *performance) report(region, run string) *failover.Report {
	for _, bucket := range p.assembly.Buckets {
		if bucket.Region != region {
			continue
		}
		text, ok := p.world.Object(bucket.Name, failover.ReportKey(run))
		if report, err := failover.ReadReport(text); ok && err == nil {
			return &report
		}
	}
	return nil
}
