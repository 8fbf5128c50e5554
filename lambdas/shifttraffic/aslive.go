package shifttraffic

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// read reads the record sets of all remaining batches at once: if one batch differs from the registry, others may too.
func (z *zoneShift) read(ctx context.Context, batches []Batch) error {
	var app failover.Application
	for _, b := range batches {
		app.Records = append(app.Records, b.Records...)
	}
	sets, err := live.Records(ctx, z.client, []failover.Application{app})
	if err == nil {
		z.sets = &sets
	}
	return err
}

// asRead is a batch with the record sets as Route 53 has them, or as registered if they were not read. Only weights change:
// registered values, TTLs and health checks never replace live ones. A run moves no record without a weighted record set for
// each Region, because it would have to create one. A zone that isolates sets such a record aside and submits the batch without
// it; any other zone stops.
func (z *zoneShift) asRead(b Batch) (Batch, error) {
	if z.sets == nil {
		return b, nil
	}
	pair := make([][]types.Change, len(b.Records))
	for i, r := range b.Records {
		why, err := z.sets.WhyNotPair(r, regionsOf(b.Weights[i])), error(nil)
		switch {
		case why == "":
			pair[i] = changesOf(r, z.sets.Of(r), b.Weights[i])
		case z.isolates:
			err = z.fault(b.Owners[i], r, failover.WithCommand(why, live.RecordCommand(r)))
		default:
			err = rejected("record %s %s of application %s: %s", r.Name, r.Type, b.Owners[i], failover.WithCommand(why, live.RecordCommand(r)))
		}
		if err != nil {
			return b, err
		}
	}
	rest := b.part(func(i int) bool { return pair[i] != nil })
	rest.Changes = nil
	for _, changes := range pair {
		rest.Changes = append(rest.Changes, changes...)
	}
	return rest, nil
}

// changesOf are the changes that give a pair of record sets their weights.
func changesOf(r failover.Record, sets []live.RecordSet, weights map[failover.Region]int) []types.Change {
	var changes []types.Change
	for _, region := range regionsOf(weights) {
		for _, set := range sets {
			if set.Identifier == r.Identifier(region) {
				changes = append(changes, reweighted(liveSet(r, set), weights[region])...)
			}
		}
	}
	return changes
}

// liveSet is a weighted record set as it was read.
func liveSet(r failover.Record, read live.RecordSet) *types.ResourceRecordSet {
	set := &types.ResourceRecordSet{
		Name: aws.String(r.Name), Type: types.RRType(r.Type),
		SetIdentifier: aws.String(read.Identifier), Weight: aws.Int64(int64(read.Weight)),
	}
	if read.HealthCheck != "" {
		set.HealthCheckId = aws.String(read.HealthCheck)
	}
	if a := read.Alias; a != nil {
		set.AliasTarget = &types.AliasTarget{
			DNSName: aws.String(a.Name), HostedZoneId: aws.String(a.Zone), EvaluateTargetHealth: a.EvaluateTargetHealth,
		}
		return set
	}
	set.TTL = aws.Int64(read.TTL)
	for _, value := range read.Values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(value)})
	}
	return set
}
