package survey

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
)

// Metrics returns the metrics of a Region of which health rules can be proposed. CloudWatch lists those that had data in the last
// two weeks.
func Metrics(ctx context.Context, client cloudwatch.ListMetricsAPIClient) ([]estate.Metric, error) {
	var all []estate.Metric
	for _, namespace := range slices.Sorted(maps.Keys(estate.Wanted)) {
		name := estate.Wanted[namespace]
		pages := cloudwatch.NewListMetricsPaginator(client, &cloudwatch.ListMetricsInput{Namespace: &namespace, MetricName: &name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, failover.Doing("list", "metrics "+namespace+" "+name, err)
			}
			for _, m := range page.Metrics {
				dimensions := map[string]string{}
				for _, d := range m.Dimensions {
					dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
				}
				all = append(all, estate.Metric{Namespace: namespace, Name: name, Dimensions: dimensions})
			}
		}
	}
	return all, nil
}
