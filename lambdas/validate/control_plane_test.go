package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAFailoverBySwitchWaitsOnceForTheControlPlane that stops to answer after the first call, and repeats what is throttled.
func TestAFailoverBySwitchWaitsOnceForTheControlPlane(t *testing.T) {
	unavailable := &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}
	for _, c := range []struct {
		name  string
		fault fakeaws.Fault
		asked int
		warns bool
	}{
		{"lost", fakeaws.Fault{Service: "route53", Error: unavailable, After: 1}, 2, true},
		{"lost before the fences", fakeaws.Fault{Service: "route53", Error: unavailable, After: 2}, 3, true},
		{"throttled", fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "Throttling", Status: 400}, After: 1, Times: 1}, 4, false},
	} {
		s := newSwitched(t, armed(shop()))
		s.world.Inject(c.fault)
		got := s.validate(`{"action": "failover", "allowDataLoss": true}`)
		if got.Verdict != failover.Proceed || !slices.Equal(got.Run.Switches, []string{"default"}) || got.Run.ControlPlaneGone {
			t.Errorf("%s: got %s with %v: %s", c.name, got.Verdict, got.Run.Switches, got.Summary)
		}
		unread := func(f failover.Finding) bool { return strings.Contains(f.String(), "could not be read") }
		if slices.ContainsFunc(got.Findings, unread) != c.warns {
			t.Errorf("%s: got %v; want a warning: %t", c.name, got.Findings, c.warns)
		}
		asked := 0
		for _, call := range s.world.Calls() {
			if call.Service == "route53" {
				asked++
			}
		}
		if asked != c.asked {
			t.Errorf("%s: Route 53 was asked %d times; want %d", c.name, asked, c.asked)
		}
	}
}
