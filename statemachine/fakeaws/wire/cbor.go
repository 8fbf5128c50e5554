package wire

import (
	"fmt"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// decodeCBOR reads a body in CBOR. A body that is empty has no parameters.
func decodeCBOR(body []byte) (Fields, error) {
	if len(body) == 0 {
		return Fields{}, nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("decode body: %w", err)
	}
	decoded, ok := value.(cbor.Map)
	if !ok {
		return nil, fmt.Errorf("decode body: %T; expected a map", value)
	}
	return Fields(decoded), nil
}

// Fields are the members of a structure on the wire. A member that is missing, or of another type, is the zero value.
type Fields cbor.Map

// Has says whether a member is there.
func (f Fields) Has(name string) bool { return f[name] != nil }

// Text is a string member.
func (f Fields) Text(name string) string {
	s, _ := f[name].(cbor.String)
	return string(s)
}

// Number is a number, and whether it is there.
func (f Fields) Number(name string) (float64, bool) {
	n, err := cbor.AsFloat64(f[name])
	return n, err == nil
}

// Integer is a whole number.
func (f Fields) Integer(name string) int {
	n, err := cbor.AsInt64(f[name])
	if err != nil {
		return 0
	}
	return int(n)
}

// Seconds is a time in seconds since 1970, and whether it is there.
func (f Fields) Seconds(name string) (int64, bool) {
	t, err := cbor.AsTime(f[name])
	return t.Unix(), err == nil
}

// Structure is a member that has members.
func (f Fields) Structure(name string) Fields {
	m, _ := f[name].(cbor.Map)
	return Fields(m)
}

// Structures is a list of structures.
func (f Fields) Structures(name string) []Fields {
	var all []Fields
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		m, _ := v.(cbor.Map)
		all = append(all, Fields(m))
	}
	return all
}

// Texts is a list of strings.
func (f Fields) Texts(name string) []string {
	var all []string
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		s, _ := v.(cbor.String)
		all = append(all, string(s))
	}
	return all
}

// Numbers is a list of numbers.
func (f Fields) Numbers(name string) []float64 {
	var all []float64
	list, _ := f[name].(cbor.List)
	for _, v := range list {
		n, _ := cbor.AsFloat64(v) // fit has checked it
		all = append(all, n)
	}
	return all
}

// Timestamp is a time on the wire: tag 1 with the seconds since 1970.
func Timestamp(t time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(t.UnixMilli()) / 1000)}
}
