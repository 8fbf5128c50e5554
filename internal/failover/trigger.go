package failover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Trigger is the event of a CloudWatch alarm that starts a failover, as EventBridge passes it on: "Alarm events and
// EventBridge" in the Amazon CloudWatch User Guide. Fields that Drover does not read are dropped, because AWS adds some
// from time to time.
type Trigger struct {
	// Time is when the alarm changed its state, to the second.
	Time   time.Time    `json:"time"`
	Detail AlarmChanged `json:"detail"`
}

// AlarmChanged is the detail of such an event.
type AlarmChanged struct {
	AlarmName     string     `json:"alarmName"`
	State         AlarmState `json:"state"`
	PreviousState AlarmState `json:"previousState"`
	// MuteDetail is there when a mute rule mutes the alarm's actions. EventBridge delivers the event all the same.
	MuteDetail json.RawMessage `json:"muteDetail,omitempty"`
	// Configuration says which metrics the alarm watches; a composite alarm has none.
	Configuration AlarmConfiguration `json:"configuration,omitzero"`
}

// AlarmConfiguration is the configuration of an alarm in such an event.
type AlarmConfiguration struct {
	Metrics []AlarmMetric `json:"metrics,omitempty"`
}

// IsZero says that the alarm watches no metric of its own: there is nothing to pass on.
func (c AlarmConfiguration) IsZero() bool { return len(c.Metrics) == 0 }

// AlarmMetric is one of the queries of an alarm: a metric, or an expression without one.
type AlarmMetric struct {
	MetricStat struct {
		Metric struct {
			Namespace string `json:"namespace,omitempty"`
		} `json:"metric,omitzero"`
	} `json:"metricStat,omitzero"`
}

// Namespaces are those of the metrics that the alarm watches.
func (t *Trigger) Namespaces() []string {
	var all []string
	if t != nil {
		for _, m := range t.Detail.Configuration.Metrics {
			if namespace := m.MetricStat.Metric.Namespace; namespace != "" {
				all = append(all, namespace)
			}
		}
	}
	return all
}

// AlarmState is a state of an alarm. ActionsSuppressedBy is there when a composite alarm's actions are suppressed, by the
// suppressor ("Alarm") or while it waits for it ("WaitPeriod", "ExtensionPeriod").
type AlarmState struct {
	Value                   string `json:"value"`
	ActionsSuppressedBy     string `json:"actionsSuppressedBy,omitempty"`
	ActionsSuppressedReason string `json:"actionsSuppressedReason,omitempty"`
}

// The states of an alarm that matter here, and the suppression that ends by itself.
const (
	alarmOK    = "OK"
	inAlarm    = "ALARM"
	waitPeriod = "WaitPeriod"
)

// String names the alarm, such as "alarm other-region-lost".
func (t *Trigger) String() string { return AlarmRequests + t.Detail.AlarmName }

// Skip says why the event starts no failover, and is empty when it starts one. An alarm that has just been created, or
// has had no data, says nothing about the other Region when it goes to ALARM; nor does one whose actions are suppressed or
// muted, because its owner expects the trouble.
//
// A composite alarm that has waited in vain for its suppressor goes from ALARM, suppressed by the wait period, to ALARM:
// that is the OK to ALARM of a while ago.
func (t *Trigger) Skip() string {
	if t == nil {
		return ""
	}
	is, was := t.Detail.State, t.Detail.PreviousState
	waited := was.Value == inAlarm && was.ActionsSuppressedBy == waitPeriod
	switch {
	case is.Value != inAlarm:
		return fmt.Sprintf("%s is in the state %q; only ALARM starts a failover", t, is.Value)
	case is.ActionsSuppressedBy != "":
		return fmt.Sprintf("the actions of %s are suppressed (%s)", t, is.ActionsSuppressedBy)
	case t.muted():
		return fmt.Sprintf("the actions of %s are muted", t)
	case was.Value == "":
		return fmt.Sprintf("the event of %s has no previous state; only a change from OK to ALARM starts a failover", t)
	case was.Value != alarmOK && !waited:
		return fmt.Sprintf("%s went from %s to ALARM; only a change from OK to ALARM starts a failover", t, was.Value)
	}
	return ""
}

func (t *Trigger) muted() bool {
	detail := bytes.TrimSpace(t.Detail.MuteDetail)
	return len(detail) > 0 && string(detail) != "null"
}

// validate checks what a run cannot do without.
func (t *Trigger) validate() error {
	if t != nil && (t.Detail.AlarmName == "" || t.Time.IsZero()) {
		return errors.New("trigger: no time, or no detail.alarmName; expected the event of a CloudWatch alarm as EventBridge delivers it")
	}
	return nil
}
