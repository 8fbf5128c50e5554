package drill

import "github.com/drover-dr/drover/statemachine/scenario"

// circumstances note what has changed outside of the runs: Regions, faults, control planes, record sets, databases, health. A
// run is repeated only if nothing has changed since it started: then it is the same run again.
type circumstances struct {
	changes []string
	// before are how many changes there were when a run started, by its ARN.
	before map[string]int
	// struck counts how often faults have struck, and struckBefore how often when a run started.
	struck       int
	struckBefore map[string]int
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
	if c.struckBefore == nil {
		c.struckBefore = map[string]int{}
	}
	c.struckBefore[arn] = c.struck
}

// struckSince says whether a fault has struck since a run started: what it could not do then, the same run may do now.
func (c *circumstances) struckSince(arn string) string {
	if c.struck > c.struckBefore[arn] {
		return "a fault has struck that may not strike again"
	}
	return ""
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
