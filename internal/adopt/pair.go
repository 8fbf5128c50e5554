package adopt

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// pair are the weighted record sets of a record, one for each Region.
type pair struct {
	record *failover.Record
	sets   map[failover.Region]types.ResourceRecordSet
}

// find returns the weighted record set of a Region: the one with the identifier that the file gives, or else the one that has the
// Region's name, the one that is registered, or the only one with the endpoint's target.
func (r *reading) find(record failover.Record, region failover.Region, sets []types.ResourceRecordSet) (types.ResourceRecordSet, bool) {
	ids := []string{record.Identifier(region)}
	endpoint := record.Endpoints[region]
	if known := r.registered[keyOf(record)].Endpoints[region].SetIdentifier; known != "" && endpoint.SetIdentifier == "" {
		ids = append(ids, known)
	}
	for _, id := range ids {
		i := slices.IndexFunc(sets, func(s types.ResourceRecordSet) bool { return s.Weight != nil && aws.ToString(s.SetIdentifier) == id })
		if i >= 0 {
			return sets[i], true
		}
	}
	if endpoint.SetIdentifier != "" {
		return types.ResourceRecordSet{}, false
	}
	var same []types.ResourceRecordSet
	for _, s := range sets {
		if s.Weight != nil && sameTarget(record.Type, endpoint, s) {
			same = append(same, s)
		}
	}
	other := record.Endpoints[r.plan.Other(region)]
	if len(same) != 1 || sameTarget(record.Type, other, same[0]) { // which Region's it is, its target does not say
		return types.ResourceRecordSet{}, false
	}
	return same[0], true
}

func sameTarget(recordType string, e failover.Endpoint, s types.ResourceRecordSet) bool {
	if a := s.AliasTarget; a != nil || e.Alias != nil {
		return a != nil && e.Alias != nil && aws.ToString(a.HostedZoneId) == e.Alias.Zone &&
			failover.CanonicalName(aws.ToString(a.DNSName)) == failover.CanonicalName(e.Alias.Name)
	}
	var values []string
	for _, v := range s.ResourceRecords {
		values = append(values, aws.ToString(v.Value))
	}
	return rules.SameValues(recordType, values, e.All())
}

// adopt gives the endpoints the identifiers of the record sets.
func (p pair) adopt(plan failover.Plan) {
	p.record.Endpoints = maps.Clone(p.record.Endpoints)
	for _, region := range []failover.Region{plan.Primary, plan.Standby} {
		e := p.record.Endpoints[region]
		if id := aws.ToString(p.sets[region].SetIdentifier); id != string(region) {
			e.SetIdentifier = id
		}
		p.record.Endpoints[region] = e
	}
}

func (p pair) weights() map[failover.Region]int {
	weights := map[failover.Region]int{}
	for region, s := range p.sets {
		weights[region] = int(aws.ToInt64(s.Weight))
	}
	return weights
}

// active is the one Region that has a weight above 0, if there is exactly one.
func (p pair) active() (active failover.Region, ok bool) {
	for region, weight := range p.weights() {
		if weight > 0 {
			if ok {
				return "", false
			}
			active, ok = region, true
		}
	}
	return active, ok
}

// divided says why an application is not active in one Region.
func divided(pairs []pair) string {
	var first failover.Region
	for i, p := range pairs {
		active, ok := p.active()
		object := fmt.Sprintf("record %s %s has the weights %s in Route 53", p.record.Name, p.record.Type, prose.Weights(p.weights()))
		switch {
		case !ok && slices.Max(slices.Collect(maps.Values(p.weights()))) == 0:
			return object + ", which it answers as an equal split; expected all users in one Region"
		case !ok:
			return object + "; expected all users in one Region"
		case i > 0 && active != first:
			return fmt.Sprintf("%s, and record %s %s sends its users to %s; expected all users in one Region", object, pairs[0].record.Name, pairs[0].record.Type, first)
		}
		first = active
	}
	return ""
}

// choices are the batches that send all users of the pairs to either Region.
func (r *reading) choices(pairs []pair) []Choice {
	var all []Choice
	for _, region := range []failover.Region{r.plan.Primary, r.plan.Standby} {
		all = append(all, Choice{region, commandsTo(region, pairs)})
	}
	return all
}
