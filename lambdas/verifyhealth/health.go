package verifyhealth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// health checks whether the applications are healthy in the target Region. It leaves out an application that a rollback
// restores to the other Region, or whose writer follows in a later stage.
//
// A datapoint counts only if its period begins after the stage has changed everything: a period that spans that moment mixes
// before and after. For an application whose traffic moves, a healthy datapoint must also begin a TTL later, and not before the
// name servers have the new weights: until then no user comes to the target Region, and what it serves says nothing. A stage
// that moves no traffic (it promotes, or closes a phase) needs no TTL. In a planned run, an unhealthy application counts as
// soon as nothing of it is pending, even if other applications are pending.
func (h Handler) health(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	apps = slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool {
		otherRegion := req.Stage.Restore && app.Live.PlaceBefore(req.Run.Epoch).Active != req.Stage.To
		return otherRegion || writerFollows(req, app)
	})
	reads := func(rule failover.HealthRule) bool { return req.Run.Reads(rule, req.Stage.To) }
	readings, err := live.Health(ctx, h.CloudWatch, apps, req.Stage.To, req.Now, reads)
	if err != nil {
		return err
	}
	l.noteUnproven(apps, readings, req.Stage.To, reads)
	settled, served := map[string]bool{}, map[string]time.Time{}
	for _, app := range apps {
		settled[app.Name] = l.settled(app)
		served[app.Name] = req.ShiftedAt
		if req.Stage.Percent != nil {
			served[app.Name] = h.movedAt(l, req, app)
		}
	}
	for _, r := range readings {
		switch {
		case r.Known && r.At.Before(req.ShiftedAt):
			l.wait("%s: %s", r.Application, tooOld(r, served[r.Application]))
		case r.Healthy() && r.At.Before(served[r.Application]):
			l.wait("%s: %s", r.Application, tooOld(r, served[r.Application]))
		case r.Healthy():
			l.sawHealthy(r)
		case r.Known && givesUpEarly(req.Run) && settled[r.Application]:
			l.sawBad(r)
		default:
			l.wait("%s: %s", r.Application, r)
		}
	}
	return nil
}

// movedAt is from when a datapoint shows users who have moved. By weights that is a TTL after the shift, and not before the name
// servers have the change. An application whose weights are pending leaves when its health checks do, which the name servers
// show; if they cannot be asked, it is the longest that the switch takes. So it is in a planned run that resets the switch, or
// whose rollback sets it again, whatever the weights say.
func (h Handler) movedAt(l *attempt, req failover.VerifyRequest, app failover.Application) time.Time {
	s, ok := h.Registry.Plan.SwitchOf(app)
	bySwitch := req.Run.Action.Planned() || req.Run.WeightsPending(h.Registry.Plan, req.SetAside, app)
	if !ok || !slices.Contains(req.Run.Switches, s.Name) || !bySwitch {
		at := req.ShiftedAt.Add(app.TTL())
		if l.inSyncAt != nil && l.inSyncAt.After(at) {
			return *l.inSyncAt
		}
		return at
	}
	longest := req.ShiftedAt.Add(s.Delay())
	if l.answeredAt != nil && l.answeredAt.Before(longest) {
		longest = *l.answeredAt
	}
	return longest.Add(app.TTL())
}

// tooOld says that a reading begins before the time from which it counts.
func tooOld(r live.Reading, from time.Time) string {
	if whole := from.Truncate(time.Second); from.After(whole) {
		from = whole.Add(time.Second) // datapoints begin at whole seconds
	}
	if r.Silent {
		return fmt.Sprintf("%s in %s: no data up to %s; expected a datapoint from %s on, or none when CloudWatch must have delivered it",
			r.Rule.Title(), r.Region, r.At.UTC().Format(time.TimeOnly), from.UTC().Format(time.TimeOnly))
	}
	return fmt.Sprintf("%s in %s: its newest datapoint begins at %s; expected one from %s on",
		r.Rule.Title(), r.Region, r.At.UTC().Format(time.TimeOnly), from.UTC().Format(time.TimeOnly))
}

// sawHealthy and sawBad note a datapoint that counts.
func (l *attempt) sawHealthy(r live.Reading) {
	l.good = newest(l.good, r)
	l.stale = l.stale || l.seen(r.Rule.PeriodSeconds, r.At)
}

func (l *attempt) sawBad(r live.Reading) {
	l.bad = append(l.bad, line("%s: %s", []any{r.Application, r}))
	l.worse = newest(l.worse, r)
	l.newBad = l.newBad || !l.seen(r.Rule.PeriodSeconds, r.At)
}

// newest keeps the newest datapoint of each period, shortest period first. Beyond [failover.MaxListed] periods, the longest
// ones share an entry.
func newest(seen []failover.Datapoint, r live.Reading) []failover.Datapoint {
	i, found := slices.BinarySearchFunc(seen, r.Rule.PeriodSeconds, func(d failover.Datapoint, period int) int { return d.PeriodSeconds - period })
	switch {
	case !found && len(seen) == failover.MaxListed:
		i = min(i, len(seen)-1)
		fallthrough
	case found:
		if r.At.After(seen[i].At) {
			seen[i].At = r.At
		}
		return seen
	}
	return slices.Insert(seen, i, failover.Datapoint{PeriodSeconds: r.Rule.PeriodSeconds, At: r.At})
}
