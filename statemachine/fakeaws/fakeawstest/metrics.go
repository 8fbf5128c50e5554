package fakeawstest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// CloudWatch is a client for CloudWatch.
func (s Served) CloudWatch(region string) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(s.Config(region, fakeaws.Administrator))
}

// MetricQuery asks for the metric Latency of namespace Shop.
func MetricQuery(id, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{
			Namespace: aws.String("Shop"), MetricName: aws.String("Latency"),
			Dimensions: []types.Dimension{{Name: aws.String("Region"), Value: aws.String(West)}, {Name: aws.String("App"), Value: aws.String("shop")}},
		},
		Period: aws.Int32(period), Stat: aws.String(stat),
	}}
}

// data asks for the last five minutes.
func (s Served) Data(region string, queries ...types.MetricDataQuery) ([]types.MetricDataResult, error) {
	out, err := s.CloudWatch(region).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: aws.Time(s.Now().Add(-5 * time.Minute)), EndTime: aws.Time(s.Now()),
	})
	if err != nil {
		return nil, err
	}
	return out.MetricDataResults, nil
}

// series is a result in one line: its status, and offset=value from the start of the test, in the order of the answer.
func SeriesText(r types.MetricDataResult) string {
	parts := []string{string(r.StatusCode)}
	for i, at := range r.Timestamps {
		parts = append(parts, fmt.Sprintf("%.0f=%g", at.Sub(Start).Seconds(), r.Values[i]))
	}
	return strings.Join(parts, " ")
}
