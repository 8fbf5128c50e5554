package guarantee

import (
	"encoding/json"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAZoneThatIsRejectedStaysForAllWaves: the run does not ask about it again. Other zones, and what may pass, are asked about.
func TestAZoneThatIsRejectedStaysForAllWaves(t *testing.T) {
	before := func(zone, code string) func(*Evidence) { // in the wave that is played first; the wave of the application asks nothing
		return func(e *Evidence) {
			payload, _ := json.Marshal(map[string]any{"stage": failover.Stage{Wave: 2, Percent: new(100)}})
			call := fakeaws.Call{Service: "route53", Operation: "ListResourceRecordSets", Object: "hosted zone " + zone, Code: code}
			e.Runs[0].Invocations = append(e.Runs[0].Invocations, fakeaws.Invocation{State: "ShiftTraffic", Payload: payload, Calls: []fakeaws.Call{call}})
			e.did("ShiftTraffic", fakeaws.InvokeResult{})
			e.did("PromoteDatabase", fakeaws.InvokeResult{}, promote("shop", "AccessDenied"))
		}
	}
	for _, c := range []history{
		{"its zone does not exist", 12, isolated, before("Z1", "NoSuchHostedZone"), Kept, ""},
		{"another zone does not exist", 12, isolated, before("Z3", "NoSuchHostedZone"), Violated, sayRecord},
		{"its zone was denied to another wave", 12, isolated, before("Z1", "AccessDenied"), Violated, sayRecord},
		{"its zone was throttled in another wave", 12, isolated, before("Z1", "Throttling"), Violated, sayRecord},
	} {
		t.Run(c.name, c.isJudged)
	}
}
