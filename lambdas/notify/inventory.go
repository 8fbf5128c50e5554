package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

const (
	// listBudget is how many calls of ListResourceRecordSets one attempt makes at most: Route 53's quota for an account is 50 at
	// once and then 10 a second.
	listBudget = 40
	// completeAttempts is how many attempts of the step fail when a retry may complete the inventory: the rest of a large zone,
	// a registry or a bucket that does not respond. The next attempt sends the notification with what is known.
	completeAttempts = 3
)

// takeInventory lists which applications of the run are wholly in the target Region, which are not, and which are unknown;
// after a rollback, also which are as they were before the run.
//
// What VerifyHealth has verified for a completed run is not read again: one second later the result would be the same, or
// Route 53 would throttle the request. Everything else is read.
//
// The error is one that another attempt of the step may cure; then there is no inventory.
func (h Handler) takeInventory(ctx context.Context, r *failover.Report, req failover.NotifyRequest) error {
	all, err := h.Registry.Applications(ctx)
	if err != nil {
		return h.unknown(r, req, "read the registry", err)
	}
	apps := slices.DeleteFunc(all, func(app failover.Application) bool {
		return !r.Run.Selects(app.Name) || r.Run.OnlyWeights && !r.Run.Switched(h.Plan, app)
	})
	r.TTLSeconds = longestTTL(apps)
	if r.Run.OnlyWeights { // its users have moved before, and their writers are not its own
		for i := range apps {
			apps[i].Databases = nil
		}
	}
	var verified, others []failover.Application
	for _, app := range apps {
		switch {
		case req.Outcome == failover.Completed && req.Inventory.Covers(app) && r.Run.Moves(h.Plan, app):
			verified = append(verified, app)
		case req.Outcome == failover.Completed && !r.Run.Moves(h.Plan, app):
			// An application that was in the standby before the drill stays there.
		default:
			others = append(others, app)
		}
	}
	if len(verified) > 0 {
		r.VerifiedAt = &req.Inventory.At
	}
	from, to := r.Run.OutboundRegions()
	snapshot, err := h.snapshot(ctx, r, req, others)
	if err != nil {
		return err
	}
	h.noteSwitches(ctx, r)
	for _, app := range verified {
		r.Moved = append(r.Moved, app.Name)
	}
	promoted := r.Run.Promoted(apps)
	for _, app := range others {
		h.list(r, app, snapshot.Standing(app, r.Target))
		if r.Run.Phase == failover.Rollback {
			restored(r, snapshot.AsBefore(r.Run, app, promoted))
		}
	}
	slices.Sort(r.Moved)
	r.Databases = databases(r.Run, snapshot, verified, others, to)
	r.LostWrites = lostWrites(r.Databases, apps, from)
	return nil
}

// snapshot reads Route 53 and RDS within the request quota. What was read is kept for the next attempt.
func (h Handler) snapshot(ctx context.Context, r *failover.Report, req failover.NotifyRequest, apps []failover.Application) (live.Snapshot, error) {
	_, to := r.Run.OutboundRegions()
	key := failover.InventoryKey(r.Run.ID)
	listing := live.Listing{For: r.Run.ARN + " " + req.Now.UTC().Format(time.RFC3339Nano)}
	if req.Try > 0 {
		var kept live.Listing
		if h.read(ctx, key, &kept) == nil && kept.For == listing.For {
			listing = kept
		}
	}
	switches := live.ReadSwitches(ctx, h.Registry, h.Plan, apps)
	sets, err := listing.Read(ctx, h.Route53, withoutPending(req, switches, apps), listBudget)
	unfinished := errors.Is(err, live.ErrUnfinished) || entry.ConditionOf(err) == failover.Throttled
	if unfinished && req.Try < completeAttempts && h.keep(ctx, key, listing) == nil {
		return live.Snapshot{}, failover.Fail(failover.Throttled, failover.Doing("take", "the inventory, which the next attempt continues from "+h.location(key), err))
	}
	snapshot := live.Take(ctx, sets, switches, h.RDS(to), apps)
	for _, unknown := range snapshot.Unknown() {
		r.Unknown = append(r.Unknown, prose.Cut(prose.Line(unknown), maxLine))
	}
	return snapshot, nil
}

// keep writes what was read so far into the bucket.
func (h Handler) keep(ctx context.Context, key string, listing live.Listing) error {
	text, err := json.Marshal(listing)
	if err != nil {
		return fmt.Errorf("encode %s: %w", h.location(key), err)
	}
	return h.put(ctx, key, text)
}

// unknown is an error that another attempt may cure, or else adds a line to the report.
func (h Handler) unknown(r *failover.Report, req failover.NotifyRequest, what string, err error) error {
	if req.Try < completeAttempts && helpsToWait(err) {
		return failover.Doing("take", "the inventory", err)
	}
	r.Unknown = append(r.Unknown, couldNot(what, err))
	return nil
}

// helpsToWait says whether another attempt may cure an error. One that has used up its time is not retried: the notification
// would wait for a service that hangs.
func helpsToWait(err error) bool {
	return !errors.Is(err, context.DeadlineExceeded) && entry.ConditionOf(err).Temporary()
}

// list adds where an application is.
func (h Handler) list(r *failover.Report, app failover.Application, s live.Standing) {
	switch entry := notMoved(s); {
	case s.Inside():
		r.Moved = append(r.Moved, app.Name)
	case s.Outside():
		entry.Percent = app.Live.Weights[r.Target]
		r.NotMoved = append(r.NotMoved, entry)
	default:
		r.NotKnown = append(r.NotKnown, entry)
	}
}

// restored adds whether an application is as it was before the run.
func restored(r *failover.Report, s live.Standing) {
	if s.Inside() {
		r.Restored = append(r.Restored, s.Application)
		return
	}
	r.NotRestored = append(r.NotRestored, notMoved(s))
}

func notMoved(s live.Standing) failover.NotMoved {
	return failover.NotMoved{Application: s.Application, Why: slices.Concat(s.Why, s.Unknown), Command: s.Command}
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
