package wire

import (
	"regexp"
	"strconv"
)

// Shape is what a parameter may be: a [Kind], [Text], [Whole], [List], [Map] or [Structure], each of which may be
// [Required] or [Named] as a member of a structure. Shapes are AWS's model as far as the AWS simulator goes: what the model
// has and the simulator does not is left out, so that it is rejected by name.
type Shape any

type (
	// Kind is a value without members and without limits.
	Kind string
	// Text is a string with limits: lengths in characters, where a Max of 0 is no limit, a pattern of the whole text, and
	// the values of an enumeration.
	Text struct {
		Min, Max int
		Pattern  *regexp.Regexp
		OneOf    []string
	}
	// Whole is a whole number between two limits; a Max of 0 is no limit.
	Whole struct{ Min, Max int64 }
	// List is a list of one shape. In forms and in XML its elements are called member, unless Element says otherwise; a Flat
	// list has no level for them: Name.1 instead of Name.member.1. A Max of 0 is no limit.
	List struct {
		Of       Shape
		Element  string
		Flat     bool
		Min, Max int
	}
	// Map has values of one shape by name. In forms and in XML its entries have the members key and value, unless Key and
	// Value say otherwise, and are called entry; a Flat map has no level for them. A Max of 0 is no limit.
	Map struct {
		Of         Shape
		Key, Value string
		Flat       bool
		Min, Max   int
	}
	// Structure has members by name.
	Structure map[string]Shape
	// Required is a member that must be there.
	Required struct{ Shape Shape }
	// Named is a member that has another name in JSON, forms and XML.
	Named struct {
		Name  string
		Shape Shape
	}
)

// The kinds, as messages name them. The kinds of time differ in how JSON, forms and XML write it: [KindTime] is the
// protocol's own format.
const (
	KindAny      Kind = "any value"
	KindText     Kind = "a string"
	KindNumber   Kind = "a number"
	KindInteger  Kind = "a whole number"
	KindTime     Kind = "a time"
	KindDateTime Kind = "a time such as 2006-01-02T15:04:05Z"
	KindHTTPDate Kind = "a time such as Mon, 02 Jan 2006 15:04:05 GMT"
	KindEpoch    Kind = "a time in seconds since 1970"
	KindBool     Kind = "true or false"
	KindBlob     Kind = "binary data"
)

// wireName is the name of a member in JSON, forms and XML.
func (s Structure) wireName(member string) string {
	if named, ok := unrequired(s[member]).(Named); ok {
		return named.Name
	}
	return member
}

// memberAt is the member with a name on the wire. What is no member keeps its name and has no shape.
func (s Structure) memberAt(name string) (member string, shape Shape) {
	if shape, ok := s[name]; ok && s.wireName(name) == name {
		return name, bare(shape)
	}
	for member := range s {
		if s.wireName(member) == name {
			return member, bare(s[member])
		}
	}
	if s[name] != nil { // a member that has another name on the wire
		name = strconv.Quote(name)
	}
	return name, nil
}

func unrequired(s Shape) Shape {
	if r, ok := s.(Required); ok {
		return r.Shape
	}
	return s
}

// bare is a shape without what belongs to the member that has it.
func bare(s Shape) Shape {
	s = unrequired(s)
	if named, ok := s.(Named); ok {
		return bare(named.Shape)
	}
	return s
}

// elementName, entryName, keyName and valueName are names in forms and in XML.
func (l List) elementName() string { return orElse(l.Element, "member") }
func (m Map) keyName() string      { return orElse(m.Key, "key") }
func (m Map) valueName() string    { return orElse(m.Value, "value") }

const entryName = "entry"

func orElse(name, usual string) string {
	if name == "" {
		return usual
	}
	return name
}
