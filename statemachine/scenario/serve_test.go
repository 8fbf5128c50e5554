package scenario

import (
	"testing"
	"time"
)

func TestAServedScenarioCountsItsTimesFromNow(t *testing.T) {
	start := Start.Add(24 * time.Hour)
	s := &Scenario{Timeline: []Event{
		{Start: &StartRun{Input: map[string]any{"action": "failover", "since": "2026-01-31T03:02:00Z"}}}, {Start: &StartRun{Input: "no object"}}, {RegionDark: "us-east-1"},
	}}
	moved := s.MovedTo(start)
	if got := moved.Timeline[0].Start.Input.(map[string]any)["since"]; got != "2026-02-01T03:02:00Z" {
		t.Errorf("since %v", got)
	}
	if got := s.Timeline[0].Start.Input.(map[string]any)["since"]; got != "2026-01-31T03:02:00Z" {
		t.Errorf("the scenario itself was changed: since %v", got)
	}
	if len(s.Healthy().Timeline) != 0 || len(s.Timeline) != 3 {
		t.Error("a healthy day has no timeline, and leaves the scenario its own")
	}
}
