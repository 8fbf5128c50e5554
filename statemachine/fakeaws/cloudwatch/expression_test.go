package cloudwatch_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// TestMetricMathIsComputedFromTheMetricsOfTheRequest, through the SDK: those that return no data too, and those that were delivered.
func TestMetricMathIsComputedFromTheMetricsOfTheRequest(t *testing.T) {
	s := serve(t)
	for range 3 {
		s.PutMetric(west, "Shop", "Requests", shopDimensions, 50)
		s.Pass(time.Minute)
	}
	s.PutMetric(west, "Shop", "Errors", shopDimensions, 1)
	s.PutMetric(west, "Shop", "Requests", shopDimensions, 4)
	s.Pass(time.Second)
	query := func(id, name string) types.MetricDataQuery {
		q := metricQuery(id, "Sum", 60)
		q.MetricStat.Metric.MetricName, q.ReturnData = &name, aws.Bool(false)
		return q
	}
	rate := types.MetricDataQuery{Id: aws.String("rate"), Expression: aws.String("100 * errors / requests"), Label: aws.String("Error rate")}
	few := types.MetricDataQuery{Id: aws.String("few"), Expression: aws.String("IF(requests >= 20, FILL(errors, 0))")}
	results, err := s.Data(west, query("errors", "Errors"), query("requests", "Requests"), rate, few)
	if err != nil || len(results) != 2 {
		t.Fatalf("%v, %v; want the two expressions", results, err)
	}
	for i, want := range []string{"Complete 180=25 120=0 60=0 0=0", "Complete 120=0 60=0 0=0"} {
		if got := seriesText(results[i]); got != want {
			t.Errorf("%s: got %s; want %s", aws.ToString(results[i].Id), got, want)
		}
	}
	if aws.ToString(results[0].Label) != "Error rate" || aws.ToString(results[1].Label) != "few" {
		t.Errorf("labels %s, %s", aws.ToString(results[0].Label), aws.ToString(results[1].Label))
	}
}
