package levers

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Metrics is the part of the CloudWatch client that a metric lever uses.
type Metrics interface {
	PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
}

// metrics is the lever [failover.MetricLever]: a datapoint of 1 makes users leave the Region of its dimension, one of 0 lets them
// in. The metric of a Region is in the other one.
//
// One datapoint is enough. When there is no data after it, Route 53 "uses the status of the health check from the last time that
// CloudWatch had sufficient data to determine the alarm state" (InsufficientDataHealthStatus LastKnownStatus, in
// HealthCheckConfig of the Amazon Route 53 API Reference).
//
// The alarm's statistic is the maximum of a minute, so a 0 in the minute of a 1 does not count. Each reset therefore has a
// minute of its own, after the last datapoint, which may lie a little in the future. A 1 also goes into the minutes of resets
// that are still to come.
type metrics struct{ Switches }

const (
	// metricPeriod is the period of the alarms' metric.
	metricPeriod = time.Minute
	// metricBudget is how long the metrics of a call may take, with the SDK's retries.
	metricBudget = 2500 * time.Millisecond
	// maxAhead is how many minutes of resets that are still to come a datapoint of 1 goes into, at most.
	maxAhead = 5
)

func (m metrics) pull(ctx context.Context, w Writer, changes []*change) map[*change]error {
	ctx, cancel := context.WithTimeout(ctx, metricBudget)
	defer cancel()
	failed := map[*change]error{}
	for _, c := range changes {
		var err error
		if c.leaves == "" {
			err = m.reset(ctx, w, c)
		} else {
			err = m.evacuate(ctx, w, c)
		}
		if err != nil {
			failed[c] = failover.Doing("write", "metric of switch "+c.of.Name, err)
		}
	}
	return failed
}

// evacuate writes a 1 in the Region that users move to. A metric that makes users leave that Region too stays: it is in the
// Region that they leave, to which a failover sends no request.
func (m metrics) evacuate(ctx context.Context, w Writer, c *change) error {
	times := []time.Time{w.Now}
	for len(times) <= maxAhead && c.before.LeverAt.After(times[len(times)-1]) {
		times = append(times, minute(times[len(times)-1]).Add(metricPeriod))
	}
	c.after.LeverAt = times[len(times)-1]
	for _, region := range []failover.Region{c.before.Evacuated, c.before.Pulled, c.before.Stuck} {
		if region != "" && region != c.leaves {
			c.after.Stuck = region
		}
	}
	return m.put(ctx, c.of, c.leaves, 1, times...)
}

// reset writes a 0 for each Region that users may have been made to leave: first for the one whose metric is elsewhere.
func (m metrics) reset(ctx context.Context, w Writer, c *change) error {
	last := c.before.LeverAt
	if c.before.Pulled != c.before.Evacuated { // what was written is not known
		last = later(last, minute(c.before.At).Add(metricPeriod))
	}
	at := later(w.Now, minute(last).Add(metricPeriod))
	c.after.LeverAt = at
	done := map[failover.Region]bool{"": true}
	for _, region := range []failover.Region{c.before.Stuck, c.before.Pulled, c.before.Evacuated} {
		if done[region] {
			continue
		}
		if err := m.put(ctx, c.of, region, 0, at); err != nil {
			return err
		}
		done[region] = true
	}
	return nil
}

func (m metrics) put(ctx context.Context, of failover.Switch, leaves failover.Region, value float64, times ...time.Time) error {
	var dimensions []types.Dimension
	for _, d := range failover.EvacuatedDimensions(m.Plan, of, leaves) {
		dimensions = append(dimensions, types.Dimension{Name: aws.String(d.Name), Value: aws.String(d.Value)})
	}
	var data []types.MetricDatum
	for _, at := range times {
		data = append(data, types.MetricDatum{
			MetricName: aws.String(failover.EvacuatedMetric), Dimensions: dimensions, Value: aws.Float64(value), Timestamp: aws.Time(at),
		})
	}
	_, err := m.Metrics(m.Plan.Other(leaves)).PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String(failover.MetricNamespace), MetricData: data,
	})
	return err
}

func minute(at time.Time) time.Time { return at.Truncate(metricPeriod) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
