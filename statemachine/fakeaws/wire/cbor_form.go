package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// maxPath is how many parts the name of a parameter may have; the deepest of CloudWatch has eleven.
const maxPath = 20

// readForm reads a request as a form: Outer.member.1.Inner.Name=value. In a form all values are text; the shape of the
// operation says which are numbers, times and booleans.
func (p RPC) readForm(req *Request) (operation string, params Fields, err error) {
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
	operation, params = form.Get("Action"), Fields{}
	for name, value := range tree {
		if params[name], err = grow(name, value, p.Operations[operation][name]); err != nil {
			return operation, nil, err
		}
	}
	return operation, params, nil
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
func grow(name string, v any, shape Shape) (cbor.Value, error) {
	tree, ok := v.(map[string]any)
	if !ok {
		text, _ := v.(string)
		return typed(text, shape), nil
	}
	if members, ok := tree["member"].(map[string]any); ok && len(tree) == 1 {
		return growList(name, members, shape)
	}
	structure, _ := shape.(Structure)
	object := cbor.Map{}
	for field, value := range tree {
		grown, err := grow(field, value, structure[field])
		if err != nil {
			return nil, err
		}
		object[field] = grown
	}
	return object, nil
}

// growList makes a list of members that are numbered from 1 on without a gap.
func growList(name string, members map[string]any, shape Shape) (cbor.Value, error) {
	of, _ := shape.(List)
	list := cbor.List{}
	for i := 1; i <= len(members); i++ {
		member, ok := members[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("%s.member.%d is missing; expected members that are numbered from 1 on", name, i)
		}
		grown, err := grow(name, member, of.Of)
		if err != nil {
			return nil, err
		}
		list = append(list, grown)
	}
	return list, nil
}

// typed reads a text as its shape has it; a text that does not fit stays a text, which fit rejects.
func typed(text string, shape Shape) cbor.Value {
	switch shape {
	case KindBool:
		if b, err := strconv.ParseBool(text); err == nil {
			return cbor.Bool(b)
		}
	case KindNumber, KindInteger:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return wholeOrFloat(n)
		}
	case KindTime:
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return Timestamp(t)
		}
	}
	return cbor.String(text)
}

// wholeOrFloat keeps whole numbers whole: readers of integers accept nothing else.
func wholeOrFloat(n float64) cbor.Value {
	if n >= 0 && n == float64(uint64(n)) {
		return cbor.Uint(uint64(n))
	}
	return cbor.Float64(n)
}

// readJSON reads a request in the JSON protocol.
func (p RPC) readJSON(req *Request) (operation string, params Fields, err error) {
	_, operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	var object map[string]any
	if err := json.Unmarshal(req.Body, &object); err != nil {
		return operation, nil, fmt.Errorf("decode body: %w", err)
	}
	decoded, _ := fromJSON(object, p.Operations[operation]).(cbor.Map)
	return operation, Fields(decoded), nil
}

func fromJSON(v any, shape Shape) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		structure, _ := shape.(Structure)
		object := cbor.Map{}
		for field, value := range v {
			object[field] = fromJSON(value, structure[field])
		}
		return object
	case []any:
		of, _ := shape.(List)
		list := cbor.List{}
		for _, value := range v {
			list = append(list, fromJSON(value, of.Of))
		}
		return list
	case float64:
		if shape == KindTime {
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

// toJSON is the opposite of fromJSON; a time is its seconds.
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
		b.WriteString(time.UnixMilli(int64(seconds * 1000)).UTC().Format(TimeFormat))
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
