package fakeaws

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/drover-dr/drover/internal/untrusted"
)

// CloudWatch speaks Smithy's RPC v2 with CBOR bodies: the operation is in the path, everything else in one map. What
// other clients send is in metrics_form.go.

const cloudWatchPath = "/service/GraniteServiceVersion20100801/operation/"

var cloudWatchOperations = map[string]func(*metrics, *Request, fields) (cbor.Map, *APIError){
	"GetMetricData":  (*metrics).getMetricData,
	"PutMetricData":  (*metrics).putMetricData,
	"ListMetrics":    (*metrics).listMetrics,
	"DescribeAlarms": (*metrics).describeAlarms,
	"SetAlarmState":  (*metrics).setAlarmState,
}

func (m *metrics) open(req *Request) *APIError {
	var params fields
	var err error
	switch {
	case isForm(req):
		req.Operation, params, err = readForm(req)
	case isJSON(req):
		req.Operation, params, err = readJSON(req)
	default:
		req.Operation, _ = strings.CutPrefix(req.HTTP.URL.Path, cloudWatchPath)
		params, err = decodeCBOR(req)
	}
	if _, ok := cloudWatchOperations[req.Operation]; !ok {
		return errUnknownOperation(req)
	}
	if err != nil {
		return badRequest("SerializationException", "%v", err)
	}
	req.Params = params
	return fit("", cbor.Map(params), cloudWatchShapes[req.Operation])
}

// decodeCBOR reads a body, which the SDK compresses when it is a large PutMetricData.
func decodeCBOR(req *Request) (fields, error) {
	body := req.Body
	if req.HTTP.Header.Get("Content-Encoding") == "gzip" {
		zipped, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("decompress body: %w", err)
		}
		if body, err = io.ReadAll(io.LimitReader(zipped, maxUnzipped+1)); err != nil {
			return nil, fmt.Errorf("decompress body: %w", err)
		}
		if err := untrusted.CheckSize(body, maxUnzipped); err != nil {
			return nil, fmt.Errorf("decompress body: %w", err)
		}
	}
	if len(body) == 0 {
		return fields{}, nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("decode body: %w", err)
	}
	decoded, ok := value.(cbor.Map)
	if !ok {
		return nil, fmt.Errorf("decode body: %T; expected a map", value)
	}
	return fields(decoded), nil
}

func (m *metrics) permissions(req *Request) []Permission {
	p := Permission{Action: "cloudwatch:" + req.Operation, Resource: "*"}
	switch req.Operation {
	case "SetAlarmState":
		params, _ := req.Params.(fields)
		p.Resource = m.arn(Alarm{Region: req.Region, Name: params.text("AlarmName")})
	case "PutMetricData":
		params, _ := req.Params.(fields)
		p.Context = map[string][]string{"cloudwatch:namespace": {params.text("Namespace")}}
	}
	return []Permission{p}
}

func (m *metrics) serve(req *Request) (*Response, *APIError) {
	params, _ := req.Params.(fields)
	answer, err := cloudWatchOperations[req.Operation](m, req, params)
	if err != nil {
		return nil, err
	}
	switch {
	case isForm(req):
		return formAnswer(req, answer), nil
	case isJSON(req):
		return jsonResponse(req, http.StatusOK, toJSON(answer)), nil
	}
	return &Response{Status: http.StatusOK, Header: cborHeader(req), Body: cbor.Encode(answer)}, nil
}

func (m *metrics) fail(req *Request, err *APIError) *Response {
	switch {
	case isForm(req):
		return queryError(req, cloudWatchNamespace, err)
	case isJSON(req):
		return jsonFailure(req, "", err)
	}
	header := cborHeader(req)
	header["X-Amzn-Query-Error"] = []string{err.Code + ";Sender"}
	body := cbor.Encode(cbor.Map{
		"__type":  cbor.String("com.amazonaws.cloudwatch#" + err.Code),
		"message": cbor.String(err.Message),
	})
	return &Response{Status: cmp.Or(err.Status, http.StatusBadRequest), Header: header, Body: body}
}

func cborHeader(req *Request) http.Header {
	return http.Header{
		"Content-Type":     {"application/cbor"},
		"Smithy-Protocol":  {"rpc-v2-cbor"},
		"X-Amzn-Requestid": {req.ID},
	}
}

// fields are the members of a structure on the wire. A member that is missing, or of another type, is the zero value.
type fields cbor.Map

func (f fields) has(name string) bool { return f[name] != nil }

func (f fields) text(name string) string {
	s, _ := f[name].(cbor.String)
	return string(s)
}

func (f fields) number(name string) (float64, bool) {
	n, err := cbor.AsFloat64(f[name])
	return n, err == nil
}

func (f fields) integer(name string) int {
	n, err := cbor.AsInt64(f[name])
	if err != nil {
		return 0
	}
	return int(n)
}

// seconds is a time member, and whether it is there.
func (f fields) seconds(name string) (int64, bool) {
	t, err := cbor.AsTime(f[name])
	return t.Unix(), err == nil
}

func (f fields) structure(name string) fields {
	m, _ := f[name].(cbor.Map)
	return fields(m)
}

func (f fields) structures(name string) []fields {
	var all []fields
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		m, _ := v.(cbor.Map)
		all = append(all, fields(m))
	}
	return all
}

func (f fields) texts(name string) []string {
	var all []string
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		s, _ := v.(cbor.String)
		all = append(all, string(s))
	}
	return all
}

func (f fields) numbers(name string) []float64 {
	var all []float64
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		n, _ := cbor.AsFloat64(v) // fit has checked it
		all = append(all, n)
	}
	return all
}

// dimensions are in order of their names, as seriesKey wants them.
func (f fields) dimensions() []dimension {
	var dims []dimension
	for _, d := range f.structures("Dimensions") {
		dims = append(dims, dimension{d.text("Name"), d.text("Value")})
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

// encodeTime is a timestamp: tag 1 with the seconds since 1970.
func encodeTime(t time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(t.UnixMilli()) / 1000)}
}
