package cloudwatch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The states of an alarm.
const (
	AlarmOK               = "OK"
	AlarmInAlarm          = "ALARM"
	AlarmInsufficientData = "INSUFFICIENT_DATA"
)

// Alarm is a CloudWatch alarm on one metric.
type Alarm struct {
	// Region is where the alarm is; its metric is of the same Region.
	Region string
	// Name is unique in the Region.
	Name string
	// Description is for people; it may be empty.
	Description string
	// State is the alarm's state, without regard to the metric; when it is empty, the rule decides.
	State string
	// Rule decides the state from data.
	Rule AlarmRule
	// Actions are the topics that are notified when the alarm goes to ALARM.
	Actions []string
	// Composite makes it a composite alarm, whose State is set.
	Composite *Composite
	// Muted says that a mute rule mutes its actions.
	Muted bool
}

// AlarmRule is when an alarm is in ALARM: when the newest Periods complete periods are beyond the threshold.
type AlarmRule struct {
	// Namespace, Metric and Dimensions name the metric.
	Namespace, Metric string
	Dimensions        map[string]string
	// Statistic and PeriodSeconds are as in GetMetricData.
	Statistic     string
	PeriodSeconds int
	// Comparison is GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold.
	Comparison string
	Threshold  float64
	// Periods is how many periods in a row; 0 means 1. Datapoints is how many of them must be beyond the threshold; 0
	// means all.
	Periods, Datapoints int
	// TreatMissing is missing, breaching, notBreaching or ignore; empty means missing.
	TreatMissing string
}

// AddAlarm creates an alarm, or replaces the one of that name, which keeps its state until it is evaluated again. A
// change of state is an event in the alarm's Region.
func (ctl Control) AddAlarm(a Alarm) error {
	if a.Name == "" || a.Region == "" {
		return fmt.Errorf("alarm %q in Region %q; expected a name and a Region", a.Name, a.Region)
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("alarm %s in %s: %w", a.Name, a.Region, err)
	}
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	ctl.s.add(a)
	return nil
}

func (m *Service) add(a Alarm) {
	// A copy, because evaluate may be going through the others.
	alarms := slices.DeleteFunc(slices.Clone(m.alarms[a.Region]), func(b Alarm) bool { return a.Name == b.Name })
	alarms = append(alarms, a)
	slices.SortFunc(alarms, func(a, b Alarm) int { return cmp.Compare(a.Name, b.Name) })
	m.alarms[a.Region] = alarms
	m.watch(a)
}

func (a Alarm) check() error {
	if a.State != "" {
		if states := []string{AlarmOK, AlarmInAlarm, AlarmInsufficientData}; !slices.Contains(states, a.State) {
			return fmt.Errorf("state %q; expected one of %v", a.State, states)
		}
		return nil
	}
	if a.Composite != nil {
		return fmt.Errorf("a composite alarm without a state; expected one, its rule is not evaluated")
	}
	if _, err := parseStatistic(a.Rule.Statistic); err != nil {
		return err
	}
	if p := int64(a.Rule.PeriodSeconds); !validPeriod(p) || p < 10 {
		return fmt.Errorf("period %d; expected 10, 20, 30 or a multiple of 60 seconds", a.Rule.PeriodSeconds)
	}
	if _, err := beyond(a.Rule.Comparison, 0, 0); err != nil {
		return err
	}
	if missing := []string{"", "missing", "breaching", "notBreaching", "ignore"}; !slices.Contains(missing, a.Rule.TreatMissing) {
		return fmt.Errorf("treatment of missing data %q; expected one of %v", a.Rule.TreatMissing, missing[1:])
	}
	return nil
}

func beyond(comparison string, value, threshold float64) (bool, error) {
	switch comparison {
	case "GreaterThanThreshold":
		return value > threshold, nil
	case "GreaterThanOrEqualToThreshold":
		return value >= threshold, nil
	case "LessThanThreshold":
		return value < threshold, nil
	case "LessThanOrEqualToThreshold":
		return value <= threshold, nil
	}
	return false, fmt.Errorf("comparison %q; expected GreaterThanThreshold, GreaterThanOrEqualToThreshold, "+
		"LessThanThreshold or LessThanOrEqualToThreshold", comparison)
}

