package notify

import (
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// report is what there is to tell. It never fails: what could not be found out is part of it.
func (h Handler) report(ctx context.Context, req failover.NotifyRequest) failover.Report {
	r := failover.Report{
		Run: req.Run, Outcome: req.Outcome, Reasons: reasons(req), ClosedAt: req.Now,
		TargetRTOSeconds: h.Plan.TargetRTOSeconds, TargetRPOSeconds: h.Plan.TargetRPOSeconds,
		Legs: legs(req), Target: target(req.Run), Moved: []string{}, NotMoved: []failover.NotMoved{},
	}
	r.RTOSeconds, r.RPOSeconds = achieved(r, req)
	r.RPOMeasuredAt, r.Decisions = req.LagAt, decisions(req)
	ctx, cancel := context.WithTimeout(ctx, stockBudget)
	defer cancel()
	if req.Outcome != failover.Refused {
		h.takeStock(ctx, &r, req.Stages)
	}
	if overtaken(req.Failure) {
		r.Winner = h.findWinner(ctx, req.Run)
	}
	if req.Run.Action == failover.Drill && len(r.Legs) > 0 {
		h.compare(ctx, &r)
	}
	r.Summary = summarize(r)
	return r
}

// takeStock lists which applications of the run are wholly in the target Region, and what of the others is elsewhere;
// after a rollback, too, which of them are as they were before the run.
func (h Handler) takeStock(ctx context.Context, r *failover.Report, stages int) {
	all, err := h.Registry.Applications(ctx)
	if err != nil {
		r.Unknown = append(r.Unknown, couldNot("read the registry", err))
		return
	}
	apps := slices.DeleteFunc(all, func(app failover.Application) bool { return !r.Run.Selects(app.Name) })
	r.TTLSeconds = longestTTL(apps)
	home, away := r.Run.WayOut()
	picture := live.Take(ctx, h.Route53, h.RDS(away), apps)
	r.Unknown = append(r.Unknown, picture.Unknown()...)
	for _, app := range apps {
		r.Moved, r.NotMoved = list(picture.Standing(app, r.Target), r.Moved, r.NotMoved)
		if n := len(r.NotMoved); n > 0 && r.NotMoved[n-1].Application == app.Name {
			r.NotMoved[n-1].Percent = app.Live.Weights[r.Target]
		}
		if r.Run.Leg == failover.Rollback {
			r.Restored, r.NotRestored = list(picture.AsBefore(r.Run.AsFound(app), r.Run.Epoch, home), r.Restored, r.NotRestored)
		}
	}
	if !r.Run.Action.Planned() && stages > 0 {
		r.LostWrites = lostWrites(picture, apps, home, away)
	}
}

// longestTTL is that of all records of the applications.
func longestTTL(apps []failover.Application) int64 {
	longest := int64(0)
	for _, app := range apps {
		for _, r := range app.Records {
			longest = max(longest, r.CacheSeconds())
		}
	}
	return longest
}

func list(s live.Standing, there []string, elsewhere []failover.NotMoved) ([]string, []failover.NotMoved) {
	if s.There() {
		return append(there, s.Application), elsewhere
	}
	return there, append(elsewhere, failover.NotMoved{Application: s.Application, Why: s.Why})
}

// lostWrites says for each database that was promoted without waiting for replication where to look for what it lost.
func lostWrites(picture live.Picture, apps []failover.Application, from, to failover.Region) []failover.LostWrites {
	var lost []failover.LostWrites
	for _, app := range apps {
		for _, db := range app.Databases {
			known := slices.ContainsFunc(lost, func(l failover.LostWrites) bool { return l.GlobalCluster == db.GlobalCluster })
			if !known && picture.Promoted(db, to) {
				lost = append(lost, failover.NewLostWrites(db.GlobalCluster, live.ClusterID(db.Clusters[from]), from))
			}
		}
	}
	return lost
}

// reasons says why the run ended as it did, the first cause first: that of the leg that failed, and then what came of
// going back. What has come twice is said once.
func reasons(req failover.NotifyRequest) []string {
	all := []string{}
	add := func(reason string) {
		if !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	leg := func(failure *failover.StepFailure, reasons []string) {
		if failure != nil && !answered(failure) {
			add(explain(*failure))
		}
		for _, reason := range reasons {
			add(legible(reason, failure))
		}
	}
	for _, l := range req.Run.Legs {
		if !l.Passed() {
			leg(l.Failure, l.Reasons)
		}
	}
	leg(req.Failure, req.Reasons)
	return all
}

// compare adds the drills before this one.
func (h Handler) compare(ctx context.Context, r *failover.Report) {
	var err error
	if r.Trend, err = h.Registry.Drills(ctx, r.Run.ID, failover.MaxTrend); err != nil {
		r.Unknown = append(r.Unknown, couldNot("read the earlier drills", err))
	}
}
