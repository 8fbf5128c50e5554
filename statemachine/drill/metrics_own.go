package drill

import (
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// derived is a metric of a user's own that a health rule names and nothing publishes: a function of what the clients of the
// application request, such that the rule holds while all requests are served, and does not when they fail. A rule with atLeast
// follows a canary, which an idle Region has too; one with atMost the share of failed requests; in an expression the id of a
// metric says whether it counts requests or failures.
func (r *rehearsal) derived(rule failover.HealthRule, id string, m failover.RuleMetric) fakeaws.Metric {
	metric := fakeaws.Metric{
		Namespace: m.Namespace, Name: m.Metric, Factor: 1, Every: publishedEvery(rule.PeriodSeconds), Region: string(rule.ReadIn),
		Dimensions: map[string]map[string]string{}, Values: map[string]float64{},
	}
	for _, of := range r.regions() {
		metric.Dimensions[of] = m.Dimensions.Values(failover.Region(of))
	}
	switch {
	case id != "" && countsFailures(id+" "+m.Metric):
		metric.Of = fakeaws.OfFailed
	case id != "":
		metric.Of = fakeaws.OfRequests
	case rule.AtLeast != nil && rule.AtMost != nil:
		for _, of := range r.regions() {
			metric.Values[of] = (*rule.AtLeast + *rule.AtMost) / 2
		}
	case rule.AtLeast != nil:
		metric.Of = fakeaws.OfCanary
		if *rule.AtLeast > 0 {
			metric.Factor = max(scaleOf(*rule.AtLeast), 1e-9)
		}
	default:
		metric.Of = fakeaws.OfFailedPercent
		if *rule.AtMost > 0 {
			metric.Factor = *rule.AtMost / 50 // more than half of the requests fail: it is over the bound
		}
	}
	return metric
}

// scaleOf is what a percentage is multiplied with to be healthy at 100 % for a bound: itself for a percentage, a hundredth for a share.
func scaleOf(atLeast float64) float64 {
	switch {
	case atLeast <= 1:
		return 0.01
	case atLeast <= 100:
		return 1
	}
	return atLeast / 99
}

// countsFailures says whether a metric has the name of one that counts what fails.
func countsFailures(name string) bool {
	return slices.ContainsFunc([]string{"err", "fail", "5xx", "fault", "reject"}, func(part string) bool { return strings.Contains(strings.ToLower(name), part) })
}

// publishedEvery is how often a metric is published that a rule reads in periods.
func publishedEvery(seconds int) time.Duration {
	if every := time.Duration(seconds) * time.Second; every > 0 && every < time.Minute {
		return every
	}
	return time.Minute
}

// builtIn says whether the simulator publishes a metric for the application without being asked.
func builtIn(app failover.Application, m failover.RuleMetric) bool {
	return m.Namespace == "Application" && (m.Metric == "ServedPercent" || m.Metric == "Requests") && m.Dimensions["Application"].Everywhere == app.Name &&
		len(m.Dimensions) == 2 && m.Dimensions["Region"].Everywhere == "{region}"
}
