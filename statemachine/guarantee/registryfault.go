package guarantee

import (
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// switchFault is why the switch of an application could not be written into the registry, the last time that the run tried it, or does
// not move its users. Empty when it could.
func (j journal) switchFault(app failover.Application) string {
	of, ok := j.Plan.SwitchOf(app)
	if !ok {
		return ""
	}
	if j.leverLost(j.run, app) {
		return "its lever does not answer any more"
	}
	why := ""
	for _, call := range j.calls("ShiftTraffic", "dynamodb") {
		if call.Mutating && inPartition(call, "switches") && strings.HasSuffix(call.Object, " "+of.Name) && call.Code != unchanged {
			why = call.Code
		}
	}
	return why
}
