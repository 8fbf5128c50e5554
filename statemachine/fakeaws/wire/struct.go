package wire

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// shapeOf is the shape of a struct of parameters. The tag limit says what AWS's model does, separated by semicolons:
//
//	Name string `json:"name" limit:"required;min=1;max=80;pattern=[a-z]+"`
//	Type string `limit:"one=A|B"`
//	ARNs []string `limit:"max=10;each.max=255"` // what begins with each. is for the elements
func shapeOf(t reflect.Type) Shape {
	switch t {
	case reflect.TypeFor[json.Number]():
		return KindNumber
	case reflect.TypeFor[json.RawMessage]():
		return KindAny
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return KindText
	case reflect.Bool:
		return KindBool
	case reflect.Int, reflect.Int32, reflect.Int64:
		return KindInteger
	case reflect.Float64:
		return KindNumber
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return KindBlob
		}
		return List{Of: shapeOf(t.Elem())}
	case reflect.Map:
		return Map{Of: shapeOf(t.Elem())}
	case reflect.Struct:
		s := Structure{}
		addMembers(s, t)
		return s
	}
	return KindAny
}

func addMembers(s Structure, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			addMembers(s, field.Type)
		case field.IsExported() && name != "-":
			s[orElse(name, field.Name)] = limited(shapeOf(field.Type), field.Tag.Get("limit"))
		}
	}
}

// limited is a shape with the limits of a tag.
func limited(shape Shape, tag string) Shape {
	if tag == "" {
		return shape
	}
	limits := map[string]string{}
	for part := range strings.SplitSeq(tag, ";") {
		name, value, _ := strings.Cut(part, "=")
		limits[name] = value
	}
	least, _ := strconv.Atoi(limits["min"])
	most, _ := strconv.Atoi(limits["max"])
	switch s := shape.(type) {
	case List:
		s.Min, s.Max, s.Of = least, most, limited(s.Of, eachOf(tag))
		shape = s
	case Map:
		s.Min, s.Max = least, most
		shape = s
	case Kind:
		switch s {
		case KindInteger:
			shape = Whole{int64(least), int64(most)}
		case KindText:
			text := Text{Min: least, Max: most}
			if pattern, ok := limits["pattern"]; ok {
				text.Pattern = regexp.MustCompile(`^(?:` + pattern + `)$`)
			}
			if one, ok := limits["one"]; ok {
				text.OneOf = strings.Split(one, "|")
			}
			shape = text
		}
	}
	if _, ok := limits["required"]; ok {
		return Required{shape}
	}
	return shape
}

// eachOf is the part of a tag that is meant for the elements of a list.
func eachOf(tag string) string {
	var parts []string
	for part := range strings.SplitSeq(tag, ";") {
		if of, ok := strings.CutPrefix(part, "each."); ok {
			parts = append(parts, of)
		}
	}
	return strings.Join(parts, ";")
}
