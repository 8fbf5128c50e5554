package cloudwatch

import (
	"cmp"
	"time"
)

// extraPeriods is how many more periods than EvaluationPeriods an alarm reads, so that one whose data are late is not
// without data (CW-4).
const extraPeriods = 2

// evaluated is what an alarm finds in the periods that it reads, the newest first.
type evaluated struct {
	// breaching are the newest periods with data, at most EvaluationPeriods of them.
	breaching []bool
	// oldestBreaching is the age of the oldest of them that is breaching, in periods; the newest period has age 1.
	oldestBreaching int
	// missing counts the periods without data since the alarm was created, among the newest EvaluationPeriods.
	missing int
}

// stateOf evaluates an alarm on the data that can be read now (CW-4).
func (m *Service) stateOf(a Alarm) string {
	if a.State != "" {
		return a.State
	}
	n, s := max(1, a.Rule.Periods), m.states[m.arn(a)]
	return m.read(a.Region, a.Rule, s.created).judge(a.Rule.missing(), n, cmp.Or(a.Rule.Datapoints, n), s.value)
}

// missing is how the alarm treats missing data. Alarms on DynamoDB's metrics always ignore it.
func (r AlarmRule) missing() string {
	if r.Namespace == "AWS/DynamoDB" {
		return "ignore"
	}
	return cmp.Or(r.TreatMissing, "missing")
}

// read goes back from the last complete period. A period from before the alarm without data does not count as missing
// (CW-7).
func (m *Service) read(region string, rule AlarmRule, created time.Time) evaluated {
	n, period, now := max(1, rule.Periods), int64(rule.PeriodSeconds), m.k.Now().Unix()
	end := now - now%period
	s := m.seriesOf(region, rule)
	stat, _ := parseStatistic(rule.Statistic) // AddAlarm has checked it
	var e evaluated
	for age := 1; age <= n+extraPeriods && len(e.breaching) < n; age++ {
		begin := end - int64(age)*period
		value, ok := 0.0, false
		if s != nil && (period >= 60 || s.highResolution) {
			value, ok = stat.value(m.readable(s, begin, begin+period))
		}
		if !ok {
			if begin >= created.Unix() && age <= n {
				e.missing++
			}
			continue
		}
		is, _ := beyond(rule.Comparison, value, rule.Threshold)
		e.breaching = append(e.breaching, is)
		if is {
			e.oldestBreaching = age
		}
	}
	return e
}

// judge follows AWS's table of missing data. How missing data are treated matters only when fewer than n periods have
// data. needed is DatapointsToAlarm.
func (e evaluated) judge(treatMissing string, n, needed int, current string) string {
	breaching := 0
	for _, is := range e.breaching {
		if is {
			breaching++
		}
	}
	data, fill := len(e.breaching), min(n-len(e.breaching), e.missing)
	switch {
	case breaching >= needed:
		return AlarmInAlarm
	case data == n:
		return AlarmOK
	case treatMissing == "notBreaching":
		return AlarmOK
	case treatMissing == "breaching" && data+fill == 0, treatMissing == "missing" && data == 0:
		return AlarmInsufficientData
	case treatMissing == "breaching":
		return stateIf(breaching+fill >= needed)
	case breaching < data:
		return AlarmOK // some periods are not breaching, and too few are
	case treatMissing == "ignore" || e.oldestBreaching < needed:
		return current // the periods with data are breaching, and too new for a decision
	}
	return AlarmInAlarm
}

func stateIf(alarm bool) string {
	if alarm {
		return AlarmInAlarm
	}
	return AlarmOK
}
