package guarantee

import (
	"maps"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// replication is how long a write of one Region may take to the other one's replica: usually within a second ("Global tables:
// multi-active, multi-Region replication", Amazon DynamoDB Developer Guide), and in a scenario up to some seconds.
const replication = 5 * time.Second

// crossed says whether two runs have taken the lock at the same moment, each in its Region, and then written different hosted zones:
// neither the lock nor a fence can tell one of the other. docs/architecture.md names it as a limit of the lock.
func (e Evidence) crossed(a, b RunEvidence) bool {
	if !lockedAtOnce(a, b) {
		return false
	}
	of := map[string]string{}
	for _, batch := range e.Batches {
		by, _ := e.runOf(batch)
		if by == nil || by.ARN != a.ARN && by.ARN != b.ARN {
			continue
		}
		if other := of[batch.Zone]; other != "" && other != by.ARN {
			return false
		}
		of[batch.Zone] = by.ARN
	}
	return slices.Contains(slices.Collect(maps.Values(of)), a.ARN) && slices.Contains(slices.Collect(maps.Values(of)), b.ARN)
}

// lockedAtOnce says whether two runs have taken the lock at the same moment, each in its Region.
func lockedAtOnce(a, b RunEvidence) bool {
	return a.Region != b.Region && a.tookLock() && b.tookLock() && a.opened().Sub(b.opened()).Abs() <= replication
}

// StartedAtOnce says that another run has taken the lock at the same moment in the other Region, and moved something; empty when none
// has. The same run alone moves otherwise.
func (e Evidence) StartedAtOnce(run RunEvidence) string {
	if slices.ContainsFunc(e.Runs, func(other RunEvidence) bool { return lockedAtOnce(run, other) && len(e.effects(other)) > 0 }) {
		return "another run has taken the lock at the same moment in the other Region"
	}
	return ""
}

// movedByACrossing says whether a run has moved an application that has crossed this one, or that has taken the lock at the moment in
// which this one has found nothing to move.
func (e Evidence) movedByACrossing(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		return (e.crossed(run, other) || run.hadNothing() && lockedAtOnce(run, other)) && slices.ContainsFunc(e.Batches, func(batch fakeaws.Batch) bool {
			by, _ := e.runOf(batch)
			return by != nil && by.ARN == other.ARN && slices.ContainsFunc(app.Records, func(r failover.Record) bool { return r.Zone == batch.Zone })
		})
	})
}

// crossedBy says whether the run that has written a fence has crossed another one: both have the same epoch.
func (e Evidence) crossedBy(mark failover.Fence) bool {
	i := slices.IndexFunc(e.Runs, func(r RunEvidence) bool { return NameIn(r.ARN) == mark.Run && r.To() == mark.Region })
	return i >= 0 && slices.ContainsFunc(e.Runs, func(other RunEvidence) bool { return e.crossed(e.Runs[i], other) })
}
