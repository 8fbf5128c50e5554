package drill

import "fmt"

// recovery shows RTO and RPO beside their targets, and where the time went.
func (p *Printer) recovery(r Recovery) {
	p.heading("Recovery by " + r.Run)
	target := span(r.TargetRTO)
	p.figure("RTO", r.RTO <= r.TargetRTO, span(r.RTO), target, fmt.Sprintf("until the run was over, from %s to %s", clock(r.From.Sub(Start)), clock(r.To.Sub(Start))))
	if r.Users > 0 {
		p.figure("", r.Users <= r.TargetRTO, span(r.Users), target, "until every user was served again")
	}
	p.figure("RPO", r.RPO <= r.TargetRPO.Seconds(), fmt.Sprintf("%.1f s", r.RPO), fmt.Sprintf("%.0f s", r.TargetRPO.Seconds()), "of writes lost; "+r.Reported())
	p.line("")
	for _, part := range r.Parts {
		p.line(fmt.Sprintf("  %5s  %s–%s  %s", span(part.Took()), clock(part.From.Sub(Start)), clock(part.To.Sub(Start)), p.paint(Plain, part.Name)))
	}
	p.line(fmt.Sprintf("  %5s  %-11s  %s", fmt.Sprintf("%.1f s", r.Overhead.Seconds()), "", "Drover itself: the time that nothing above explains"))
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
