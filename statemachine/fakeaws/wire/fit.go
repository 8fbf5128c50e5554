package wire

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/smithy-go/encoding/cbor"
)

// fit checks parameters against the shape of their operation and removes members that are null. What the simulator does not
// have comes first, whatever else is wrong: a drill must see it. The codes are those of the protocol for a value of another
// type and for one beyond a limit.
func fit(req *Request, params Fields, shape Structure, misfit, beyond string) *Error {
	if quick := (fitting{quick: true}); !quick.finds(params, shape) {
		return nil
	}
	f := fitting{}
	f.value("", cbor.Map(params), shape)
	switch {
	case len(f.unknown) > 0:
		return NotImplemented("the parameter %s of %s", strings.Join(f.unknown, ", "), req.Operation)
	case f.misfit != "":
		return BadRequest(misfit, "%s", f.misfit)
	}
	return beyondLimits(f.beyond, beyond)
}

// beyondLimits is the error for values that AWS's model does not allow, in the words in which AWS's services have it.
func beyondLimits(violations []string, code string) *Error {
	switch len(violations) {
	case 0:
		return nil
	case 1:
		return BadRequest(code, "1 validation error detected: %s", violations[0])
	}
	return BadRequest(code, "%d validation errors detected: %s", len(violations), strings.Join(violations, "; "))
}

// fitting is what a check has found.
type fitting struct {
	// quick says that only whether there is anything wrong matters: then members come in any order, and without their paths. Most
	// requests need no more.
	quick   bool
	unknown []string
	misfit  string
	beyond  []string
}

// finds says whether anything is wrong.
func (f *fitting) finds(params Fields, shape Structure) bool {
	f.value("", cbor.Map(params), shape)
	return len(f.unknown) > 0 || f.misfit != "" || len(f.beyond) > 0
}

// names are those of members, in their order if it matters.
func names[V any](f *fitting, members map[string]V) iter.Seq[string] {
	if f.quick {
		return maps.Keys(members)
	}
	return slices.Values(slices.Sorted(maps.Keys(members)))
}

// join is the path of a member.
func (f *fitting) join(path, name string) string {
	switch {
	case f.quick:
		return ""
	case path == "":
		return name
	}
	return path + "." + name
}

// value checks a value at a path.
func (f *fitting) value(path string, v cbor.Value, shape Shape) {
	switch s := bare(shape).(type) {
	case Structure:
		f.structure(path, v, s)
	case List:
		list, ok := v.(cbor.List)
		f.is(ok, path, "a list")
		for i, element := range list {
			f.value(f.join(f.join(path, strconv.Itoa(i+1)), "member"), element, s.Of)
		}
		f.length(path, "", len(list), s.Min, s.Max, ok)
	case Map:
		entries, ok := v.(cbor.Map)
		f.is(ok, path, "a map")
		for name := range names(f, entries) {
			f.value(f.join(path, name), entries[name], s.Of)
		}
		f.length(path, "", len(entries), s.Min, s.Max, ok)
	case Text:
		text, ok := v.(cbor.String)
		f.is(ok, path, string(KindText))
		if ok {
			f.text(path, string(text), s)
		}
	case Whole:
		n, err := cbor.AsInt64(v)
		f.is(err == nil, path, string(KindInteger))
		switch {
		case err != nil:
		case n < s.Min:
			f.limit(path, strconv.FormatInt(n, 10), "Member must have value greater than or equal to %d", s.Min)
		case s.Max > 0 && n > s.Max:
			f.limit(path, strconv.FormatInt(n, 10), "Member must have value less than or equal to %d", s.Max)
		}
	case Kind:
		f.is(s.is(v), path, string(s))
	}
}

func (f *fitting) structure(path string, v cbor.Value, s Structure) {
	members, ok := v.(cbor.Map)
	f.is(ok, path, "a structure")
	if !ok {
		return
	}
	for name := range names(f, members) {
		shape, known := s[name]
		switch {
		case isNull(members[name]):
			delete(members, name)
		case !known:
			f.unknown = append(f.unknown, f.join(path, name))
		default:
			f.value(f.join(path, name), members[name], shape)
		}
	}
	for name := range names(f, s) {
		if _, required := s[name].(Required); required && members[name] == nil {
			f.beyond = append(f.beyond, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", camel(f.join(path, name))))
		}
	}
}

// text checks the limits of a string.
func (f *fitting) text(path, text string, s Text) {
	f.length(path, text, utf8.RuneCountInString(text), s.Min, s.Max, true)
	if s.Pattern != nil {
		if whole := s.Pattern.FindString(text); whole != text || !s.Pattern.MatchString(text) {
			f.limit(path, text, "Member must satisfy regular expression pattern: %v", s.Pattern)
		}
	}
	if s.OneOf != nil && !slices.Contains(s.OneOf, text) {
		f.limit(path, text, "Member must satisfy enum value set: [%s]", strings.Join(s.OneOf, ", "))
	}
}

func (f *fitting) length(path, value string, n, least, most int, counts bool) {
	switch {
	case !counts:
	case n < least:
		f.limit(path, value, "Member must have length greater than or equal to %d", least)
	case most > 0 && n > most:
		f.limit(path, value, "Member must have length less than or equal to %d", most)
	}
}

func (f *fitting) is(ok bool, path, expected string) {
	if !ok && f.misfit == "" {
		f.misfit = fmt.Sprintf("The value of parameter %s is invalid; expected %s.", path, expected)
	}
}

func (f *fitting) limit(path, value, format string, args ...any) {
	f.beyond = append(f.beyond, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", value, camel(path), fmt.Sprintf(format, args...)))
}

// camel is a path as AWS's validation writes it: names begin with a small letter.
func camel(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		first, size := utf8.DecodeRuneInString(part)
		if size > 0 {
			parts[i] = string(unicode.ToLower(first)) + part[size:]
		}
	}
	return strings.Join(parts, ".")
}

func (k Kind) is(v cbor.Value) bool {
	switch k {
	case KindAny:
		return true
	case KindText:
		_, ok := v.(cbor.String)
		return ok
	case KindNumber:
		_, err := cbor.AsFloat64(v)
		return err == nil
	case KindInteger:
		_, err := cbor.AsInt64(v)
		return err == nil
	case KindBlob:
		_, ok := v.(cbor.Slice)
		return ok
	case KindTime, KindDateTime, KindHTTPDate, KindEpoch:
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
