// Package attach puts the health checks of a plan's switches on the record sets of its applications, and takes them off
// again. It changes no answer of Route 53: values, weights and TTLs stay as they are, and the health check of a switch that
// is reset is healthy.
//
// Attaching writes Route 53 first and the registry last, detaching the reverse: so the registry never says that a switch
// moves users who have no health check. [Read] finds out what there is to do, [Applier] does it. To repeat an attachment
// that was interrupted completes it.
package attach

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// Checks are the health checks of a plan's switches.
type Checks struct {
	plan failover.Plan
	of   map[string]failover.SwitchChecks
	// owner is the switch of each health check, of those that were replaced too.
	owner map[string]string
}

// NewChecks returns the health checks of a plan with its switches.
func NewChecks(plan failover.Plan, published []registry.SwitchCheck) Checks {
	c := Checks{plan: plan, of: map[string]failover.SwitchChecks{}, owner: map[string]string{}}
	all := map[string]failover.SwitchChecks{}
	for _, p := range published {
		if all[p.Switch] == nil {
			all[p.Switch] = failover.SwitchChecks{}
		}
		all[p.Switch][p.Region] = p.ID
		for _, id := range []string{p.ID, p.Replaced} {
			if id != "" {
				c.owner[id] = p.Switch
			}
		}
	}
	for _, s := range plan.Switches {
		c.of[s.Name] = s.ChecksOf(all)
		for _, id := range c.of[s.Name] {
			c.owner[id] = s.Name
		}
	}
	return c
}

// Of are the health checks of a switch of the plan.
func (c Checks) Of(name string) failover.SwitchChecks { return c.of[name] }

// Unpublished are the Regions on whose record sets no health check of the switch can be put yet.
func (c Checks) Unpublished(name string) []failover.Region {
	var missing []failover.Region
	for _, region := range []failover.Region{c.plan.Primary, c.plan.Standby} {
		if c.of[name][region] == "" {
			missing = append(missing, region)
		}
	}
	return missing
}

// Users are those of the applications whose traffic a switch moves.
func (c Checks) Users(name string, apps []failover.Application) []failover.Application {
	return slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool {
		s, ok := c.plan.SwitchOf(app)
		return app.Broken != "" || !ok || s.Name != name
	})
}

// Keep returns applications as a file has them, with the health checks of switches that the registered ones carry already:
// no file names them, and without them a registration would disarm the switch.
func (c Checks) Keep(registered, apps []failover.Application) []failover.Application {
	there := map[string]failover.Record{}
	for _, app := range registered {
		for _, r := range app.Records {
			there[keyOf(r)] = r
		}
	}
	kept := slices.Clone(apps)
	for i, app := range kept {
		kept[i] = edit(app, func(r failover.Record, region failover.Region, e failover.Endpoint) failover.Endpoint {
			old := there[keyOf(r)].Endpoints[region]
			switch {
			case e.HealthCheck == "" && c.owner[old.HealthCheck] != "":
				e.HealthCheck = old.HealthCheck
			case e.HealthCheck == old.HealthCheck:
				e.SwitchCheck = old.SwitchCheck
			}
			return e
		})
	}
	return kept
}

// edit returns an application with other endpoints.
func edit(app failover.Application, endpoint func(failover.Record, failover.Region, failover.Endpoint) failover.Endpoint) failover.Application {
	app.Records = slices.Clone(app.Records)
	for i, r := range app.Records {
		app.Records[i].Endpoints = maps.Clone(r.Endpoints)
		for region, e := range r.Endpoints {
			app.Records[i].Endpoints[region] = endpoint(r, region, e)
		}
	}
	return app
}

// keyOf is what Route 53 tells the record sets of a record by, beside their identifier.
func keyOf(r failover.Record) string {
	return strings.Join([]string{r.Zone, failover.CanonicalName(r.Name), r.Type}, " ")
}

func describe(r failover.Record, region failover.Region) string {
	return fmt.Sprintf("%s %s %s", r.Name, r.Type, region)
}
