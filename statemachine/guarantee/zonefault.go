package guarantee

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// zoneRejected is the code with which Route 53 has rejected the zone as a whole in any wave: then no later wave asks about it again. A
// denial is judged by wave, because a permission may propagate between two of them.
func (j journal) zoneRejected(zone string) string {
	for _, c := range j.calls("ShiftTraffic", "route53") {
		if c.Object == "hosted zone "+zone && c.Code != "" && !waitingCures(c) && !isRefusedBatch(c) && !strings.HasPrefix(c.Code, DeniedCode) {
			return c.Code
		}
	}
	return ""
}

// foreignFence says whether a zone has, at the place of the fence, a record set that no run has written.
func (j journal) foreignFence(zone string) bool {
	return slices.ContainsFunc(j.run.After.sets(zone), func(set fakeaws.RecordSet) bool {
		if !isFence(set) {
			return false
		}
		_, err := failover.ParseFence(strings.Join(set.Values, ","))
		return err != nil
	})
}
