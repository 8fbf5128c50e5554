package live

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/internal/failover"
)

// TableLatency reads the recent replication latency of a DynamoDB global table from the client's Region to another one. It is
// unknown if nothing was written, and always unknown for a table with strong consistency, which has no such metric.
//
// It relies on ReplicationLatency in "DynamoDB metrics and dimensions" of the DynamoDB Developer Guide.
func TableLatency(ctx context.Context, client metricReader, table string, to failover.Region, now time.Time) (latency time.Duration, known bool, err error) {
	answers, err := ask(ctx, client, []question{{
		namespace: "AWS/DynamoDB", metric: "ReplicationLatency", statistic: "Average",
		dimensions: []types.Dimension{
			{Name: aws.String("TableName"), Value: aws.String(table)},
			{Name: aws.String("ReceivingRegion"), Value: aws.String(string(to))},
		},
		period: time.Minute, window: FreshLag,
	}}, now)
	if err != nil || !answers[0].known {
		return 0, false, err
	}
	return time.Duration(answers[0].value * float64(time.Millisecond)), true, nil
}
