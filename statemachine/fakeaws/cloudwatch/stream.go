package cloudwatch

import (
	"cmp"
	"slices"
)

// What Route 53 reads for its health checks: the rule of an alarm, and the data of the alarm's metric. It does not read the
// state of the alarm.

// AlarmRule returns the rule of an alarm on a metric, and whether the metric has high resolution.
func (m *Service) AlarmRule(region, name string) (rule AlarmRule, highResolution, ok bool) {
	i := slices.IndexFunc(m.alarms[region], func(a Alarm) bool { return a.Name == name })
	if i < 0 || m.alarms[region][i].Rule.Metric == "" {
		return AlarmRule{}, false, false
	}
	rule = m.alarms[region][i].Rule
	s := m.seriesOf(region, rule)
	return rule, s != nil && s.highResolution, true
}

// DataState evaluates a rule on the data that can be read now. It does not depend on how the alarm treats missing data
// (R53-17).
func (m *Service) DataState(region string, rule AlarmRule) string {
	n := max(1, rule.Periods)
	read := m.read(region, rule, m.k.Now())
	if len(read.breaching) == 0 {
		return AlarmInsufficientData
	}
	return cmp.Or(read.judge("missing", n, cmp.Or(rule.Datapoints, n), ""), AlarmInsufficientData)
}

// seriesOf is the metric of a rule, nil before it is first published.
func (m *Service) seriesOf(region string, rule AlarmRule) *series {
	return m.series[region][seriesKey(rule.Namespace, rule.Metric, dimensionsOf(rule.Dimensions))]
}
