package contract_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

var _ = ask("CW-13", "reads FILL, with 7, of a metric that does not exist, and its quotient by another one, over ten minutes", func(a *account) verdict {
	end := a.now().Truncate(time.Minute)
	start := end.Add(-10 * time.Minute)
	metric := func(id string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(namespace), MetricName: aws.String("Never" + id)}, Period: aws.Int32(60), Stat: aws.String("Sum"),
		}}
	}
	out, err := a.cloudwatch().GetMetricData(a.ctx, &cloudwatch.GetMetricDataInput{StartTime: &start, EndTime: &end, MetricDataQueries: []types.MetricDataQuery{
		metric("a"), metric("b"), {Id: aws.String("filled"), Expression: aws.String("FILL(a, 7)")}, {Id: aws.String("rate"), Expression: aws.String("a / b")},
	}})
	if err != nil {
		return cannotKnow("GetMetricData: %v", err)
	}
	n := map[string]int{}
	for _, r := range out.MetricDataResults {
		n[aws.ToString(r.Id)] = len(r.Values)
	}
	return expect(n["filled"] == 10 && n["rate"] == 0, "FILL has %d values, assumed 10; the quotient %d, assumed 0", n["filled"], n["rate"])
})
