package scenario

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Stopped is how a run ends whose execution was stopped, timed out or died: it has no outcome of Drover's.
const Stopped failover.Outcome = "Stopped"

// PauseRun pauses the execution of a run for a while. Runs are counted from 1 in the order in which they are started.
type PauseRun struct {
	Run int      `yaml:"run"`
	For Duration `yaml:"for"`
}

// StopRun ends an execution before its own end.
type StopRun struct {
	Run int `yaml:"run"`
	// In is the state in which the run is stopped, as soon as it enters it; empty stops it now.
	In string `yaml:"in"`
	// By is what ends it: ByTimeout, ByHistory, or empty for an operator.
	By string `yaml:"by"`
}

// What ends an execution, if no operator does.
const (
	// ByTimeout is the time limit of the state machine.
	ByTimeout = "timeout"
	// ByHistory is the quota on the events of a history: the next event is the last.
	ByHistory = "history"
)

// LoseEvents loses the events about the status of executions in a Region for a while.
type LoseEvents struct {
	Region string   `yaml:"region" is:"region"`
	For    Duration `yaml:"for"`
}

// Clocks sets the clock of a Region: what Step Functions shows there, and therefore what the functions of a run know of the time.
type Clocks struct {
	Region string `yaml:"region" is:"region"`
	// Ahead and Behind are how far it differs; neither sets it right.
	Ahead  Duration `yaml:"ahead"`
	Behind Duration `yaml:"behind"`
}

// Difference is how far the clock is ahead; negative when it is behind.
func (c Clocks) Difference() time.Duration { return time.Duration(c.Ahead) - time.Duration(c.Behind) }

// AboutRun says whether the event needs a run that has started, a Region that answers, or a state of a database.
func (e Event) AboutRun() bool {
	return e.Start != nil || e.MemberDeleted != nil || e.DatabaseMember != nil || e.Pause != nil || e.Stop != nil || e.Answer != nil || e.PlantedApproval != nil || e.RepeatStep != nil || e.Redrive > 0 || e.RegistryItem != nil || e.Published != nil || e.Call != nil
}

// runEvent checks an event that concerns two Regions or a run.
func (c *checker) runEvent(path string, e Event) {
	switch {
	case e.CutOff != nil:
		c.pair(path+".cutOff", e.CutOff)
	case e.SeeAgain != nil:
		c.pair(path+".seeAgain", e.SeeAgain)
	case e.Pause != nil:
		c.run(path+".pause", e.Pause.Run)
		if e.Pause.For <= 0 {
			c.add(path+".pause", "for is missing; expected how long the run is paused")
		}
	case e.Stop != nil:
		c.run(path+".stop", e.Stop.Run)
		if by := e.Stop.By; by != "" && by != ByTimeout && by != ByHistory {
			c.add(path+".stop.by", "%q is not known; expected %s, %s, or none for an operator", by, ByTimeout, ByHistory)
		}
	case e.LoseEvents != nil:
		c.region(path+".loseEvents.region", e.LoseEvents.Region)
		if e.LoseEvents.For <= 0 {
			c.add(path+".loseEvents", "for is missing; expected how long the events are lost")
		}
	case e.Answer != nil:
		c.run(path+".answer", e.Answer.Run)
		c.required(path+".answer", "by", e.Answer.By)
		if e.Answer.Fails && e.Answer.Approved {
			c.add(path+".answer", "got approved: true and fails: true; expected one of them")
		}
	case e.RepeatStep != nil:
		c.run(path+".repeatStep", e.RepeatStep.Run)
		c.required(path+".repeatStep", "state", e.RepeatStep.State)
	case e.Clock != nil:
		c.region(path+".clock.region", e.Clock.Region)
		if e.Clock.Ahead > 0 && e.Clock.Behind > 0 {
			c.add(path+".clock", "got ahead and behind; expected one of them, or none to set the clock right")
		}
	case e.Published != nil:
		c.region(path+".published.region", e.Published.Region)
		c.required(path+".published", "version", e.Published.Version)
		if e.Published.Format < 1 {
			c.add(path+".published.format", "%d; expected the format that the release writes, from 1", e.Published.Format)
		}
	case e.PlantedApproval != nil:
		c.run(path+".plantedApproval", e.PlantedApproval.Run)
		c.required(path+".plantedApproval", "under", e.PlantedApproval.Under)
	}
}

func (c *checker) pair(path string, regions []string) {
	if len(regions) != 2 {
		c.add(path, "%d Regions; expected two", len(regions))
		return
	}
	for i, region := range regions {
		c.region(fmt.Sprintf("%s[%d]", path, i), region)
	}
}

func (c *checker) run(path string, number int) {
	if number < 1 {
		c.add(path, "run is %d; expected the number of a run; the first that is started has 1", number)
	}
}
