package failover

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// HealthRule is one CloudWatch metric, or a rate of several, with the bounds within which the application counts as healthy. No
// data is not healthy, unless the rule says otherwise.
type HealthRule struct {
	// Namespace of the metric.
	Namespace string `json:"namespace,omitempty"`
	// Metric is the metric's name.
	Metric string `json:"metric,omitempty"`
	// Dimensions of the metric.
	Dimensions Dimensions `json:"dimensions,omitempty"`
	// Statistic as CloudWatch names it: Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99.
	Statistic string `json:"statistic,omitempty"`
	// PeriodSeconds is the metric's period: 1, 5, 10, 20, 30 or a multiple of 60.
	PeriodSeconds int `json:"periodSeconds"`
	// AtLeast is the smallest healthy value, if there is one.
	AtLeast *float64 `json:"atLeast,omitempty"`
	// AtMost is the largest healthy value, if there is one.
	AtMost *float64 `json:"atMost,omitempty"`
	// Metrics are, instead of one metric, those that Expression computes the value from, by the ids that it has for them.
	Metrics map[string]RuleMetric `json:"metrics,omitempty"`
	// Expression is CloudWatch metric math, such as "100 * errors / requests".
	Expression string `json:"expression,omitempty"`
	// MinimumRequests says below how many requests a value says nothing; nil for no such bound.
	MinimumRequests *MinimumRequests `json:"minimumRequests,omitempty"`
	// ReadIn is the Region that publishes the metric; empty for the Region that is checked.
	ReadIn Region `json:"region,omitempty"`
	// TreatMissingData says what no data means; empty is [MissingBreaching].
	TreatMissingData MissingData `json:"treatMissingData,omitempty"`
}

// RuleMetric is one of the metrics of an expression.
type RuleMetric struct {
	Namespace  string     `json:"namespace"`
	Metric     string     `json:"metric"`
	Dimensions Dimensions `json:"dimensions,omitempty"`
	Statistic  string     `json:"statistic"`
}

// MinimumRequests is the metric that counts requests, in the periods of its rule, and how many of them a value needs.
type MinimumRequests struct {
	// Metric is the metric's name, or in a rule with an expression the id of one of its metrics. Namespace and Dimensions are those
	// of the rule when they are empty.
	Metric     string     `json:"metric"`
	Namespace  string     `json:"namespace,omitempty"`
	Dimensions Dimensions `json:"dimensions,omitempty"`
	// AtLeast is the smallest number of requests in a period.
	AtLeast float64 `json:"atLeast"`
}

// MissingData is what it means that a metric has no data, in CloudWatch's words for alarms.
type MissingData string

// What no data means: not healthy, or healthy.
const (
	MissingBreaching    MissingData = "breaching"
	MissingNotBreaching MissingData = "notBreaching"
)

// Dimensions are the dimensions of a metric, by their names.
type Dimensions map[string]DimensionValue

// DimensionValue is the value of a dimension: one for both Regions, in which "{region}" stands for the Region that is checked, or
// one for each. In JSON it is a string or an object, and release 0.1.0 reads strings alone.
type DimensionValue struct {
	Everywhere string
	In         map[Region]string
}

// SameDimensions are dimensions whose values are those of both Regions.
func SameDimensions(values map[string]string) Dimensions {
	dimensions := make(Dimensions, len(values))
	for name, value := range values {
		dimensions[name] = DimensionValue{Everywhere: value}
	}
	return dimensions
}

// MarshalJSON writes a string, or an object.
func (v DimensionValue) MarshalJSON() ([]byte, error) {
	if v.In != nil {
		return json.Marshal(v.In)
	}
	return json.Marshal(v.Everywhere)
}

// UnmarshalJSON reads a string, or an object.
func (v *DimensionValue) UnmarshalJSON(text []byte) error {
	*v = DimensionValue{}
	if json.Unmarshal(text, &v.Everywhere) == nil {
		return nil
	}
	if err := json.Unmarshal(text, &v.In); err != nil {
		return fmt.Errorf("%s: expected a string, or a string for each Region", text)
	}
	return nil
}

// regionPlaceholder stands in the value of a dimension for the Region that is checked.
const regionPlaceholder = "{region}"

// Value is the value in a Region.
func (v DimensionValue) Value(region Region) string {
	if v.In != nil {
		return v.In[region]
	}
	return strings.ReplaceAll(v.Everywhere, regionPlaceholder, string(region))
}

// Values are the values in a Region.
func (d Dimensions) Values(region Region) map[string]string {
	values := make(map[string]string, len(d))
	for name, v := range d {
		values[name] = v.Value(region)
	}
	return values
}

// Title names the metric, or is the expression.
func (r HealthRule) Title() string {
	if r.Expression != "" {
		return r.Expression
	}
	return r.Namespace + " " + r.Metric
}

// RegionOf is the Region whose CloudWatch has the metric when an application is checked in target.
func (r HealthRule) RegionOf(target Region) Region {
	if r.ReadIn != "" {
		return r.ReadIn
	}
	return target
}

// All are the metrics of the rule, by their ids: those of its expression, or one whose id is empty. The count of requests is not
// among them.
func (r HealthRule) All() map[string]RuleMetric {
	if r.Expression != "" {
		return r.Metrics
	}
	return map[string]RuleMetric{"": {r.Namespace, r.Metric, r.Dimensions, r.Statistic}}
}

// Requests is the metric that counts the requests, of a rule with a minimum.
func (r HealthRule) Requests() RuleMetric {
	m := r.MinimumRequests
	if r.Expression != "" {
		return r.Metrics[m.Metric]
	}
	requests := RuleMetric{r.Namespace, m.Metric, r.Dimensions, "Sum"}
	if m.Namespace != "" {
		requests.Namespace = m.Namespace
	}
	if m.Dimensions != nil {
		requests.Dimensions = m.Dimensions
	}
	return requests
}

// Reads says whether the run reads a rule when it checks target. A failover depends on no Region but the one that it moves to: it
// does not call the one that it leaves, and a rule of a third Region must not keep it from ending.
func (r Run) Reads(rule HealthRule, target Region) bool {
	return r.Action != Failover && r.Action != Weights || rule.RegionOf(target) == target
}

// unknownTo010 names what of the rule release 0.1.0 does not know: it would take no data for unhealthy, or not find the metric.
func (r HealthRule) unknownTo010() []string {
	var news []string
	for _, m := range r.All() {
		if slices.ContainsFunc(slices.Collect(maps.Values(m.Dimensions)), func(v DimensionValue) bool { return v.In != nil }) {
			news = append(news, "dimension values for each Region")
		}
	}
	for what, uses := range map[string]bool{
		"metric math": r.Expression != "", "minimumRequests": r.MinimumRequests != nil, "region of a health rule": r.ReadIn != "", "treatMissingData": r.TreatMissingData != "",
	} {
		if uses {
			news = append(news, what)
		}
	}
	return news
}
