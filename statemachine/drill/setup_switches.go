package drill

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// addLevers adds the function URLs and the health checks of the plan's switches. The checks have existed for long: they are
// healthy.
func (r *rehearsal) addLevers() error {
	for _, u := range r.assembly.FunctionURLs {
		if err := r.world.AddFunctionURL(fakeaws.FunctionURL{ID: urlID(u.URL), Region: u.Region, FunctionARN: u.FunctionARN}); err != nil {
			return err
		}
	}
	for _, h := range r.assembly.HealthChecks {
		if err := r.world.AddHealthCheck(healthCheckOf(h)); err != nil {
			return err
		}
	}
	return nil
}

// addCluster adds the cluster of the plan's routing controls, all of them on, with one safety rule and the health checks that
// follow the controls.
func (r *rehearsal) addCluster(rule scenario.SafetyRule) error {
	var c fakeaws.RoutingCluster
	var checks []fakeaws.HealthCheck
	safety := fakeaws.SafetyRule{Name: cmp.Or(rule.Name, "one-on"), AtLeast: cmp.Or(rule.AtLeast, 1)}
	for _, s := range r.plan.Switches {
		if s.RoutingControl == nil {
			continue
		}
		c.Regions = nil
		for _, e := range s.RoutingControl.Endpoints {
			c.Regions = append(c.Regions, string(e.Region))
		}
		for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
			arn := s.RoutingControl.Controls[region]
			panel, _, _ := strings.Cut(arn, "/routingcontrol/")
			safety.ARN, safety.Controls = panel+"/safetyrule/0123456789abcdef", append(safety.Controls, arn)
			c.Controls = append(c.Controls, fakeaws.RoutingControl{ARN: arn, Name: s.Name + " " + string(region), PanelARN: panel, PanelName: r.plan.Name, On: true})
			checks = append(checks, fakeaws.HealthCheck{ID: s.RoutingControl.HealthChecks[region], Type: fakeaws.CheckRecoveryControl, RoutingControl: arn, Settled: true})
		}
	}
	if len(c.Controls) == 0 {
		return nil
	}
	c.Rules = []fakeaws.SafetyRule{safety}
	if err := r.world.AddRoutingCluster(c); err != nil {
		return err
	}
	for _, check := range checks {
		if err := r.world.AddHealthCheck(check); err != nil {
			return err
		}
	}
	return nil
}

// urlID is the first label of a function URL's host.
func urlID(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text // which is refused as an id
	}
	id, _, _ := strings.Cut(u.Host, ".")
	return id
}

func healthCheckOf(h assembly.HealthCheck) fakeaws.HealthCheck {
	return fakeaws.HealthCheck{
		ID: h.ID, Type: h.Type, Host: h.Host, Port: h.Port, Path: h.Path, RequestInterval: h.IntervalSeconds, FailureThreshold: h.Threshold,
		Inverted: h.Inverted, Regions: h.CheckerRegions, Alarm: h.Alarm, AlarmRegion: h.AlarmRegion, InsufficientData: h.MissingData, Settled: true,
	}
}

// switchChecks are the health checks of the plan's switches, by the name of the switch: those that the stacks hand to the
// functions which publish them.
func (r *rehearsal) switchChecks() map[string]failover.SwitchChecks {
	all := map[string]failover.SwitchChecks{}
	for _, f := range r.assembly.Functions {
		for name, id := range failover.ParseSwitchChecks(f.Environment[failover.SwitchChecksVariable]) {
			if all[name] == nil {
				all[name] = failover.SwitchChecks{}
			}
			all[name][r.plan.Other(failover.Region(f.Region))] = id
		}
	}
	return all
}

// attach gives the record sets of an application the health checks of its switch, as `drover switch attach` does. A record
// set with a health check of the application's own keeps it.
func (r *rehearsal) attach(app failover.Application) {
	s, ok := r.plan.SwitchOf(app)
	if !ok {
		return
	}
	checks := r.switchChecks()[s.Name]
	if s.RoutingControl != nil {
		checks = s.RoutingControl.HealthChecks
	}
	for _, record := range app.Records {
		for region, endpoint := range record.Endpoints {
			if endpoint.HealthCheck == "" {
				endpoint.HealthCheck = checks[region]
				record.Endpoints[region] = endpoint
			}
		}
	}
}

// publishChecks writes the health checks of the switches into the registry, as the first check of a deployed plan does.
func (r *rehearsal) publishChecks(ctx context.Context) error {
	checks := r.switchChecks()
	for _, s := range r.plan.Switches {
		for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
			id := checks[s.Name][region]
			if id == "" {
				continue
			}
			if err := r.store(r.plan.Primary).PublishSwitchCheck(ctx, registry.SwitchCheck{Switch: s.Name, Region: region, ID: id}); err != nil {
				return fmt.Errorf("publish the health check of the switch %s: %w", s.Name, err)
			}
		}
	}
	return nil
}
