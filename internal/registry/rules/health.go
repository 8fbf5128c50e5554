package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// metricID is CloudWatch's form of the id of a metric in an expression; maxID leaves room for the prefix that a query gives it.
var metricID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

const (
	maxID = 100
	// MaxMetrics is how many metrics an expression may have.
	MaxMetrics = 10
)

// MetricID is that of the id of a metric in an expression.
func MetricID(id string) string {
	if len(id) <= maxID && metricID.MatchString(id) {
		return ""
	}
	return fmt.Sprintf("%q; expected an id for the expression: a lower-case letter, then letters, digits and underscores, at most %d", id, maxID)
}

// TreatMissingData is that of what no data means.
func TreatMissingData(text string) string {
	known := []string{string(failover.MissingBreaching), string(failover.MissingNotBreaching)}
	if slices.Contains(known, text) {
		return ""
	}
	return fmt.Sprintf("%q; expected %s", text, strings.Join(known, " or "))
}

// ReadIn is that of the Region that publishes the metric of a rule.
func ReadIn(plan failover.Plan, code string) string {
	if err := failover.CheckRegion(failover.Region(code)); err != nil {
		return err.Error()
	}
	if partition := plan.Primary.Partition(); failover.Region(code).Partition().ID != partition.ID {
		return fmt.Sprintf("%s is not in the partition %s of the plan", code, partition.ID)
	}
	return ""
}

// publishers are the namespaces of global services, each with the Region in which alone it has metrics; empty stands for the global
// Region of the partition. Sources: Amazon Route 53 Developer Guide, "Monitoring health checks using CloudWatch" and "Monitoring
// hosted zones using Amazon CloudWatch"; Amazon CloudFront Developer Guide, "Viewing CloudFront and edge function metrics"; AWS
// Global Accelerator Developer Guide, "Using Amazon CloudWatch with AWS Global Accelerator".
var publishers = map[string]failover.Region{"AWS/Route53": "", "AWS/CloudFront": "", "AWS/GlobalAccelerator": "us-west-2"}

// PublishedIn is the Region in which alone a namespace has metrics, empty when every Region has its own.
func PublishedIn(plan failover.Plan, namespace string) failover.Region {
	region, global := publishers[namespace]
	if global && region == "" {
		return plan.Primary.Partition().GlobalRegion
	}
	return region
}

// NoDataIn says that a rule can have no data where it is read in one of the Regions or both, because its namespace has metrics in
// another one alone.
func NoDataIn(plan failover.Plan, rule failover.HealthRule) string {
	for _, id := range slices.Sorted(maps.Keys(rule.All())) {
		namespace := rule.All()[id].Namespace
		if only := PublishedIn(plan, namespace); only != "" && rule.ReadIn != only {
			return fmt.Sprintf("%s has metrics in %s alone, so the rule would never have data; expected region: %[2]s", namespace, only)
		}
	}
	return ""
}

// OneOfTwo are the parts of a health rule that exclude each other.
const OneOfTwo = "expected namespace and metric, or metrics and an expression"

// Unreadable says that a failover could read none of the rules.
func Unreadable(rules []failover.HealthRule) string {
	if len(rules) == 0 || slices.ContainsFunc(rules, func(r failover.HealthRule) bool { return r.ReadIn == "" }) {
		return ""
	}
	return "every rule has a region; expected one without it, which a failover can read: it reads in the Region alone that it moves to"
}

