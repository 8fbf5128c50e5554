package awsmodel

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Values of an input: map[string]any for structures and maps, []any for lists, string, int64, float64, bool, []byte and
// [time.Time]. A value of another type than the model has is sent as it is, so that tests can send wrong types.

// Request makes the request of an operation in one of the service's protocols, signed for a caller and a Region. The
// signature is not computed: the simulator does not verify it.
func (s Service) Request(base, protocol, operation string, input map[string]any, accessKey, region string) *http.Request {
	op := s.Operations[operation]
	var r *http.Request
	switch protocol {
	case ProtocolQuery:
		r = s.queryRequest(base, operation, input)
	case ProtocolJSON:
		r = newRequest(http.MethodPost, base+"/", s.jsonBody(op.Input, input))
		r.Header.Set("Content-Type", "application/x-amz-json-"+s.JSONVersion)
		r.Header.Set("X-Amz-Target", s.Target+"."+operation)
	case ProtocolCBOR:
		r = newRequest(http.MethodPost, base+"/service/"+s.Target+"/operation/"+operation, cbor.Encode(toCBOR(input)))
		r.Header.Set("Content-Type", "application/cbor")
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	default:
		r = s.restRequest(base, op, input)
	}
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260302/%s/%s/aws4_request, Signature=x", accessKey, region, s.Service))
	return r
}

func newRequest(method, address string, body []byte) *http.Request {
	r, err := http.NewRequest(method, address, bytes.NewReader(body)) //nolint:noctx // the requests are served in the same process
	if err != nil {
		panic("make a request: " + err.Error()) // the address is made of escaped parts
	}
	return r
}

// queryRequest flattens the input into a form.
func (s Service) queryRequest(base, operation string, input map[string]any) *http.Request {
	form := url.Values{"Action": {operation}, "Version": {s.APIVersion}}
	s.flatten(form, "", s.Operations[operation].Input, input)
	r := newRequest(http.MethodPost, base+"/", []byte(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

func join(prefix, name string) string { return strings.TrimPrefix(prefix+"."+name, ".") }

func (s Service) flatten(form url.Values, prefix string, ref Shape, v any) {
	shape := s.Resolve(ref)
	switch v := v.(type) {
	case map[string]any:
		if shape.Type == "map" {
			s.flattenMap(form, prefix, shape, v)
			return
		}
		for name, value := range v {
			member := shape.Members[name]
			s.flatten(form, join(prefix, orName(member.LocationName, name)), member, value)
		}
	case []any:
		inner := prefix
		switch {
		case shape.Flattened && shape.Member.LocationName != "":
			inner = join(prefix[:strings.LastIndex(prefix, ".")+1], shape.Member.LocationName)
			inner = strings.Replace(inner, "..", ".", 1)
		case !shape.Flattened && shape.Member != nil:
			inner = join(prefix, orName(shape.Member.LocationName, "member"))
		}
		for i, value := range v {
			s.flatten(form, inner+"."+strconv.Itoa(i+1), *shape.Member, value)
		}
		if len(v) == 0 {
			form.Set(prefix, "")
		}
	default:
		form.Set(prefix, text(v, orName(shape.TimestampFormat, "iso8601")))
	}
}

func (s Service) flattenMap(form url.Values, prefix string, shape Shape, v map[string]any) {
	inner := prefix
	if !shape.Flattened {
		inner = join(prefix, "entry")
	}
	for i, key := range slices.Sorted(maps.Keys(v)) {
		at := inner + "." + strconv.Itoa(i+1) + "."
		form.Set(at+orName(shape.Key.LocationName, "key"), key)
		s.flatten(form, at+orName(shape.Value.LocationName, "value"), *shape.Value, v[key])
	}
}

func orName(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

// text is a value without members as forms, headers and XML have it.
func text(v any, timeFormat string) string {
	switch v := v.(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		switch timeFormat {
		case "rfc822":
			return v.UTC().Format(http.TimeFormat)
		case "unixTimestamp":
			return strconv.FormatInt(v.Unix(), 10)
		}
		return v.UTC().Format(time.RFC3339)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// jsonBody is an input as the JSON protocols have it.
func (s Service) jsonBody(ref Shape, input map[string]any) []byte {
	body, err := json.Marshal(s.plain(ref, input))
	if err != nil {
		panic("encode an input: " + err.Error()) // its types are those above
	}
	return body
}

func (s Service) plain(ref Shape, v any) any {
	shape := s.Resolve(ref)
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			member := shape.Members[name]
			if shape.Type == "map" {
				member = *shape.Value
			}
			out[orName(member.LocationName, name)] = s.plain(member, value)
		}
		return out
	case []any:
		out := []any{}
		for _, value := range v {
			member := Shape{}
			if shape.Member != nil {
				member = *shape.Member
			}
			out = append(out, s.plain(member, value))
		}
		return out
	case time.Time:
		if format := shape.TimestampFormat; format != "" && format != "unixTimestamp" {
			return text(v, format)
		}
		return float64(v.UnixMilli()) / 1000
	}
	return v // Go's encoder writes []byte as base64
}

func toCBOR(v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		out := cbor.Map{}
		for name, value := range v {
			out[name] = toCBOR(value)
		}
		return out
	case []any:
		out := cbor.List{}
		for _, value := range v {
			out = append(out, toCBOR(value))
		}
		return out
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case int64:
		if v < 0 {
			return cbor.NegInt(-v)
		}
		return cbor.Uint(v)
	case float64:
		return cbor.Float64(v)
	case []byte:
		return cbor.Slice(v)
	case time.Time:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(v.UnixMilli()) / 1000)}
	}
	panic(fmt.Sprintf("encode a %T as CBOR", v)) // the types are those above
}
