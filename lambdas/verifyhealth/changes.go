package verifyhealth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Route 53 lets an account make 50 calls at once and 10 a second after that. Of up to fewZones every check asks about all.
// Of more, it asks about at most changeBudget, and not again about those that are in sync.
const (
	fewZones     = 10
	changeBudget = 40
)

// changes checks whether the name servers have the stage's changes. It asks only about the last change of each zone: every
// batch replaces the mark of the one before, so none is accepted without those before it, and Route 53 applies the changes of a
// zone in order (R53-10 in docs/fidelity.md). A large wave has dozens of changes, and the account ten calls a second.
func (h Handler) changes(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	last := lastOfEachZone(req.Changes)
	switched := h.mayPend(req, apps)
	many := len(last) > fewZones
	if many && req.Streak != nil {
		l.inSync = min(req.Streak.InSync, len(last))
	}
	known := l.inSync
	for i := known; i < len(last); i++ {
		asked := i - known
		if many && asked >= changeBudget {
			l.notAsked(last[i:])
			break
		}
		if slices.Concat(req.SetAside, l.newlyPending).Pending(last[i].Zone) {
			if many && l.inSync == i {
				l.inSync++ // the place in the list stays the same, whatever becomes pending
			}
			continue
		}
		status, err := h.statusOf(ctx, l, last[i], switched[last[i].Zone] != "")
		switch {
		case switched[last[i].Zone] != "" && err != nil && entry.ConditionOf(err) == failover.Unreachable:
			l.pend(req, switched)
		case many && asked > 0 && entry.ConditionOf(err) == failover.Throttled:
			l.notAsked(last[i:])
			return nil
		case err != nil:
			return err
		case status == types.ChangeStatusInsync && many && l.inSync == i:
			l.inSync++
		}
	}
	switch {
	case len(l.zones)+len(l.lost) > 0:
		l.inSyncAt = nil
	case l.inSyncAt == nil && len(last) > 0 && req.Passes == nil: // the definition of release 0.1.0 does not bring it back
		l.inSyncAt = &req.Now
	}
	return nil
}

// statusOf reads the status of a change, and notes a change that is not in sync. A lost change has no status.
func (h Handler) statusOf(ctx context.Context, l *attempt, c failover.Change, once bool) (types.ChangeStatus, error) {
	var options []func(*route53.Options)
	if once {
		options = append(options, oneAttempt)
	}
	out, err := h.Route53.GetChange(ctx, &route53.GetChangeInput{Id: &c.ID}, options...)
	if gone := (*types.NoSuchChange)(nil); errors.As(err, &gone) {
		l.lost = append(l.lost, line("change %s of zone %s: Route 53 had accepted it and does not know it any more; it is submitted again", []any{c.ID, c.Zone}))
		return "", nil
	}
	if err != nil {
		return "", failover.Doing("get", fmt.Sprintf("change %s of zone %s", c.ID, c.Zone), err)
	}
	status := out.ChangeInfo.Status
	if status != types.ChangeStatusInsync {
		l.wait("change %s of zone %s: %s at the name servers of Route 53; expected INSYNC", c.ID, c.Zone, status)
		l.zones[c.Zone] = true
	}
	return status, nil
}

// notAsked notes the changes that are left to the next check.
func (l *attempt) notAsked(rest []failover.Change) {
	l.wait("changes of %d more zones, %s the first of them: to be asked about by the next check, within Route 53's request quota", len(rest), rest[0].Zone)
	for _, c := range rest {
		l.zones[c.Zone] = true
	}
}

func lastOfEachZone(changes []failover.Change) []failover.Change {
	var last []failover.Change
	for _, c := range changes {
		if i := slices.IndexFunc(last, func(l failover.Change) bool { return l.Zone == c.Zone }); i >= 0 {
			last[i] = c
		} else {
			last = append(last, c)
		}
	}
	return last
}
