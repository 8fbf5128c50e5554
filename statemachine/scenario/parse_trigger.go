package scenario

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func (c *checker) alarm(path string, a AlarmChange) {
	c.region(path+".region", a.Region)
	c.required(path, "name", a.Name)
	if states := []string{fakeaws.AlarmOK, fakeaws.AlarmInAlarm, fakeaws.AlarmInsufficientData}; !slices.Contains(states, a.State) {
		c.add(path+".state", "%q is not known; expected %s", a.State, strings.Join(states, ", "))
	}
	if a.Composite != nil && (a.Composite.WaitSeconds < 0 || a.Composite.ExtensionSeconds < 0) {
		c.add(path+".composite", "waitSeconds or extensionSeconds is below 0; expected seconds")
	}
}

func (c *checker) call(path string, call Call) {
	c.region(path+".region", call.Region)
	c.required(path, "method", call.Method)
	if !strings.HasPrefix(call.Path, "/") {
		c.add(path+".path", "%q; expected a path such as /runs", call.Path)
	}
	c.input(path, call.Body)
	if call.Status < 100 || call.Status > 599 {
		c.add(path+".status", "%d; expected the HTTP status of the answer", call.Status)
	}
}

// callers checks that every caller exists.
func (c *checker) callers(s *Scenario) {
	known := map[string]bool{"": true}
	for _, caller := range s.World.Callers {
		known[caller.Name] = true
	}
	for i, e := range s.Timeline {
		if e.Call != nil && !known[e.Call.As] {
			c.add(indexed("timeline", i)+".call.as", "%q is not in world.callers; expected the name of a caller there", e.Call.As)
		}
	}
}

func (c *checker) expectedRuns(runs []ExpectedRun) {
	for i, r := range runs {
		path := indexed("expect.runs", i)
		c.region(path+".region", r.Region)
		if r.Action != failover.Weights && !slices.Contains(failover.Actions, r.Action) {
			c.add(path+".action", "%q is not known; expected one of %v", r.Action, failover.Actions)
		}
		c.outcome(path, r.Outcome)
		if r.By > 0 && r.By < r.From {
			c.add(path+".by", "by is before from; expected a later time")
		}
	}
}
