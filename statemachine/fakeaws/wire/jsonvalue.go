package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/smithy-go/encoding/cbor"
)

// readObject reads the body of a request in the JSON protocol. A body that is empty has no parameters.
func readObject(body []byte, shape Structure) (Fields, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return Fields{}, nil
	}
	if fields, ok := plainObject(body, shape); ok {
		return fields, nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode body: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("decode body: more than one JSON value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("decode body: expected a JSON object")
	}
	decoded, _ := fromJSON(object, shape).(cbor.Map)
	return Fields(decoded), nil
}

// fromJSON reads a JSON value as its shape has it. What the shape does not describe stays as it is, for fit to reject.
func fromJSON(v any, shape Shape) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		return objectOf(v, shape)
	case []any:
		of, _ := shape.(List)
		list := cbor.List{}
		for _, value := range v {
			list = append(list, fromJSON(value, bare(of.Of)))
		}
		return list
	case json.Number:
		return numberOf(v, shape)
	case string:
		switch kind, _ := shape.(Kind); kind {
		case KindBlob, KindDateTime, KindHTTPDate:
			return kind.read(v)
		case KindNumber:
			if v == "NaN" || v == "Infinity" || v == "-Infinity" {
				return kind.read(v)
			}
		}
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	}
	return &cbor.Nil{}
}

func objectOf(v map[string]any, shape Shape) cbor.Value {
	object := cbor.Map{}
	for name, value := range v {
		member, of := memberIn(shape, name)
		object[member] = fromJSON(value, of)
	}
	return object
}

// memberIn is the member of an object with a name on the wire, and its shape.
func memberIn(shape Shape, name string) (member string, of Shape) {
	switch s := shape.(type) {
	case Structure:
		return s.memberAt(name)
	case Map:
		return name, bare(s.Of)
	}
	return name, nil
}

func numberOf(v json.Number, shape Shape) cbor.Value {
	if n, err := v.Int64(); err == nil && shape != KindTime && shape != KindEpoch {
		return whole(n)
	}
	f, err := v.Float64()
	switch {
	case err != nil:
		return cbor.String(v) // beyond what a number can be
	case shape == KindTime || shape == KindEpoch:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(f)}
	}
	return wholeOrFloat(f)
}

// toJSON is the opposite of fromJSON. Without a shape, a time is its seconds.
func toJSON(v cbor.Value, shape Shape) any {
	kind, _ := shape.(Kind)
	switch v := v.(type) {
	case cbor.Map:
		object := map[string]any{}
		for name, value := range v {
			at, of := memberOf(shape, name)
			object[at] = toJSON(value, of)
		}
		return object
	case cbor.List:
		of, _ := shape.(List)
		list := []any{}
		for _, value := range v {
			list = append(list, toJSON(value, bare(of.Of)))
		}
		return list
	case *cbor.Tag:
		if kind == KindDateTime || kind == KindHTTPDate {
			text, _ := kind.write(v, KindEpoch)
			return text
		}
		return toJSON(v.Value, nil)
	case cbor.Slice:
		text, _ := kind.write(v, KindEpoch)
		return text
	case cbor.String:
		return string(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return -int64(v)
	case cbor.Float32:
		return toJSON(cbor.Float64(v), nil)
	case cbor.Float64:
		if text, is := notFinite(float64(v)); is {
			return text
		}
		return float64(v)
	case cbor.Bool:
		return bool(v)
	}
	return nil
}

// memberOf is the name and the shape of a member of a structure, or of a value of a map.
func memberOf(shape Shape, name string) (wireName string, of Shape) {
	switch s := shape.(type) {
	case Structure:
		return s.wireName(name), bare(s[name])
	case Map:
		return name, bare(s.Of)
	}
	return name, nil
}
