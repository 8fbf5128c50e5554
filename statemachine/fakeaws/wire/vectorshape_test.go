package wire

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// shapes makes the shapes of this package out of those of a suite.
type shapes struct {
	of   map[string]vectorShape
	made map[string]Structure
}

func (s *shapes) resolve(ref vectorShape) vectorShape {
	shape, ok := s.of[ref.Shape]
	if !ok {
		return ref
	}
	shape.Shape = ref.Shape
	shape.Flattened = shape.Flattened || ref.Flattened
	shape.LocationName, shape.Location = ref.LocationName, ref.Location
	if ref.TimestampFormat != "" {
		shape.TimestampFormat = ref.TimestampFormat
	}
	return shape
}

// structure is the shape of an input or an output; that of none has no members.
func (s *shapes) structure(ref vectorShape) Structure {
	made, ok := s.shape(ref).(Structure)
	if !ok {
		return Structure{}
	}
	return made
}

func (s *shapes) shape(ref vectorShape) Shape {
	shape := s.resolve(ref)
	switch shape.Type {
	case "structure":
		if shape.Document {
			return KindAny
		}
		return s.members(shape)
	case "list":
		return List{Of: s.shape(*shape.Member), Element: shape.Member.LocationName, Flat: shape.Flattened}
	case "map":
		return Map{Of: s.shape(*shape.Value), Key: shape.Key.LocationName, Value: shape.Value.LocationName, Flat: shape.Flattened}
	case "blob":
		return KindBlob
	case "boolean":
		return KindBool
	case "integer", "long":
		return KindInteger
	case "float", "double":
		return KindNumber
	case "timestamp":
		return map[string]Kind{"": KindTime, "iso8601": KindDateTime, "rfc822": KindHTTPDate, "unixTimestamp": KindEpoch}[shape.TimestampFormat]
	}
	return KindText
}

// members makes a structure once: a shape may have itself among its members.
func (s *shapes) members(shape vectorShape) Structure {
	if made, ok := s.made[shape.Shape]; ok && shape.Shape != "" {
		return made
	}
	made := Structure{}
	s.made[shape.Shape] = made
	for name, member := range shape.Members {
		wireName := member.LocationName
		if made[name] = s.shape(member); wireName != "" {
			made[name] = Named{wireName, made[name]}
		}
	}
	return made
}

// value is a value of a vector as it is on the wire.
func (s *shapes) value(ref vectorShape, v any) cbor.Value {
	shape := s.resolve(ref)
	switch v := v.(type) {
	case nil:
		return &cbor.Nil{}
	case map[string]any:
		object := cbor.Map{}
		for name, value := range v {
			switch {
			case shape.Type == "map":
				object[name] = s.value(*shape.Value, value)
			case value != nil:
				object[name] = s.value(shape.Members[name], value)
			}
		}
		return object
	case []any:
		list := cbor.List{}
		for _, value := range v {
			member := vectorShape{}
			if shape.Member != nil {
				member = *shape.Member
			}
			list = append(list, s.value(member, value))
		}
		return list
	case bool:
		return cbor.Bool(v)
	case json.Number:
		return numberFor(shape, v)
	}
	text := fmt.Sprint(v)
	switch {
	case shape.Type == "blob":
		return cbor.Slice(text)
	case shape.Type == "float" || shape.Type == "double":
		f, _ := strconv.ParseFloat(text, 64)
		return cbor.Float64(f)
	}
	return cbor.String(text)
}

func numberFor(shape vectorShape, n json.Number) cbor.Value {
	f, _ := n.Float64()
	if shape.Type == "timestamp" {
		return &cbor.Tag{ID: 1, Value: cbor.Float64(f)}
	}
	if i, err := n.Int64(); err == nil && shape.Type != "float" && shape.Type != "double" {
		return whole(i)
	}
	return cbor.Float64(f)
}

// canonical is one text for all values that mean the same.
func canonical(v cbor.Value) string {
	switch v := v.(type) {
	case cbor.Map:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+": "+canonical(v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case cbor.List:
		var parts []string
		for _, one := range v {
			parts = append(parts, canonical(one))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case cbor.String:
		return strconv.Quote(instant(string(v)))
	case cbor.Uint:
		return strconv.FormatUint(uint64(v), 10)
	case cbor.NegInt:
		return "-" + strconv.FormatUint(uint64(v), 10)
	case cbor.Float32:
		return number(float64(v))
	case cbor.Float64:
		return number(float64(v))
	case cbor.Bool:
		return strconv.FormatBool(bool(v))
	case cbor.Slice:
		return fmt.Sprintf("bytes(%x)", []byte(v))
	case *cbor.Tag:
		return fmt.Sprintf("tag(%d %s)", v.ID, canonical(v.Value))
	}
	return "null"
}

// instant is one text for all texts of one time; other texts are as they are.
func instant(text string) string {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC().Format(time.RFC3339Nano)
	}
	return text
}

func number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// element is an XML element without the order of elements that have different names.
type element struct {
	name, text string
	inner      []*element
}

func (e *element) String() string {
	if len(e.inner) == 0 {
		return e.name + "=" + strconv.Quote(instant(e.text))
	}
	inner := slices.Clone(e.inner)
	slices.SortStableFunc(inner, func(a, b *element) int { return strings.Compare(a.key(), b.key()) })
	var parts []string
	for _, one := range inner {
		parts = append(parts, one.String())
	}
	return e.name + "{" + strings.Join(parts, " ") + "}"
}

// key is the name of an element, and of an entry of a map the key as well: maps have no order.
func (e *element) key() string {
	for _, one := range e.inner {
		if one.name == "key" || one.name == "Attribute" || one.name == "K" || one.name == "Name" {
			return e.name + " " + one.text
		}
	}
	return e.name
}

// parseXML reads an XML document without its request id, which no two answers share.
func parseXML(text string) (string, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	stack := []*element{{}}
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return stack[0].String(), nil
		}
		if err != nil {
			return "", err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			one := &element{name: token.Name.Local}
			for _, a := range token.Attr {
				if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" {
					one.inner = append(one.inner, &element{name: "@" + a.Name.Local, text: a.Value})
				}
			}
			if one.name != "RequestId" && one.name != "ResponseMetadata" {
				top.inner = append(top.inner, one)
			}
			stack = append(stack, one)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += strings.TrimSpace(string(token))
		}
	}
}
