package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAnAnswerThatAWSWouldPageIsRefusedByName(t *testing.T) {
	s := serve(t)
	for range 203 {
		s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
		s.Pass(time.Second)
	}
	var queries []types.MetricDataQuery
	for i := range 500 {
		queries = append(queries, metricQuery(fmt.Sprintf("q%d", i), "Sum", 1))
	}
	if _, err := s.Data(west, queries...); codeOf(err) != fakeaws.CodeNotImplemented {
		t.Errorf("101,500 data points = %v; want %s", err, fakeaws.CodeNotImplemented)
	}
}

func TestGetMetricDataRefusesWhatCloudWatchRefuses(t *testing.T) {
	many := func(n int) []types.MetricDataQuery {
		var queries []types.MetricDataQuery
		for i := range n {
			queries = append(queries, metricQuery(fmt.Sprintf("q%d", i), "Sum", 60))
		}
		return queries
	}
	math := metricQuery("q", "Sum", 60)
	math.MetricStat, math.Expression = nil, aws.String("a/b")
	for _, tc := range []struct {
		name    string
		queries []types.MetricDataQuery
		code    string
	}{
		{"500 queries", many(500), ""},
		{"501 queries", many(501), "ValidationError"},
		{"an id twice", []types.MetricDataQuery{metricQuery("q", "Sum", 60), metricQuery("q", "Sum", 60)}, "ValidationError"},
		{"an id in capitals", []types.MetricDataQuery{metricQuery("Q", "Sum", 60)}, "ValidationError"},
		{"a period of 45 s", []types.MetricDataQuery{metricQuery("q", "Sum", 45)}, "ValidationError"},
		{"metric math", []types.MetricDataQuery{math}, "NotImplemented"},
		{"a trimmed mean", []types.MetricDataQuery{metricQuery("q", "TM(10%:90%)", 60)}, "NotImplemented"},
	} {
		s := serve(t)
		if _, err := s.Data(west, tc.queries...); codeOf(err) != tc.code {
			t.Errorf("%s: %v; want code %q", tc.name, err, tc.code)
		}
	}
}

func TestAMetricStatusOtherThanCompleteHasNoValues(t *testing.T) {
	s := serve(t)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
	s.Pass(time.Second)
	s.SetMetricStatus(west, "InternalError")
	results, err := s.Data(west, metricQuery("q", "Sum", 60))
	if err != nil || seriesText(results[0]) != "InternalError" {
		t.Errorf("data = %v, %v; want InternalError without values", results, err)
	}
	s.SetMetricStatus(west, "")
	if results, err = s.Data(west, metricQuery("q", "Sum", 60)); err != nil || seriesText(results[0]) != "Complete 0=1" {
		t.Errorf("data afterwards = %v, %v; want one value", results, err)
	}
}

func TestADarkRegionAnswersNoMetrics(t *testing.T) {
	s := serve(t)
	if err := s.SetDark(west, true); err != nil {
		t.Fatal(err)
	}
	_, err := s.Data(west, metricQuery("q", "Sum", 60))
	var api smithy.APIError
	if err == nil || errors.As(err, &api) {
		t.Errorf("GetMetricData in a dark Region = %v; want a broken connection", err)
	}
}

func TestAnOperationThatCloudWatchLacksIsNamed(t *testing.T) {
	s := serve(t)
	_, err := s.CloudWatch(west).PutDashboard(context.Background(), &cloudwatch.PutDashboardInput{
		DashboardName: aws.String("d"), DashboardBody: aws.String("{}"),
	})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != fakeaws.CodeNotImplemented || !strings.Contains(api.ErrorMessage(), "PutDashboard") {
		t.Errorf("PutDashboard = %v; want %s naming it", err, fakeaws.CodeNotImplemented)
	}
}
