package guarantee

import (
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// notInvoked is the evidence of a run whose Notify Lambda did not invoke: there is no message and no report.
func notInvoked(refusal string) func() Evidence {
	return func() Evidence {
		e := completed()
		run := &e.Runs[0]
		run.Messages, run.Report, run.Path = 0, nil, []string{"CloseRun", "Notify", "NotNotified", "Outcome?", "Completed"}
		inv := step(4*time.Minute, "Notify", failover.Outbound)
		inv.Result.ErrorType = refusal
		if refusal != "" {
			run.Invocations = append(run.Invocations, inv)
		}
		e.Alarms = []AlarmFired{{At: at(5 * time.Minute), Region: west, Name: e.Plan.Name + "-not-notified", About: []string{e.Plan.Name}}}
		return e
	}
}
