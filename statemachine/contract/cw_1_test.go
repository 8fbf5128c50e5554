package contract_test

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// namespace is where the programs publish.
const namespace = "DroverContract"

var _ = ask("CW-1", "publishes a value of standard resolution and one of high resolution, and reads them until they are there", func(a *account) verdict {
	if !a.metrics {
		return cannotKnow("needs -metrics")
	}
	m := a.cloudwatch()
	standard, err := m.publishAndRead("Standard", nil)
	if err != nil {
		return cannotKnow("PutMetricData: %v", err)
	}
	high, err := m.publishAndRead("High", aws.Int32(1))
	if err != nil {
		return cannotKnow("PutMetricData: %v", err)
	}
	return expect(standard <= 3*time.Minute && high <= 10*time.Second,
		"readable after %v at standard resolution, assumed at most 2 m after the end of the minute, and after %v at high resolution, assumed 2 s to 5 s", standard, high)
})

type cw struct {
	*cloudwatch.Client
	a *account
}

func (a *account) cloudwatch() cw {
	return cw{cloudwatch.NewFromConfig(a.config(a.standby)), a}
}

// publish publishes values of a metric, now.
func (m cw) publish(name string, resolution *int32, values ...float64) (dims []types.Dimension, at time.Time, err error) {
	at = m.a.now()
	dims = []types.Dimension{{Name: aws.String("Run"), Value: aws.String(strconv.FormatInt(at.UnixNano(), 10))}}
	_, err = m.PutMetricData(m.a.ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: []types.MetricDatum{
		{MetricName: &name, Dimensions: dims, Timestamp: &at, StorageResolution: resolution, Values: values},
	}})
	return dims, at, err
}

// read reads a statistic of the last minutes by periods of a minute.
func (m cw) read(name, stat string, dims []types.Dimension, from, to time.Time) (values []float64, times []time.Time) {
	out, err := m.GetMetricData(m.a.ctx, &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: []types.MetricDataQuery{{
		Id: aws.String("a"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(namespace), MetricName: &name, Dimensions: dims}, Period: aws.Int32(60), Stat: &stat,
		},
	}}})
	if err != nil || len(out.MetricDataResults) == 0 {
		return nil, nil
	}
	return out.MetricDataResults[0].Values, out.MetricDataResults[0].Timestamps
}

func (m cw) publishAndRead(name string, resolution *int32) (time.Duration, error) {
	dims, at, err := m.publish(name, resolution, 1)
	if err != nil {
		return 0, err
	}
	took, _ := m.a.until(5*time.Minute, time.Second, func() bool {
		values, _ := m.read(name, "Sum", dims, at.Add(-2*time.Minute), at.Add(2*time.Minute))
		return len(values) > 0
	})
	return took, nil
}
