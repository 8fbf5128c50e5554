package validate

import (
	"context"
	"encoding/json"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// releaseTimeout limits the reading and writing of releases, which no user waits for.
const releaseTimeout = 2 * time.Second

// exchangeReleases publishes the release of this Region, its plan and the plan's switches, in the registry if they have changed, and returns the release that the
// other Region has published, or nil if that is unknown; it does not call the other Region. A run writes the newest format that
// both releases read or, if that is unknown, the format of the release before. An error here never stops a run.
//
// Like the lock, a release is about Drover itself and not about the plan's applications. So a check publishes it too: otherwise
// the release of a standby where no run has started would be unknown. A dry run does not publish it.
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
			_ = v.clients.Registry.PublishRelease(ctx, mine) // the next run or check publishes it
		}
		known[v.Region] = mine
	}
	if text, err := json.Marshal(v.Plan); err == nil && !v.input.DryRun && known[v.Region].PlanText != string(text) {
		_ = v.clients.Registry.PublishPlan(ctx, v.Region, v.Plan)
	}
	v.run.Writes = known.Writes(v.Plan, v.req.Now)
	other := known[v.Plan.Other(v.Region)]
	return &other
}

// gauge takes the readings for the readiness alarms.
type gauge interface {
	Write(at time.Time, plan, run string, metrics ...entry.Metric) error
}

// publish publishes, after a check of the whole plan, whether its applications can be moved to this Region, and the number of
// blockers.
//
// A check of a few applications says nothing about the others, and a check while a run holds the lock says only that; neither
// publishes a reading. A check that failed publishes none either: the readiness alarms treat missing readings too. A second
// call writes the same reading for the same time.
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
