package notify

import (
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
)

// report is what there is to notify of. What could not be found out is part of it, unless a further try of the step may
// find it out: that is the error.
func (h Handler) report(ctx context.Context, req failover.NotifyRequest) (failover.Report, error) {
	r := failover.Report{
		Format: failover.Format, Version: release.Version,
		Run: req.Run, Outcome: req.Outcome, Reasons: reasons(req), SetAside: req.SetAside, ClosedAt: req.Now,
		TargetRTOSeconds: h.Plan.TargetRTOSeconds, TargetRPOSeconds: h.Plan.TargetRPOSeconds,
		Phases: phases(req), Target: target(req.Run), Moved: []string{}, NotMoved: []failover.NotMoved{},
	}
	r.RPOMeasuredAt, r.Decisions = req.LagAt, decisions(req)
	ctx, cancel := context.WithTimeout(ctx, inventoryBudget)
	defer cancel()
	if req.Outcome != failover.Refused {
		if err := h.takeInventory(ctx, &r, req); err != nil {
			return r, err
		}
		r.RPOSeconds, r.LagSeconds = lost(r, req.LagMillis)
	}
	recovery(&r, req)
	if overtaken(req.Failure) {
		r.Winner = h.findWinner(ctx, req.Run)
	}
	if req.Run.Action == failover.Drill && len(r.Phases) > 0 {
		h.compare(ctx, &r)
	}
	r.Summary = summarize(r)
	return r, nil
}

// reasons says why the run ended as it did, the first cause first: that of the phase that failed, and then what came of
// going back. What has come twice is said once.
func reasons(req failover.NotifyRequest) []string {
	all := []string{}
	add := func(reason string) {
		if !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	phase := func(failure *failover.StepFailure, reasons []string) {
		if failure != nil && !answered(failure) {
			add(explain(*failure))
		}
		for _, reason := range reasons {
			add(legible(reason, failure))
		}
	}
	for _, l := range req.Run.Phases {
		if !l.Passed() {
			phase(l.Failure, l.Reasons)
		}
	}
	phase(req.Failure, req.Reasons)
	for _, line := range req.SetAside.Lines() {
		add(line)
	}
	return all
}

// compare adds the drills before this one.
func (h Handler) compare(ctx context.Context, r *failover.Report) {
	var err error
	if r.Trend, err = h.Registry.Drills(ctx, r.Run.ID, failover.MaxTrend); err != nil {
		r.Unknown = append(r.Unknown, couldNot("read the earlier drills", err))
	}
}
