package scenario

import "github.com/drover-dr/drover/internal/failover"

// ExpectedRun is a run that an alarm, a schedule or the API starts.
type ExpectedRun struct {
	// Region is where it starts, Action what its input asks for.
	Region string          `yaml:"region" is:"region"`
	Action failover.Action `yaml:"action"`
	// From and By bound when it starts; zero values leave it open.
	From Duration `yaml:"from"`
	By   Duration `yaml:"by"`
	// Outcome is how the run must end, Says are texts that it must contain, as for a run that the timeline starts.
	Outcome failover.Outcome `yaml:"outcome"`
	Says    []string         `yaml:"says" is:"text"`
}

// AlarmChange sets the state of an alarm.
type AlarmChange struct {
	Region string `yaml:"region" is:"region"`
	Name   string `yaml:"name"`
	// State is OK, ALARM or INSUFFICIENT_DATA.
	State  string `yaml:"state"`
	Reason string `yaml:"reason"`
	// Account and From are another account, or another Region, whose alarm it is: only its event arrives, sent on to the bus
	// of Region.
	Account string `yaml:"account"`
	From    string `yaml:"from" is:"region"`
	// Create makes an alarm of this name in that state, such as the suppressor of a composite alarm.
	Create bool `yaml:"create"`
	// Composite makes a composite alarm of it, Muted mutes its actions.
	Composite *CompositeAlarm `yaml:"composite"`
	Muted     bool            `yaml:"muted"`
}

// CompositeAlarm is the configuration of a composite alarm. Its suppressor is an alarm of the same Region.
type CompositeAlarm struct {
	Rule             string `yaml:"rule"`
	Suppressor       string `yaml:"suppressor"`
	WaitSeconds      int    `yaml:"waitSeconds"`
	ExtensionSeconds int    `yaml:"extensionSeconds"`
}

// Window says when the run must start, such as " from 02:40 by 02:42"; it is empty when that is left open.
func (e ExpectedRun) Window() string {
	text := ""
	if e.From > 0 {
		text += " from " + Clock(e.From.Or(0))
	}
	if e.By > 0 {
		text += " by " + Clock(e.By.Or(0))
	}
	return text
}
