package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// noteSwitches adds the switches that a completed run should have reset and has not.
func (h Handler) noteSwitches(ctx context.Context, r *failover.Report) {
	if r.Outcome != failover.Completed || r.FollowUp != nil || len(r.Run.Switches) == 0 {
		return
	}
	var kept []string
	for _, name := range r.Run.Switches {
		state, err := h.Registry.Switch(ctx, name)
		switch {
		case err != nil:
			r.Unknown = append(r.Unknown, couldNot("read switch "+name, err))
		case state.Evacuated != "" && state.Epoch == r.Run.Epoch:
			kept = append(kept, name)
		}
	}
	r.FollowUp = failover.NotReset(h.Plan, r.Run, kept)
}

// withoutPending are the applications without the records whose weights the run could not write, while their switch makes users
// leave the other Region: the weights say nothing about users, and Route 53 may not answer.
func withoutPending(req failover.NotifyRequest, switches live.Switches, apps []failover.Application) []failover.Application {
	apps = slices.Clone(apps)
	for i, app := range apps {
		if away, known := switches.Evacuated(app); known && away != "" {
			apps[i].Records = slices.DeleteFunc(slices.Clone(app.Records), func(r failover.Record) bool { return req.SetAside.Pending(r.Zone) })
		}
	}
	return apps
}

// followUpLine is the end of the first line of a completed run that moved users by a switch.
func followUpLine(r failover.Report) string {
	switch f := r.FollowUp; {
	case f != nil && len(f.PendingWeights) > 0:
		return "; weights of " + f.Zones() + " pending"
	case f != nil:
		return "; switch not reset"
	case r.Run.OnlyWeights:
		return "; switch " + prose.Some(r.Run.Switches, maxLines, ", ") + " reset"
	}
	return ""
}

// followUp says what is left to do, and how to do it now.
func followUp(b *strings.Builder, f *failover.FollowUp) {
	if f == nil {
		return
	}
	bullets(b, f.Title(), f.Lines(), 0, ", in the report")
	fmt.Fprintf(b, "%s To do it now:\n  %s\n", f.Text, f.Command)
}

// followUpOf are the facts of what is left to do.
func followUpOf(r failover.Report) *followUpFacts {
	if r.FollowUp == nil {
		return nil
	}
	f := followUpFacts{PendingZones: len(r.FollowUp.PendingWeights), Command: r.FollowUp.Command}
	if f.PendingZones == 1 && r.FollowUp.PendingWeights[0].Zone == failover.AllZones {
		f.PendingZones = -1
	}
	return &f
}
