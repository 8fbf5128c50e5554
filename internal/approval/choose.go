package approval

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// Waiting are the questions whose runs still wait, according to the registry.
func Waiting(asked []registry.Approval) []registry.Approval {
	return slices.DeleteFunc(slices.Clone(asked), func(a registry.Approval) bool { return a.Over })
}

// Choose returns one of the questions of runs with the same name: that of the run in region if it waits, else that of a run that
// waits, else the last one. There must be at least one.
func Choose(asked []registry.Approval, region failover.Region) registry.Approval {
	waiting := Waiting(asked)
	for _, a := range waiting {
		if a.Region == region {
			return a
		}
	}
	if len(waiting) > 0 {
		return waiting[0]
	}
	return slices.MaxFunc(asked, func(a, b registry.Approval) int { return a.Asked.Compare(b.Asked) })
}
