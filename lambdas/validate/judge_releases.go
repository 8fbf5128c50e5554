package validate

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/release"
)

// compareReleases warns when the Regions run different releases.
func (j *judgement) compareReleases(other *registry.Release) {
	there := j.Plan.Other(j.Region)
	switch {
	case other == nil:
	case other.Version == release.Version:
	case other.Version != "":
		j.warn(failover.CodeRelease, "Drover in "+string(there), fmt.Sprintf("it runs release %s, and %s runs %s; expected the same", other.Version, j.Region, release.Version),
			"deploy one release to both Regions")
	case !j.outage():
		j.warn(failover.CodeRelease, "Drover in "+string(there), fmt.Sprintf("no run or check in %s has published its release; expected %s, as in %s", there, release.Version, j.Region),
			"deploy that release there, and start a check there")
	}
}
