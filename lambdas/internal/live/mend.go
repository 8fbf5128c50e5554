package live

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Simple says whether the record set has no routing policy.
func (s RecordSet) Simple() bool { return s.Weight < 0 && s.Identifier == "" }

// MendCommand is the batch that gives a record exactly one weighted record set for each Region, with these weights: it deletes
// record sets without weight, and creates missing ones. It is empty if it would change nothing.
func (s RecordSets) MendCommand(r failover.Record, weights map[failover.Region]int) string {
	var changes []any
	there := map[failover.Region]bool{}
	for _, set := range s.Of(r) {
		if region, registered := r.RegionOf(set.Identifier); registered {
			there[region] = set.Weight >= 0
		}
		if set.Whole != nil {
			changes = append(changes, changeOf("DELETE", whole(*set.Whole)))
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

// WeightsCommand is the batch that gives the registered record sets of a record these weights; if a Region has no weight, it is
// the command that lists the record sets.
func WeightsCommand(r failover.Record, weights map[failover.Region]int) string {
	var changes []any
	for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
		weight, ok := weights[region]
		if !ok {
			return RecordCommand(r)
		}
		changes = append(changes, changeOf("UPSERT", weighted(r, region, weight)))
	}
	return batchCommand(r, changes)
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
