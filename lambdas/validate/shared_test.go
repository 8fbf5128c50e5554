package validate

import (
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// billing shares the shop's global cluster.
func billing() failover.Application {
	app := blog()
	app.Name, app.Wave, app.Databases = "billing", 1, shop().Databases
	return app
}

func TestAWriterIsNotTakenAwayFromAnApplicationThatStays(t *testing.T) {
	for _, c := range []struct {
		input    string
		severity failover.Severity
	}{
		{`{"action": "switchover", "applications": ["shop"]}`, failover.Blocker},
		{`{"action": "check", "applications": ["shop"]}`, failover.Blocker},
		{`{"action": "failover", "allowDataLoss": true, "applications": ["shop"]}`, failover.Warning},
	} {
		s := newScene(t, shop(), billing())
		answer := s.validate(c.input)
		if !slices.Contains(codes(answer, c.severity), failover.CodeShared) {
			t.Errorf("%s: got %v; want a %s", c.input, answer.Findings, c.severity)
		}
		if c.severity == failover.Blocker {
			s.contains(answer.Summary, "shared with application billing, not selected: left in us-east-1 while the writer goes to us-west-2; add billing to the applications of the input")
		}
	}
}

func TestASharedClusterIsNoFindingWhereNoApplicationStaysBehind(t *testing.T) {
	for name, c := range map[string]struct {
		input  string
		before func(*scene)
	}{
		"both are selected":          {`{"action": "switchover"}`, func(*scene) {}},
		"the writer is there":        {`{"action": "switchover", "applications": ["shop"]}`, func(s *scene) { s.promote("orders") }},
		"the other one is there too": {`{"action": "switchover", "applications": ["shop"]}`, func(s *scene) { s.isIn(west, "billing") }},
	} {
		s := newScene(t, shop(), billing())
		c.before(s)
		if answer := s.validate(c.input); answer.Verdict != failover.Proceed || slices.Contains(codes(answer, failover.Warning), failover.CodeShared) {
			t.Errorf("%s: %s, %v", name, answer.Verdict, answer.Findings)
		}
	}
}

// isIn lets the registry say where an application is.
func (s *scene) isIn(region failover.Region, name string) {
	s.t.Helper()
	for _, app := range mustApplications(s) {
		if app.Name == name {
			_, err := s.store.SetLive(s.t.Context(), app, failover.Live{Active: region, Weights: app.Live.Weights, Epoch: 1})
			must(s.t, err)
		}
	}
}
