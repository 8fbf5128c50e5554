package routingcontrol_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestRoutingControlsRefuseWhatTheirModelRefuses(t *testing.T) {
	s := serve(t)
	long := strings.Repeat("a", 256)
	entry := `{"RoutingControlArn":"` + arn(west) + `","RoutingControlState":"On"}`
	for _, c := range []struct{ operation, body, at, must string }{
		{"GetRoutingControlState", `{}`, "routingControlArn", "not be null"},
		{"GetRoutingControlState", `{"RoutingControlArn":""}`, "routingControlArn", "have length greater than or equal to 1"},
		{"GetRoutingControlState", `{"RoutingControlArn":"` + long + `"}`, "routingControlArn", "have length less than or equal to 255"},
		{"GetRoutingControlState", `{"RoutingControlArn":"a b"}`, "routingControlArn", "satisfy regular expression pattern"},
		{"ListRoutingControls", `{"ControlPanelArn":"a b"}`, "controlPanelArn", "satisfy regular expression pattern"},
		{"ListRoutingControls", `{"MaxResults":0}`, "maxResults", "have value greater than or equal to 1"},
		{"ListRoutingControls", `{"NextToken":"a b"}`, "nextToken", "satisfy regular expression pattern"},
		{"UpdateRoutingControlState", `{"RoutingControlArn":"` + arn(west) + `"}`, "routingControlState", "not be null"},
		{"UpdateRoutingControlState", `{"RoutingControlArn":"` + arn(west) + `","RoutingControlState":"on"}`, "routingControlState", "satisfy enum value set: [On, Off]"},
		{"UpdateRoutingControlStates", `{}`, "updateRoutingControlStateEntries", "not be null"},
		{"UpdateRoutingControlStates", `{"UpdateRoutingControlStateEntries":[` + entry + `,{"RoutingControlState":"On"}]}`, "updateRoutingControlStateEntries.2.member.routingControlArn", "not be null"},
		{"UpdateRoutingControlStates", `{"UpdateRoutingControlStateEntries":[` + entry + `],"SafetyRulesToOverride":["a","` + long + `"]}`, "safetyRulesToOverride.2.member", "have length less than or equal to 255"},
		{"UpdateRoutingControlStates", `{"UpdateRoutingControlStateEntries":[` + entry + `],"SafetyRulesToOverride":[""]}`, "safetyRulesToOverride.1.member", "have length greater than or equal to 1"},
	} {
		status, answer := s.Send(t, west, fakeaws.Administrator, "route53-recovery-cluster", "ToggleCustomerAPI."+c.operation, http.MethodPost, "/", c.body)
		if status != http.StatusBadRequest || !strings.Contains(answer, "ValidationException") || !strings.Contains(answer, "at '"+c.at+"'") || !strings.Contains(answer, "Member must "+c.must) {
			t.Errorf("%s %.120s: %d %.300s; want that %s must %s", c.operation, c.body, status, answer, c.at, c.must)
		}
	}
	if got := s.states(t, west); got != "On true, Off false" {
		t.Errorf("states %s; want nothing changed", got)
	}
}
