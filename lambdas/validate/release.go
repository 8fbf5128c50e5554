package validate

import (
	"context"
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
)

// releaseTimeout bounds what is read and written about releases: no user waits for it.
const releaseTimeout = 2 * time.Second

// checkReleases publishes in the registry which release this Region runs, if it is another one than before, and compares
// it with what the other Region has published: that Region itself is not asked. A run writes what both read; where that
// is not known, it writes what the release before reads. Nothing of this keeps a run from anything.
//
// Like the lock, what is published is about Drover itself and not about the plan's applications. A check publishes it
// too, so that a standby in which no run has ever started is known to run this release; a dry run does not.
func (in *inspection) checkReleases(ctx context.Context) {
	if in.run.Phase.Returns() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, releaseTimeout)
	defer cancel()
	known, err := in.Applications.Releases(ctx)
	if err != nil {
		in.run.Writes = failover.OldestFormat
		return
	}
	mine := registry.Release{Region: in.Region, Version: release.Version, Format: failover.Format, Since: in.req.Now}
	if before := known[in.Region]; before.Version != mine.Version || before.Format != mine.Format {
		if !in.input.DryRun {
			_ = in.Lock.PublishRelease(ctx, mine) // the next run or check does it
		}
		known[in.Region] = mine
	}
	in.run.Writes = known.Writes(in.Plan, in.req.Now)
	in.compareReleases(known[in.Plan.Other(in.Region)])
}

// compareReleases warns when the Regions run different releases.
func (in *inspection) compareReleases(other registry.Release) {
	there := in.Plan.Other(in.Region)
	switch {
	case other.Version == release.Version:
	case other.Version != "":
		in.warn(failover.CodeRelease, "Drover in "+string(there), fmt.Sprintf("it runs release %s, and %s runs %s; expected the same", other.Version, in.Region, release.Version),
			"deploy one release to both Regions")
	case !in.outage():
		in.warn(failover.CodeRelease, "Drover in "+string(there), fmt.Sprintf("no run or check in %s has published its release; expected %s, as in %s", there, release.Version, in.Region),
			"deploy that release there, and start a check there")
	}
}
