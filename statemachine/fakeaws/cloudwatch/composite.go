package cloudwatch

import (
	"fmt"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Composite is the configuration of a composite alarm. Its rule is not evaluated; a scenario sets its state (CW-11).
type Composite struct {
	// Rule is the alarm's rule, such as ALARM(a) AND ALARM(b).
	Rule string
	// Suppressor is the name of the alarm of the same Region that suppresses the actions, or empty. When the composite
	// alarm goes to ALARM, its actions wait WaitSeconds for the suppressor; when the suppressor leaves ALARM, they stay
	// suppressed for ExtensionSeconds.
	Suppressor                    string
	WaitSeconds, ExtensionSeconds int
}

// What suppresses the actions of a composite alarm, as CloudWatch writes it into actionsSuppressedBy.
const (
	SuppressedByAlarm     = "Alarm"
	SuppressedByWait      = "WaitPeriod"
	SuppressedByExtension = "ExtensionPeriod"
)

// suppressedBy says what suppresses an alarm's actions when it goes to ALARM now, or nothing; see "Suppressing composite
// alarm actions" in the CloudWatch User Guide.
func (m *Service) suppressedBy(a Alarm, state string) string {
	if a.Composite == nil || a.Composite.Suppressor == "" || state != AlarmInAlarm {
		return ""
	}
	suppressor := m.states[m.arn(Alarm{Region: a.Region, Name: a.Composite.Suppressor})]
	extension := time.Duration(a.Composite.ExtensionSeconds) * time.Second
	switch {
	case suppressor != nil && suppressor.value == AlarmInAlarm:
		return SuppressedByAlarm
	case suppressor != nil && !suppressor.leftAlarm.IsZero() && m.k.Now().Before(suppressor.leftAlarm.Add(extension)):
		return SuppressedByExtension
	case a.Composite.WaitSeconds > 0:
		return SuppressedByWait
	}
	return ""
}

// suppressedReason is CloudWatch's text for it.
func suppressedReason(a Alarm, by string) string {
	switch by {
	case "":
		return ""
	case SuppressedByAlarm:
		return "Actions suppressed by " + a.Composite.Suppressor
	}
	return "Actions suppressed by " + by
}

// configuration is that of the alarm's event.
func (c *Composite) configuration(m *Service, a Alarm) map[string]any {
	configuration := map[string]any{"alarmRule": c.Rule}
	if c.Suppressor != "" {
		configuration["actionsSuppressor"] = m.arn(Alarm{Region: a.Region, Name: c.Suppressor})
		configuration["actionsSuppressorWaitPeriod"] = c.WaitSeconds
		configuration["actionsSuppressorExtensionPeriod"] = c.ExtensionSeconds
	}
	return configuration
}

// encodeComposite is a composite alarm as DescribeAlarms shows it.
func (m *Service) encodeComposite(a Alarm, state string) cbor.Map {
	alarm := m.encodeAlarm(a, state)
	alarm["AlarmRule"] = cbor.String(a.Composite.Rule)
	return alarm
}

// silenced is the journal's text for why an alarm's actions are not performed, or empty.
func silenced(a Alarm, state alarmState) string {
	switch {
	case state.suppressedBy != "":
		return fmt.Sprintf(", its actions are suppressed (%s)", state.suppressedBy)
	case a.Muted && state.value == AlarmInAlarm:
		return ", its actions are muted"
	}
	return ""
}
