package cloudwatch_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestMetricsAreListedByWhatTheyAre(t *testing.T) {
	s := serve(t)
	for i := range 501 {
		s.PutMetric(west, "Shop", "Latency", map[string]string{"App": fmt.Sprintf("app-%03d", i)}, 1)
	}
	s.PutMetric(west, "Other", "Latency", nil, 1)
	count := func(in cloudwatch.ListMetricsInput) (n int) {
		pages := cloudwatch.NewListMetricsPaginator(s.CloudWatch(west), &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Metrics) > 500 {
				t.Errorf("a page of %d metrics; want at most 500", len(page.Metrics))
			}
			n += len(page.Metrics)
		}
		return n
	}
	if n := count(cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")}); n != 501 {
		t.Errorf("%d metrics in the namespace; want 501", n)
	}
	one := []types.DimensionFilter{{Name: aws.String("App"), Value: aws.String("app-007")}}
	if n := count(cloudwatch.ListMetricsInput{Dimensions: one}); n != 1 {
		t.Errorf("%d metrics with the dimension; want 1", n)
	}
}
