package live

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Reading is the value of one health rule of an application at one check.
type Reading struct {
	Application string
	Rule        failover.HealthRule
	// Target is the Region that is checked, Region the one where the metric was read.
	Target, Region failover.Region
	// Known says whether there is a value. Otherwise the rule is not met, unless Silent is true.
	Known bool
	// Silent says that CloudWatch has no datapoint for a period whose datapoint it must have delivered, and that this counts as
	// healthy: the rule's treatMissingData is notBreaching.
	Silent bool
	// Value is the latest datapoint. At is the start of its period; of a silent rule, that of the newest period without one.
	Value float64
	At    time.Time
	// Why says why there is no value.
	Why string
}

// Healthy says whether the rule is met.
func (r Reading) Healthy() bool {
	return r.Silent || r.Known && (r.Rule.AtLeast == nil || r.Value >= *r.Rule.AtLeast) && (r.Rule.AtMost == nil || r.Value <= *r.Rule.AtMost)
}

// String is the reading with what is expected, for example "Checkout ServedPercent in us-west-2 is 82.5; expected at least 99".
func (r Reading) String() string {
	metric := fmt.Sprintf("%s in %s", r.Rule.Title(), r.Region)
	switch {
	case r.Silent:
		return fmt.Sprintf("%s: %s, taken as healthy (treatMissingData: %s)", metric, r.Why, failover.MissingNotBreaching)
	case !r.Known:
		return metric + ": " + r.Why + "; expected " + expected(r.Rule)
	}
	return fmt.Sprintf("%s is %s; expected %s", metric, number(r.Value), expected(r.Rule))
}

func expected(rule failover.HealthRule) string {
	var bounds []string
	if rule.AtLeast != nil {
		bounds = append(bounds, "at least "+number(*rule.AtLeast))
	}
	if rule.AtMost != nil {
		bounds = append(bounds, "at most "+number(*rule.AtMost))
	}
	if len(bounds) == 0 {
		return "any value"
	}
	return strings.Join(bounds, " and ")
}

// number rounds for people: CloudWatch's averages have many decimals.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

// Health reads the rules of all applications that reads says yes to, each in the Region that has its metric, in the order of the
// applications and their rules. target is the Region that is checked.
func Health(ctx context.Context, client func(failover.Region) *cloudwatch.Client, apps []failover.Application, target failover.Region, now time.Time,
	reads func(failover.HealthRule) bool) ([]Reading, error) {
	var readings []Reading
	var questions []question
	in := map[failover.Region][]int{}
	for _, app := range apps {
		for _, rule := range app.Health {
			if !reads(rule) {
				continue
			}
			region := rule.RegionOf(target)
			in[region] = append(in[region], len(readings))
			readings = append(readings, Reading{Application: app.Name, Rule: rule, Target: target, Region: region})
			questions = append(questions, questionOf(rule, target))
		}
	}
	for _, region := range slices.Sorted(maps.Keys(in)) {
		asked := make([]question, 0, len(in[region]))
		for _, i := range in[region] {
			asked = append(asked, questions[i])
		}
		answers, err := ask(ctx, client(region), asked, now)
		if err != nil {
			return nil, err
		}
		for n, i := range in[region] {
			readings[i].set(answers[n], now)
		}
	}
	return readings, nil
}

// set takes an answer. Where no data is healthy, a period without a datapoint stands for a healthy one once CloudWatch must have
// delivered it, so that the same rules hold: it counts only after the shift, and once.
func (r *Reading) set(a datapoint, now time.Time) {
	r.Known, r.Value, r.At, r.Why = a.known, a.value, a.at, a.why
	if r.Rule.TreatMissingData != failover.MissingNotBreaching || !a.known && !a.missing {
		return
	}
	if empty := delivered(time.Duration(r.Rule.PeriodSeconds)*time.Second, now); empty.After(a.at) {
		r.Known, r.Silent, r.At = false, true, empty
		if a.known {
			r.Why = "no data since " + a.at.UTC().Format(time.TimeOnly)
		}
	}
}

// questionOf asks for the datapoints of the last three periods, and at least of a minute. If the period is a minute or longer,
// it asks for two minutes more, because CloudWatch delivers such a metric one to two minutes late. A sum or a count is useful
// only after the end of its period. An average or a percentile is useful at once, and waiting for it would only make an outage
// longer.
func questionOf(rule failover.HealthRule, target failover.Region) question {
	period := time.Duration(rule.PeriodSeconds) * time.Second
	window := max(3*period, time.Minute)
	if period >= time.Minute {
		window += time.Duration(failover.Delivery(rule.PeriodSeconds)) * time.Second
	}
	q := question{
		namespace: rule.Namespace, metric: rule.Metric, statistic: rule.Statistic, expression: rule.Expression, period: period,
		dimensions: dimensionsOf(rule.Dimensions, target),
		window:     window,
		whole:      rule.Statistic == "Sum" || rule.Statistic == "SampleCount",
	}
	for _, id := range slices.Sorted(maps.Keys(rule.Metrics)) {
		q.parts = append(q.parts, partOf(id, rule.Metrics[id], target))
	}
	if m := rule.MinimumRequests; m != nil {
		q.counted, q.atLeast = m.Metric, m.AtLeast
		if rule.Expression == "" {
			q.counted = "requests"
			q.parts = append(q.parts, partOf(q.counted, rule.Requests(), target))
		}
	}
	return q
}

func partOf(id string, m failover.RuleMetric, target failover.Region) part {
	return part{id, m.Namespace, m.Metric, m.Statistic, dimensionsOf(m.Dimensions, target)}
}

func dimensionsOf(of failover.Dimensions, target failover.Region) []types.Dimension {
	values := of.Values(target)
	dimensions := make([]types.Dimension, 0, len(values))
	for _, n := range slices.Sorted(maps.Keys(values)) {
		dimensions = append(dimensions, types.Dimension{Name: aws.String(n), Value: aws.String(values[n])})
	}
	return dimensions
}
