package attach

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// zoneSets are all record sets of a hosted zone, by name and type.
type zoneSets struct {
	id   string
	sets map[string][]types.ResourceRecordSet
}

// zone reads a hosted zone, once.
func (r *reading) zone(ctx context.Context, id string) (*zoneSets, error) {
	if z := r.zones[id]; z != nil {
		return z, nil
	}
	z, err := readZone(ctx, r.client, id)
	if err == nil {
		r.zones[id] = z
	}
	return z, err
}

func readZone(ctx context.Context, client DNS, id string) (*zoneSets, error) {
	z := &zoneSets{id: id, sets: map[string][]types.ResourceRecordSet{}}
	pages := route53.NewListResourceRecordSetsPaginator(client, &route53.ListResourceRecordSetsInput{HostedZoneId: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failover.Doing("list", "zone "+id, err)
		}
		for _, set := range page.ResourceRecordSets {
			key := keyOf(failover.Record{Zone: id, Name: aws.ToString(set.Name), Type: string(set.Type)})
			z.sets[key] = append(z.sets[key], set)
		}
	}
	return z, nil
}

// weighted is the record set of a Region.
func (z *zoneSets) weighted(record failover.Record, region failover.Region) (types.ResourceRecordSet, bool) {
	sets := z.sets[keyOf(record)]
	i := slices.IndexFunc(sets, func(s types.ResourceRecordSet) bool {
		return s.Weight != nil && aws.ToString(s.SetIdentifier) == record.Identifier(region)
	})
	if i < 0 {
		return types.ResourceRecordSet{}, false
	}
	return sets[i], true
}

// fences are the plan's fence records of both formats.
func (z *zoneSets) fences(plan, name string) []types.ResourceRecordSet {
	var all []types.ResourceRecordSet
	for _, fence := range []string{failover.FenceName(plan, name), failover.OldFenceName(name)} {
		all = append(all, z.sets[keyOf(failover.Record{Zone: z.id, Name: fence, Type: string(types.RRTypeTxt)})]...)
	}
	return all
}
