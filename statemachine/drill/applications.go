package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/adopt"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// settle creates what the applications need, healthy and in the primary, and registers them as an operator would.
func (r *rehearsal) settle(ctx context.Context, s *scenario.Scenario, apps []failover.Application) error {
	r.apps = apps
	w := s.World
	r.world.SetRoute53(fakeaws.Route53Settings{Propagation: s.Propagation()})
	r.world.SetMetricDelay(s.MetricDelay())
	r.world.SetReplicationLag(w.ReplicationLag.Or(time.Second))
	for _, zone := range w.Zones {
		r.zones = append(r.zones, zone.ID)
		if err := r.world.AddZone(zone.ID, zone.Name); err != nil {
			return fmt.Errorf("world.zones: %w", err)
		}
		if err := r.world.SetZoneKind(zone.ID, fakeaws.ZoneKind{Private: zone.Private}); err != nil {
			return fmt.Errorf("world.zones: %w", err)
		}
	}
	if err := r.addCluster(w.SafetyRule); err != nil {
		return err
	}
	r.world.ControlPlaneStays = w.ControlPlane == scenario.ControlPlaneStays
	for _, app := range apps {
		if w.Traffic != scenario.Detached {
			r.attach(app)
		}
		if err := errors.Join(r.addRecords(app, s.World.Weights[app.Name]), r.addDatabases(s, app), r.addAlarms(app)); err != nil {
			return err
		}
	}
	if err := errors.Join(r.addRecordSets(w.RecordSets), r.databaseMembers(w.Aurora.Members)); err != nil {
		return err
	}
	for _, app := range apps {
		if err := r.addClients(s, app); err != nil {
			return err
		}
	}
	if err := r.addCallers(w.Callers); err != nil {
		return err
	}
	if err := r.addPast(ctx); err != nil {
		return err
	}
	if err := r.publishChecks(ctx); err != nil {
		return err
	}
	if err := r.register(ctx, s, apps); err != nil {
		return fmt.Errorf("register the applications of %s: %w", s.Name, err)
	}
	r.world.SetRoute53(fakeaws.Route53Settings{Propagation: s.Propagation(), OneValue: w.OneValue}) // what is there already stays
	return nil
}

// register registers the applications, in a scenario with weights of its own as drover register does.
func (r *rehearsal) register(ctx context.Context, s *scenario.Scenario, apps []failover.Application) error {
	var places map[string]failover.Place
	if len(s.World.Weights) > 0 {
		found := adopt.Read(ctx, route53.NewFromConfig(r.operator(r.plan.Primary)), r.plan, nil, apps)
		if len(found.Findings) > 0 {
			return errors.New(found.Findings[0].Text)
		}
		apps, places = found.Applications, found.Places
	}
	_, err := r.store(r.plan.Primary).RegisterRead(ctx, r.plan, apps, places, r.began)
	return err
}

// addRecordSets adds simple record sets.
func (r *rehearsal) addRecordSets(sets []scenario.ManualSet) error {
	for _, set := range sets {
		if err := r.world.PutRecordSet(set.Zone, fakeaws.RecordSet{Name: set.Name, Type: set.Type, TTL: set.TTL, Values: set.Values}); err != nil {
			return fmt.Errorf("world.recordSets: %w", err)
		}
	}
	return nil
}

// addAlarms adds the alarms that an application names, in both Regions.
func (r *rehearsal) addAlarms(app failover.Application) error {
	for _, alarm := range app.Alarms {
		for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
			if err := r.world.AddAlarm(fakeaws.Alarm{Region: string(region), Name: alarm, State: fakeaws.AlarmOK}); err != nil {
				return err
			}
		}
	}
	return nil
}

