package untrusted

import (
	"io"
	"reflect"
	"unicode/utf8"
)

// Writer removes control characters from what is written to w, but for line breaks and tabs.
func Writer(w io.Writer) io.Writer { return &writer{to: w} }

type writer struct {
	to io.Writer
	// rest is the beginning of a character whose other bytes have not been written yet.
	rest []byte
}

// Write passes on what is left of the text.
func (w *writer) Write(text []byte) (int, error) {
	all := append(w.rest, text...)
	whole := len(all) - unfinished(all)
	w.rest = append([]byte(nil), all[whole:]...)
	if _, err := io.WriteString(w.to, Lines(string(all[:whole]))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// unfinished is how many bytes at the end of a text are the beginning of a character.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Scrub makes every text inside of what v points to one that may be printed inside a line, see [Line]: in structs, in
// lists, behind pointers, and in the values of maps. It is for what was read from a table, a bucket or an execution, before
// any of it is printed.
func Scrub(v any) { scrub(reflect.ValueOf(v)) }

func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		scrub(v.Elem())
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			v.Set(scrubbed(v.Elem()))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(Line(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scrub(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // bytes are no text yet: who decodes them scrubs what comes out
		}
		for i := range v.Len() {
			scrub(v.Index(i))
		}
	case reflect.Map:
		scrubMap(v)
	}
}

// scrubMap replaces the keys of a map, too: what is printed of a map is its keys.
func scrubMap(v reflect.Value) {
	for _, key := range v.MapKeys() {
		value := v.MapIndex(key)
		v.SetMapIndex(key, reflect.Value{})
		v.SetMapIndex(scrubbed(key), scrubbed(value))
	}
}

// Scrubbed is v, scrubbed as [Scrub] does it, lists and maps inside of it included.
func Scrubbed(v any) any { return scrubbed(reflect.ValueOf(v)).Interface() }

// scrubbed is a scrubbed copy.
func scrubbed(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	scrub(c)
	return c
}
