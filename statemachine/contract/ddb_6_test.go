package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

var _ = ask("DDB-6", "lists the metric ReplicationLatency", func(a *account) verdict {
	if a.world != nil && a.putItem("ddb-6", nil, "") == nil {
		defer a.deleteItem("ddb-6")
		a.until(5*60e9, 60e9, func() bool { return false }) // the metric is there some minutes after a write
	}
	out, err := a.cloudwatch().ListMetrics(a.ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/DynamoDB"), MetricName: aws.String("ReplicationLatency")})
	if err != nil {
		return cannotKnow("ListMetrics: %v", err)
	}
	if len(out.Metrics) == 0 {
		return cannotKnow("there is no metric ReplicationLatency; no global table has been written to")
	}
	for _, m := range out.Metrics {
		names := map[string]bool{}
		for _, d := range m.Dimensions {
			names[aws.ToString(d.Name)] = true
		}
		if !names["TableName"] || !names["ReceivingRegion"] {
			return refuted("a metric has the dimensions %v; assumed TableName and ReceivingRegion", names)
		}
	}
	return confirmed("%d metrics, each with TableName and ReceivingRegion", len(out.Metrics))
})
