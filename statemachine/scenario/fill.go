package scenario

import (
	"reflect"
)

// role says how a text of the scenario uses the words.
type role int

const (
	// plain has words in braces.
	plain role = iota
	// place names a Region, by a word without braces.
	place
	// said is compared with what Drover writes.
	said
	// dimensional are maps of texts, or of texts by Region; byRegion is one of these.
	dimensional
	byRegion
)

// roleOf is the role of a field, by its tag.
func roleOf(field reflect.StructField) role {
	switch field.Tag.Get("is") {
	case "region":
		return place
	case "text":
		return said
	case "dimensions":
		return dimensional
	case "byRegion":
		return byRegion
	}
	return plain
}

// walk calls f for every text of a value. Applications have a reader of their own.
func walk(v reflect.Value, key string, of role, f func(text string, of role)) {
	switch v.Kind() {
	case reflect.String:
		f(v.String(), of)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), key, of, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), key, of, f)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walk(it.Key(), key, of, f)
			walk(it.Value(), key, of, f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && field.Type != reflect.TypeFor[*Generate]() {
				walk(v.Field(i), "", roleOf(field), f)
			}
		}
	}
}

// copy copies a value, with the words replaced. key is that of the map around it.
func (w *words) copy(v reflect.Value, key string, of role) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(w.text(v.String(), of))
	case reflect.Pointer:
		if !v.IsNil() {
			p := reflect.New(v.Type().Elem())
			p.Elem().Set(w.copy(v.Elem(), key, of))
			out.Set(p)
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(w.copy(v.Elem(), key, of))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			out.Index(i).Set(w.copy(v.Index(i), key, of))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(w.copyMap(v, key, of))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				out.Field(i).Set(w.copy(v.Field(i), "", roleOf(field)))
			}
		}
	}
	return out
}

// copyMap copies a map. The keys of endpoints and clusters, in the configuration of an application, name Regions.
func (w *words) copyMap(v reflect.Value, key string, of role) reflect.Value {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	keys := plain
	if key == "endpoints" || key == "clusters" || of == byRegion || of == place && v.Type().Elem().Kind() == reflect.Int {
		keys = place
	}
	if of == dimensional {
		of = byRegion
	}
	for it := v.MapRange(); it.Next(); {
		name := it.Key()
		if name.Kind() == reflect.Interface {
			name = name.Elem()
		}
		below := ""
		if name.Kind() == reflect.String {
			below = name.String()
		}
		out.SetMapIndex(w.copy(name, "", keys), w.copy(it.Value(), below, of))
	}
	return out
}

func (w *words) text(text string, of role) string {
	switch of {
	case place:
		text = w.region(text)
	case said: // it is not checked in a plan that lacks something
		missing := w.missing
		defer func() { w.missing = missing }()
	}
	return w.fill(text)
}
