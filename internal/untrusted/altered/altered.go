// Package altered has, for tests, a value with one field altered at a time: what decides by several fields together is tested with
// exactly one of them wrong, missing ones included.
package altered

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"time"
)

// Each are copies of a value, each with one exported field of it altered: another text, an empty one, a number that is one larger, the
// other truth, a time one second later, a pointer or an entry that is missing or was not there. The path leads to the field, such as
// Records[0].Endpoints[us-east-1].Value.
func Each[T any](value T) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for target := 0; ; target++ {
			c := copier{target: target}
			altered := c.copy(reflect.ValueOf(&value).Elem(), "")
			if !c.found {
				return
			}
			if !yield(c.path, altered.Interface().(T)) { //nolint:forcetypeassert // it is a copy
				return
			}
		}
	}
}

// Deciding are the fields of a value on which a verdict about it depends: those that change it when they alone are altered, in
// whichever way, in the order of their paths.
func Deciding[T any, V comparable](value T, verdict func(T) V) []string {
	before := verdict(value)
	var deciding []string
	for path, altered := range Each(value) {
		if verdict(altered) != before {
			deciding = append(deciding, path)
		}
	}
	slices.Sort(deciding)
	return slices.Compact(deciding)
}

// copier copies a value deeply, and alters the target of what can be altered in it.
type copier struct {
	next, target int
	found        bool
	path         string
}

// hit says whether the next alteration is the target.
func (c *copier) hit(path string) bool {
	c.next++
	if c.next-1 != c.target {
		return false
	}
	c.found, c.path = true, path
	return true
}

func (c *copier) copy(v reflect.Value, path string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		c.fields(out, v, path)
	case reflect.Pointer:
		c.pointer(out, v, path)
	case reflect.Slice:
		c.elements(out, v, path)
	case reflect.Map:
		c.entries(out, v, path)
	default:
		c.scalar(out, path)
	}
	return out
}

func (c *copier) fields(out, v reflect.Value, path string) {
	if at, ok := v.Interface().(time.Time); ok {
		if c.hit(path) {
			out.Set(reflect.ValueOf(at.Add(time.Second)))
		}
		return
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() {
			name := field.Name
			if path != "" {
				name = path + "." + name
			}
			out.Field(i).Set(c.copy(v.Field(i), name))
		}
	}
}

func (c *copier) pointer(out, v reflect.Value, path string) {
	if v.IsNil() {
		if c.hit(path) {
			out.Set(reflect.New(v.Type().Elem()))
		}
		return
	}
	pointed := reflect.New(v.Type().Elem())
	pointed.Elem().Set(c.copy(v.Elem(), path))
	out.Set(pointed)
	if c.hit(path) {
		out.SetZero()
	}
}

func (c *copier) elements(out, v reflect.Value, path string) {
	if !v.IsNil() {
		out.Set(reflect.MakeSlice(v.Type(), 0, v.Len()))
	}
	for i := range v.Len() {
		out.Set(reflect.Append(out, c.copy(v.Index(i), fmt.Sprintf("%s[%d]", path, i))))
	}
	if v.Len() > 0 && c.hit(path) {
		out.Set(out.Slice(0, v.Len()-1))
	}
	if c.hit(path) {
		out.Set(reflect.Append(out, reflect.Zero(v.Type().Elem())))
	}
}

func (c *copier) entries(out, v reflect.Value, path string) {
	if v.IsNil() {
		return
	}
	out.Set(reflect.MakeMap(v.Type()))
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) })
	for _, key := range keys {
		at := fmt.Sprintf("%s[%v]", path, key)
		value := c.copy(v.MapIndex(key), at)
		if !c.hit(at) {
			out.SetMapIndex(key, value)
		}
	}
}

func (c *copier) scalar(out reflect.Value, path string) {
	switch out.Kind() {
	case reflect.String:
		was := out.String()
		if c.hit(path) {
			out.SetString(was + "x")
		}
		if was != "" && c.hit(path) {
			out.SetString("")
		}
	case reflect.Bool:
		if c.hit(path) {
			out.SetBool(!out.Bool())
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if c.hit(path) {
			out.SetInt(out.Int() + 1)
		}
	case reflect.Uint8:
		if c.hit(path) {
			out.SetUint(out.Uint() + 1)
		}
	case reflect.Float64:
		if c.hit(path) {
			out.SetFloat(out.Float() + 1)
		}
	}
}
