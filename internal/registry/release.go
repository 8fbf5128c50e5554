package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
)

// Release is the version of Drover that a Region runs, as its own functions have published it.
type Release struct {
	Region failover.Region
	// Version is such as 0.2.0, Format that of what it stores (see [failover.Format]).
	Version string
	Format  int
	// Since is when the Region has published it first.
	Since time.Time
	// Switches are those that the plan has in the Region, none when the Region has not published them.
	Switches []failover.Switch
	// PlanText is the plan as JSON, empty when the Region has not published it.
	PlanText string
}

// Plan is the plan that the Region has published; ok is false when it has not. A newer release may have settings that this one
// does not know: they are left out.
func (r Release) Plan() (plan failover.Plan, ok bool) {
	plan = failover.DefaultPlan()
	if r.PlanText == "" || json.Unmarshal([]byte(r.PlanText), &plan) != nil || plan.Validate() != nil {
		return failover.Plan{}, false
	}
	return plan, true
}

// Releases are those that Regions have published. Release 0.1.0 publishes none.
type Releases map[failover.Region]Release

// releaseSettles is how long after a Region has published a release it counts: longer than any invocation of a function
// takes that was started with the code before.
const releaseSettles = 15 * time.Minute

// Writes is the newest format that all functions of both Regions read for certain.
func (r Releases) Writes(plan failover.Plan, now time.Time) int {
	writes := failover.Format
	for _, region := range []failover.Region{plan.Primary, plan.Standby} {
		published, known := r[region]
		if !known || now.Sub(published.Since) < releaseSettles {
			return failover.OldestFormat
		}
		writes = min(writes, published.Format)
	}
	return max(writes, failover.OldestFormat)
}

// Releases returns what the Regions have published, as this replica knows it.
func (s *Store) Releases(ctx context.Context) (Releases, error) {
	items, err := s.query(ctx, versionsPartition, "", 0)
	if err != nil {
		return nil, err
	}
	all := Releases{}
	for _, it := range items {
		r := &reader{item: it}
		region := failover.Region(r.text("sk"))
		found := Release{Region: region, Version: r.text("version"), Format: int(r.number(formatAttribute)), Since: r.time("since")}
		if r.has("switches") {
			r.json("switches", &found.Switches)
		}
		if r.has(planAttribute) {
			found.PlanText = r.text(planAttribute)
		}
		all[region] = found
		if r.err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, r.err)
		}
	}
	return all, nil
}

// PublishRelease says which release a Region runs. Publishing the same again changes nothing.
func (s *Store) PublishRelease(ctx context.Context, r Release) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                &s.Table,
		Key:                      key(versionsPartition, string(r.Region)),
		UpdateExpression:         aws.String("SET #version = :version, itemFormat = :format, since = :since"),
		ConditionExpression:      aws.String("attribute_not_exists(pk) OR #version <> :version OR itemFormat <> :format"),
		ExpressionAttributeNames: map[string]string{"#version": "version"},
		ExpressionAttributeValues: item{
			":version": text(r.Version), ":format": number(int64(r.Format)), ":since": text(formatTime(r.Since)),
		},
	})
	if _, same := refusedBy(err); same {
		return nil
	}
	if err != nil {
		return failover.Doing("publish", fmt.Sprintf("release %s of %s", r.Version, r.Region), err)
	}
	return nil
}

// planAttribute holds the plan as JSON. Releases that do not know it leave it alone.
const planAttribute = "plan"

// PublishPlan writes the plan of a Region that has published its release, so that tools need only the plan's name and one Region;
// and its switches apart, as earlier releases read them. Publishing the same again changes nothing.
func (s *Store) PublishPlan(ctx context.Context, region failover.Region, plan failover.Plan) error {
	declared, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("encode the plan %s: %w", plan.Name, err)
	}
	switches, err := json.Marshal(append([]failover.Switch{}, plan.Switches...))
	if err != nil {
		return fmt.Errorf("encode the switches of %s: %w", region, err)
	}
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       key(versionsPartition, string(region)),
		UpdateExpression:          aws.String("SET #plan = :plan, switches = :switches"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND (attribute_not_exists(#plan) OR #plan <> :plan OR attribute_not_exists(switches) OR switches <> :switches)"),
		ExpressionAttributeNames:  map[string]string{"#plan": planAttribute},
		ExpressionAttributeValues: item{":plan": text(string(declared)), ":switches": text(string(switches))},
	})
	if _, same := refusedBy(err); same {
		return nil
	}
	if err != nil {
		return failover.Doing("publish", "the plan in "+string(region), err)
	}
	return nil
}
