package expression

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// An attribute of an [Item] is one of these Go types: string (S), number (N), []byte (B), bool (BOOL), nil (NULL),
// []any (L), map[string]any (M), or set. Numbers and sets are kept in one canonical form, as DynamoDB keeps them, so
// that equal attributes are deeply equal.

// Item is one item of a table, by attribute name. Items are immutable: an update makes another.
type Item = map[string]any

// number is a decimal number in its shortest form.
type number string

// set is a string, number or binary set in ascending order.
type set struct {
	// kind is SS, NS or BS; binary members are kept in base64.
	kind    string
	members []string
}

// maxNesting is how deep an attribute may be, from "Service, account, and table quotas".
const maxNesting = 32

// DecodeItem reads an item as it is on the wire: {"pk": {"S": "…"}}.
func DecodeItem(wire map[string]map[string]any) (Item, error) {
	out := make(Item, len(wire))
	for name, v := range wire {
		decoded, err := DecodeValue(v)
		if err != nil {
			return nil, err
		}
		out[name] = decoded
	}
	return out, nil
}

// DecodeValue reads an attribute as it is on the wire: {"S": "…"}.
func DecodeValue(wire any) (any, error) { return decodeNested(wire, 1) }

func decodeNested(wire any, level int) (any, error) {
	if level > maxNesting+1 {
		return nil, fmt.Errorf("nesting levels have exceeded supported limits")
	}
	tagged, ok := wire.(map[string]any)
	if !ok || len(tagged) != 1 {
		return nil, fmt.Errorf("supplied AttributeValue must contain exactly one of the supported datatypes")
	}
	for kind, v := range tagged {
		switch v := v.(type) {
		case string:
			return decodeScalar(kind, v)
		case bool:
			return decodeFlag(kind, v)
		case []any:
			return decodeList(kind, v, level)
		case map[string]any:
			if kind == "M" {
				return decodeMap(v, level)
			}
		}
		return nil, fmt.Errorf("unexpected value type in payload: %s", kind)
	}
	return nil, nil
}

func decodeScalar(kind, v string) (any, error) {
	switch kind {
	case "S":
		return v, nil
	case "N":
		return parseNumber(v)
	case "B":
		return base64.StdEncoding.DecodeString(v)
	}
	return nil, fmt.Errorf("unexpected value type in payload: %s", kind)
}

func decodeFlag(kind string, v bool) (any, error) {
	switch kind {
	case "BOOL":
		return v, nil
	case "NULL":
		if !v {
			return nil, fmt.Errorf("null attribute value types must have the value of true")
		}
		return nil, nil
	}
	return nil, fmt.Errorf("unexpected value type in payload: %s", kind)
}

func decodeMap(v map[string]any, level int) (any, error) {
	out := make(map[string]any, len(v))
	for name, element := range v {
		decoded, err := decodeNested(element, level+1)
		if err != nil {
			return nil, err
		}
		out[name] = decoded
	}
	return out, nil
}

func decodeList(kind string, v []any, level int) (any, error) {
	if kind == "L" {
		out := make([]any, len(v))
		for i, element := range v {
			decoded, err := decodeNested(element, level+1)
			if err != nil {
				return nil, err
			}
			out[i] = decoded
		}
		return out, nil
	}
	return decodeSet(kind, v)
}

func decodeSet(kind string, v []any) (any, error) {
	if kind != "SS" && kind != "NS" && kind != "BS" {
		return nil, fmt.Errorf("unexpected value type in payload: %s", kind)
	}
	out := set{kind: kind}
	for _, element := range v {
		member, ok := element.(string)
		if !ok {
			return nil, fmt.Errorf("unexpected value type in payload: %s", kind)
		}
		if kind == "NS" {
			n, err := parseNumber(member)
			if err != nil {
				return nil, err
			}
			member = string(n)
		}
		out.members = append(out.members, member)
	}
	slices.Sort(out.members)
	if len(out.members) == 0 {
		return nil, fmt.Errorf("one or more parameter values were invalid: an set may not be empty")
	}
	if len(slices.Compact(slices.Clone(out.members))) != len(out.members) {
		return nil, fmt.Errorf("one or more parameter values were invalid: input collection contains duplicates")
	}
	return out, nil
}

// AppendItem writes an item as it is on the wire, attributes in alphabetical order.
func AppendItem(b []byte, it Item) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(it)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, name)
		b = append(b, ':')
		b = appendValue(b, it[name])
	}
	return append(b, '}')
}

func appendValue(b []byte, v any) []byte {
	b = append(b, `{"`...)
	b = append(b, kindOf(v)...)
	b = append(b, `":`...)
	switch v := v.(type) {
	case string:
		b = AppendString(b, v)
	case number:
		b = AppendString(b, string(v))
	case []byte:
		b = AppendString(b, base64.StdEncoding.EncodeToString(v))
	case bool:
		b = fmt.Appendf(b, "%t", v)
	case nil:
		b = append(b, "true"...)
	case []any:
		b = append(b, '[')
		for i, element := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, element)
		}
		b = append(b, ']')
	case map[string]any:
		b = AppendItem(b, v)
	case set:
		members, _ := json.Marshal(v.members) // strings always marshal
		b = append(b, members...)
	}
	return append(b, '}')
}

// AppendString writes a JSON string.
func AppendString(b []byte, s string) []byte {
	if isSimple(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// isSimple says whether s is its own JSON text. Nearly every string is, and a page of a Query has tens of thousands.
func isSimple(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "S"
	case number:
		return "N"
	case []byte:
		return "B"
	case bool:
		return "BOOL"
	case nil:
		return "NULL"
	case []any:
		return "L"
	case map[string]any:
		return "M"
	case set:
		return v.kind
	}
	panic(fmt.Sprintf("an item holds a %T", v)) // DecodeValue makes no other types
}

// Plain is v as encoding/json would have read it from plain JSON; sets become lists and binaries base64.
func Plain(v any) any {
	switch v := v.(type) {
	case number:
		f, _ := v.rat().Float64()
		return f
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = Plain(element)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, element := range v {
			out[name] = Plain(element)
		}
		return out
	case set:
		out := make([]any, len(v.members))
		for i, member := range v.members {
			out[i] = member
		}
		return out
	}
	return v
}

// SizeOf is the size that DynamoDB charges and limits: names and values, with a little for each level of nesting. The
// DynamoDB Developer Guide ("DynamoDB item sizes and formats") calls its own numbers approximate.
func SizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case number:
		return len(v)/2 + 1
	case []byte:
		return len(v)
	case []any:
		n := 3
		for _, element := range v {
			n += 1 + SizeOf(element)
		}
		return n
	case map[string]any:
		n := 3
		for name, element := range v {
			n += 1 + len(name) + SizeOf(element)
		}
		return n
	case set:
		n := 0
		for _, member := range v.members {
			n += len(member)
		}
		return n
	}
	return 1
}