// addRecords adds the record sets of an application, with all users in the primary unless weights say otherwise.
func (r *rehearsal) addRecords(app failover.Application, weights map[string]int) error {
	for _, record := range app.Records {
		if !slices.Contains(r.zones, record.Zone) {
			r.zones = append(r.zones, record.Zone)
			if err := r.world.AddZone(record.Zone, record.ZoneName); err != nil {
				return fmt.Errorf("application %s: %w", app.Name, err)
			}
		}
		for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
			if check := record.Endpoints[region].HealthCheck; check != "" {
				r.addOwnCheck(check)
			}
			weight := 0
			if region == r.plan.Primary {
				weight = 100
			}
			if given, ok := weights[string(region)]; ok {
				weight = given
			}
			if err := r.world.PutRecordSet(record.Zone, guarantee.RecordSet(record, region, weight)); err != nil {
				return fmt.Errorf("application %s: %w", app.Name, err)
			}
		}
	}
	return nil
}

// addOwnCheck adds a health check of the application's own, healthy. One of a switch is there already.
func (r *rehearsal) addOwnCheck(id string) {
	if !slices.Contains(r.healthChecks, id) {
		r.healthChecks = append(r.healthChecks, id)
	}
	if _, exists := r.world.Healthy(id); !exists {
		r.world.SetHealthCheck(id, true)
	}
}

func (r *rehearsal) addDatabases(s *scenario.Scenario, app failover.Application) error {
	aurora := s.World.Aurora
	for _, database := range app.Databases {
		if slices.Contains(r.world.Writers(database.GlobalCluster), string(r.plan.Primary)) {
			continue // shared with an application before
		}
		g := fakeaws.GlobalCluster{
			ID: database.GlobalCluster, Primary: string(r.plan.Primary), Lag: aurora.Lag.Or(800 * time.Millisecond),
			Engine: aurora.Engine, SwitchoverTime: aurora.Switchover.Or(40 * time.Second), FailoverTime: aurora.Failover.Or(60 * time.Second),
		}
		for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
			arn := database.Clusters[region]
			g.Members = append(g.Members, fakeaws.Member{
				Region: string(region), ClusterARN: arn, ClusterID: guarantee.NameIn(arn),
			})
		}
		if err := r.world.AddGlobalCluster(g); err != nil {
			return fmt.Errorf("application %s: %w", app.Name, err)
		}
	}
	return nil
}

func (r *rehearsal) databaseMembers(members []scenario.DatabaseMember) error {
	for _, member := range members {
		if err := r.databaseMember(member); err != nil {
			return fmt.Errorf("world.aurora.members: %w", err)
		}
	}
	return nil
}

// databaseMember changes a cluster of a global cluster.
func (r *rehearsal) databaseMember(m scenario.DatabaseMember) error {
	if m.Version != "" {
		if err := r.world.SetEngineVersion(m.GlobalCluster, m.Region, m.Version); err != nil {
			return err
		}
	}
	if m.Instances == nil {
		return nil
	}
	return r.world.SetHeadless(m.GlobalCluster, m.Region, *m.Instances == 0)
}

// addClients adds an application's share of all clients, which resolve its first record or, in a VPC, the first in a private zone.
func (r *rehearsal) addClients(s *scenario.Scenario, app failover.Application) error {
	perSecond := s.World.Clients.RequestsPerSecond
	if perSecond == 0 {
		perSecond = 100
	}
	record := app.Records[0]
	if slices.Contains(s.World.Clients.InVPC, app.Name) {
		i := slices.IndexFunc(app.Records, func(r failover.Record) bool { return r.Private })
		if i < 0 {
			return fmt.Errorf("world.clients.inVPC: application %s has no record with private: true", app.Name)
		}
		record = app.Records[i]
	}
	c := fakeaws.Clients{
		Application: app.Name, Name: record.Name, Type: record.Type, Zone: record.Zone,
		RequestsPerSecond: perSecond / float64(len(r.apps)),
	}
	c.Regions = map[string]string{}
	for region := range record.Endpoints {
		c.Regions[record.Identifier(region)] = string(region)
	}
	c.LoadBalancer, c.Metrics = s.World.LoadBalancers[app.Name], r.metricsOf(s, app)
	for _, database := range app.Databases {
		c.Writes = s.World.Clients.Writes
		c.GlobalClusters = append(c.GlobalClusters, database.GlobalCluster)
	}
	return r.world.AddClients(c)
}
