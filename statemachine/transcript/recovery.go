package transcript

import (
	"fmt"

	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// recovery shows RTO and RPO beside their targets, and where the time went.
func (p *Printer) recovery(r guarantee.Recovery) {
	p.heading("Recovery by " + r.Run)
	target := scenario.Span(r.TargetRTO)
	p.figure("RTO", r.RTO <= r.TargetRTO, scenario.Span(r.RTO), target, fmt.Sprintf("until the run finished, from %s to %s", scenario.Clock(r.From.Sub(scenario.Start)), scenario.Clock(r.To.Sub(scenario.Start))))
	if r.Users > 0 {
		p.figure("", r.Users <= r.TargetRTO, scenario.Span(r.Users), target, "until every request was served again")
	}
	p.figure("RPO", r.RPO <= r.TargetRPO.Seconds(), fmt.Sprintf("%.1f s", r.RPO), fmt.Sprintf("%.0f s", r.TargetRPO.Seconds()), "of writes lost; "+r.Reported())
	p.line("")
	for _, part := range r.Parts {
		p.line(fmt.Sprintf("  %5s  %s–%s  %s", scenario.Span(part.Took()), scenario.Clock(part.From.Sub(scenario.Start)), scenario.Clock(part.To.Sub(scenario.Start)), p.paint(Plain, part.Name)))
	}
	p.line(fmt.Sprintf("  %5s  %-11s  %s", fmt.Sprintf("%.1f s", r.Overhead.Seconds()), "", "Drover itself: time not covered by the above"))
}

// figure writes what was achieved beside its target.
func (p *Printer) figure(name string, met bool, achieved, target, what string) {
	p.line(fmt.Sprintf("  %-4s %s  target %-6s %s", name, p.paint(within(met), fmt.Sprintf("%6s", achieved)), target, what))
}

func within(target bool) Tone {
	if target {
		return Good
	}
	return Bad
}
