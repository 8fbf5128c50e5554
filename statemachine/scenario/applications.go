package scenario

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Applications are the scenario's applications, in the plan that [Scenario.In] was given.
func (s *Scenario) Applications() []failover.Application {
	apps := slices.Clone(s.parsed)
	for i := range apps {
		switch {
		case apps[i].Switch != "":
		case s.World.Traffic == ByWeights:
			apps[i].Switch = failover.NoSwitch
		default:
			apps[i].Switch = s.World.Switch
		}
	}
	return apps
}

// applications generates applications that differ only in their names.
func (g *Generate) applications(w *words) []failover.Application {
	atLeast := 99.0
	plan := w.Plan
	var apps []failover.Application
	for i := range g.Applications {
		zone := g.Zones[i*len(g.Zones)/g.Applications]
		name := fmt.Sprintf("app-%04d", i+1)
		app := failover.Application{
			Name: name, Wave: 1,
			Records: []failover.Record{{
				Name: name + "." + zone.Name, Type: "A", Zone: zone.ID, ZoneName: zone.Name, TTL: 60,
				Endpoints: map[failover.Region]failover.Endpoint{
					plan.Primary: {Value: fmt.Sprintf("10.1.%d.%d", i/250, i%250+1)},
					plan.Standby: {Value: fmt.Sprintf("10.2.%d.%d", i/250, i%250+1)},
				},
			}},
			Health: []failover.HealthRule{{
				Namespace: "Application", Metric: "ServedPercent", Statistic: "Average", PeriodSeconds: 10, AtLeast: &atLeast,
				Dimensions: failover.SameDimensions(map[string]string{"Application": name, "Region": "{region}"}),
			}},
		}
		if i < g.Databases {
			app.Databases = []failover.Database{databaseOf(plan, w.Account, g.GlobalClusters[i])}
		}
		apps = append(apps, app)
	}
	return apps
}

func databaseOf(plan failover.Plan, account, globalCluster string) failover.Database {
	arn := func(region failover.Region) string {
		return fmt.Sprintf("arn:%s:rds:%s:%s:cluster:%s-%s", region.Partition().ID, region, account, globalCluster, region)
	}
	return failover.Database{
		GlobalCluster: globalCluster,
		Clusters:      map[failover.Region]string{plan.Primary: arn(plan.Primary), plan.Standby: arn(plan.Standby)},
	}
}

// MetricDelay is how late CloudWatch delivers.
func (s *Scenario) MetricDelay() fakeaws.MetricDelay {
	d := fakeaws.DefaultMetricDelay()
	if fixed := time.Duration(s.World.MetricDelay.Standard); fixed > 0 {
		d.Standard = [2]time.Duration{fixed, fixed}
	}
	if fixed := time.Duration(s.World.MetricDelay.HighResolution); fixed > 0 {
		d.HighResolution = [2]time.Duration{fixed, fixed}
	}
	return d
}

// Propagation is how long a DNS change takes to become INSYNC.
func (s *Scenario) Propagation() time.Duration { return s.World.DNSPropagation.Or(30 * time.Second) }
