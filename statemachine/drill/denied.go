package drill

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// denied lists the requests that the deployed roles were denied, each once. A drill fails when a function needs more than its
// policies grant, even when the run went on: what is missing is found here, and not in the account.
func (p *performance) denied() []string {
	var found []string
	expected := map[string]bool{}
	for _, call := range p.world.Calls() {
		if call.Code != guarantee.DeniedCode || p.injected(call) {
			continue
		}
		if about := slices.IndexFunc(p.scenario.Expect.Denied, func(object string) bool { return slices.Contains(strings.Fields(call.Object), object) }); about >= 0 {
			expected[p.scenario.Expect.Denied[about]] = true
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
	for _, object := range p.scenario.Expect.Denied {
		if !expected[object] {
			found = append(found, fmt.Sprintf("no request about %q was denied; expected at least one", object))
		}
	}
	return found
}

// injected says whether the scenario itself denies this operation.
func (p *performance) injected(call fakeaws.Call) bool {
	return slices.ContainsFunc(p.scenario.Timeline, func(e scenario.Event) bool {
		f := e.APIFault
		return f != nil && f.Code == guarantee.DeniedCode && f.Service == call.Service && (f.Operation == "" || f.Operation == call.Operation)
	})
}
