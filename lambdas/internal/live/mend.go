package live

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// Simple says whether the record set has no routing policy.
func (s RecordSet) Simple() bool { return s.Weight < 0 && s.Identifier == "" }

// MendCommand is the batch that gives a record exactly one weighted record set for each Region: it deletes record sets without
// weight, and creates missing ones. It never sends users to a Region that has not answered them before: the weights are those
// with which the pair answers as the record sets do now. Only a name without any record set gets the registered weights. It is
// empty if it would change nothing, or if no pair answers as the record sets do now.
func (s RecordSets) MendCommand(r failover.Record, registered map[failover.Region]int) string {
	weights, known := weightsNow(r, s.Of(r), registered)
	if !known {
		return ""
	}
	var changes []any
	there := map[failover.Region]bool{}
	for _, set := range s.Of(r) {
		region, ours := r.RegionOf(set.Identifier)
		switch {
		case set.Whole != nil:
			changes = append(changes, changeOf("DELETE", whole(*set.Whole)))
		case ours && set.Weight == weights[region]:
			there[region] = true
		case ours:
			changes = append(changes, changeOf("DELETE", asRead(r, set)))
		}
	}
	for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
		if !there[region] {
			changes = append(changes, changeOf("CREATE", weighted(r, region, weights[region])))
		}
	}
	if len(changes) == 0 {
		return ""
	}
	return batchCommand(r, changes)
}

// weightsNow are the weights with which a pair answers as the record sets of a record do now; known is false if there are none.
func weightsNow(r failover.Record, sets []RecordSet, registered map[failover.Region]int) (weights map[failover.Region]int, known bool) {
	if len(sets) == 0 {
		return registered, true
	}
	sum, only := 0, failover.Region("")
	weights = map[failover.Region]int{}
	for _, set := range sets {
		region, ours := r.RegionOf(set.Identifier)
		switch {
		case set.Weight >= 0 && ours:
			weights[region] = set.Weight
			sum, only = sum+set.Weight, region
		case set.Weight >= 0 || !set.Simple():
			return nil, false
		default:
			if only, ours = regionAnswering(r, set); !ours {
				return nil, false
			}
			sum, weights = allUsers, map[failover.Region]int{only: allUsers}
		}
	}
	if sum == 0 && len(weights) == 1 { // one record set answers all users, whatever its weight
		weights[only] = allUsers
	}
	return weights, true
}

// allUsers is the weight that stands for all users.
const allUsers = 100

// regionAnswering is the one Region whose endpoint a record set answers with.
func regionAnswering(r failover.Record, set RecordSet) (region failover.Region, found bool) {
	for of, e := range r.Endpoints {
		if SameTarget(r.Type, e, set) {
			if found {
				return "", false
			}
			region, found = of, true
		}
	}
	return region, found
}

// SameTarget says whether a record set answers with an endpoint.
func SameTarget(recordType string, e failover.Endpoint, set RecordSet) bool {
	if set.Alias == nil || e.Alias == nil {
		return set.Alias == nil && e.Alias == nil && rules.SameValues(recordType, set.Values, e.All())
	}
	return CanonicalName(set.Alias.Name) == CanonicalName(e.Alias.Name) && set.Alias.Zone == e.Alias.Zone
}

// asRead is a weighted record set as it was read.
func asRead(r failover.Record, set RecordSet) map[string]any {
	read := failover.Record{Name: r.Name, Type: r.Type, Zone: r.Zone, TTL: set.TTL}
	read.Endpoints = map[failover.Region]failover.Endpoint{"": {
		Values: set.Values, Alias: set.Alias, SetIdentifier: set.Identifier, HealthCheck: set.HealthCheck,
	}}
	return weighted(read, "", set.Weight)
}

func batchCommand(r failover.Record, changes []any) string {
	return changeCommand(r.Zone, compact(map[string]any{"Changes": changes}))
}

func changeOf(action string, set map[string]any) map[string]any {
	return map[string]any{"Action": action, "ResourceRecordSet": set}
}

// weighted is a record set of the registry as the aws command line takes it.
func weighted(r failover.Record, region failover.Region, weight int) map[string]any {
	endpoint := r.Endpoints[region]
	set := map[string]any{"Name": r.Name, "Type": r.Type, "SetIdentifier": r.Identifier(region), "Weight": weight}
	if endpoint.HealthCheck != "" {
		set["HealthCheckId"] = endpoint.HealthCheck
	}
	if a := endpoint.Alias; a != nil {
		set["AliasTarget"] = map[string]any{"DNSName": a.Name, "HostedZoneId": a.Zone, "EvaluateTargetHealth": a.EvaluateTargetHealth}
		return set
	}
	var values []any
	for _, value := range endpoint.All() {
		values = append(values, map[string]any{"Value": value})
	}
	set["TTL"], set["ResourceRecords"] = r.TTL, values
	return set
}

// whole is a record set with everything that was read: a DELETE must match it. The SDK's fields have the names of the API's
// members, but its JSON also has fields that are not set.
func whole(set types.ResourceRecordSet) map[string]any {
	text, err := json.Marshal(set)
	members := map[string]any{}
	if err != nil || json.Unmarshal(text, &members) != nil { // a struct of texts and numbers
		return members
	}
	maps.DeleteFunc(members, func(_ string, v any) bool { return v == nil || v == "" })
	return members
}