// health checks a rule that was read from the registry.
func (c *checker) health(field string, rule failover.HealthRule) {
	if rule.Expression == "" && len(rule.Metrics) == 0 {
		c.metric(field, failover.RuleMetric{Namespace: rule.Namespace, Metric: rule.Metric, Dimensions: rule.Dimensions, Statistic: rule.Statistic})
	} else {
		c.rate(field, rule)
	}
	c.within(field+".periodSeconds", rule.PeriodSeconds, 1, 86400)
	c.wrong(field+".periodSeconds", Period(rule.PeriodSeconds))
	switch {
	case rule.AtLeast == nil && rule.AtMost == nil:
		c.wrong(field, "neither atLeast nor atMost; expected a bound, or both")
	case rule.AtLeast != nil && rule.AtMost != nil && *rule.AtLeast > *rule.AtMost:
		c.wrong(field+".atMost", fmt.Sprintf("%v is less than atLeast, %v; no value could be healthy", *rule.AtMost, *rule.AtLeast))
	}
	if rule.ReadIn != "" {
		c.wrong(field+".region", ReadIn(c.plan, string(rule.ReadIn)))
	}
	if rule.TreatMissingData != "" {
		c.wrong(field+".treatMissingData", TreatMissingData(string(rule.TreatMissingData)))
	}
	if m := rule.MinimumRequests; m != nil {
		c.minimum(field+".minimumRequests", rule, *m)
	}
}

func (c *checker) rate(field string, rule failover.HealthRule) {
	if rule.Expression == "" || rule.Namespace+rule.Metric+rule.Statistic != "" || len(rule.Dimensions) > 0 {
		c.wrong(field, OneOfTwo)
	}
	c.wrong(field+".metrics", Count(len(rule.Metrics)))
	for id := range names(c, rule.Metrics) {
		c.wrong(field+".metrics", MetricID(id))
		c.metric(c.member(field+".metrics", id), rule.Metrics[id])
	}
	c.wrong(field+".expression", Expression(rule))
}

// Count is that of the number of metrics of an expression.
func Count(n int) string {
	if n >= 1 && n <= MaxMetrics {
		return ""
	}
	return fmt.Sprintf("%d metrics; expected 1 to %d", n, MaxMetrics)
}

func (c *checker) metric(field string, m failover.RuleMetric) {
	c.named(field+".namespace", m.Namespace, MetricName)
	c.named(field+".metric", m.Metric, MetricName)
	c.named(field+".statistic", m.Statistic, Statistic)
	c.dimensions(field+".dimensions", m.Dimensions)
}

func (c *checker) dimensions(field string, dimensions failover.Dimensions) {
	if n := len(dimensions); n > MaxDimensions {
		c.wrong(field, fmt.Sprintf("%d dimensions; expected at most %d", n, MaxDimensions))
	}
	for key := range names(c, dimensions) {
		v := dimensions[key]
		if v.In == nil {
			for _, text := range Dimension(v.Everywhere) {
				c.wrong(c.member(field, key), text)
			}
			continue
		}
		regions(c, c.member(field, key), v.In)
		for region := range names(c, v.In) {
			c.named(c.member(c.member(field, key), string(region)), v.In[region], DimensionIn)
		}
	}
}

// DimensionIn is that of the value of a dimension in one Region.
func DimensionIn(text string) string {
	if placeholder.MatchString(text) {
		return fmt.Sprintf("%q; expected no placeholder, because the value is that of one Region", text)
	}
	return ""
}

func (c *checker) minimum(field string, rule failover.HealthRule, m failover.MinimumRequests) {
	c.named(field+".metric", m.Metric, MetricName)
	c.dimensions(field+".dimensions", m.Dimensions)
	c.wrong(field+".metric", RequestsID(rule, m))
	if !(m.AtLeast > 0) {
		c.wrong(field+".atLeast", fmt.Sprintf("%v; expected more than 0", m.AtLeast))
	}
}

// RequestsID says whether the minimum of a rule with an expression names one of its metrics, which must be a sum.
func RequestsID(rule failover.HealthRule, m failover.MinimumRequests) string {
	if len(rule.Metrics) == 0 {
		return ""
	}
	of, known := rule.Metrics[m.Metric]
	switch {
	case !known:
		return fmt.Sprintf("%q; expected one of the ids of metrics, %s", m.Metric, strings.Join(slices.Sorted(maps.Keys(rule.Metrics)), ", "))
	case m.Namespace != "" || m.Dimensions != nil:
		return "the id of a metric beside a namespace or dimensions; expected the id alone"
	case of.Statistic != "Sum" && of.Statistic != "SampleCount":
		return fmt.Sprintf("%q has the statistic %s; expected Sum or SampleCount, which count requests", m.Metric, of.Statistic)
	}
	return ""
}
