package cloudwatch

import (
	"cmp"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var (
	dimensionShapes = wire.List{Of: wire.Structure{"Name": wire.KindText, "Value": wire.KindText}}
	metricShape     = wire.Structure{"Namespace": wire.KindText, "MetricName": wire.KindText, "Dimensions": dimensionShapes}
)

// protocol is CloudWatch's protocol with the parameters of its operations.
var protocol = wire.RPC{
	Target:    "GraniteServiceVersion20100801",
	Namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
	Errors:    "com.amazonaws.cloudwatch#",
	Operations: map[string]wire.Structure{
		"GetMetricData": {
			"StartTime": wire.KindTime, "EndTime": wire.KindTime, "ScanBy": wire.KindText, "MaxDatapoints": wire.KindInteger, "NextToken": wire.KindText,
			"MetricDataQueries": wire.List{Of: wire.Structure{
				"Id": wire.KindText, "Label": wire.KindText, "Expression": wire.KindText, "ReturnData": wire.KindBool,
				"MetricStat": wire.Structure{"Metric": metricShape, "Period": wire.KindInteger, "Stat": wire.KindText, "Unit": wire.KindText},
			}},
		},
		"PutMetricData": {
			"Namespace": wire.KindText,
			"MetricData": wire.List{Of: wire.Structure{
				"MetricName": wire.KindText, "Dimensions": dimensionShapes, "Timestamp": wire.KindTime, "Value": wire.KindNumber,
				"Values": wire.List{Of: wire.KindNumber}, "Counts": wire.List{Of: wire.KindNumber}, "Unit": wire.KindText, "StorageResolution": wire.KindInteger,
				"StatisticValues": wire.Structure{"SampleCount": wire.KindNumber, "Sum": wire.KindNumber, "Minimum": wire.KindNumber, "Maximum": wire.KindNumber},
			}},
		},
		"ListMetrics": {"Namespace": wire.KindText, "MetricName": wire.KindText, "Dimensions": dimensionShapes, "NextToken": wire.KindText},
		"DescribeAlarms": {
			"AlarmNames": wire.List{Of: wire.KindText}, "AlarmNamePrefix": wire.KindText, "AlarmTypes": wire.List{Of: wire.KindText},
			"StateValue": wire.KindText, "ActionPrefix": wire.KindText, "MaxRecords": wire.KindInteger, "NextToken": wire.KindText,
		},
		"SetAlarmState": {"AlarmName": wire.KindText, "StateValue": wire.KindText, "StateReason": wire.KindText, "StateReasonData": wire.KindText},
	},
}

var operations = map[string]func(*Service, *wire.Request, wire.Fields) (cbor.Map, *wire.Error){
	"GetMetricData":  (*Service).getMetricData,
	"PutMetricData":  (*Service).putMetricData,
	"ListMetrics":    (*Service).listMetrics,
	"DescribeAlarms": (*Service).describeAlarms,
	"SetAlarmState":  (*Service).setAlarmState,
}

// Open finds the operation of a request and decodes its parameters.
func (m *Service) Open(req *wire.Request) *wire.Error { return protocol.Open(req) }

// Permissions are what IAM must allow for a request.
func (m *Service) Permissions(req *wire.Request) []wire.Permission {
	p := wire.Permission{Action: "cloudwatch:" + req.Operation, Resource: "*"}
	params, _ := req.Params.(wire.Fields)
	switch req.Operation {
	case "SetAlarmState":
		p.Resource = m.arn(Alarm{Region: req.Region, Name: params.Text("AlarmName")})
	case "PutMetricData":
		p.Context = map[string][]string{"cloudwatch:namespace": {params.Text("Namespace")}}
	}
	return []wire.Permission{p}
}

// Serve performs a request.
func (m *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	params, _ := req.Params.(wire.Fields)
	answer, err := operations[req.Operation](m, req, params)
	if err != nil {
		return nil, err
	}
	return protocol.Answer(req, answer), nil
}

// Fail writes an error.
func (m *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return protocol.Fail(req, err)
}

// dimensionsIn are the dimensions of a request, sorted by name for seriesKey.
func dimensionsIn(f wire.Fields) []dimension {
	var dims []dimension
	for _, d := range f.Structures("Dimensions") {
		dims = append(dims, dimension{d.Text("Name"), d.Text("Value")})
	}
	slices.SortFunc(dims, func(a, b dimension) int { return cmp.Compare(a.name, b.name) })
	return dims
}

func encodeDimensions(dims []dimension) cbor.List {
	list := make(cbor.List, len(dims))
	for i, d := range dims {
		list[i] = cbor.Map{"Name": cbor.String(d.name), "Value": cbor.String(d.value)}
	}
	return list
}
