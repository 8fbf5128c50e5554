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

// Reading is what one health rule of an application said at one check.
type Reading struct {
	Application string
	Rule        failover.HealthRule
	// Region is where the metric was read.
	Region failover.Region
	// Known says whether there is a value. No data is not healthy.
	Known bool
	// Value is the latest datapoint, At the beginning of its period.
	Value float64
	At    time.Time
	// Why says why there is no value.
	Why string
}

// Healthy says whether the rule holds.
func (r Reading) Healthy() bool {
	return r.Known && (r.Rule.AtLeast == nil || r.Value >= *r.Rule.AtLeast) && (r.Rule.AtMost == nil || r.Value <= *r.Rule.AtMost)
}

// String is the reading beside what is expected, such as "Checkout ServedPercent in us-west-2 is 82.5; expected at
// least 99".
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

// number is as exact as people read: CloudWatch's averages end in the ninth decimal of a float.
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

// questionOf asks for the datapoints of the last three periods, and at least a minute; of a metric whose period is a
// minute or longer, two minutes more, because CloudWatch delivers it one to two minutes late. A sum or a count of a period
// that is still going on says little, so those wait for its end; an average or a percentile is good at once, and waiting
// would only make an outage longer.
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
