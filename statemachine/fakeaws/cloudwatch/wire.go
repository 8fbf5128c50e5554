package cloudwatch

import (
	"cmp"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// protocol is CloudWatch's protocol with the parameters of its operations.
var protocol = wire.RPC{
	Target:    "GraniteServiceVersion20100801",
	Namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
	Errors:    "com.amazonaws.cloudwatch#",
	Shapes: wire.ErrorShapes{
		"InvalidParameterValue": "InvalidParameterValueException", "MissingParameter": "MissingRequiredParameterException",
		"InvalidParameterCombination": "InvalidParameterCombinationException", "InvalidFormat": "InvalidFormatFault",
	},
	Operations: map[string]wire.Structure{
		"GetMetricData":  getMetricData,
		"PutMetricData":  putMetricData,
		"ListMetrics":    {"Namespace": namespace, "MetricName": name255, "Dimensions": filters, "NextToken": wire.KindText},
		"DescribeAlarms": describeAlarms,
		"SetAlarmState":  setAlarmState,
		"PutMetricAlarm": putMetricAlarm,
	},
}

var operations = map[string]func(*Service, *wire.Request, wire.Fields) (cbor.Map, *wire.Error){
	"GetMetricData":  (*Service).getMetricData,
	"PutMetricData":  (*Service).putMetricData,
	"ListMetrics":    (*Service).listMetrics,
	"DescribeAlarms": (*Service).describeAlarms,
	"SetAlarmState":  (*Service).setAlarmState,
	"PutMetricAlarm": (*Service).putMetricAlarm,
}

// Open finds the operation of a request and decodes its parameters.
func (m *Service) Open(req *wire.Request) *wire.Error { return protocol.Open(req) }

// Permissions are what IAM must allow for a request.
func (m *Service) Permissions(req *wire.Request) []wire.Permission {
	p := wire.Permission{Action: "cloudwatch:" + req.Operation, Resource: "*"}
	params, _ := req.Params.(wire.Fields)
	switch req.Operation {
	case "SetAlarmState", "PutMetricAlarm":
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
