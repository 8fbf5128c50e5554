package applicationsfile

import (
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// readHealth reads the rules of an application.
func readHealth(o object) []failover.HealthRule {
	var all []failover.HealthRule
	for _, e := range atLeastOne(o, "health", "health rule") {
		all = append(all, readHealthRule(e))
	}
	if wrong := rules.Unreadable(all); wrong != "" {
		o.may("health").wrong("%s", wrong)
	}
	return all
}

func readHealthRule(v value) failover.HealthRule {
	o := v.object("namespace", "metric", "dimensions", "statistic", "metrics", "expression", "minimumRequests", "region", "periodSeconds", "atLeast", "atMost",
		"treatMissingData")
	var rule failover.HealthRule
	if o.may("metrics").given() || o.may("expression").given() {
		readRate(o, &rule)
	} else {
		m := readMetric(o)
		rule.Namespace, rule.Metric, rule.Dimensions, rule.Statistic = m.Namespace, m.Metric, m.Dimensions, m.Statistic
	}
	rule.PeriodSeconds = readPeriod(o.need("periodSeconds", "the metric's period in seconds"))
	rule.AtLeast, rule.AtMost = o.may("atLeast").number(), o.may("atMost").number()
	switch {
	case o.isMap() && !o.may("atLeast").given() && !o.may("atMost").given():
		o.wrong("neither atLeast nor atMost; expected a bound, or both")
	case rule.AtLeast != nil && rule.AtMost != nil && *rule.AtLeast > *rule.AtMost:
		o.may("atMost").wrong("%v is less than atLeast, %v; no value could be healthy", *rule.AtMost, *rule.AtLeast)
	}
	readMissing(o, &rule)
	readMinimum(o, &rule)
	if rule.Expression != "" && len(rule.Metrics) > 0 { // the metric of a minimum need not be in the expression
		o.may("expression").hold(rule.Expression, func(string) string { return rules.Expression(rule) })
	}
	readRegion(o, &rule)
	return rule
}

// readMetric reads what names one metric.
func readMetric(o object) failover.RuleMetric {
	return failover.RuleMetric{
		Namespace:  readMetricName(o.need("namespace", "the metric's namespace")),
		Metric:     readMetricName(o.need("metric", "the metric's name")),
		Dimensions: readDimensions(o.may("dimensions")),
		Statistic:  readStatistic(o.need("statistic", prose.Or(rules.Statistics)+", or a percentile such as p99")),
	}
}

// readRate reads the metrics of an expression, and the expression.
func readRate(o object, rule *failover.HealthRule) {
	for _, key := range []string{"namespace", "metric", "dimensions", "statistic"} {
		if v := o.may(key); v.given() {
			v.wrong("beside an expression; %s", rules.OneOfTwo)
			break
		}
	}
	rule.Metrics = map[string]failover.RuleMetric{}
	metrics := o.need("metrics", "the metrics of the expression, by their ids")
	complete := metrics.isMap()
	for _, e := range metrics.entries() {
		e.name.hold(e.key, rules.MetricID)
		rule.Metrics[e.key] = readMetric(e.object("namespace", "metric", "dimensions", "statistic"))
	}
	if wrong := rules.Count(len(rule.Metrics)); complete && wrong != "" {
		metrics.wrong("%s", wrong)
	}
	rule.Expression = o.need("expression", "metric math, such as 100 * errors / requests").text()
}

func readMissing(o object, rule *failover.HealthRule) {
	v := o.may("treatMissingData")
	if !v.given() {
		return
	}
	text := v.hold(v.text(), rules.TreatMissingData)
	if text != string(failover.MissingBreaching) { // the default, which every release reads
		rule.TreatMissingData = failover.MissingData(text)
	}
}

// readMinimum reads below how many requests a value says nothing. What that means must be said: no value is not healthy, unless the
// rule says otherwise.
func readMinimum(o object, rule *failover.HealthRule) {
	v := o.may("minimumRequests")
	if !v.given() {
		return
	}
	m := v.object("metric", "namespace", "dimensions", "atLeast")
	minimum := failover.MinimumRequests{Metric: readMetricName(m.need("metric", "the metric that counts requests"))}
	if namespace := m.may("namespace"); namespace.given() {
		minimum.Namespace = readMetricName(namespace)
	}
	minimum.Dimensions = readDimensions(m.may("dimensions"))
	least := m.need("atLeast", "how many requests in a period a value needs")
	if n := least.number(); n != nil {
		if minimum.AtLeast = *n; !(*n > 0) {
			least.wrong("%v; expected more than 0", *n)
		}
	}
	if wrong := rules.RequestsID(*rule, minimum); minimum.Metric != "" && wrong != "" {
		m.may("metric").wrong("%s", wrong)
	}
	if !o.may("treatMissingData").given() {
		o.wrong("minimumRequests without treatMissingData; expected breaching or notBreaching, because with fewer requests there is no value")
	}
	rule.MinimumRequests = &minimum
}

// readRegion reads where the metric is published. A namespace that has no metrics there is a mistake.
func readRegion(o object, rule *failover.HealthRule) {
	v := o.may("region")
	if v.given() {
		rule.ReadIn = failover.Region(v.hold(v.text(), func(code string) string { return rules.ReadIn(v.r.plan, code) }))
		if rule.ReadIn == "" {
			return
		}
	}
	wrong := rules.NoDataIn(o.r.plan, *rule)
	switch {
	case wrong != "" && v.given():
		v.wrong("%s", wrong)
	case wrong != "":
		o.wrong("%s", wrong)
	}
}

func readMetricName(v value) string {
	name := v.text()
	v.hold(name, rules.MetricName)
	return name
}

func readDimensions(v value) failover.Dimensions {
	if !v.given() {
		return nil
	}
	entries := v.entries()
	if len(entries) > rules.MaxDimensions {
		v.wrong("%d dimensions; expected at most %d", len(entries), rules.MaxDimensions)
	}
	dimensions := failover.Dimensions{}
	for _, e := range entries {
		dimensions[e.key] = readDimension(e.value)
	}
	return dimensions
}

// readDimension reads one value for both Regions, or one for each.
func readDimension(v value) failover.DimensionValue {
	if v.isMap() {
		return failover.DimensionValue{In: perRegion(v, func(e value, _ failover.Region) string { return e.hold(e.text(), rules.DimensionIn) })}
	}
	text := v.text()
	for _, wrong := range rules.Dimension(text) {
		v.wrong("%s", wrong)
	}
	return failover.DimensionValue{Everywhere: text}
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
