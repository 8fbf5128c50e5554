package wire

import (
	"maps"
	"math"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Shape is what a parameter of an [RPC] request may be: a [Kind], a [List] or a [Structure]. What AWS's model has and the
// AWS simulator does not is left out, so that it is rejected by name.
type Shape any

type (
	// Kind is a value without members.
	Kind string
	// List is a list of one shape.
	List struct{ Of Shape }
	// Structure has members by name.
	Structure map[string]Shape
)

// The kinds, as messages name them.
const (
	KindText    Kind = "a string"
	KindNumber  Kind = "a number"
	KindInteger Kind = "a whole number"
	KindTime    Kind = "a time"
	KindBool    Kind = "true or false"
)

// fit checks a value against its shape, and removes members that are null.
func fit(path string, v cbor.Value, s Shape) *Error {
	switch s := s.(type) {
	case Structure:
		return s.fit(path, v)
	case List:
		list, ok := v.(cbor.List)
		if !ok {
			return misfit(path, "a list")
		}
		for _, element := range list {
			if err := fit(path+".member", element, s.Of); err != nil {
				return err
			}
		}
	case Kind:
		if !s.is(v) {
			return misfit(path, string(s))
		}
	}
	return nil
}

func (s Structure) fit(path string, v cbor.Value) *Error {
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
			return NotImplemented("the parameter %s", inner)
		default:
			if err := fit(inner, members[name], member); err != nil {
				return err
			}
		}
	}
	return nil
}

func misfit(path, expected string) *Error {
	return BadRequest("ValidationError", "The value of parameter %s is invalid; expected %s.", path, expected)
}

func (k Kind) is(v cbor.Value) bool {
	switch k {
	case KindText:
		_, ok := v.(cbor.String)
		return ok
	case KindNumber:
		_, err := cbor.AsFloat64(v)
		return err == nil
	case KindInteger:
		_, err := cbor.AsInt64(v)
		return err == nil
	case KindTime:
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
