package applicationsfile

import (
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
)

func readHealthRule(v value) failover.HealthRule {
	o := v.object("namespace", "metric", "dimensions", "statistic", "periodSeconds", "atLeast", "atMost")
	rule := failover.HealthRule{
		Namespace:     readMetricName(o.need("namespace", "the metric's namespace")),
		Metric:        readMetricName(o.need("metric", "the metric's name")),
		Dimensions:    readDimensions(o.may("dimensions")),
		Statistic:     readStatistic(o.need("statistic", prose.Or(rules.Statistics)+", or a percentile such as p99")),
		PeriodSeconds: readPeriod(o.need("periodSeconds", "the metric's period in seconds")),
		AtLeast:       o.may("atLeast").number(),
		AtMost:        o.may("atMost").number(),
	}
	switch {
	case o.isMap() && !o.may("atLeast").given() && !o.may("atMost").given():
		o.wrong("neither atLeast nor atMost; expected a bound, or both")
	case rule.AtLeast != nil && rule.AtMost != nil && *rule.AtLeast > *rule.AtMost:
		o.may("atMost").wrong("%v is less than atLeast, %v; no value could be healthy", *rule.AtMost, *rule.AtLeast)
	}
	return rule
}

func readMetricName(v value) string {
	name := v.text()
	v.hold(name, rules.MetricName)
	return name
}

func readDimensions(v value) map[string]string {
	if !v.given() {
		return nil
	}
	entries := v.entries()
	if len(entries) > rules.MaxDimensions {
		v.wrong("%d dimensions; expected at most %d", len(entries), rules.MaxDimensions)
	}
	dimensions := map[string]string{}
	for _, e := range entries {
		text := e.text()
		for _, wrong := range rules.Dimension(text) {
			e.wrong("%s", wrong)
		}
		dimensions[e.key] = text
	}
	return dimensions
}

func readStatistic(v value) string {
	text := v.text()
	v.hold(text, rules.Statistic)
	return text
}

func readPeriod(v value) int {
	period := v.whole(1, 86400)
	if wrong := rules.Period(period); wrong != "" {
		v.wrong("%s", wrong)
	}
	return period
}
