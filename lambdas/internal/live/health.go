package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Reading is the value of one health rule of an application at one check.
type Reading struct {
	Application string
	Rule        failover.HealthRule
	// Region is where the metric was read.
	Region failover.Region
	// Known says whether there is a value. No data counts as unhealthy.
	Known bool
	// Value is the latest datapoint, At the start of its period.
	Value float64
	At    time.Time
	// Why says why there is no value.
	Why string
}

// Healthy says whether the rule is met.
func (r Reading) Healthy() bool {
	return r.Known && (r.Rule.AtLeast == nil || r.Value >= *r.Rule.AtLeast) && (r.Rule.AtMost == nil || r.Value <= *r.Rule.AtMost)
}

// String is the reading with what is expected, for example "Checkout ServedPercent in us-west-2 is 82.5; expected at least 99".
func (r Reading) String() string {
	metric := fmt.Sprintf("%s %s in %s", r.Rule.Namespace, r.Rule.Metric, r.Region)
	if !r.Known {
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

// Health reads the rules of all applications in the client's Region, in the order of the applications and their rules.
func Health(ctx context.Context, client metricReader, apps []failover.Application, region failover.Region, now time.Time) ([]Reading, error) {
	var readings []Reading
	var questions []question
	for _, app := range apps {
		for _, rule := range app.Health {
			readings = append(readings, Reading{Application: app.Name, Rule: rule, Region: region})
			questions = append(questions, questionOf(rule, region))
		}
	}
	answers, err := ask(ctx, client, questions, now)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		readings[i].Known, readings[i].Value, readings[i].At, readings[i].Why = a.known, a.value, a.at, a.why
	}
	return readings, nil
}

// questionOf asks for the datapoints of the last three periods, and at least of a minute. If the period is a minute or longer,
// it asks for two minutes more, because CloudWatch delivers such a metric one to two minutes late. A sum or a count is useful
// only after the end of its period. An average or a percentile is useful at once, and waiting for it would only make an outage
// longer.
func questionOf(rule failover.HealthRule, region failover.Region) question {
	period := time.Duration(rule.PeriodSeconds) * time.Second
	window := max(3*period, time.Minute)
	if period >= time.Minute {
		window += 2 * time.Minute
	}
	return question{
		namespace: rule.Namespace, metric: rule.Metric, statistic: rule.Statistic, period: period,
		dimensions: dimensionsOf(rule, region),
		window:     window,
		whole:      rule.Statistic == "Sum" || rule.Statistic == "SampleCount",
	}
}

func dimensionsOf(rule failover.HealthRule, region failover.Region) []types.Dimension {
	var names []string
	for n := range rule.Dimensions {
		names = append(names, n)
	}
	slices.Sort(names)
	dimensions := make([]types.Dimension, len(names))
	for i, n := range names {
		value := strings.ReplaceAll(rule.Dimensions[n], "{region}", string(region))
		dimensions[i] = types.Dimension{Name: aws.String(n), Value: aws.String(value)}
	}
	return dimensions
}
