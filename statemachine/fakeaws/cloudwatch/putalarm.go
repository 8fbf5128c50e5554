package cloudwatch

import (
	"cmp"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// putMetricAlarm makes an alarm on one metric, or replaces the one of its name. What the simulator's alarms do not have (units,
// metric math, anomaly detection, actions of other states than ALARM) is refused by name.
func (m *Service) putMetricAlarm(req *wire.Request, f wire.Fields) (cbor.Map, *wire.Error) {
	a := Alarm{Region: req.Region, Name: f.Text("AlarmName"), Description: f.Text("AlarmDescription"), Actions: f.Texts("AlarmActions")}
	a.Rule = AlarmRule{
		Namespace: f.Text("Namespace"), Metric: f.Text("MetricName"), Dimensions: map[string]string{}, PeriodSeconds: f.Integer("Period"),
		Statistic: cmp.Or(f.Text("Statistic"), f.Text("ExtendedStatistic")), Comparison: f.Text("ComparisonOperator"),
		Periods: f.Integer("EvaluationPeriods"), Datapoints: f.Integer("DatapointsToAlarm"), TreatMissing: f.Text("TreatMissingData"),
	}
	a.Rule.Threshold, _ = f.Number("Threshold")
	for _, d := range f.Structures("Dimensions") {
		a.Rule.Dimensions[d.Text("Name")] = d.Text("Value")
	}
	if enabled, there := f["ActionsEnabled"].(cbor.Bool); there && !bool(enabled) {
		return nil, wire.NotImplemented("the parameter ActionsEnabled of PutMetricAlarm with the value false")
	}
	if err := checkAlarm(f, a.Rule); err != nil {
		return nil, err
	}
	if err := a.check(); err != nil {
		return nil, errValidation("%v", err)
	}
	m.add(a)
	return cbor.Map{}, nil
}

// day and week are the longest that an alarm may evaluate, in seconds; see "PutMetricAlarm" in the CloudWatch API Reference.
const day, week = 86400, 7 * 86400

// anomalies are the operators of anomaly detection.
var anomalies = []string{"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}

// checkAlarm checks what the model does not say.
func checkAlarm(f wire.Fields, rule AlarmRule) *wire.Error {
	evaluates := rule.PeriodSeconds * rule.Periods
	most := day
	if rule.PeriodSeconds >= 3600 {
		most = week
	}
	switch {
	case rule.Namespace == "" || rule.Metric == "" || rule.PeriodSeconds == 0:
		return errValidation("The parameters Namespace, MetricName and Period are required for an alarm on one metric.")
	case f.Has("Statistic") == f.Has("ExtendedStatistic"):
		return errValidation("Exactly one of the parameters Statistic and ExtendedStatistic is expected.")
	case f.Has("ExtendedStatistic") && percentileName.FindString(rule.Statistic) == "":
		return wire.NotImplemented("the parameter ExtendedStatistic of PutMetricAlarm with the value %s; it has percentiles", rule.Statistic)
	case slices.Contains(anomalies, rule.Comparison):
		return wire.NotImplemented("the parameter ComparisonOperator of PutMetricAlarm with the value %s", rule.Comparison)
	case !f.Has("Threshold"):
		return errValidation("The parameter Threshold is required.")
	case rule.Datapoints > rule.Periods:
		return errValidation("DatapointsToAlarm (%d) must not be greater than EvaluationPeriods (%d).", rule.Datapoints, rule.Periods)
	case evaluates > most:
		return errValidation("Metrics cannot be checked across more than %d seconds (EvaluationPeriods * Period must be <= %d).", most, most)
	}
	return checkDimensions(f)
}
