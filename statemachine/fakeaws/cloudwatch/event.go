package cloudwatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// alarmState is the state of an alarm when it was last evaluated or set, with its reason.
type alarmState struct {
	value, reason string
	since         time.Time
	// created is when the alarm was created.
	created time.Time
	// suppressedBy is what suppresses the actions of a composite alarm, suppressedReason CloudWatch's text for it;
	// leftAlarm is when the alarm was last in ALARM.
	suppressedBy, suppressedReason string
	leftAlarm                      time.Time
	// set says that SetAlarmState has set it: it holds until the alarm's data are next evaluated.
	set bool
}

// evaluation is how often alarms with a period below a minute are evaluated; others are evaluated every minute.
const evaluation = 10 * time.Second

func (m *Service) arn(a Alarm) string {
	return m.k.ARN("cloudwatch", a.Region, "alarm:"+a.Name)
}

// watch starts to record changes of an alarm's state. An alarm with a rule starts as INSUFFICIENT_DATA.
func (m *Service) watch(a Alarm) {
	old := m.states[m.arn(a)]
	switch {
	case old != nil && a.State != "":
		m.change(a, a.State, "set by the scenario")
	case old == nil && a.State != "":
		m.states[m.arn(a)] = &alarmState{value: a.State, since: m.k.Now(), created: m.k.Now(), reason: "set by the scenario"}
	case old == nil:
		m.states[m.arn(a)] = &alarmState{value: AlarmInsufficientData, since: m.k.Now(), created: m.k.Now(), reason: "Unchecked: Initial alarm creation"}
	}
	if a.State == "" && !m.evaluated[a.Region] {
		m.evaluated[a.Region] = true
		m.k.At(m.k.Now().Truncate(evaluation).Add(evaluation), func() { m.evaluate(a.Region) })
	}
}

// evaluate evaluates the alarms of a Region that are due, and schedules itself again after ten seconds. A dark Region
// evaluates none.
func (m *Service) evaluate(region string) {
	m.k.After(evaluation, func() { m.evaluate(region) })
	if m.k.Dark(region) {
		return
	}
	minute := m.k.Now().Unix()%60 == 0
	for _, a := range m.alarms[region] {
		if a.State != "" || a.Rule.PeriodSeconds >= 60 && !minute {
			continue
		}
		s := m.states[m.arn(a)]
		s.set = false
		if state := m.stateOf(a); state != s.value {
			m.change(a, state, m.reason(a, state))
		}
	}
}

// SetAlarmState sets the state of an alarm, as the operation of that name does: permanently when the alarm's state is
// fixed, and otherwise until its data are next evaluated (CW-8).
func (ctl Control) SetAlarmState(region, name, state, reason string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.setState(region, name, state, reason); err != nil {
		return fmt.Errorf("set alarm %s in %s: %w", name, region, err)
	}
	return nil
}

func (m *Service) setState(region, name, state, reason string) *wire.Error {
	i := slices.IndexFunc(m.alarms[region], func(a Alarm) bool { return a.Name == name })
	if i < 0 {
		return wire.NotFound("ResourceNotFound", "Alarm %s does not exist", name)
	}
	if !slices.Contains([]string{AlarmOK, AlarmInAlarm, AlarmInsufficientData}, state) {
		return errValidation("1 validation error detected: Value '%s' at 'stateValue' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]", state)
	}
	a := &m.alarms[region][i]
	if a.State != "" {
		a.State = state
	}
	m.change(*a, state, reason)
	m.states[m.arn(*a)].set = true
	return nil
}

// The limits of SetAlarmState, from the API Reference.
const (
	maxReason     = 1023
	maxReasonData = 4000
)

func (m *Service) setAlarmState(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	if data := f.Text("StateReasonData"); data != "" && !json.Valid([]byte(data)) {
		return nil, wire.BadRequest("InvalidFormat", "The parameter StateReasonData is not JSON.")
	}
	return cbor.Map{}, m.setState(req.Region, f.Text("AlarmName"), f.Text("StateValue"), f.Text("StateReason"))
}

// shown is the state that DescribeAlarms shows: the one that was set, or else that of the data now.
func (m *Service) shown(a Alarm) string {
	if s := m.states[m.arn(a)]; s != nil && s.set {
		return s.value
	}
	return m.stateOf(a)
}