// describeAlarms pages as documented: 50 alarms unless MaxRecords says otherwise, also when the request names them.
func (m *Service) describeAlarms(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	names, prefix, state := f.Texts("AlarmNames"), f.Text("AlarmNamePrefix"), f.Text("StateValue")
	if len(names) > 0 && prefix != "" {
		return nil, errValidation("AlarmNamePrefix and AlarmNames are mutually exclusive.")
	}
	types := f.Texts("AlarmTypes")
	found, composite := cbor.List{}, cbor.List{}
	for _, a := range m.alarms[req.Region] {
		current := m.shown(a)
		named := (len(names) == 0 || slices.Contains(names, a.Name)) && strings.HasPrefix(a.Name, prefix)
		acts := !f.Has("ActionPrefix") || slices.ContainsFunc(a.Actions, func(arn string) bool { return strings.HasPrefix(arn, f.Text("ActionPrefix")) })
		switch {
		case !named || !acts || state != "" && state != current:
		case a.Composite != nil && slices.Contains(types, "CompositeAlarm"):
			composite = append(composite, m.encodeComposite(a, current))
		case a.Composite == nil && (len(types) == 0 || slices.Contains(types, "MetricAlarm")):
			found = append(found, m.encodeAlarm(a, current))
		}
	}
	page, next, err := paginate(found, f.Text("NextToken"), cmp.Or(f.Integer("MaxRecords"), 50))
	if err != nil {
		return nil, err
	}
	answer := cbor.Map{"MetricAlarms": page, "CompositeAlarms": composite}
	if next != "" {
		answer["NextToken"] = cbor.String(next)
	}
	return answer, nil
}

func (m *Service) encodeAlarm(a Alarm, state string) cbor.Map {
	alarm := cbor.Map{
		"AlarmName":               cbor.String(a.Name),
		"AlarmArn":                cbor.String(m.arn(a)),
		"StateValue":              cbor.String(state),
		"StateReason":             cbor.String(m.reason(a, state)),
		"StateUpdatedTimestamp":   wire.Timestamp(m.since(a, state)),
		"ActionsEnabled":          cbor.Bool(true),
		"AlarmActions":            encodeTexts(a.Actions),
		"OKActions":               cbor.List{},
		"InsufficientDataActions": cbor.List{},
	}
	if a.State == "" {
		alarm["Namespace"], alarm["MetricName"] = cbor.String(a.Rule.Namespace), cbor.String(a.Rule.Metric)
		alarm["Dimensions"] = encodeDimensions(dimensionsOf(a.Rule.Dimensions))
		alarm[statisticMember(a.Rule.Statistic)] = cbor.String(a.Rule.Statistic)
		alarm["Period"] = cbor.Uint(a.Rule.PeriodSeconds)
		alarm["EvaluationPeriods"] = cbor.Uint(max(1, a.Rule.Periods))
		alarm["Threshold"] = cbor.Float64(a.Rule.Threshold)
		alarm["ComparisonOperator"] = cbor.String(a.Rule.Comparison)
		alarm["TreatMissingData"] = cbor.String(cmp.Or(a.Rule.TreatMissing, "missing"))
		if a.Rule.Datapoints > 0 {
			alarm["DatapointsToAlarm"] = cbor.Uint(a.Rule.Datapoints)
		}
	}
	if a.Description != "" {
		alarm["AlarmDescription"] = cbor.String(a.Description)
	}
	return alarm
}

func statisticMember(statistic string) string {
	if percentileName.MatchString(statistic) {
		return "ExtendedStatistic"
	}
	return "Statistic"
}

func encodeTexts(texts []string) cbor.List {
	list := cbor.List{}
	for _, text := range texts {
		list = append(list, cbor.String(text))
	}
	return list
}
