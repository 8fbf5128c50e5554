package validate

import (
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// coolingDown says why no alarm may start a failover yet, or nothing. If the network between the Regions fails, alarms of both
// can go off one after the other; without a cooldown they would move everything back and forth. The cooldown applies only
// between failovers that alarms start, never to an operator's failover.
func (j *judgement) coolingDown() string {
	if !j.coolsDown() {
		return ""
	}
	cooldown := time.Duration(j.Plan.CooldownSeconds) * time.Second
	for _, run := range j.runs {
		until := run.ClosedAt.Add(cooldown)
		if run.Run.Action == failover.Failover && strings.HasPrefix(run.Run.StartedBy, failover.AlarmRequests) && j.req.Now.Before(until) {
			_, to := run.Run.OutboundRegions()
			return fmt.Sprintf("run %s, started by %s, ended a failover to %s at %s; the cooldown of %v lasts until %s",
				run.Run.ID, run.Run.StartedBy, to, run.ClosedAt.UTC().Format(timeLayout), cooldown, until.UTC().Format(timeLayout))
		}
	}
	return ""
}

// coolsDown says whether a cooldown applies to the run.
func (q *question) coolsDown() bool { return q.input.Trigger != nil && q.Plan.CooldownSeconds > 0 }

// stillBlocks are the findings that refuse a run even if it has nothing to move: they make it unclear what the input asks for.
var stillBlocks = []string{
	failover.CodeInput, failover.CodeApplication, failover.CodeNothing, failover.CodeWrongRegion, failover.CodeRunOver, failover.CodeLocked, failover.CodeBroken,
}
