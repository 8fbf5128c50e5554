package drill

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// addPast makes the plan one that has been running: the alarms that miss what is not there find that it was there a
// minute ago. Without it every drill would begin with the alarms of a deployment that nobody has ever checked.
func (r *rehearsal) addPast(ctx context.Context) error {
	for _, a := range r.assembly.Alarms {
		if a.MissingData != "breaching" {
			continue
		}
		client := cloudwatch.NewFromConfig(r.operator(failover.Region(a.Region)))
		_, err := client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
			Namespace: aws.String(a.Namespace), MetricData: []types.MetricDatum{{
				MetricName: aws.String(a.Metric), Dimensions: dimensionsOf(a), Timestamp: aws.Time(r.began.Add(-time.Minute)), Value: aws.Float64(1),
			}},
		})
		if err != nil {
			return fmt.Errorf("alarm %s in %s: give it a past: %w", a.Name, a.Region, err)
		}
	}
	return nil
}

func dimensionsOf(a assembly.Alarm) []types.Dimension {
	var all []types.Dimension
	for name, value := range a.Dimensions {
		all = append(all, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	return all
}
