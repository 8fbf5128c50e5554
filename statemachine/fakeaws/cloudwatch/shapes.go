package cloudwatch

import (
	"regexp"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The shapes of parameters, from the service's model. PutMetricData has checks of its own (check.go), because its errors have
// codes of their own.
var (
	name255   = wire.Text{Min: 1, Max: maxMetricName}
	namespace = wire.Text{Min: 1, Max: maxMetricName, Pattern: regexp.MustCompile(`^[^:].*$`)}
	unit      = wire.Text{OneOf: units}
	states    = wire.Text{OneOf: []string{AlarmInsufficientData, AlarmInAlarm, AlarmOK}}
	// filters are dimensions to search for: one without a value matches every value.
	filters = wire.List{Max: 10, Of: wire.Structure{"Name": wire.Required{Shape: name255}, "Value": wire.Text{Min: 1, Max: 1024}}}
	dims    = wire.List{Max: maxDimensions, Of: wire.Structure{"Name": wire.Required{Shape: name255}, "Value": wire.Required{Shape: wire.Text{Min: 1, Max: 1024}}}}
	metric  = wire.Structure{"Namespace": namespace, "MetricName": name255, "Dimensions": dims}
	actions = wire.List{Max: 5, Of: wire.Text{Min: 1, Max: 1024}}
)

var getMetricData = wire.Structure{
	"StartTime": wire.Required{Shape: wire.KindTime}, "EndTime": wire.Required{Shape: wire.KindTime},
	"ScanBy": wire.Text{OneOf: []string{"TimestampDescending", "TimestampAscending"}}, "MaxDatapoints": wire.KindInteger, "NextToken": wire.KindText,
	"MetricDataQueries": wire.Required{Shape: wire.List{Of: wire.Structure{
		"Id": wire.Required{Shape: name255}, "Label": wire.KindText, "ReturnData": wire.KindBool, "Expression": wire.Text{Min: 1, Max: 2048}, "Period": wire.Whole{Min: 1},
		"MetricStat": wire.Structure{
			"Metric": wire.Required{Shape: metric}, "Period": wire.Required{Shape: wire.Whole{Min: 1}}, "Stat": wire.Required{Shape: wire.KindText}, "Unit": unit,
		},
	}}},
}

var (
	anyDimensions = wire.List{Of: wire.Structure{"Name": wire.KindText, "Value": wire.KindText}}
	putMetricData = wire.Structure{
		"Namespace": wire.KindText,
		"MetricData": wire.List{Of: wire.Structure{
			"MetricName": wire.KindText, "Dimensions": anyDimensions, "Timestamp": wire.KindTime, "Value": wire.KindNumber,
			"Values": wire.List{Of: wire.KindNumber}, "Counts": wire.List{Of: wire.KindNumber}, "Unit": wire.KindText, "StorageResolution": wire.KindInteger,
			"StatisticValues": wire.Structure{"SampleCount": wire.KindNumber, "Sum": wire.KindNumber, "Minimum": wire.KindNumber, "Maximum": wire.KindNumber},
		}},
	}
)

var describeAlarms = wire.Structure{
	"AlarmNames": wire.List{Of: name255, Max: 100}, "AlarmNamePrefix": name255,
	"AlarmTypes": wire.List{Of: wire.Text{OneOf: []string{"CompositeAlarm", "MetricAlarm"}}}, "StateValue": states,
	"ActionPrefix": wire.Text{Min: 1, Max: 1024}, "MaxRecords": wire.Whole{Min: 1, Max: 100}, "NextToken": wire.KindText,
}

var setAlarmState = wire.Structure{
	"AlarmName": wire.Required{Shape: name255}, "StateValue": wire.Required{Shape: states},
	"StateReason": wire.Required{Shape: wire.Text{Max: maxReason}}, "StateReasonData": wire.Text{Max: maxReasonData},
}

var putMetricAlarm = wire.Structure{
	"AlarmName": wire.Required{Shape: name255}, "AlarmDescription": wire.Text{Max: 1024}, "ActionsEnabled": wire.KindBool, "AlarmActions": actions,
	"MetricName": name255, "Namespace": namespace, "Dimensions": dims, "Period": wire.Whole{Min: 1},
	"Statistic": wire.Text{OneOf: []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}}, "ExtendedStatistic": wire.KindText,
	"EvaluationPeriods": wire.Required{Shape: wire.Whole{Min: 1}}, "DatapointsToAlarm": wire.Whole{Min: 1}, "Threshold": wire.KindNumber,
	"ComparisonOperator": wire.Required{Shape: wire.KindText}, "TreatMissingData": name255,
}
