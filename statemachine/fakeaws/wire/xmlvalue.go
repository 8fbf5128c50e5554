package wire

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/smithy-go/encoding/cbor"
)

// writeXML writes a value as the Query protocol does. Without a shape, what has members is a structure, a list has elements
// that are called member, and a time is written with its date.
func writeXML(b *bytes.Buffer, v cbor.Value, shape Shape) {
	kind, _ := shape.(Kind)
	switch v := v.(type) {
	case cbor.Map:
		if s, ok := shape.(Map); ok {
			writeEntries(b, entryName, v, s)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at, of := memberOf(shape, name)
			writeMember(b, at, v[name], of)
		}
	case cbor.List:
		s, _ := shape.(List)
		for _, value := range v {
			writeElement(b, s.elementName(), value, bare(s.Of))
		}
	case *cbor.Tag, cbor.Slice:
		text, _ := kind.write(v, KindDateTime)
		b.WriteString(text)
	case cbor.String:
		_ = xml.EscapeText(b, []byte(v)) // a buffer takes everything
	case nil, *cbor.Nil, *cbor.Undefined:
	default:
		fmt.Fprint(b, toJSON(v, nil))
	}
}

// writeMember writes a member of a structure: a flat list or map as one element for each of its own.
func writeMember(b *bytes.Buffer, name string, v cbor.Value, shape Shape) {
	list, isList := v.(cbor.List)
	entries, isMap := v.(cbor.Map)
	switch s := shape.(type) {
	case List:
		if s.Flat && isList {
			for _, value := range list {
				writeElement(b, name, value, bare(s.Of))
			}
			return
		}
	case Map:
		if s.Flat && isMap {
			writeEntries(b, name, entries, s)
			return
		}
	}
	writeElement(b, name, v, shape)
}

func writeEntries(b *bytes.Buffer, name string, entries cbor.Map, s Map) {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		fmt.Fprintf(b, "<%s>", name)
		writeElement(b, s.keyName(), cbor.String(key), KindText)
		writeElement(b, s.valueName(), entries[key], bare(s.Of))
		fmt.Fprintf(b, "</%s>", name)
	}
}

func writeElement(b *bytes.Buffer, name string, v cbor.Value, shape Shape) {
	fmt.Fprintf(b, "<%s>", name)
	writeXML(b, v, shape)
	fmt.Fprintf(b, "</%s>", name)
}
