package validate

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// checkHealth asks whether the target Region is fit to serve. No data is not healthy.
func (in *inspection) checkHealth(readings []live.Reading) {
	for _, r := range readings {
		if r.Healthy() {
			continue
		}
		code := failover.CodeUnhealthy
		if !r.Known {
			code = failover.CodeNoData
		}
		in.object(code, "application "+r.Application, r.String(), "").Command = r.Command(in.req.Now)
	}
}

func (in *inspection) checkAlarms(states map[string]string) {
	for _, app := range in.apps {
		for _, name := range app.Alarms {
			object := fmt.Sprintf("alarm %s of application %s in %s", name, app.Name, in.run.To)
			switch state, ok := states[name]; {
			case !ok:
				in.object(failover.CodeAlarm, object, "does not exist", "create it, or correct the applications file and register it").Command = in.register()
			case state == "INSUFFICIENT_DATA":
				in.object(failover.CodeAlarm, object, "has no data", "").Command = in.alarmCommand(name)
			case state != "OK":
				in.object(failover.CodeAlarm, object, "is in "+state, "").Command = in.alarmCommand(name)
			}
		}
	}
}
