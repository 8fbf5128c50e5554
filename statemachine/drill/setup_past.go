package drill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// addPast makes the plan one that has been running: the alarms that treat missing data as breaching find data of a minute
// ago, and each Region has published its release and its switches. Without it every drill would start with the alarms of a new deployment.
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
	for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
		if r.previous != nil {
			break // it publishes none, and this one is deployed by the scenario
		}
		published := registry.Release{Region: region, Version: release.Version, Format: failover.Format, Since: r.began.Add(-24 * time.Hour)}
		store := r.store(r.plan.Primary)
		if err := errors.Join(store.PublishRelease(ctx, published), store.PublishPlan(ctx, region, r.plan)); err != nil {
			return err
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
