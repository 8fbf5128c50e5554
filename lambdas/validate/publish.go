package validate

import (
	"context"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// releaseTimeout bounds what is read and written about releases: no user waits for it.
const releaseTimeout = 2 * time.Second

// exchangeReleases publishes in the registry which release this Region runs, if it is another one than before, and returns
// what the other Region has published, or nil where that is not known: that Region itself is not asked. A run writes what
// both read; where that is not known, it writes what the release before reads. No error of this keeps a run from anything.
//
// Like the lock, what is published is about Drover itself and not about the plan's applications. A check publishes it
// too, so that a standby in which no run has ever started is known to run this release; a dry run does not.
func (v *validation) exchangeReleases(ctx context.Context) *registry.Release {
	if v.run.Phase.Returns() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, releaseTimeout)
	defer cancel()
	known, err := v.clients.Registry.Releases(ctx)
	if err != nil {
		v.run.Writes = failover.OldestFormat
		return nil
	}
	mine := registry.Release{Region: v.Region, Version: release.Version, Format: failover.Format, Since: v.req.Now}
	if before := known[v.Region]; before.Version != mine.Version || before.Format != mine.Format {
		if !v.input.DryRun {
			_ = v.clients.Registry.PublishRelease(ctx, mine) // the next run or check does it
		}
		known[v.Region] = mine
	}
	v.run.Writes = known.Writes(v.Plan, v.req.Now)
	other := known[v.Plan.Other(v.Region)]
	return &other
}

// gauge takes the readings that the alarms on readiness watch.
type gauge interface {
	Write(at time.Time, plan, run string, metrics ...entry.Metric) error
}

// publish publishes, after a check of the whole plan, whether it is ready to be moved here, and how many blockers there are.
//
// A check of a few applications says nothing of the others, and a check while a run holds the lock says only that; both
// leave the reading before as it is. So does a check that could not be made: the alarm on readiness counts readings that
// are missing as well. A second call writes the same reading for the same time.
func (v *validation) publish() error {
	whole := v.input.Action == failover.Check && len(v.input.Applications) == 0
	if v.clients.Readiness == nil || !whole || v.lock.Held(v.req.Now) && !v.takes {
		return nil
	}
	ready, blockers := 1.0, 0
	for _, f := range v.findings {
		if f.Severity == failover.Blocker {
			ready = 0
			blockers++
		}
	}
	return v.clients.Readiness.Write(v.req.Now, v.Plan.Name, v.run.ID,
		entry.Metric{Name: "Ready", Unit: "None", Value: ready},
		entry.Metric{Name: "Blockers", Unit: "Count", Value: float64(blockers)})
}
