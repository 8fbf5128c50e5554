package statemachine

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// unapproved says what a run has done without the approval that it needs: a run that asks before it starts moves nothing before the
// yes, and a stage that asks promotes nothing before its own. Empty when there is no such thing.
func (r *run) unapproved(gate failover.Approval) string {
	started, promotes := gate != failover.BeforeStart, map[string]bool{}
	for _, p := range r.order {
		switch asked := p.request.(type) {
		case *failover.ApprovalRequest:
			switch {
			case p.state != "answer" || !p.approved:
			case asked.Gate == failover.BeforeStart:
				started = true
			case asked.Stage != nil:
				promotes[stageOf(asked.Run, *asked.Stage)] = true
			}
		case *failover.ShiftRequest:
			if !started {
				return "ShiftTraffic before the run was approved"
			}
		case *failover.PromoteRequest:
			if !started || asked.Stage.Approve && !promotes[stageOf(asked.Run, asked.Stage)] {
				return "PromoteDatabase of stage " + stageOf(asked.Run, asked.Stage) + " without an approval"
			}
		}
	}
	return ""
}

func stageOf(run failover.Run, stage failover.Stage) string {
	return fmt.Sprintf("%s %d", run.Phase, stage.Index)
}
