package notify

import (
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/lambdas/internal/wording"
)

// report is what there is to notify of. What could not be found out is part of it, unless a further try of the step may
// find it out: that is the error.
func (h Handler) report(ctx context.Context, req failover.NotifyRequest) (failover.Report, error) {
	r := failover.Report{
		Format: failover.Format, Version: release.Version,
		Run: req.Run, Outcome: req.Outcome, Reasons: reasons(req), SetAside: named(req.SetAside.WithoutPending()), ClosedAt: req.Now,
		TargetRTOSeconds: h.Plan.TargetRTOSeconds, TargetRPOSeconds: h.Plan.TargetRPOSeconds,
		Phases: phases(req), Target: target(req.Run), Moved: []string{}, NotMoved: []failover.NotMoved{},
	}
	r.FollowUp = failover.FollowUpOf(h.Plan, req.Run, req.SetAside)
	r.RPOMeasuredAt, r.Decisions = req.LagAt, wording.Decisions(req.Run, req.Decisions)
	ctx, cancel := context.WithTimeout(ctx, inventoryBudget)
	defer cancel()
	if req.Outcome != failover.Refused {
		if err := h.takeInventory(ctx, &r, req); err != nil {
			return r, err
		}
		r.RPOSeconds, r.LagSeconds = lost(r, req.LagMillis)
	}
	recovery(&r, req)
	if req.Inventory != nil {
		r.Unproven, r.MoreUnproven = req.Inventory.Unproven, req.Inventory.MoreUnproven
	}
	switch {
	case overtaken(req.Failed()):
		r.Winner = h.findWinner(ctx, req.Run)
	case req.Outcome == failover.Held || req.Outcome == failover.RolledBack:
		r.Winner = h.takenOver(ctx, req.Run)
	}
	if req.Run.Action == failover.Drill && len(r.Phases) > 0 {
		h.compare(ctx, &r)
	}
	r.Summary = summarize(r)
	return r, nil
}

// reasons say why the run ended as it did, the first cause first: what failed in the phases before, in this one, and what was
// set aside. The same reason is listed once.
func reasons(req failover.NotifyRequest) []string {
	all := []string{}
	add := func(lines []string) {
		for _, line := range lines {
			if !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	for _, p := range req.Run.Phases {
		if !p.Passed() {
			add(wording.Reasons(req.Run, p.Failed(), p.MoreFailures, req.Decisions))
		}
	}
	add(wording.Reasons(req.Run, req.Failed(), req.MoreFailures, req.Decisions))
	add(req.SetAside.WithoutPending().Lines())
	return all
}

// named gives the parts that the state machine has set aside the name of their wave.
func named(aside failover.Aside) failover.Aside {
	all := slices.Clone(aside)
	for i, s := range all {
		if s.Object == "" {
			all[i].Object = failover.WaveText(s.Wave)
		}
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
