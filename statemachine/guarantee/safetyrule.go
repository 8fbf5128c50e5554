package guarantee

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// ruleFault is the refusal of a safety rule of the routing controls that move the application, if the last request about them
// was refused: the run may then move it by weights neither, nor promote its databases.
func (j journal) ruleFault(app failover.Application) string {
	of, ok := j.Plan.SwitchOf(app)
	if !ok || of.RoutingControl == nil {
		return ""
	}
	why := ""
	for _, call := range j.calls("ShiftTraffic", "route53-recovery-cluster") {
		if !call.Mutating || !slices.Contains(strings.Fields(call.Object), of.RoutingControl.Controls[j.run.from(j.Plan)]) {
			continue
		}
		if why = ""; call.Code == "ConflictException" {
			why = call.Message
		}
	}
	return why
}
