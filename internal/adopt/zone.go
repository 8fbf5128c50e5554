package adopt

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// zone are all record sets of a hosted zone by name and type, or why they could not be read.
type zone struct {
	sets  map[string][]types.ResourceRecordSet
	err   error
	noted bool
	// private says whether the zone is private, nil if that could not be read.
	private *bool
}

// keyOf is what Route 53 tells the record sets of a record by, beside their identifier.
func keyOf(r failover.Record) string {
	return strings.Join([]string{r.Zone, failover.CanonicalName(r.Name), r.Type}, " ")
}

// zone reads a hosted zone, once.
func (r *reading) zone(ctx context.Context, id string) *zone {
	if z := r.zones[id]; z != nil {
		return z
	}
	z := &zone{sets: map[string][]types.ResourceRecordSet{}}
	r.zones[id] = z
	if out, err := r.dns.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &id}); err == nil {
		z.private = aws.Bool(out.HostedZone.Config != nil && out.HostedZone.Config.PrivateZone)
	}
	pages := route53.NewListResourceRecordSetsPaginator(r.dns, &route53.ListResourceRecordSetsInput{HostedZoneId: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			z.err = failover.Doing("list", "zone "+id, err)
			return z
		}
		for _, set := range page.ResourceRecordSets {
			key := keyOf(failover.Record{Zone: id, Name: aws.ToString(set.Name), Type: string(set.Type)})
			z.sets[key] = append(z.sets[key], set)
		}
	}
	return z
}

// commandsTo are the batches that send all users of the pairs to a Region, one for each hosted zone. A DELETE must match what is
// live: a batch is refused if the record sets have changed since.
func commandsTo(region failover.Region, pairs []pair) []string {
	byZone := map[string][]any{}
	for _, p := range pairs {
		if active, ok := p.active(); ok && active == region {
			continue
		}
		for _, of := range slices.Sorted(maps.Keys(p.sets)) {
			before, after := p.sets[of], p.sets[of]
			if after.Weight = aws.Int64(0); of == region {
				after.Weight = aws.Int64(all)
			}
			if aws.ToInt64(before.Weight) != aws.ToInt64(after.Weight) {
				byZone[p.record.Zone] = append(byZone[p.record.Zone], change("DELETE", before), change("CREATE", after))
			}
		}
	}
	var commands []string
	for _, id := range slices.Sorted(maps.Keys(byZone)) {
		batch, err := json.Marshal(map[string]any{"Changes": byZone[id]})
		if err != nil { // maps of texts and numbers
			continue
		}
		commands = append(commands, failover.CommandLine("aws", "route53", "change-resource-record-sets", "--hosted-zone-id", id, "--change-batch", string(batch)))
	}
	return commands
}

// change is a change as the aws command line takes it. The SDK's fields have the names of the API's members, but its JSON has
// fields too that are not set.
func change(action string, set types.ResourceRecordSet) map[string]any {
	members := map[string]any{}
	text, err := json.Marshal(set)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err == nil {
		maps.DeleteFunc(members, func(_ string, v any) bool { return v == nil || v == "" })
	}
	return map[string]any{"Action": action, "ResourceRecordSet": members}
}
