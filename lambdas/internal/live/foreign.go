package live

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Foreign returns the record sets of a record that answer users although they belong to no Region of the application: another
// tool, or a person, has created them beside Drover's. Route 53 divides the users among all record sets with a weight, so while
// a foreign one exists, the application is not wholly in a Region.
func (s RecordSets) Foreign(r failover.Record) []RecordSet {
	var foreign []RecordSet
	for _, set := range s.Of(r) {
		if _, registered := r.RegionOf(set.Identifier); set.Weight > 0 && !registered {
			foreign = append(foreign, set)
		}
	}
	return foreign
}

// foreignText names them, for example `record www.example.com A: record set "blue" with weight 255 is not registered and
// answers users`.
func foreignText(r failover.Record, foreign []RecordSet) string {
	sets := make([]string, len(foreign))
	for i, set := range foreign {
		sets[i] = fmt.Sprintf("%q with weight %d", set.Identifier, set.Weight)
	}
	return fmt.Sprintf("record %s %s: record set %s is not registered and answers users", r.Name, r.Type, strings.Join(sets, ", "))
}

// WithdrawCommand sets the weight of a record set to 0: it stays in the zone, but answers no user.
func WithdrawCommand(r failover.Record, set RecordSet) string {
	type value struct{ Value string }
	type alias struct {
		HostedZoneID         string `json:"HostedZoneId"`
		DNSName              string
		EvaluateTargetHealth bool
	}
	type recordSet struct {
		Name, Type, SetIdentifier string
		Weight                    int
		TTL                       int64   `json:",omitempty"`
		ResourceRecords           []value `json:",omitempty"`
		AliasTarget               *alias  `json:",omitempty"`
		HealthCheckID             string  `json:"HealthCheckId,omitempty"`
	}
	type change struct {
		Action            string
		ResourceRecordSet recordSet
	}
	withdrawn := recordSet{Name: CanonicalName(r.Name), Type: r.Type, SetIdentifier: set.Identifier, TTL: set.TTL, HealthCheckID: set.HealthCheck}
	for _, v := range set.Values {
		withdrawn.ResourceRecords = append(withdrawn.ResourceRecords, value{v})
	}
	if a := set.Alias; a != nil {
		withdrawn.AliasTarget = &alias{HostedZoneID: a.Zone, DNSName: CanonicalName(a.Name), EvaluateTargetHealth: a.EvaluateTargetHealth}
	}
	batch := compact(map[string][]change{"Changes": {{string(types.ChangeActionUpsert), withdrawn}}})
	return changeCommand(r.Zone, batch)
}
