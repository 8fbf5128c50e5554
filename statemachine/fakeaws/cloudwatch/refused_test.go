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
	math := func(expression string, metrics ...types.MetricDataQuery) []types.MetricDataQuery {
		return append(metrics, types.MetricDataQuery{Id: aws.String("e"), Expression: &expression})
	}
	both, beside := metricQuery("q", "Sum", 60), metricQuery("q", "Sum", 60)
	both.Expression, beside.Period = aws.String("q"), aws.Int32(60)
	hiddenMath := math("q + x", metricQuery("q", "Sum", 60))
	hiddenMath[1].ReturnData = aws.Bool(false)
	period := math("q", metricQuery("q", "Sum", 60))
	period[1].Period = aws.Int32(60)
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
		{"math about no query", math("a / b"), "ValidationError"},
		{"math about itself", math("e + 1"), "NotImplemented"},
		{"math that is a number", math("1 + 2"), "ValidationError"},
		{"math that is no math", math("q +", metricQuery("q", "Sum", 60)), "ValidationError"},
		{"a hidden mistake", hiddenMath, "ValidationError"},
		{"a mistake of 2,049 characters", math(strings.Repeat("q", 2049)), "ValidationError"},
		{"a metric and math", []types.MetricDataQuery{both}, "ValidationError"},
		{"a function that is not here", math("RATE(q)", metricQuery("q", "Sum", 60)), "NotImplemented"},
		{"a search", math("SEARCH('{AWS/EC2}', 'Sum', 300)"), "NotImplemented"},
		{"two periods", math("q / r", metricQuery("q", "Sum", 60), metricQuery("r", "Sum", 300)), "NotImplemented"},
		{"a period beside that of a metric", []types.MetricDataQuery{beside}, "NotImplemented"},
		{"a period of math", period, "NotImplemented"},
		{"neither a metric nor math", []types.MetricDataQuery{{Id: aws.String("q")}}, "ValidationError"},
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
