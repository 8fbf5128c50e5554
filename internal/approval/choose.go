package approval

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// Waiting are the questions whose runs still wait, as far as the registry knows.
func Waiting(asked []registry.Approval) []registry.Approval {
	return slices.DeleteFunc(slices.Clone(asked), func(a registry.Approval) bool { return a.Over })
}

// Choose returns, of the questions of runs with one name, that of the run in region; where that one does not wait, the
// one that does; and where none does, the one that was asked last. There must be at least one.
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
