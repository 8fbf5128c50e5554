package drill

import "github.com/drover-dr/drover/statemachine/scenario"

// circumstances note what has changed outside of the runs: Regions, faults, control planes, record sets, databases, health. A
// run is repeated only if nothing has changed since it started: then it is the same run again.
type circumstances struct {
	changes []string
	// before are how many changes there were when a run started, by its ARN.
	before map[string]int
}

// changed notes a change, if there is one.
func (c *circumstances) changed(what string) {
	if what != "" {
		c.changes = append(c.changes, what)
	}
}

// started notes that a run has started.
func (c *circumstances) started(arn string) {
	if c.before == nil {
		c.before = map[string]int{}
	}
	c.before[arn] = len(c.changes)
}

// since is the first change after the start of a run; empty when there is none.
func (c *circumstances) since(arn string) string {
	if n := c.before[arn]; n < len(c.changes) {
		return c.changes[n]
	}
	return ""
}

// changes says what an event of the timeline changes for every run; empty for one that starts, answers or stops a run.
func changes(e scenario.Event) string {
	switch {
	case e.Start != nil, e.Call != nil, e.Answer != nil, e.Pause != nil, e.Stop != nil, e.PlantedApproval != nil, e.RepeatStep != nil:
		return ""
	case e.RegionDark != "":
		return e.RegionDark + " has gone dark since"
	case e.RegionBack != "":
		return e.RegionBack + " answers again since"
	}
	return "the scenario's event " + e.Kinds()[0] + " has come since"
}
