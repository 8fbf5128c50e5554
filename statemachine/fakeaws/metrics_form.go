package fakeaws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Clients that do not know RPC v2 with CBOR, such as older versions of the aws command line, send CloudWatch the same
// requests as forms or as JSON. Both are read into the maps of CBOR, and answers are written out of them.

const (
	cloudWatchTarget    = "GraniteServiceVersion20100801."
	cloudWatchNamespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
)

// numberFields, timeFields and boolFields are the members of requests that are no strings; in a form all members look the same.
var (
	numberFields = []string{"Period", "MaxRecords", "MaxDatapoints", "Value", "SampleCount", "Sum", "Minimum", "Maximum",
		"StorageResolution", "Values", "Counts"}
	timeFields = []string{"StartTime", "EndTime", "Timestamp"}
	boolFields = []string{"ReturnData"}
)

// maxPath is how many parts the name of a parameter may have; the deepest of CloudWatch has eleven.
const maxPath = 20

// readForm reads a request as a form: Outer.member.1.Inner.Name=value.
func readForm(req *Request) (operation string, params fields, err error) {
	form, err := url.ParseQuery(string(req.Body))
	if err != nil {
		return "", nil, fmt.Errorf("decode body: %w", err)
	}
	tree := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		path := strings.SplitN(name, ".", maxPath+1)
		if len(path) > maxPath {
			return "", nil, fmt.Errorf("decode body: a parameter with more than %d parts in its name", maxPath)
		}
		if name != "Action" && name != "Version" {
			plant(tree, path, form.Get(name))
		}
	}
	params = fields{}
	for name, value := range tree {
		if params[name], err = grow(name, value); err != nil {
			return form.Get("Action"), nil, err
		}
	}
	return form.Get("Action"), params, nil
}

// plant puts a value into the tree, at the place that its name says.
func plant(tree map[string]any, path []string, value string) {
	if len(path) == 1 {
		tree[path[0]] = value
		return
	}
	inner, ok := tree[path[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		tree[path[0]] = inner
	}
	plant(inner, path[1:], value)
}

// grow turns a tree into values: an object whose only field is member is a list.
func grow(name string, v any) (cbor.Value, error) {
	tree, ok := v.(map[string]any)
	if !ok {
		text, _ := v.(string)
		return typed(name, text), nil
	}
	if members, ok := tree["member"].(map[string]any); ok && len(tree) == 1 {
		return growList(name, members)
	}
	object := cbor.Map{}
	for field, value := range tree {
		grown, err := grow(field, value)
		if err != nil {
			return nil, err
		}
		object[field] = grown
	}
	return object, nil
}

// growList makes a list of members that are numbered from 1 on without a gap.
func growList(name string, members map[string]any) (cbor.Value, error) {
	list := cbor.List{}
	for i := 1; i <= len(members); i++ {
		member, ok := members[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("%s.member.%d is missing; expected members that are numbered from 1 on", name, i)
		}
		grown, err := grow(name, member)
		if err != nil {
			return nil, err
		}
		list = append(list, grown)
	}
	return list, nil
}

func typed(name, text string) cbor.Value {
	if slices.Contains(boolFields, name) {
		if b, err := strconv.ParseBool(text); err == nil {
			return cbor.Bool(b)
		}
	}
	if slices.Contains(numberFields, name) {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return wholeOrFloat(n)
		}
	}
	if slices.Contains(timeFields, name) {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return encodeTime(t)
		}
	}
	return cbor.String(text)
}

// wholeOrFloat keeps whole numbers whole: readers of integers take nothing else.
func wholeOrFloat(n float64) cbor.Value {
	if n >= 0 && n == float64(uint64(n)) {
		return cbor.Uint(uint64(n))
	}
	return cbor.Float64(n)
}

// readJSON reads a request in the JSON protocol.
func readJSON(req *Request) (operation string, params fields, err error) {
	_, operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	var object map[string]any
	if err := json.Unmarshal(req.Body, &object); err != nil {
		return operation, nil, fmt.Errorf("decode body: %w", err)
	}
	decoded, _ := fromJSON("", object).(cbor.Map)
	return operation, fields(decoded), nil
}

func fromJSON(name string, v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		object := cbor.Map{}
		for field, value := range v {
			object[field] = fromJSON(field, value)
		}
		return object
	case []any:
		list := cbor.List{}
		for _, value := range v {
			list = append(list, fromJSON(name, value))
		}
		return list
	case float64:
		if slices.Contains(timeFields, name) {
			return &cbor.Tag{ID: 1, Value: cbor.Float64(v)}
		}
		return wholeOrFloat(v)
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	}
	return &cbor.Nil{}
}

// toJSON is the way back; a time is its seconds.
func toJSON(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		object := map[string]any{}
		for name, value := range v {
			object[name] = toJSON(value)
		}
		return object
	case cbor.List:
		list := []any{}
		for _, value := range v {
			list = append(list, toJSON(value))
		}
		return list
	case *cbor.Tag:
		return toJSON(v.Value)
	case cbor.String:
		return string(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.Float64:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) { // JSON has no such numbers; AWS writes them as strings
			return strings.Replace(strconv.FormatFloat(f, 'g', -1, 64), "Inf", "Infinity", 1)
		}
		return float64(v)
	case cbor.Bool:
		return bool(v)
	}
	return nil
}

// formAnswer is an answer in the Query protocol.
func formAnswer(req *Request, answer cbor.Map) *Response {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<%sResponse xmlns="%s"><%[1]sResult>`, req.Operation, cloudWatchNamespace)
	writeXML(&b, answer)
	fmt.Fprintf(&b, `</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%[1]sResponse>`, req.Operation, req.ID)
	return xmlResponse(req, http.StatusOK, b.Bytes())
}

func writeXML(b *bytes.Buffer, v cbor.Value) {
	switch v := v.(type) {
	case cbor.Map:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			writeElement(b, name, v[name])
		}
	case cbor.List:
		for _, value := range v {
			writeElement(b, "member", value)
		}
	case *cbor.Tag:
		seconds, _ := cbor.AsFloat64(v.Value)
		b.WriteString(time.UnixMilli(int64(seconds * 1000)).UTC().Format(timeFormat))
	case cbor.String:
		_ = xml.EscapeText(b, []byte(v)) // a buffer takes everything
	default:
		fmt.Fprint(b, toJSON(v))
	}
}

func writeElement(b *bytes.Buffer, name string, v cbor.Value) {
	fmt.Fprintf(b, "<%s>", name)
	writeXML(b, v)
	fmt.Fprintf(b, "</%s>", name)
}

var formBody = regexp.MustCompile(`^application/x-www-form-urlencoded`)

func isForm(req *Request) bool { return formBody.MatchString(req.HTTP.Header.Get("Content-Type")) }

func isJSON(req *Request) bool {
	return strings.HasPrefix(req.HTTP.Header.Get("X-Amz-Target"), cloudWatchTarget)
}
