// Package registrytest makes applications that keep to the rules of the applications file, for tests that register some.
package registrytest

import (
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Filled is an application of the default plan with what the rules ask for and it does not have: a record of its own name
// and a health rule.
func Filled(app failover.Application) failover.Application {
	plan := failover.DefaultPlan()
	if len(app.Records) == 0 {
		app.Records = []failover.Record{{
			Name: strings.ToLower(app.Name) + ".example.com", Type: "A", Zone: "Z0000000000EXAMPLE", ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{plan.Primary: {Value: "192.0.2.10"}, plan.Standby: {Value: "198.51.100.10"}},
		}}
	}
	if len(app.Health) == 0 {
		app.Health = []failover.HealthRule{{Namespace: "App", Metric: "Served", Statistic: "Average", PeriodSeconds: 60, AtLeast: new(float64)}}
	}
	return app
}