func (m *Service) reason(a Alarm, state string) string {
	if s := m.states[m.arn(a)]; s != nil && s.value == state && s.set {
		return s.reason
	}
	periods := max(1, a.Rule.Periods)
	switch {
	case a.State != "":
		return "set by the scenario"
	case state == AlarmInsufficientData:
		return "Insufficient Data: no data of the last periods"
	case state == AlarmInAlarm:
		return fmt.Sprintf("Threshold Crossed: %d of %d periods: %s %s %g", max(1, a.Rule.Datapoints), periods, a.Rule.Metric, a.Rule.Comparison, a.Rule.Threshold)
	}
	return fmt.Sprintf("Threshold not crossed in %d of %d periods: %s %s %g", periods, periods, a.Rule.Metric, a.Rule.Comparison, a.Rule.Threshold)
}

// since is when an alarm went into a state; now, if that has not been recorded yet.
func (m *Service) since(a Alarm, state string) time.Time {
	if s := m.states[m.arn(a)]; s != nil && s.value == state {
		return s.since
	}
	return m.k.Now()
}

// alarmTime is the format of times in CloudWatch's events.
const alarmTime = "2006-01-02T15:04:05.000-0700"

type wireAlarmState struct {
	Value      string `json:"value"`
	Reason     string `json:"reason"`
	ReasonData string `json:"reasonData,omitempty"`
	Timestamp  string `json:"timestamp"`

	ActionsSuppressedBy     string `json:"actionsSuppressedBy,omitempty"`
	ActionsSuppressedReason string `json:"actionsSuppressedReason,omitempty"`
}

func (s alarmState) wire() wireAlarmState {
	return wireAlarmState{
		Value: s.value, Reason: s.reason, Timestamp: s.since.UTC().Format(alarmTime),
		ActionsSuppressedBy: s.suppressedBy, ActionsSuppressedReason: s.suppressedReason,
	}
}

// change records a new state, publishes its event, and notifies the alarm's topics when the state is ALARM. The same
// state again changes nothing.
func (m *Service) change(a Alarm, state, reason string) {
	current := m.states[m.arn(a)]
	if current.value == state {
		return
	}
	previous := *current
	*current = alarmState{value: state, reason: reason, since: m.k.Now(), created: previous.created, leftAlarm: previous.leftAlarm}
	if previous.value == AlarmInAlarm {
		current.leftAlarm = m.k.Now()
	}
	current.suppressedBy = m.suppressedBy(a, state)
	current.suppressedReason = suppressedReason(a, current.suppressedBy)
	// The transition from INSUFFICIENT_DATA to OK is not recorded: it is an alarm's first data.
	if state == AlarmInAlarm || previous.value == AlarmInAlarm {
		m.k.Record("alarm", a.Name, "is %s in %s%s", state, a.Region, silenced(a, *current))
	}
	content := map[string]any{
		"alarmName": a.Name, "state": current.wire(), "previousState": previous.wire(), "configuration": m.configurationOf(a),
	}
	if a.Muted {
		content["muteDetail"] = map[string]any{"muteRule": "set by the scenario"} // CW-12
	}
	detail, err := json.Marshal(content)
	if err != nil {
		panic("encode an alarm's event: " + err.Error()) // a map of this package
	}
	m.bus.ServiceEvent(a.Region, "aws.cloudwatch", "CloudWatch Alarm State Change", m.arn(a), detail)
	if state == AlarmInAlarm && !a.Muted && current.suppressedBy == "" {
		m.notify(a, previous, *current)
	}
}

func (m *Service) configurationOf(a Alarm) map[string]any {
	if a.Composite != nil {
		return a.Composite.configuration(m, a)
	}
	if a.State != "" {
		return map[string]any{"metrics": []any{}}
	}
	dimensions := map[string]string{}
	for name, value := range a.Rule.Dimensions {
		dimensions[name] = value
	}
	return map[string]any{"metrics": []any{map[string]any{
		"id": "m1", "returnData": true,
		"metricStat": map[string]any{
			"metric": map[string]any{"namespace": a.Rule.Namespace, "name": a.Rule.Metric, "dimensions": dimensions},
			"period": a.Rule.PeriodSeconds, "stat": a.Rule.Statistic,
		},
	}}}
}

// notify sends an alarm's message to its topics.
func (m *Service) notify(a Alarm, previous, current alarmState) {
	text, err := json.Marshal(map[string]any{
		"AlarmName": a.Name, "AlarmArn": m.arn(a), "AWSAccountId": m.k.Account, "Region": a.Region, "NewStateValue": current.value,
		"OldStateValue": previous.value, "NewStateReason": current.reason, "StateChangeTime": current.since.UTC().Format(alarmTime),
	})
	if err != nil {
		panic("encode an alarm's message: " + err.Error()) // a map of this package
	}
	for _, topic := range a.Actions {
		m.topics.Send(a.Region, topic, fmt.Sprintf("ALARM: %q in %s", a.Name, a.Region), string(text), nil)
	}
}
