package fakeaws

import (
	"maps"
	"math"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"
)

// shape is what a member of a CloudWatch request may be: kindText, kindNumber, kindTime, kindBool, a listOf or a
// structureOf. What AWS's model has and the embedded AWS does not is not there, so that it is refused by name: a
// member that is ignored may be the one that matters.
type shape any

type (
	kind        string
	listOf      struct{ of shape }
	structureOf map[string]shape
)

const (
	kindText    kind = "a string"
	kindNumber  kind = "a number"
	kindInteger kind = "a whole number"
	kindTime    kind = "a time"
	kindBool    kind = "true or false"
)

var (
	dimensionShapes = listOf{structureOf{"Name": kindText, "Value": kindText}}
	metricShape     = structureOf{"Namespace": kindText, "MetricName": kindText, "Dimensions": dimensionShapes}
)

var cloudWatchShapes = map[string]structureOf{
	"GetMetricData": {
		"StartTime": kindTime, "EndTime": kindTime, "ScanBy": kindText, "MaxDatapoints": kindInteger, "NextToken": kindText,
		"MetricDataQueries": listOf{structureOf{
			"Id": kindText, "Label": kindText, "Expression": kindText, "ReturnData": kindBool,
			"MetricStat": structureOf{"Metric": metricShape, "Period": kindInteger, "Stat": kindText, "Unit": kindText},
		}},
	},
	"PutMetricData": {
		"Namespace": kindText,
		"MetricData": listOf{structureOf{
			"MetricName": kindText, "Dimensions": dimensionShapes, "Timestamp": kindTime, "Value": kindNumber,
			"Values": listOf{kindNumber}, "Counts": listOf{kindNumber}, "Unit": kindText, "StorageResolution": kindInteger,
			"StatisticValues": structureOf{"SampleCount": kindNumber, "Sum": kindNumber, "Minimum": kindNumber, "Maximum": kindNumber},
		}},
	},
	"ListMetrics": {"Namespace": kindText, "MetricName": kindText, "Dimensions": dimensionShapes, "NextToken": kindText},
	"DescribeAlarms": {
		"AlarmNames": listOf{kindText}, "AlarmNamePrefix": kindText, "AlarmTypes": listOf{kindText}, "StateValue": kindText,
		"ActionPrefix": kindText, "MaxRecords": kindInteger, "NextToken": kindText,
	},
	"SetAlarmState": {"AlarmName": kindText, "StateValue": kindText, "StateReason": kindText, "StateReasonData": kindText},
}

// fit checks a value against its shape, and leaves out members that are null.
func fit(path string, v cbor.Value, s shape) *APIError {
	switch s := s.(type) {
	case structureOf:
		members, ok := v.(cbor.Map)
		if !ok {
			return misfit(path, "a structure")
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			inner := name
			if path != "" {
				inner = path + "." + name
			}
			member, known := s[name]
			switch {
			case isNull(members[name]):
				delete(members, name)
			case !known:
				return notImplemented("the parameter %s", inner)
			default:
				if err := fit(inner, members[name], member); err != nil {
					return err
				}
			}
		}
		return nil
	case listOf:
		list, ok := v.(cbor.List)
		if !ok {
			return misfit(path, "a list")
		}
		for _, element := range list {
			if err := fit(path+".member", element, s.of); err != nil {
				return err
			}
		}
		return nil
	case kind:
		if !s.is(v) {
			return misfit(path, string(s))
		}
	}
	return nil
}

func misfit(path, expected string) *APIError {
	return errValidation("The value of parameter %s is invalid; expected %s.", path, expected)
}

func (k kind) is(v cbor.Value) bool {
	switch k {
	case kindText:
		_, ok := v.(cbor.String)
		return ok
	case kindNumber:
		_, err := cbor.AsFloat64(v)
		return err == nil
	case kindInteger:
		_, err := cbor.AsInt64(v)
		return err == nil
	case kindTime:
		tag, ok := v.(*cbor.Tag)
		if !ok || tag.ID != 1 {
			return false
		}
		n, err := cbor.AsFloat64(tag.Value)
		return err == nil && math.Abs(n) < 1e11 // within the years that a time can be written in
	}
	_, ok := v.(cbor.Bool)
	return ok
}

func isNull(v cbor.Value) bool {
	switch v.(type) {
	case nil, *cbor.Nil, *cbor.Undefined:
		return true
	}
	return false
}
