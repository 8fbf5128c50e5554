package failover

import (
	"fmt"

	"github.com/drover-dr/drover/internal/prose"
)

// FollowUp is what is left to do after a run that has moved users by a switch: the DNS weights of some hosted zones are
// pending, or the switch is still to be reset. No user moves by it.
type FollowUp struct {
	// Text says what is pending and what writes it.
	Text string `json:"text"`
	// PendingWeights are the zones, each with the reason why its weights could not be written.
	PendingWeights []PendingZone `json:"pendingWeights,omitempty"`
	// Switches are the switches that are still to be reset, when all weights are written.
	Switches []string `json:"switches,omitempty"`
	// Command does it without waiting for the schedule.
	Command string `json:"command"`
}

// PendingZone is a hosted zone whose weights are pending.
type PendingZone struct {
	// Zone is the id, Name the domain name; where there are too many zones to list, [AllZones] and how many there are.
	Zone string `json:"zone"`
	Name string `json:"name"`
	// Why says what has kept the run from writing the weights.
	Why string `json:"why"`
}

// String is the zone with its reason in one line.
func (z PendingZone) String() string {
	if z.Zone == AllZones {
		return z.Name + ", such as: " + z.Why
	}
	return fmt.Sprintf("%s (%s): %s", z.Name, z.Zone, z.Why)
}

// FollowUpOf is the follow-up of a run that has set aside these parts, nil when no weights are pending.
func FollowUpOf(plan Plan, run Run, aside Aside) *FollowUp {
	parts := aside.PendingWeights()
	if len(parts) == 0 {
		return nil
	}
	f := FollowUp{Command: WeightsCommand(plan, run)}
	for _, s := range parts {
		f.PendingWeights = append(f.PendingWeights, PendingZone{Zone: s.Zone, Name: s.Object, Why: fmt.Sprintf("%s: %s", s.Error, SetAsideCause(said(s.Cause)))})
	}
	from, to := run.OutboundRegions()
	f.Text = fmt.Sprintf("Users are in %s by health checks, although the DNS weights of %s still name %s. A schedule writes the weights within 10 minutes after the Route 53 control plane answers again, and then resets the switch. No user moves.",
		to, f.Zones(), from)
	return &f
}

// NotReset is the follow-up of a run whose weights are all written and whose switches are not reset, nil when there are none.
func NotReset(plan Plan, run Run, switches []string) *FollowUp {
	if len(switches) == 0 {
		return nil
	}
	from, to := run.OutboundRegions()
	return &FollowUp{
		Switches: switches, Command: WeightsCommand(plan, run),
		Text: fmt.Sprintf("Users are in %s by their DNS weights, and the switch %s still keeps them out of %s. A schedule resets it within 10 minutes. No user moves.",
			to, prose.Some(switches, MaxListed, ", "), from),
	}
}

// Title is such as "Follow-up: weights of 2 zones are pending".
func (f FollowUp) Title() string {
	switch {
	case len(f.PendingWeights) == 0:
		return "Follow-up: the switch is not reset"
	case len(f.PendingWeights) == 1 && f.PendingWeights[0].Zone != AllZones:
		return "Follow-up: the weights of 1 zone are pending"
	}
	return "Follow-up: the weights of " + f.Zones() + " are pending"
}

// Zones counts the zones, such as "2 zones".
func (f FollowUp) Zones() string {
	if len(f.PendingWeights) == 1 && f.PendingWeights[0].Zone == AllZones {
		return f.PendingWeights[0].Name
	}
	return prose.Count(len(f.PendingWeights), "zone")
}

// Lines are the zones, one in each line.
func (f FollowUp) Lines() []string {
	lines := make([]string, 0, len(f.PendingWeights))
	for _, z := range f.PendingWeights {
		lines = append(lines, z.String())
	}
	return lines
}

// WeightsCommand is the command that writes pending weights now, in the Region that the run has moved users to.
func WeightsCommand(plan Plan, run Run) string {
	in := Input{Action: Weights}
	if m, ok := MachineOf(run.ARN); ok {
		return m.Start(run.Region(), in)
	}
	return plan.Start(run.Region(), in)
}
