package drill

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// deniedCode is how the embedded AWS codes a request that IAM does not allow.
const deniedCode = "AccessDenied"

// denied lists what the deployed roles were not allowed to do, each thing once. No drill is well in which a function
// asked for more than its policies grant, even when the run found a way around it: what is missing is found here, and
// not in the account.
func (p *performance) denied() []string {
	var found []string
	for _, call := range p.world.Calls() {
		if call.Code != deniedCode || p.injected(call) {
			continue
		}
		i := slices.IndexFunc(p.assembly.Roles, func(r assembly.Role) bool { return r.ARN == call.Role })
		if i < 0 {
			continue
		}
		what := fmt.Sprintf("role %s was denied %s %s on %q", p.assembly.Roles[i].Name, call.Service, call.Operation, call.Object)
		if !slices.Contains(found, what) {
			found = append(found, what)
		}
	}
	return found
}

// injected says whether the scenario itself lets this operation be denied.
func (p *performance) injected(call fakeaws.Call) bool {
	return slices.ContainsFunc(p.scenario.Timeline, func(e Event) bool {
		f := e.APIFault
		return f != nil && f.Code == deniedCode && f.Service == call.Service && (f.Operation == "" || f.Operation == call.Operation)
	})
}
