package guarantee

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// replaced says whether a run of the other Region, which a run could not see, has written the item of an application too while both
// were in progress. Of two writes all replicas keep the later one, once the Regions can reach each other, whichever run the fence has
// stopped ("Global tables: multi-active, multi-Region replication", Amazon DynamoDB Developer Guide). docs/architecture.md names it as
// a limit of the registry.
func (e Evidence) replaced(run RunEvidence, app failover.Application) bool {
	writes := func(c fakeaws.Call) bool { return isRegistryWrite(c) && strings.HasSuffix(c.Object, "#"+app.Name) }
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		return e.disconnected(run, other) && slices.ContainsFunc(other.Invocations, func(inv fakeaws.Invocation) bool {
			return !inv.At.Before(run.StartedAt) && slices.ContainsFunc(inv.Calls, writes)
		})
	})
}

// registrySays begins what of an application is not moved according to the registry.
const registrySays = "the registry says "

// withoutRegistry is why an application has not moved, but for what the registry says.
func withoutRegistry(why []string) []string {
	return slices.DeleteFunc(slices.Clone(why), func(s string) bool { return strings.HasPrefix(s, registrySays) })
}
